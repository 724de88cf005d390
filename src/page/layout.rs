//! What all pages have around them.

use chrono::NaiveDate;
use maud::{DOCTYPE, Markup, html};

use super::Links;
use super::number::day_element;
use crate::card::number::Numbers;
use crate::overview::Listing;

/// What a page is told about where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Where other pages are.
    pub links: Links,
    /// Name of the enrichment.
    pub enrichment: &'a str,
    /// The set that is shown, where there is one.
    pub set: Option<SetFacts<'a>>,
    /// How numbers are written.
    pub numbers: &'a Numbers,
    /// Somebody has signed in, and can sign out.
    pub can_sign_out: bool,
}

/// Which set is shown.
#[derive(Debug, Clone, Copy)]
pub struct SetFacts<'a> {
    /// Id of its run.
    pub run: &'a str,
    /// Last day of its window.
    pub as_of: NaiveDate,
}

/// The part of the navigation that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the pages are")]
pub enum Here {
    Overview,
    Customers,
    Segments,
    Console,
    Sources,
    Runs,
    Elsewhere,
}

impl Page<'_> {
    /// The whole page with this title and content.
    pub fn html(&self, title: &str, here: Here, main: &Markup) -> Markup {
        let links = self.links;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    meta name="color-scheme" content="light dark";
                    title { (title) " · " (self.enrichment) " · Rapport" }
                    link rel="stylesheet" href=(links.style());
                    // nothing else asks for an icon
                    link rel="icon" href="data:,";
                    @if links.is_live() { script src="/script.js" defer {} }
                }
                body {
                    a.skip href="#main" { "Skip to content" }
                    header.top {
                        div.inner {
                            a.brand href=(links.overview()) {
                                (mark())
                                span { "Rapport" }
                                span.enrichment { (self.enrichment) }
                            }
                            (self.navigation(here))
                        }
                    }
                    main #main tabindex="-1" { (main) }
                    footer {
                        div.inner {
                            @if let Some(set) = self.set {
                                p { "Figures as of " (day_element(set.as_of)) ", from run " code { (set.run) } "." }
                            }
                            p { "Aggregated by customer: no address, name, subject or text of anybody." }
                            @if self.can_sign_out {
                                form method="post" action="/logout" { button.quiet { "Sign out" } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn navigation(&self, here: Here) -> Markup {
        let links = self.links;
        let mut entries = vec![
            (Here::Overview, "Overview", links.overview()),
            (
                Here::Customers,
                "Customers",
                links.customers(&Listing::default()).unwrap_or_default(),
            ),
            (Here::Segments, "Segments", links.segments()),
        ];
        if links.is_live() {
            entries.extend([
                (Here::Console, "SQL", "/sql".to_owned()),
                (Here::Sources, "Sources", "/sources".to_owned()),
                (Here::Runs, "Runs", "/runs".to_owned()),
            ]);
        }
        html! {
            nav aria-label="Pages" {
                ul {
                    @for (entry, name, address) in entries {
                        li { a href=(address) aria-current=[(entry == here).then_some("page")] { (name) } }
                    }
                }
            }
        }
    }
}

/// The product's mark: three bars that grow.
fn mark() -> Markup {
    html! {
        svg.mark aria-hidden="true" width="18" height="18" viewBox="0 0 18 18" {
            rect x="1" y="10" width="4" height="7" rx="1" {}
            rect x="7" y="6" width="4" height="11" rx="1" {}
            rect x="13" y="1" width="4" height="16" rx="1" {}
        }
    }
}
