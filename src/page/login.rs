//! The page that asks for the password.

use maud::{Markup, html};

use super::{Here, Page};

/// The form; `problem` says why the last try did not succeed, `next` where to go afterwards.
pub fn html(page: &Page<'_>, problem: Option<&str>, next: &str) -> Markup {
    page.html(
        "Sign in",
        Here::Elsewhere,
        &html! {
            div.notice {
                h1 { "Sign in" }
                p { "These figures are for those who have the password of this server." }
                form.sign-in method="post" action="/login" {
                    input type="hidden" name="next" value=(next);
                    label for="password" { "Password" }
                    input #password type="password" name="password" autocomplete="current-password" required
                        autofocus aria-describedby=[problem.map(|_| "problem")] aria-invalid=[problem.map(|_| "true")];
                    @if let Some(problem) = problem { p.error #problem role="alert" { (problem) } }
                    button { "Sign in" }
                }
            }
        },
    )
}
