//! Lines of a terminal: what stands where, in which ink.

use console::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::card::number::Numbers;
use crate::format::harmless::{ascii, harmless};

/// What a terminal takes.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Columns, 60 at least.
    pub width: usize,
    /// It wants colours.
    pub has_color: bool,
    /// It wants plain ASCII.
    pub is_ascii: bool,
    /// How numbers are written.
    pub numbers: Numbers,
}

/// What a text is, for its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Strong,
    Muted,
    Emails,
    Meetings,
    Up,
    Down,
}

impl Terminal {
    fn paint(&self, text: &str, ink: Ink) -> String {
        let style = Style::new().force_styling(true);
        let style = match ink {
            _ if !self.has_color || text.trim().is_empty() => return text.to_owned(),
            Ink::Plain => return text.to_owned(),
            Ink::Strong => style.bold(),
            Ink::Muted => style.dim(),
            Ink::Emails => style.blue(),
            Ink::Meetings => style.magenta(),
            Ink::Up => style.green(),
            Ink::Down => style.red(),
        };
        style.apply_to(text).to_string()
    }

    /// Our own words as this terminal can show them.
    pub(super) fn own(&self, text: &str) -> String {
        let plain = |c: char| match c {
            '–' | '−' => '-',
            '·' => '.',
            '’' => '\'',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        match self.is_ascii {
            false => text.to_owned(),
            // what a locale writes beyond that
            true => ascii(&text.replace(" · ", ", ").chars().map(plain).collect::<String>()),
        }
    }

    /// A text of somebody else's, in at most `width` columns.
    pub(super) fn others(&self, text: &str, width: usize) -> String {
        let text = if self.is_ascii { ascii(text) } else { harmless(text) };
        // marks without a width of their own pile up
        let is_short = text.width() <= width && text.chars().count() <= 4 * width;
        if is_short {
            return text;
        }
        let end = if self.is_ascii { "..." } else { "…" };
        let mut room = width.saturating_sub(end.width());
        let mut cut = String::new();
        for c in text.chars().take(4 * width) {
            let Some(rest) = room.checked_sub(c.width().unwrap_or_default()) else { break };
            room = rest;
            cut.push(c);
        }
        cut + end
    }
}

/// A line in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    text: String,
    width: usize,
}

impl Line {
    /// Adds a text of ours.
    pub(super) fn put(&mut self, terminal: &Terminal, text: &str, ink: Ink) {
        self.put_as_is(terminal, &terminal.own(text), ink);
    }

    /// Adds a text that the terminal can show.
    pub(super) fn put_as_is(&mut self, terminal: &Terminal, text: &str, ink: Ink) {
        self.width += text.width();
        self.text.push_str(&terminal.paint(text, ink));
    }

    /// The same so that it ends at column `end`, where there is room.
    pub(super) fn put_right(&mut self, terminal: &Terminal, text: &str, ink: Ink, end: usize) {
        let text = terminal.own(text);
        self.skip_to(end.saturating_sub(text.width()));
        self.put_as_is(terminal, &text, ink);
    }

    /// Goes on at column `at`, if it is not beyond it.
    pub(super) fn skip_to(&mut self, at: usize) {
        let blanks = at.saturating_sub(self.width);
        self.text.extend(std::iter::repeat_n(' ', blanks));
        self.width += blanks;
    }

    /// Puts `other` beside this one, from column `at` on.
    pub(super) fn beside(mut self, other: &Line, at: usize) -> Line {
        self.skip_to(at);
        self.text.push_str(&other.text);
        self.width += other.width;
        self
    }

    pub(super) fn text(&self) -> &str {
        self.text.trim_end()
    }
}
