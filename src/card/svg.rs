//! Cards as plain SVG: charts that pages embed, and the whole card as one file.
//!
//! Colours and fonts are classes of [`STYLE`], so that light, dark and print need no second drawing.

use maud::{Markup, PreEscaped, html};

use super::number::Numbers;
use super::words::{self, Kind};
use super::{Card, Directions, Period};
use crate::format::harmless::harmless;

/// Colours, and what charts are drawn with; pages embed it before their own style.
pub const STYLE: &str = include_str!("chart.css");

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

/// Size of a chart in its own units.
const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 152.0;
/// The edges of its bars.
const LEFT: f64 = 30.0;
const RIGHT: f64 = 356.0;
const TOP: f64 = 8.0;
const BASE: f64 = 120.0;

/// The history of a card as stacked bars, one a period: what came from the account below, what went there above.
///
/// Its figures stand in its title and description and in those of its bars; a page puts a table behind it.
pub fn history(card: &Card, kind: Kind, scale: Scale, numbers: &Numbers) -> Markup {
    let id = format!("{}-by-{}", kind.class(), scale.noun());
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img"
            aria-labelledby=(format!("{id}-title {id}-text")) xmlns="http://www.w3.org/2000/svg" {
            title id=(format!("{id}-title")) { (format!("{} by {}", kind.title(), scale.noun())) }
            desc id=(format!("{id}-text")) { (described(card, kind, scale, numbers)) }
            (bars(card, kind, scale, numbers))
        }
    }
}

/// The chart in words.
fn described(card: &Card, kind: Kind, scale: Scale, numbers: &Numbers) -> String {
    let periods = scale.periods(card);
    let total = |period: &&Period| kind.of(period).total();
    let Some(most) = periods.iter().rev().max_by_key(total).filter(|most| total(most) > 0) else {
        return format!("No {} in {}.", kind.noun(), words::window(card));
    };
    format!(
        "{}; the most, {}, in {}.",
        words::window(card),
        counts(kind, kind.of(most), numbers),
        scale.name(most)
    )
}

/// `12 (5 from them, 7 to them)`
fn counts(kind: Kind, counts: Directions, numbers: &Numbers) -> String {
    format!(
        "{} ({} {}, {} {})",
        numbers.count(counts.total()),
        numbers.count(counts.from),
        kind.from(),
        numbers.count(counts.to),
        kind.to()
    )
}

fn bars(card: &Card, kind: Kind, scale: Scale, numbers: &Numbers) -> Markup {
    let periods = scale.periods(card);
    let most = periods.iter().map(|period| kind.of(period).total()).max().unwrap_or_default();
    let (step, steps) = ticks(most);
    let height = |count: u32| (BASE - TOP) * f64::from(count) / f64::from(step * steps);
    let slot = (RIGHT - LEFT) / periods.len().max(1) as f64;
    let bar = (slot * 0.72).min(26.0);
    html! {
        @for tick in 0..=steps {
            @let y = BASE - height(tick * step);
            line.rule x1=(LEFT) x2=(RIGHT) y1=(px(y)) y2=(px(y)) {}
            text.muted.end x=(LEFT - 5.0) y=(px(y + 3.5)) { (numbers.short(tick * step, 4)) }
        }
        g class=(kind.class()) {
            @for (place, period) in periods.iter().enumerate() {
                @let counts = kind.of(period);
                @let x = LEFT + slot * place as f64;
                @let from = height(counts.from);
                @let to = height(counts.to);
                g.part[!period.is_whole()] {
                    title { (tooltip(kind, scale, period, numbers)) }
                    rect.hit x=(px(x)) y=(TOP) width=(px(slot)) height=(BASE - TOP) {}
                    @if counts.from > 0 {
                        rect.from x=(px(x + (slot - bar) / 2.0)) y=(px(BASE - from)) width=(px(bar)) height=(px(from)) {}
                    }
                    @if counts.to > 0 {
                        // a hair of the ground parts the two
                        @let gap = if counts.from > 0 { 0.8 } else { 0.0 };
                        rect.to x=(px(x + (slot - bar) / 2.0)) y=(px(BASE - from - to))
                            width=(px(bar)) height=(px((to - gap).max(0.4))) {}
                    }
                }
            }
        }
        @for place in 0..periods.len() {
            @let x = LEFT + slot * (place as f64 + 0.5);
            @if let Some((month, year)) = label(periods, place, scale) {
                text.muted.middle x=(px(x)) y=(BASE + 14.0) { (month) }
                @if let Some(year) = year {
                    text.muted.middle x=(px(x)) y=(BASE + 27.0) { (year) }
                }
            }
        }
    }
}

/// The month below a bar, where one begins there, and the year below that of its first month.
fn label(periods: &[Period], place: usize, scale: Scale) -> Option<(String, Option<String>)> {
    let (period, before) =
        (periods.get(place)?, place.checked_sub(1).and_then(|place| periods.get(place)));
    let month = |period: &Period| period.start.format("%b").to_string();
    let year = |period: &Period| period.start.format("%Y").to_string();
    let is_first = before.is_none_or(|before| month(before) != month(period));
    // the month of a first week has mostly begun before it, and its name would run into the next
    let is_crowded = scale == Scale::Weeks && place == 0;
    (is_first && !is_crowded).then(|| {
        let is_new = before.is_none_or(|before| year(before) != year(period));
        let is_second = scale == Scale::Weeks
            && place <= 5
            && period.start.format("%d").to_string().as_str() <= "07";
        (month(period), (is_new || is_second).then(|| year(period)))
    })
}

fn tooltip(kind: Kind, scale: Scale, period: &Period, numbers: &Numbers) -> String {
    let end = match (period.is_cut, period.is_under_way) {
        (false, false) => "",
        (true, _) => ", as far as the window reaches",
        (false, true) => ", not over yet",
    };
    format!("{}: {}{end}", scale.name(period), counts(kind, kind.of(period), numbers))
}

/// Height of a step of the scale and number of steps, up to four, that hold `most`.
fn ticks(most: u32) -> (u32, u32) {
    let mut step: u32 = 1;
    let mut factors = [2, 5, 10].iter().cycle();
    let mut base: u32 = 1;
    while most.div_ceil(step) > 4 {
        let factor = factors.next().copied().unwrap_or(10);
        step = base.saturating_mul(factor);
        if factor == 10 {
            base = step;
        }
    }
    (step, most.div_ceil(step).max(1))
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

/// Size of the whole card.
const CARD: (f64, f64) = (780.0, 536.0);

/// The whole card as an SVG file.
pub fn document(card: &Card, numbers: &Numbers) -> String {
    let (width, height) = CARD;
    let title = format!("Engagement of {}", shortened(&card.customer, 200));
    let drawn = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height)
            role="img" aria-labelledby="card-title card-text" {
            title id="card-title" { (title) }
            desc id="card-text" { (summary(card, numbers)) }
            style { (PreEscaped(STYLE)) (PreEscaped(DOCUMENT_STYLE)) }
            rect.page width=(width) height=(height) rx="14" {}
            text.name x="32" y="52" { (shortened(&card.customer, 40)) }
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
                (words::quarter(&pace, numbers))
                @if let Some(change) = pace.change {
                    " · " tspan.strong.up[change > 0.0].down[change < 0.0] { (words::arrow(change)) (numbers.change(change)) }
                }
            }
        }
    }
}

/// A text of somebody else's in at most so many characters.
fn shortened(text: &str, most: usize) -> String {
    let text = harmless(text);
    match text.chars().count() <= most {
        true => text,
        false => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn a_scale_has_round_steps_and_holds_the_most() {
        for (most, scale) in [
            (0, (1, 1)),
            (1, (1, 1)),
            (4, (1, 4)),
            (5, (2, 3)),
            (9, (5, 2)),
            (21, (10, 3)),
            (99, (50, 2)),
            (4000, (1000, 4)),
        ] {
            assert_eq!(ticks(most), scale, "{most}");
        }
        assert_eq!(ticks(u32::MAX).1, 3);
    }
}
