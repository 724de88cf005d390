//! TOML with places: every table and value knows its dotted key and its line.
//!
//! Not here: which keys there are (`parse`).

use std::ops::{Range, RangeInclusive};
use std::path::Path;

use chrono::NaiveDate;
use toml::de::{DeTable, DeValue};

use super::error::Error;
use super::near;

/// A value and the line of the definition on which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: usize,
}

/// The text of a definition and where it comes from.
#[derive(Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl<'a> Document<'a> {
    /// The top-level table, or the first syntax error with the key that it broke.
    pub(super) fn parse(self) -> Result<DeTable<'a>, Error> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        let table = table.into_inner();
        let Some(first) = errors.first() else {
            return Ok(table);
        };
        let offset = first.span().map_or(self.text.len(), |span| span.start);
        let error = Error::new(self.path, format!("not valid TOML: {}", first.message()))
            .line(self.line(offset));
        // The table holds the first of two equal keys, so for the second the line tells.
        let key = match first.message().starts_with("duplicate key") {
            true => self.key_on_line(offset),
            false => key_around(&table, offset).or_else(|| self.key_on_line(offset)),
        };
        Err(match key {
            Some(key) => error.key(key),
            None => error,
        })
    }

    fn line(self, offset: usize) -> usize {
        line_of(self.text.as_bytes(), offset)
    }

    /// The dotted key with which the line begins, by the headers above it.
    fn key_on_line(self, offset: usize) -> Option<String> {
        let header = |line: &str| -> Option<String> {
            let inner = line.trim_start().strip_prefix('[')?.trim_start_matches('[');
            Some(inner.split(']').next()?.trim().to_owned())
        };
        let start = self.text.get(..offset)?.rfind('\n').map_or(0, |end| end + 1);
        let line = self.text.get(start..)?.lines().next()?;
        if let Some(table) = header(line) {
            return Some(table);
        }
        let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let key = line.trim_start().split(|c| !is_bare(c)).next().filter(|key| !key.is_empty())?;
        let table = self.text.get(..start)?.lines().rev().find_map(header);
        Some(table.map_or(key.to_owned(), |table| format!("{table}.{key}")))
    }
}

/// The line, from 1, on which the byte at `offset` stands.
pub(super) fn line_of(text: &[u8], offset: usize) -> usize {
    1 + text.iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// The dotted key whose text or value holds `offset`.
fn key_around(table: &DeTable<'_>, offset: usize) -> Option<String> {
    let holds = |span: &Range<usize>| span.start <= offset && offset <= span.end;
    for (key, value) in table.iter() {
        let inner = match value.get_ref() {
            DeValue::Table(table) => key_around(table, offset),
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| item.get_ref().as_table())
                .find_map(|table| key_around(table, offset)),
            _ => None,
        };
        if let Some(inner) = inner {
            return Some(format!("{}.{inner}", key.get_ref()));
        }
        let whole = key.span().start..value.span().end.max(key.span().end);
        if !matches!(value.get_ref(), DeValue::Table(_)) && holds(&whole) {
            return Some(key.get_ref().to_string());
        }
    }
    None
}

/// A table of the definition.
pub(super) struct Table<'a> {
    document: Document<'a>,
    entries: &'a DeTable<'a>,
    /// Dotted name; empty at the top level.
    name: String,
    line: usize,
}

impl<'a> Table<'a> {
    pub(super) fn top(document: Document<'a>, entries: &'a DeTable<'a>) -> Table<'a> {
        Table { document, entries, name: String::new(), line: 1 }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Dotted name of a key of this table.
    fn dotted(&self, key: &str) -> String {
        match self.name.as_str() {
            "" => key.to_owned(),
            name => format!("{name}.{key}"),
        }
    }

    /// An error at this table.
    pub(super) fn error(&self, problem: impl Into<String>) -> Error {
        let error = Error::new(self.document.path, problem).line(self.line);
        match self.name.as_str() {
            "" => error,
            name => error.key(name),
        }
    }

    /// Refuses keys that are not in the row of `tables` named like this table; the other rows
    /// serve the hint.
    pub(super) fn refuse_unknown(&self, tables: &[(&str, &[&str])]) -> Result<(), Error> {
        let known = tables.iter().find(|(name, _)| *name == self.name).map_or(&[][..], |t| t.1);
        let unknown = self
            .entries
            .iter()
            .filter(|(key, _)| !known.contains(&key.get_ref().as_ref()))
            .min_by_key(|(key, _)| key.span().start);
        let Some((key, _)) = unknown else {
            return Ok(());
        };
        let name = key.get_ref().as_ref();
        let home = tables.iter().find(|(_, keys)| keys.contains(&name));
        let hint = match (near::nearest(name, known.iter().copied()), home) {
            (_, Some(("", _))) => {
                format!("`{name}` is a top-level key: move it above the first `[table]`")
            }
            (_, Some(("source", _))) => format!("`{name}` belongs into `[[source]]`"),
            (_, Some((table, _))) => format!("`{name}` belongs into `[{table}]`"),
            (Some(near), None) => format!("did you mean `{near}`?"),
            (None, None) => format!("known keys here: {}", near::list(known, "and")),
        };
        Err(Error::new(self.document.path, "unknown key")
            .line(self.document.line(key.span().start))
            .key(self.dotted(name))
            .hint(hint))
    }

    pub(super) fn find(&self, key: &str) -> Option<Value<'a>> {
        let (found, value) = self.entries.iter().find(|(name, _)| name.get_ref() == key)?;
        // A table's own span starts at its first header, a value's behind the `=`.
        let start = match value.get_ref() {
            DeValue::Table(_) | DeValue::Array(_) => found.span().start,
            _ => value.span().start,
        };
        Some(Value {
            document: self.document,
            key: self.dotted(key),
            line: self.document.line(start),
            value: value.get_ref(),
        })
    }

    pub(super) fn require(&self, key: &str, hint: &str) -> Result<Value<'a>, Error> {
        self.find(key).ok_or_else(|| {
            Error::new(self.document.path, "required key is missing")
                .line(self.line)
                .key(self.dotted(key))
                .hint(hint)
        })
    }
}

/// A value of the definition.
pub(super) struct Value<'a> {
    document: Document<'a>,
    key: String,
    line: usize,
    value: &'a DeValue<'a>,
}

impl<'a> Value<'a> {
    pub(super) fn error(&self, problem: impl Into<String>) -> Error {
        Error::new(self.document.path, problem).line(self.line).key(&self.key)
    }

    fn wrong_type(&self, expected: &str) -> Error {
        self.error(format!("expected {expected}, found {}", type_name(self.value)))
    }

    /// A text that is not blank, trimmed.
    pub(super) fn text(&self) -> Result<Placed<String>, Error> {
        let text = self.value.as_str().ok_or_else(|| self.wrong_type("a text in quotes"))?;
        let value = text.trim().to_owned();
        if value.is_empty() {
            return Err(self.error("the text is empty"));
        }
        Ok(Placed { value, line: self.line })
    }

    /// A list of texts.
    pub(super) fn texts(&self) -> Result<Vec<Placed<String>>, Error> {
        let items = self.value.as_array().ok_or_else(|| {
            let error = self.wrong_type("a list of texts");
            match self.value.as_str() {
                Some(text) => error.hint(format!("write [\"{text}\"]")),
                None => error,
            }
        })?;
        items
            .iter()
            .map(|item| {
                let line = self.document.line(item.span().start);
                let key = self.key.clone();
                Value { document: self.document, key, line, value: item.get_ref() }.text()
            })
            .collect()
    }

    /// One of the names of `choices`.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Result<T, Error> {
        let text = self.text()?.value;
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == text) {
            return Ok(*choice);
        }
        let names = choices.iter().map(|(name, _)| *name);
        let problem = format!("`{text}` is not one of {}", near::list(names.clone(), "and"));
        let error = self.error(problem);
        Err(match near::nearest(&text, names) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        })
    }

    pub(super) fn integer(&self, range: RangeInclusive<u32>) -> Result<u32, Error> {
        let written = self.value.as_integer().ok_or_else(|| self.wrong_type("a whole number"))?;
        i128::from_str_radix(written.as_str(), written.radix())
            .ok()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (from, to) = (range.start(), range.end());
                let allowed = match *to {
                    u32::MAX => format!("{from} or more"),
                    _ => format!("{from} to {to}"),
                };
                self.error(format!("{written} is out of range, allowed is {allowed}"))
            })
    }

    /// A finite number that is not negative and not above `most`.
    pub(super) fn number(&self, most: f64) -> Result<f64, Error> {
        let written = match self.value {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return Err(self.wrong_type("a number")),
        };
        let number: f64 = written.parse().unwrap_or(f64::NAN);
        if number.is_finite() && (0.0..=most).contains(&number) {
            return Ok(number);
        }
        let allowed = match most {
            f64::MAX => "0 or more".to_owned(),
            _ => format!("0 to {most}"),
        };
        Err(self.error(format!("{written} is out of range, allowed is {allowed}")))
    }

    pub(super) fn date(&self) -> Result<NaiveDate, Error> {
        let example = "write a date without quotes and time, as in 2025-06-30";
        let written =
            self.value.as_datetime().ok_or_else(|| self.wrong_type("a date").hint(example))?;
        match (written.date, written.time) {
            (Some(date), None) => {
                let (year, month, day) = (date.year.into(), date.month.into(), date.day.into());
                NaiveDate::from_ymd_opt(year, month, day)
                    .ok_or_else(|| self.error(format!("{written} is no day of the calendar")))
            }
            _ => Err(self.wrong_type("a date").hint(example)),
        }
    }

    pub(super) fn table(&self) -> Result<Table<'a>, Error> {
        let entries = self.value.as_table().ok_or_else(|| {
            let hint = format!("write a table that begins with `[{}]`", self.key);
            self.wrong_type("a table").hint(hint)
        })?;
        Ok(Table { document: self.document, entries, name: self.key.clone(), line: self.line })
    }

    /// The tables of `[[key]]`.
    pub(super) fn tables(&self) -> Result<Vec<Table<'a>>, Error> {
        let wrong = || {
            let hint = format!("write `[[{}]]` in double brackets, once for each", self.key);
            self.wrong_type("a list of tables").hint(hint)
        };
        let items = self.value.as_array().ok_or_else(wrong)?;
        items
            .iter()
            .map(|item| {
                let entries = item.get_ref().as_table().ok_or_else(wrong)?;
                let line = self.document.line(item.span().start);
                Ok(Table { document: self.document, entries, name: self.key.clone(), line })
            })
            .collect()
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(date) if date.time.is_none() => "a date",
        DeValue::Datetime(date) if date.date.is_none() => "a time",
        DeValue::Datetime(_) => "a date with a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
