//! Customers by rank, a line each with its year.

use unicode_width::UnicodeWidthStr;

use super::line::{Ink, Line, Terminal};
use super::{change, chart};
use crate::card::words::Kind;
use crate::card::{Card, words};

/// Columns between columns.
const GAP: usize = 2;

/// The cards as a table in their order, lines that end with a line break.
pub fn ranking(cards: &[Card], terminal: &Terminal) -> String {
    let width = terminal.width;
    let numbers = &terminal.numbers;
    let months = cards.first().map_or(12, |card| card.months.len()).max(8);
    let has_counts = width >= 84;
    let has_last = width >= 104;
    let mut columns = vec![("rank", 4, true), ("customer", 0, false), ("score", 5, true)];
    for kind in Kind::ALL {
        columns.push((kind.noun(), months, false));
        if has_counts {
            columns.push(("", 6, true));
        }
    }
    columns.push(("trend", 8, true));
    if has_last {
        columns.extend([("last e-mail", 15, true), ("last meeting", 15, true)]);
    }
    let others: usize = columns.iter().map(|(_, width, _)| width + GAP).sum::<usize>() - GAP;
    let longest = cards.iter().map(|card| terminal.others(&card.customer, 60).width()).max();
    columns[1].1 = longest.unwrap_or_default().max(8).min(width.saturating_sub(others).max(8));
    let mut lines = vec![header(terminal, &columns)];
    for card in cards {
        let name = terminal.others(&card.customer, columns[1].1);
        let none = || words::NONE.to_owned();
        let count = |number: Option<u32>| number.map_or_else(none, |number| numbers.count(number));
        let mut cells = vec![
            (count(card.rank), Ink::Muted),
            (name, Ink::Plain),
            (count(card.score), Ink::Strong),
        ];
        for kind in Kind::ALL {
            let totals: Vec<u32> =
                card.months.iter().map(|period| kind.of(period).total()).collect();
            let ink = if kind == Kind::Emails { Ink::Emails } else { Ink::Meetings };
            cells.push((chart::sparkline(terminal, &totals), ink));
            if has_counts {
                cells.push((numbers.short(kind.total(card), 6), Ink::Plain));
            }
        }
        let trend = card.trend.and_then(|trend| change(&trend.both, terminal));
        cells.push(trend.unwrap_or_else(|| (none(), Ink::Muted)));
        if has_last {
            let last = [card.days_since_email, card.days_since_meeting];
            cells.extend(last.map(|days| match card.score {
                Some(_) => (words::ago(days, numbers), Ink::Muted),
                None => (none(), Ink::Muted),
            }));
        }
        let mut line = Line::default();
        let mut start = 0;
        for ((_, width, is_right), (text, ink)) in columns.iter().zip(cells) {
            line.skip_to(start);
            if *is_right {
                line.put_right(terminal, &text, ink, start + width);
            } else {
                line.put_as_is(terminal, &text, ink);
            }
            start += width + GAP;
        }
        lines.push(line);
    }
    super::text(&lines)
}

fn header(terminal: &Terminal, columns: &[(&str, usize, bool)]) -> Line {
    let mut line = Line::default();
    let mut start = 0;
    for (title, width, is_right) in columns {
        line.skip_to(start);
        if *is_right {
            line.put_right(terminal, title, Ink::Muted, start + width);
        } else {
            line.put(terminal, title, Ink::Muted);
        }
        start += width + GAP;
    }
    line
}
