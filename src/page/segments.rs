//! Segments: customers that have something in common, and what has changed since the run before.

use maud::{Markup, html};

use super::chart::bar;
use super::customers::{pager, table};
use super::{Here, Page, text};
use crate::format::harmless::harmless;
use crate::overview::{Listing, Shown};
use crate::query::segment::{Change, State};

/// Customers that a page names of those who came or left; the others are counted.
const NAMED: usize = 200;

/// All segments.
pub fn list(page: &Page<'_>, segments: &[State], customers: u64) -> Markup {
    let has_before = segments.iter().any(|segment| segment.change.is_some());
    page.html(
        "Segments",
        Here::Segments,
        &html! {
            div.heading {
                h1 { "Segments" }
                p.lead { "Customers that have something in common, of " (page.counted(customers, "customer", "customers")) "." }
            }
            @if segments.is_empty() { div.panel.empty-state { p { "There is no segment that can be asked." } } }
            @else {
                div.panel.flush { div.scroll tabindex="0" role="region" aria-label="Segments" {
                    table.list {
                        caption.unseen { "Segments" }
                        thead { tr {
                            th scope="col" { "Segment" }
                            th.number scope="col" { "Customers" }
                            th.score scope="col" { "Share" }
                            @if has_before {
                                th.number scope="col" { "Came" }
                                th.number scope="col" { "Left" }
                            }
                        } }
                        tbody {
                            @for segment in segments {
                                tr {
                                    th.id scope="row" {
                                        @if let Some(address) = page.links.segment(&segment.name, &Listing::default()) {
                                            a href=(address) { (segment.name) }
                                        }
                                        p.muted { (harmless(&segment.title)) }
                                    }
                                    td.number { (page.whole(segment.members.len())) }
                                    td.score {
                                        span.points { (page.percent(segment.known, customers)) }
                                        (bar(segment.known, customers))
                                    }
                                    @if has_before { (changed(page, segment.change.as_ref())) }
                                }
                            }
                        }
                    }
                } }
                @if !has_before {
                    p.hint { "What changed is told once another run is kept before the one shown." }
                }
            }
        },
    )
}

fn changed(page: &Page<'_>, change: Option<&Change>) -> Markup {
    let count = |ids: &[String], sign: &str| {
        html! { @if ids.is_empty() { span.muted { "0" } } @else { (sign) (page.whole(ids.len())) } }
    };
    html! {
        @match change {
            Some(change) => {
                td.number { (count(&change.came, "+")) }
                td.number { (count(&change.left, "−")) }
            },
            None => { td.number { "–" } td.number { "–" } },
        }
    }
}

/// One segment: its members, and who came and left, of whom those that `has_card` claims have a page.
pub fn one(
    page: &Page<'_>,
    segment: &State,
    customers: u64,
    shown: &Shown,
    has_card: &dyn Fn(&str) -> bool,
) -> Markup {
    let to = |listing: &Listing| page.links.segment(&segment.name, listing);
    page.html(
        &segment.name,
        Here::Segments,
        &html! {
            div.heading {
                p.crumb { a href=(page.links.segments()) { "Segments" } }
                h1 { (segment.name) }
                p.lead { (harmless(&segment.title)) }
                @if !segment.description.is_empty() { p.muted { (harmless(&segment.description)) } }
            }
            dl.facts {
                div { dt { "Customers" } dd { (page.whole(segment.members.len())) small { " " (page.percent(segment.known, customers)) " of all" } } }
                @if let Some(change) = &segment.change {
                    div { dt { "Came" } dd { (page.whole(change.came.len())) } }
                    div { dt { "Left" } dd { (page.whole(change.left.len())) } }
                }
            }
            @match &segment.change {
                Some(change) => section.panel {
                    h2 { "Since the run before" }
                    @if let Some(before) = &segment.before { p.muted { "Run " code { (before) } ", by the same definition." } }
                    @if change.came.is_empty() && change.left.is_empty() { p { "Nobody came and nobody left." } }
                    @else {
                        div.columns {
                            (moved(page, "Came", &change.came, has_card))
                            (moved(page, "Left", &change.left, has_card))
                        }
                    }
                },
                None => p.hint { "No run is kept before this one, so there is nothing to compare with." },
            }
            section {
                h2 { "Members" }
                @if shown.customers.is_empty() { div.panel.empty-state { p { "No customer is in this segment." } } }
                @else {
                    div.panel.flush { (table(page, &format!("Members of {}", segment.name), shown, &to)) }
                    (pager(page, shown, &to))
                }
                @let listed = shown.total as u64;
                @if (segment.members.len() as u64) > listed {
                    p.hint {
                        (page.counted(segment.members.len() as u64 - listed, "member is", "members are"))
                        " not in the contact table, and not listed."
                    }
                }
            }
            section.panel {
                h2 { "Definition" }
                pre tabindex="0" { code { (harmless_lines(&segment.text)) } }
            }
        },
    )
}

fn moved(page: &Page<'_>, name: &str, ids: &[String], has_card: &dyn Fn(&str) -> bool) -> Markup {
    html! {
        div {
            h3 { (name) " (" (page.whole(ids.len())) ")" }
            @if ids.is_empty() { p.muted { "nobody" } }
            @else {
                ul.ids {
                    @for id in ids.iter().take(NAMED) {
                        li {
                            @if has_card(id) { a href=(page.links.customer(id)) { (text::customer(id)) } }
                            @else { (text::customer(id)) }
                        }
                    }
                }
                @if ids.len() > NAMED { p.muted { "and " (page.whole(ids.len() - NAMED)) " more" } }
            }
        }
    }
}

fn harmless_lines(text: &str) -> String {
    text.trim_end().lines().map(harmless).collect::<Vec<_>>().join("\n")
}
