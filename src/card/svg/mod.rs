//! Cards as plain SVG: charts that pages embed, and the whole card as one file.
//!
//! Colours and fonts are classes of [`STYLE`], so that light, dark and print need no second drawing.

mod document;
mod history;

use maud::{Markup, html};

pub use document::document;
pub use history::history;

use super::number::Numbers;
use super::words::{self, Kind};
use super::{Card, Period};

/// Colours, and what charts are drawn with; pages embed it before their own style.
pub const STYLE: &str = include_str!("../chart.css");

/// The periods that a chart has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The last twelve calendar months.
    Months,
    /// All weeks of the window.
    Weeks,
}

impl Scale {
    /// Those of `card`.
    pub fn periods(self, card: &Card) -> &[Period] {
        match self {
            Scale::Months => &card.months,
            Scale::Weeks => &card.weeks,
        }
    }

    /// `month` or `week`.
    pub fn noun(self) -> &'static str {
        match self {
            Scale::Months => "month",
            Scale::Weeks => "week",
        }
    }

    /// What a period is called.
    pub fn name(self, period: &Period) -> String {
        match self {
            Scale::Months => period.start.format("%B %Y").to_string(),
            Scale::Weeks => format!("week of {}", words::day(period.start)),
        }
    }
}

/// A coordinate with one decimal.
fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A lying bar of `share`, which is told beside it.
pub fn bar(share: f64, kind: Kind) -> Markup {
    html! {
        svg.lying viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" {
            rect.track width="100" height="8" {}
            rect.bar.(kind.class()) width=(px(100.0 * share.clamp(0.0, 1.0))) height="8" {}
        }
    }
}

/// The score as a part of a ring, with the number in it.
pub fn ring(score: u32, numbers: &Numbers) -> Markup {
    html! {
        svg.score viewBox="0 0 100 100" role="img" aria-label=(format!("Score {} of 100", numbers.count(score))) {
            (ring_at_origin(score, numbers))
        }
    }
}

fn ring_at_origin(score: u32, numbers: &Numbers) -> Markup {
    html! {
        circle.ring cx="50" cy="50" r="43" {}
        circle.ring.share cx="50" cy="50" r="43" pathLength="100" stroke-dasharray=(format!("{score} 100"))
            transform="rotate(-90 50 50)" {}
        text.strong.middle x="50" y="60" font-size="30" { tspan.number { (numbers.count(score)) } }
    }
}
