//! The whole card as one picture.

use maud::{Markup, PreEscaped, html};

use super::history::{HEIGHT, WIDTH, bars, counts};
use super::{STYLE, Scale, px, ring_at_origin};
use crate::card::Card;
use crate::card::number::Numbers;
use crate::card::words::{self, Kind};

/// Size of the whole card.
const CARD: (f64, f64) = (780.0, 536.0);

/// The whole card as an SVG file.
pub fn document(card: &Card, numbers: &Numbers) -> String {
    let (width, height) = CARD;
    let title = format!("Engagement of {}", words::shortened(&card.customer, 200));
    let drawn = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height)
            role="img" aria-labelledby="card-title card-text" {
            title id="card-title" { (title) }
            desc id="card-text" { (summary(card, numbers)) }
            style { (PreEscaped(STYLE)) (PreEscaped(DOCUMENT_STYLE)) }
            rect.page width=(width) height=(height) rx="14" {}
            text.name x="32" y="52" { (words::shortened(&card.customer, 40)) }
            text.muted.small x="32" y="74" {
                (words::window(card))
            }
            @match card.score {
                None => text x="32" y="130" { (words::NOTHING) },
                Some(score) => {
                    svg x="664" y="22" width="84" height="84" viewBox="0 0 100 100" {
                        (ring_at_origin(score, numbers))
                    }
                    @if let Some(rank) = words::rank(card, numbers) {
                        text.muted.end.small x="648" y="68" { (rank) }
                    }
                    (components(card, numbers))
                    (figures(card, numbers))
                    @for (kind, x) in Kind::ALL.into_iter().zip([32, 408]) {
                        (legend(card, kind, f64::from(x), numbers))
                        svg x=(x) y="352" width="340" height="144" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) {
                            (bars(card, kind, Scale::Months, numbers))
                        }
                        (trend(card, kind, f64::from(x), numbers))
                    }
                }
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", drawn.into_string())
}

/// What the file alone needs.
const DOCUMENT_STYLE: &str = "
svg .page { fill: var(--surface); stroke: var(--line); }
svg .name { font-size: 26px; font-weight: 650; }
svg .small { font-size: 12px; }
svg .row { font-size: 13px; }
svg .number { font-size: 30px; font-variant-numeric: tabular-nums; }
svg .title { font-size: 13px; font-weight: 650; }
";

/// What somebody is told who does not see the picture.
fn summary(card: &Card, numbers: &Numbers) -> String {
    let Some(score) = card.score else { return words::NOTHING.to_owned() };
    let mut text = format!("Score {} of 100", numbers.count(score));
    if let Some(rank) = words::rank(card, numbers) {
        text.push_str(&format!(", {rank}"));
    }
    for kind in Kind::ALL {
        text.push_str(&format!(
            ". {}: {}",
            kind.title(),
            counts(kind, kind.directions(card), numbers)
        ));
    }
    for (name, value) in words::facts(card, numbers) {
        text.push_str(&format!(". {name}: {value}"));
    }
    text.push('.');
    text
}

fn components(card: &Card, numbers: &Numbers) -> Markup {
    html! {
        text.title x="32" y="132" { "What the score is made of" }
        @for (place, component) in card.components.iter().enumerate() {
            @let y = 158.0 + 25.0 * place as f64;
            @let share = component.points.map_or(0.0, |points| points / component.most_points.max(f64::MIN_POSITIVE));
            text.row x="32" y=(y) { (words::component(&component.name)) }
            text.row.end x="246" y=(y) { (words::value(component, numbers)) }
            rect.track x="260" y=(y - 9.0) width="112" height="8" rx="2" {}
            rect.bar.emails x="260" y=(y - 9.0) width=(px(112.0 * share.clamp(0.0, 1.0))) height="8" rx="2" {}
            text.row.end.muted x="452" y=(y) { (words::points(component, numbers)) }
        }
    }
}

fn figures(card: &Card, numbers: &Numbers) -> Markup {
    html! {
        @for (place, (name, value)) in words::facts(card, numbers).into_iter().enumerate() {
            @let y = 132.0 + 24.0 * place as f64;
            text.row.muted x="486" y=(y) { (name) }
            text.row.end x="748" y=(y) { (value) }
        }
    }
}

fn legend(card: &Card, kind: Kind, x: f64, numbers: &Numbers) -> Markup {
    let counts = kind.directions(card);
    html! {
        g class=(kind.class()) {
            text.title x=(x) y="304" { (kind.title()) " " (numbers.count(kind.total(card))) }
            rect.from x=(x) y="334" width="9" height="9" {}
            text.muted x=(x + 14.0) y="342" { (numbers.count(counts.from)) " " (kind.from()) }
            rect.to x=(x + 110.0) y="334" width="9" height="9" {}
            text.muted x=(x + 124.0) y="342" { (numbers.count(counts.to)) " " (kind.to()) }
            @if let Some(others) = kind.others(card, numbers) {
                text.muted.end x=(x + 340.0) y="342" { (others) }
            }
            text.muted.small x=(x) y="323" { (words::involved_in(kind, card, numbers)) }
        }
    }
}

fn trend(card: &Card, kind: Kind, x: f64, numbers: &Numbers) -> Markup {
    html! {
        @if let Some(pace) = kind.pace(card) {
            text.muted x=(x) y="512" {
                (words::quarter(&pace, card, numbers))
                @if let Some(change) = pace.change {
                    " · " tspan.strong.up[change > 0.0].down[change < 0.0] { (words::arrow(change)) (numbers.change(change)) }
                }
            }
        }
    }
}
