//! A page that says one thing: what is missing or wrong, and what to do.

use maud::{Markup, html};

use super::{Here, Page};

/// A page with a title, a sentence, and a hint where there is one.
pub fn html(page: &Page<'_>, title: &str, message: &str, hint: Option<&str>) -> Markup {
    page.html(
        title,
        Here::Elsewhere,
        &html! {
            div.notice {
                h1 { (title) }
                p { (message) }
                @if let Some(hint) = hint { p.hint { (hint) } }
            }
        },
    )
}
