//! The card as HTML: one fragment for the file, the report and the live pages.
//!
//! No script and no style attribute, so that the strictest Content-Security-Policy has nothing against it.

use maud::{Markup, html};

use super::number::Numbers;
use super::svg::{self, Scale};
use super::words::{self, Kind};
use super::{Card, Component, Pace};
use crate::format::harmless::harmless;

/// What a card looks like, after the colours and charts of [`svg::STYLE`].
pub const STYLE: &str = include_str!("card.css");

/// The card of one customer as an `article`, with charts by `scale`.
pub fn fragment(card: &Card, scale: Scale, numbers: &Numbers) -> Markup {
    html! {
        article.card aria-labelledby="customer" {
            header.card-head {
                div {
                    h1 id="customer" { (name(card)) }
                    p.muted { (words::window(card)) }
                }
                @if let Some(score) = card.score {
                    div.score-head {
                        @if let Some(rank) = words::rank(card, numbers) { p.muted { (rank) } }
                        (svg::ring(score, numbers))
                    }
                }
            }
            @if card.score.is_none() {
                p { (words::NOTHING) }
            } @else {
                div.columns {
                    (components(card, numbers))
                    (contact(card, numbers))
                }
                div.columns {
                    @for kind in Kind::ALL { (history(card, kind, scale, numbers)) }
                }
                @if card.hides_people() { p.muted.note { (words::HIDDEN) } }
            }
        }
    }
}

/// Longer ids are cut, and stand whole in the title that a pointer shows.
const LONGEST: usize = 120;

fn name(card: &Card) -> Markup {
    let (whole, shown) = (harmless(&card.customer), words::shortened(&card.customer, LONGEST));
    let title = (whole != shown).then_some(whole);
    html! { bdi title=[title] { (shown) } }
}

/// What the score is made of.
fn components(card: &Card, numbers: &Numbers) -> Markup {
    html! {
        section aria-labelledby="made-of" {
            h2 id="made-of" { "What the score is made of" }
            table.components {
                thead.unseen { tr {
                    th scope="col" { "Component" } th scope="col" { "Value" }
                    th scope="col" { "Share" } th scope="col" { "Points" }
                } }
                tbody {
                    @for component in &card.components { (row(component, numbers)) }
                }
            }
        }
    }
}

fn row(component: &Component, numbers: &Numbers) -> Markup {
    let share =
        component.points.map(|points| points / component.most_points.max(f64::MIN_POSITIVE));
    html! {
        tr {
            th scope="row" { (words::component(&component.name)) }
            td.number { (words::value(component, numbers)) }
            td.share { (svg::bar(share.unwrap_or_default(), Kind::Emails)) }
            td.number.muted { (words::points(component, numbers)) }
        }
    }
}

/// How long ago, how fast, how long.
fn contact(card: &Card, numbers: &Numbers) -> Markup {
    html! {
        section aria-labelledby="contact" {
            h2 id="contact" { "Contact" }
            table {
                tbody {
                    @for (name, value) in words::facts(card, numbers) {
                        tr { th scope="row" { (name) } td.number { (value) } }
                    }
                }
            }
        }
    }
}

/// The history of one kind: total, chart, trend, and the figures behind the chart.
fn history(card: &Card, kind: Kind, scale: Scale, numbers: &Numbers) -> Markup {
    let counts = kind.directions(card);
    let id = kind.class();
    html! {
        section.history.(id) aria-labelledby=(id) {
            div.history-head {
                h2 id=(id) { (kind.title()) " " span.total { (numbers.count(kind.total(card))) } }
                p.muted { (words::involved_in(kind, card, numbers)) }
            }
            p.legend {
                span.key.from { (numbers.count(counts.from)) " " (kind.from()) }
                span.key.to { (numbers.count(counts.to)) " " (kind.to()) }
                @if let Some(others) = kind.others(card, numbers) { span { (others) } }
            }
            (svg::history(card, kind, scale, numbers))
            @if let Some(pace) = kind.pace(card) { (trend(&pace, card, numbers)) }
            details {
                summary { "Figures by " (scale.noun()) }
                (table(card, kind, scale, numbers))
            }
        }
    }
}

fn trend(pace: &Pace, card: &Card, numbers: &Numbers) -> Markup {
    html! {
        p.trend.muted {
            (words::quarter(pace, card, numbers))
            @if let Some(change) = pace.change {
                " · " strong.up[change > 0.0].down[change < 0.0] { (words::arrow(change)) (numbers.change(change)) }
            }
        }
    }
}

/// The figures behind a chart.
fn table(card: &Card, kind: Kind, scale: Scale, numbers: &Numbers) -> Markup {
    let periods = scale.periods(card);
    html! {
        table.figures {
            caption.unseen { (kind.title()) " by " (scale.noun()) }
            thead { tr {
                th scope="col" { (scale.noun()) }
                th.number scope="col" { (kind.from()) }
                th.number scope="col" { (kind.to()) }
                th.number scope="col" { "all" }
            } }
            tbody {
                @for period in periods {
                    @let counts = kind.of(period);
                    tr {
                        th scope="row" { (scale.name(period)) @if !period.is_whole() { "*" } }
                        td.number { (numbers.count(counts.from)) }
                        td.number { (numbers.count(counts.to)) }
                        td.number { (numbers.count(counts.total())) }
                    }
                }
            }
        }
        @let partial = words::partial(periods, card);
        @if !partial.is_empty() { p.muted.note { "* " (partial.join(", ")) "." } }
    }
}
