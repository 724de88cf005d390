//! Which columns a file carries: the necessary ones of its kind, and the signs of another kind.

use super::json::Name;
use super::{FileError, Kind, Reason, Row};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// Columns of which one is enough.
type AnyOf = &'static [&'static str];

/// What a file of the kind must carry.
const fn necessary(kind: Kind) -> &'static [AnyOf] {
    match kind {
        Kind::Message => {
            &[&["sentDateTime", "receivedDateTime"], &["from", "sender"], &["toRecipients"]]
        }
        Kind::Event => &[&["start"], &["end"], &["iCalUId", "id"], &["organizer", "attendees"]],
        Kind::User => &[&[
            "userPrincipalName",
            "mail",
            "proxyAddresses",
            "PrimarySmtpAddress",
            "EmailAddresses",
        ]],
        Kind::GroupDetails => &[&["id"], &["displayName", "mail"]],
        Kind::GroupMembers => &[&["puser", "pObjectId"], &["id", "userPrincipalName"]],
    }
}

/// What tells that rows are of the kind; directory rows need more than their necessary columns,
/// which many data sets have.
const fn signs(kind: Kind) -> &'static [AnyOf] {
    match kind {
        Kind::Message | Kind::Event => necessary(kind),
        Kind::User => &[&["userPrincipalName"], &["mail", "proxyAddresses", "PrimarySmtpAddress"]],
        Kind::GroupDetails => {
            &[&["id"], &["displayName"], &["groupTypes", "mailEnabled", "securityEnabled"]]
        }
        Kind::GroupMembers => &[&["puser", "pObjectId"], &["userPrincipalName"], &["id"]],
    }
}

/// Data rows looked at before the file is called one of another kind.
const SAMPLE: usize = 20;

/// What is known of the columns of one file.
pub(super) struct Columns {
    kind: Kind,
    /// Which of the necessary columns have been seen, in their order.
    seen: Vec<bool>,
    rows: usize,
    /// Of the first rows, how many look like each other kind.
    others: [usize; Kind::ALL.len()],
}

impl Columns {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            seen: vec![false; necessary(kind).len()],
            rows: 0,
            others: [0; Kind::ALL.len()],
        }
    }

    /// Looks at a row and what became of it; an error if the rows so far are of another kind.
    pub(super) fn see(&mut self, row: &Result<Row, Reason>, text: &str) -> Result<(), FileError> {
        if matches!(row, Ok(Row::NoData) | Err(Reason::NotJson)) {
            return Ok(());
        }
        self.rows += 1;
        if self.rows > SAMPLE && self.seen.iter().all(|&seen| seen) {
            return Ok(());
        }
        let names = names_of(text);
        for (seen, any_of) in self.seen.iter_mut().zip(necessary(self.kind)) {
            *seen |= has(&names, any_of);
        }
        if self.rows <= SAMPLE
            && let Some(other) = other_kind(self.kind, &names)
        {
            self.others[other as usize] += 1;
        }
        if self.rows == SAMPLE { self.check_kind() } else { Ok(()) }
    }

    /// At the end of the file: an error if a necessary column was in no data row.
    pub(super) fn finish(&self) -> Result<(), FileError> {
        if self.rows == 0 {
            return Ok(());
        }
        if self.rows < SAMPLE {
            self.check_kind()?;
        }
        let missing = self.seen.iter().zip(necessary(self.kind)).find(|(seen, _)| !**seen);
        missing.map_or(Ok(()), |(_, any_of)| Err(missing_column(self.kind, any_of)))
    }

    fn check_kind(&self) -> Result<(), FileError> {
        let sample = self.rows.min(SAMPLE);
        match Kind::ALL.into_iter().find(|&kind| self.others[kind as usize] * 2 > sample) {
            Some(found) => Err(FileError::OtherKind { named: self.kind, found }),
            None => Ok(()),
        }
    }
}

/// Checks the columns of a schema, for formats that have one.
pub(super) fn check_schema(kind: Kind, names: &[String]) -> Result<(), FileError> {
    if let Some(found) = other_kind(kind, names) {
        return Err(FileError::OtherKind { named: kind, found });
    }
    let missing = necessary(kind).iter().find(|any_of| !has(names, any_of));
    missing.map_or(Ok(()), |any_of| Err(missing_column(kind, any_of)))
}

fn missing_column(kind: Kind, any_of: AnyOf) -> FileError {
    let names = any_of.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
    FileError::MissingColumn { kind, columns: names.join(" or ") }
}

/// The kind that the columns clearly are, if they cannot be of the named one.
fn other_kind(named: Kind, names: &[String]) -> Option<Kind> {
    if necessary(named).iter().all(|any_of| has(names, any_of)) {
        return None;
    }
    Kind::ALL
        .into_iter()
        .find(|&kind| kind != named && signs(kind).iter().all(|any_of| has(names, any_of)))
}

fn has(names: &[String], any_of: AnyOf) -> bool {
    names.iter().any(|name| any_of.iter().any(|known| name.eq_ignore_ascii_case(known)))
}

/// The field names of a row that is known to be JSON.
fn names_of(text: &str) -> Vec<String> {
    serde_json::Deserializer::from_str(text).deserialize_map(Names).unwrap_or_default()
}

struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Vec<String>, A::Error> {
        let mut names = Vec::new();
        while let Some(name) =
            object.next_key_seed(Name(|name: &[u8]| String::from_utf8_lossy(name).into_owned()))?
        {
            names.push(name);
            object.next_value::<IgnoredAny>()?;
        }
        Ok(names)
    }
}
