//! What is wrong with a query: in words, with its place, and what to do.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use datafusion::common::{DataFusionError, Diagnostic, SchemaError};
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::guard::Refused;
use super::name::Names;
use super::size::MOST_LEVELS;
use super::text::{statements, tokens};
use crate::definition::near;

/// A query that cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// What kind of error it is.
    pub kind: Kind,
    /// What is wrong.
    pub message: String,
    /// Line and column of the text, both from 1, columns in characters; and the characters concerned.
    pub place: Option<Place>,
    /// The line at that place.
    pub line: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Kinds of errors that programs may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The text is not SQL.
    Syntax,
    /// A relation that is not there.
    Relation,
    /// A column that is not there.
    Column,
    /// A function that is not there, or not for such arguments.
    Function,
    /// Something that is not possible here.
    Refused,
    /// More memory than the query may use.
    Memory,
    /// Anything else.
    Other,
}

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Characters concerned, at least 1.
    pub width: usize,
}

impl Place {
    /// The place of these bytes of `text`, which stand on one line.
    fn of(text: &str, range: Range<usize>) -> Self {
        let before = &text[..range.start];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            width: text[range].chars().count().max(1),
        }
    }
}

impl Error {
    /// The error that DataFusion reports of `sql`.
    pub fn new(error: &DataFusionError, sql: &str, names: &Names) -> Self {
        let place = error.diagnostic().and_then(place);
        let error = Self::without_hint(error, place, sql, names);
        match error.message.split_once("\nhint: ") {
            Some((message, hint)) => {
                let (message, hint) = (message.to_owned(), hint.to_owned());
                Self { message, ..error }.hint(hint)
            }
            None => error,
        }
    }

    fn without_hint(
        error: &DataFusionError,
        place: Option<Place>,
        sql: &str,
        names: &Names,
    ) -> Self {
        match error.find_root() {
            DataFusionError::SQL(error, _) => Self::syntax(error, sql),
            DataFusionError::SchemaError(error, _) => Self::column(error, place, sql)
                .unwrap_or_else(|| Self::at(Kind::Other, error.to_string(), place, sql)),
            DataFusionError::ResourcesExhausted(message) => {
                // what has a hint of its own is no matter of the limit
                let error = Self::at(Kind::Memory, message.clone(), None, sql);
                error.hint("ask for fewer rows or columns at once, or raise `memory_limit` of the definition, for a server `--query-memory`")
            }
            DataFusionError::Plan(message) => Self::relation(message, place, sql, names)
                .or_else(|| Self::function(message, sql))
                .or_else(|| Self::arguments(message, sql))
                .unwrap_or_else(|| Self::at(Kind::Other, message.clone(), place, sql)),
            DataFusionError::Execution(message) | DataFusionError::NotImplemented(message) => {
                Self::at(Kind::Other, message.clone(), place, sql)
            }
            // so it calls a function that does not take what it is given
            DataFusionError::Internal(message) => Self::arguments(message, sql)
                .unwrap_or_else(|| Self::at(Kind::Other, message.clone(), place, sql)),
            DataFusionError::ArrowError(error, _) => {
                Self::at(Kind::Other, error.to_string(), place, sql)
            }
            other => Self::at(Kind::Other, other.strip_backtrace(), place, sql),
        }
    }

    /// What the parser says of `sql`.
    pub(super) fn syntax(error: &ParserError, sql: &str) -> Self {
        let (ParserError::ParserError(message) | ParserError::TokenizerError(message)) = error
        else {
            return Self::at(Kind::Syntax, "the query is nested too deeply".to_owned(), None, sql);
        };
        let number = |text: &str| text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok();
        let Some((what, place)) = message.rsplit_once(" at Line: ") else {
            let is_end = message.ends_with("found: EOF");
            let message = message.replace("found: EOF", "found the end");
            return Self::at(Kind::Syntax, message, end(sql).filter(|_| is_end), sql);
        };
        let place = place.split_once(", Column: ").and_then(|(line, column)| {
            Some(Place { line: number(line)?, column: number(column)?, width: 1 })
        });
        Self::at(Kind::Syntax, what.to_owned(), place, sql)
    }

    /// A statement that nobody has written by hand.
    pub(super) fn too_long() -> Self {
        let message = format!("the query has more than {MOST_LEVELS} operators");
        Self::of_text(message).hint("`in (…)` takes lists of any length")
    }

    pub(super) fn refused(refused: &Refused) -> Self {
        let text = refused.to_string();
        let (message, hint) = text.split_once("\nhint: ").unwrap_or((&text, ""));
        Self::at(Kind::Refused, message.to_owned(), None, "").hint(hint)
    }

    pub(super) fn at(kind: Kind, message: String, place: Option<Place>, sql: &str) -> Self {
        let line = place.and_then(|place| sql.lines().nth(place.line - 1)).unwrap_or_default();
        let place = place.filter(|_| !line.is_empty());
        Self { kind, message, place, line: line.to_owned(), hint: None }
    }

    /// An error of a whole text.
    pub(super) fn of_text(message: String) -> Self {
        Self::at(Kind::Other, message, None, "")
    }

    /// The error at the first letter of the statement of `text`, where nothing tells a closer place.
    pub(super) fn at_statement(self, text: &str) -> Self {
        let first = statements(text).first().map_or(0, |(range, _)| range.start);
        self.or_at(Place::of(text, first..first), text)
    }

    /// The error at the only `word` of `text`, where nothing tells a closer place.
    pub(super) fn at_word(self, word: &str, text: &str) -> Self {
        match only_word(word, text) {
            Some(place) => self.or_at(place, text),
            None => self,
        }
    }

    fn or_at(self, place: Place, text: &str) -> Self {
        match self.place {
            Some(_) => self,
            None => {
                let Self { place, line, .. } =
                    Self::at(self.kind, String::new(), Some(place), text);
                Self { place, line, ..self }
            }
        }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The message with `name` in the letter case in which it stands at the place.
    fn in_typed_case(mut self, name: &str) -> Self {
        if let Some(Place { column, width, .. }) = self.place {
            let typed: String = self.line.chars().skip(column - 1).take(width).collect();
            if typed.eq_ignore_ascii_case(name) {
                self.message =
                    self.message.replacen(&format!("`{name}`"), &format!("`{typed}`"), 1);
            }
        }
        self
    }

    /// The error as one of `text`, of which the statement is a part with the same lines and columns.
    pub fn of_part(self, text: &str) -> Self {
        let line = self.place.and_then(|place| text.lines().nth(place.line - 1));
        Self { line: line.map_or(self.line, str::to_owned), ..self }
    }

    fn column(error: &SchemaError, place: Option<Place>, sql: &str) -> Option<Self> {
        let SchemaError::FieldNotFound { field, valid_fields } = error else {
            return None;
        };
        let mut valid: Vec<&str> = valid_fields.iter().map(|column| column.name()).collect();
        let mut known = BTreeSet::new();
        valid.retain(|name| known.insert(*name));
        let place = place.or_else(|| only_word(&field.name, sql));
        let message = match &field.relation {
            Some(relation) => format!("no column `{}` in `{}`", field.name, relation.table()),
            None => format!("no column `{}`", field.name),
        };
        let error = Self::at(Kind::Column, message, place, sql).hint_near(&field.name, &valid);
        Some(error.in_typed_case(&field.name))
    }

    /// A relation that DataFusion has not found; it says so in words only.
    fn relation(message: &str, place: Option<Place>, sql: &str, names: &Names) -> Option<Self> {
        let name = message.strip_prefix("table '")?.strip_suffix("' not found")?;
        let name = name.strip_prefix("rapport.").unwrap_or(name);
        let name = name.strip_prefix("public.").unwrap_or(name);
        let error = Self::unknown_relation(name, names);
        let Self { place, line, .. } = Self::at(Kind::Relation, String::new(), place, sql);
        Some(Self { place, line, ..error }.in_typed_case(name))
    }

    /// A function that DataFusion has not found; it says so in words only.
    fn function(message: &str, sql: &str) -> Option<Self> {
        let (name, near) = message.strip_prefix("Invalid function '")?.split_once("'.\n")?;
        let place = only_word(name, sql);
        let error = Self::at(Kind::Function, format!("no function `{name}`"), place, sql);
        let near = near.strip_prefix("Did you mean '").and_then(|near| near.strip_suffix("'?"));
        Some(match near {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        })
    }

    /// A function that does not take the arguments that it is given; DataFusion says so at length.
    fn arguments(message: &str, sql: &str) -> Option<Self> {
        const FOUND: &str = "No function matches the given name and argument types '";
        let (call, _) = message.split_once(FOUND)?.1.split_once('\'')?;
        let (name, _) = call.split_once('(')?;
        let message = format!("no function matches `{call}`");
        let error = Self::at(Kind::Function, message, only_word(name, sql), sql);
        Some(error.hint("another type may do, as in `cast(… as double)`"))
    }

    pub(super) fn unknown_relation(name: &str, names: &Names) -> Self {
        let error = Self::at(Kind::Relation, format!("no relation `{name}`"), None, "");
        error.hint_near(name, &names.relations().collect::<Vec<_>>())
    }

    /// Hints at the one of `known` that may have been meant, or at some of them.
    pub(super) fn hint_near(self, name: &str, known: &[&str]) -> Self {
        match near::nearest(name, known.iter().copied()) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None if known.is_empty() => self,
            None => self.hint(format!("there are {}", near::first_five(known))),
        }
    }
}

/// The place of the word `name`, for what the planner does not place; none where it stands more than once.
fn only_word(name: &str, sql: &str) -> Option<Place> {
    let tokens = tokens(sql).ok()?;
    let mut words = tokens.iter().filter(
        |(token, _)| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name)),
    );
    let (_, range) = words.next()?;
    match words.next() {
        None => Some(Place::of(sql, range.clone())),
        Some(_) => None,
    }
}

/// The place behind the last character that is no white space.
fn end(sql: &str) -> Option<Place> {
    let text = sql.trim_end();
    let last = text.lines().last()?;
    Some(Place { line: text.lines().count(), column: last.chars().count() + 1, width: 1 })
}

fn place(diagnostic: &Diagnostic) -> Option<Place> {
    let span = diagnostic.span?;
    let number = |number: u64| usize::try_from(number).ok().filter(|number| *number > 0);
    let is_one_line = span.start.line == span.end.line;
    let width = if is_one_line { span.end.column.saturating_sub(span.start.column) } else { 1 };
    Some(Place {
        line: number(span.start.line)?,
        column: number(span.start.column)?,
        width: number(width).unwrap_or(1),
    })
}

impl Place {
    /// Its first character in the whole of `text`, from 1.
    pub fn character(self, text: &str) -> usize {
        let before = text.split_inclusive('\n').take(self.line - 1);
        before.map(|line| line.chars().count()).sum::<usize>() + self.column
    }
}

/// The message, the line with a caret below the place, and the hint.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(Place { line, column, width }) = self.place {
            let number = line.to_string();
            let margin = " ".repeat(number.len());
            // a tab stays one, so that the caret stands below whatever the terminal makes of it
            let before: String = self
                .line
                .chars()
                .take(column - 1)
                .map(|c| if c == '\t' { c } else { ' ' })
                .collect();
            write!(
                f,
                "\n{margin} |\n{number} | {}\n{margin} | {before}{}",
                self.line,
                "^".repeat(width)
            )?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}
