//! Bars of blocks: lying, standing in rows above their periods, and so small that a year is a word.

use super::line::{Ink, Line, Terminal};
use crate::card::words::Kind;
use crate::card::{Card, Directions, Period, words};

/// Eighths of a cell, from the left and from below.
const LEFT: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const BELOW: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same for a terminal without blocks.
const ROUGH: [char; 9] = [' ', '.', '.', ':', ':', '-', '=', '+', '#'];

/// A lying bar of `share` of `width` cells, on a track that shows the whole.
pub(super) fn lying(line: &mut Line, terminal: &Terminal, share: f64, width: usize, ink: Ink) {
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    let (full, rest) = match terminal.is_ascii {
        true => ((eighths + 4) / 8, 0),
        false => (eighths / 8, eighths % 8),
    };
    let mut bar = if terminal.is_ascii { "#" } else { "█" }.repeat(full);
    if rest > 0 {
        bar.push(LEFT[rest]);
    }
    let left = width - full - usize::from(rest > 0);
    line.put_as_is(terminal, &bar, ink);
    let track = if terminal.is_ascii { "." } else { "·" };
    line.put_as_is(terminal, &track.repeat(left), Ink::Muted);
}

/// A character a period, the highest as high as the line.
pub(super) fn sparkline(terminal: &Terminal, values: &[u32]) -> String {
    let most = values.iter().copied().max().unwrap_or_default().max(1);
    let steps = if terminal.is_ascii { ROUGH } else { BELOW };
    values.iter().map(|value| steps[eighths(*value, most, 8)]).collect()
}

/// `value` in so many steps, at least one where there is anything.
fn eighths(value: u32, most: u32, steps: usize) -> usize {
    let exact = (f64::from(value) / f64::from(most) * steps as f64).round() as usize;
    if value > 0 { exact.max(1) } else { 0 }
}

/// Rows of a chart's bars.
const HEIGHT: usize = 5;
/// Columns of the words before a chart's figures.
const LABEL: usize = 11;

/// The history of a card by month: bars, months, and the figures behind them, in `width` columns.
pub(super) fn months(terminal: &Terminal, card: &Card, kind: Kind, width: usize) -> Vec<Line> {
    let periods = &card.months;
    let slot = (width.saturating_sub(LABEL) / periods.len().max(1)).clamp(4, 8);
    let bar = slot - 1;
    let all: Vec<Directions> = periods.iter().map(|period| kind.of(period)).collect();
    let most = all.iter().map(|counts| counts.total()).max().unwrap_or_default();
    let mut lines = Vec::new();
    if most > 0 {
        let steps: Vec<usize> =
            all.iter().map(|counts| eighths(counts.total(), most, HEIGHT * 8)).collect();
        for row in (0..HEIGHT).rev() {
            let mut line = Line::default();
            for (place, (steps, period)) in steps.iter().zip(periods).enumerate() {
                let filled = steps.saturating_sub(row * 8).min(8);
                let cell = match terminal.is_ascii {
                    false => BELOW[filled],
                    true if filled >= 4 || row == 0 && filled > 0 => '#',
                    true => ' ',
                };
                line.skip_to(LABEL + place * slot);
                line.put_as_is(terminal, &cell.to_string().repeat(bar), ink(kind, period));
            }
            lines.push(line);
        }
    }
    lines.push(labels(terminal, periods, slot, |_, period| {
        Some(period.start.format("%b").to_string())
    }));
    let years = labels(terminal, periods, slot, |place, period| {
        let is_named = place == 0 || period.start.format("%m").to_string() == "01";
        is_named.then(|| period.start.format("%Y").to_string())
    });
    lines.push(years);
    for (name, of) in [
        (kind.from(), (|counts| counts.from) as fn(&Directions) -> u32),
        (kind.to(), |counts| counts.to),
    ] {
        let mut line = Line::default();
        line.put(terminal, name, Ink::Muted);
        for (place, counts) in all.iter().enumerate() {
            let text = match of(counts) {
                0 => if terminal.is_ascii { "." } else { "·" }.to_owned(),
                number => terminal.numbers.short(number, bar),
            };
            let ink = if of(counts) == 0 { Ink::Muted } else { Ink::Plain };
            line.put_right(terminal, &text, ink, LABEL + place * slot + bar);
        }
        lines.push(line);
    }
    let partial = words::partial(periods, card);
    if !partial.is_empty() {
        let mut line = Line::default();
        line.put(terminal, &format!("Not whole: {}.", partial.join(", ")), Ink::Muted);
        lines.push(line);
    }
    lines
}

fn labels(
    terminal: &Terminal,
    periods: &[Period],
    slot: usize,
    label: impl Fn(usize, &Period) -> Option<String>,
) -> Line {
    let mut line = Line::default();
    for (place, period) in periods.iter().enumerate() {
        if let Some(text) = label(place, period) {
            line.skip_to(LABEL + place * slot);
            line.put(terminal, &text, Ink::Muted);
        }
    }
    line
}

fn ink(kind: Kind, period: &Period) -> Ink {
    match (period.is_whole(), kind) {
        (false, _) => Ink::Muted,
        (true, Kind::Emails) => Ink::Emails,
        (true, Kind::Meetings) => Ink::Meetings,
    }
}
