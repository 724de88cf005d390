//! The history of a card as bars that stand above their months or weeks.

use maud::{Markup, html};

use super::{Scale, px};
use crate::card::number::Numbers;
use crate::card::words::{self, Kind};
use crate::card::{Card, Directions, Period};

/// Size of a chart in its own units.
pub(super) const WIDTH: f64 = 360.0;
pub(super) const HEIGHT: f64 = 152.0;
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
pub(super) fn counts(kind: Kind, counts: Directions, numbers: &Numbers) -> String {
    format!(
        "{} ({} {}, {} {})",
        numbers.count(counts.total()),
        numbers.count(counts.from),
        kind.from(),
        numbers.count(counts.to),
        kind.to()
    )
}

/// What is in the picture.
pub(super) fn bars(card: &Card, kind: Kind, scale: Scale, numbers: &Numbers) -> Markup {
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
