//! Cards in a terminal of 60 columns or more.

mod chart;
mod line;
mod ranking;

use line::{Ink, Line};

pub use line::Terminal;
pub use ranking::ranking;

use super::words::{self, Kind};
use super::{Card, Component, Pace};

/// Wider lines are hard to follow.
const WIDEST: usize = 150;
/// From here on the charts stand beside the figures.
const TWO_COLUMNS: usize = 126;
/// Between two columns.
const GUTTER: usize = 6;

/// The card of one customer, lines that end with a line break.
pub fn card(card: &Card, terminal: &Terminal) -> String {
    let page = Page { card, terminal };
    let width = terminal.width.min(WIDEST);
    let mut lines = page.head(width);
    if card.score.is_none() {
        lines.push(Line::default());
        lines.push(page.line(words::NOTHING, Ink::Plain));
        return text(&lines);
    }
    let column = if width < TWO_COLUMNS { width.min(84) } else { (width - GUTTER) / 2 };
    let mut left = page.score(column);
    left.extend(page.totals());
    left.extend(page.people());
    left.extend(page.facts());
    let mut right = Vec::new();
    for kind in Kind::ALL {
        right.extend(page.history(kind, column));
    }
    if width < TWO_COLUMNS {
        lines.extend(left);
        lines.extend(right);
    } else {
        let rows = left.len().max(right.len());
        left.resize(rows, Line::default());
        right.resize(rows, Line::default());
        let beside = |(left, right): (Line, &Line)| left.beside(right, column + GUTTER);
        lines.extend(left.into_iter().zip(&right).map(beside));
    }
    if card.hides_people() {
        lines.push(Line::default());
        lines.push(page.line(words::HIDDEN, Ink::Muted));
    }
    text(&lines)
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| format!("{}\n", line.text())).collect()
}

/// Columns of the names of figures.
const NAME: usize = 19;

struct Page<'a> {
    card: &'a Card,
    terminal: &'a Terminal,
}

impl Page<'_> {
    fn line(&self, text: &str, ink: Ink) -> Line {
        let mut line = Line::default();
        line.put(self.terminal, text, ink);
        line
    }

    /// A blank line and a heading.
    fn heading(&self, text: &str) -> Vec<Line> {
        vec![Line::default(), self.line(text, Ink::Strong)]
    }

    /// Whose card, the score, the place, the window.
    fn head(&self, width: usize) -> Vec<Line> {
        let Self { card, terminal } = self;
        let numbers = &terminal.numbers;
        let mut first = Line::default();
        let name = terminal.others(&card.customer, width - 20);
        first.put_as_is(terminal, &name, Ink::Strong);
        if let Some(score) = card.score {
            let score = format!("score {}", numbers.count(score));
            first.put_right(terminal, &score, Ink::Strong, width);
        }
        let mut second = self.line(&words::window(card), Ink::Muted);
        if let Some(rank) = words::rank(card, numbers) {
            second.put_right(terminal, &rank, Ink::Muted, width);
        }
        let rule = if terminal.is_ascii { "-" } else { "─" }.repeat(width);
        let mut below = Line::default();
        below.put_as_is(terminal, &rule, Ink::Muted);
        vec![first, second, below]
    }

    /// What the score is made of.
    fn score(&self, width: usize) -> Vec<Line> {
        let mut lines = vec![self.line("What the score is made of", Ink::Strong)];
        lines.extend(self.card.components.iter().map(|component| self.component(component, width)));
        lines
    }

    fn component(&self, component: &Component, width: usize) -> Line {
        let Self { terminal, .. } = self;
        let numbers = &terminal.numbers;
        let mut line = self.line(words::component(&component.name), Ink::Plain);
        let value = words::value(component, numbers);
        line.put_right(terminal, &value, Ink::Plain, NAME + 11);
        line.put(terminal, "  ", Ink::Plain);
        let points = words::points(component, numbers);
        let room = width - (NAME + 13) - 13;
        let share = component
            .points
            .map_or(0.0, |points| points / component.most_points.max(f64::MIN_POSITIVE));
        chart::lying(&mut line, terminal, share, room.min(30), Ink::Emails);
        line.put_right(terminal, &points, Ink::Plain, NAME + 13 + room.min(30) + 13);
        line
    }

    /// Both directions.
    fn totals(&self) -> Vec<Line> {
        let Self { card, terminal } = self;
        let numbers = &terminal.numbers;
        let mut lines = self.heading("Totals");
        let ends = [NAME + 11, NAME + 21, NAME + 31];
        let titles = &mut lines[1];
        for (title, end) in ["all", "by them", "by us"].iter().zip(ends) {
            titles.put_right(terminal, title, Ink::Muted, end);
        }
        for kind in Kind::ALL {
            let counts = kind.directions(card);
            let mut line = self.line(kind.title(), Ink::Plain);
            for (number, end) in [kind.total(card), counts.from, counts.to].iter().zip(ends) {
                line.put_right(terminal, &numbers.count(*number), Ink::Plain, end);
            }
            lines.push(line);
        }
        lines
    }

    fn people(&self) -> Vec<Line> {
        let Self { card, terminal } = self;
        let mut lines = self.heading("People involved");
        let ends = [NAME + 11, NAME + 21];
        for (title, end) in ["ours", "theirs"].iter().zip(ends) {
            lines[1].put_right(terminal, title, Ink::Muted, end);
        }
        for kind in Kind::ALL {
            let people = kind.people(card);
            let mut line = self.line(&format!("In {}", kind.noun()), Ink::Plain);
            for (number, end) in [people.own, people.theirs].iter().zip(ends) {
                let text = words::people(*number, &terminal.numbers);
                line.put_right(terminal, &text, Ink::Plain, end);
            }
            lines.push(line);
        }
        lines
    }

    /// How long ago, how fast, how long.
    fn facts(&self) -> Vec<Line> {
        let mut lines = self.heading("Contact");
        for (name, value) in words::facts(self.card, &self.terminal.numbers) {
            let mut line = self.line(name, Ink::Plain);
            line.put_right(self.terminal, &value, Ink::Plain, NAME + 21);
            lines.push(line);
        }
        lines
    }

    /// The months of one kind, and their trend.
    fn history(&self, kind: Kind, width: usize) -> Vec<Line> {
        let Self { card, terminal } = self;
        let mut lines = self.heading(&format!("{} by month", kind.title()));
        if kind == Kind::Emails && width < TWO_COLUMNS && terminal.width >= TWO_COLUMNS {
            // beside the first heading of the other column
            lines.remove(0);
        }
        lines.extend(chart::months(terminal, card, kind, width));
        if let Some(others) = kind.others(card, &terminal.numbers) {
            lines.push(self.line(&format!("{others}."), Ink::Muted));
        }
        if let Some(pace) = kind.pace(card) {
            let mut line = self.line(&words::quarter(&pace, card, &terminal.numbers), Ink::Muted);
            if let Some((text, ink)) = change(&pace, terminal) {
                line.put(terminal, " · ", Ink::Muted);
                line.put_as_is(terminal, &text, ink);
            }
            lines.push(line);
        }
        lines
    }
}

/// The change of a pace with an arrow.
fn change(pace: &Pace, terminal: &Terminal) -> Option<(String, Ink)> {
    let change = pace.change?;
    let text = terminal.own(&terminal.numbers.change(change));
    let arrow = words::arrow(change);
    let ink = match (arrow, change > 0.0) {
        ("", _) => Ink::Plain,
        (_, true) => Ink::Up,
        (_, false) => Ink::Down,
    };
    let arrow = if terminal.is_ascii { "" } else { arrow };
    Some((format!("{arrow}{text}"), ink))
}
