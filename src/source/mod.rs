//! Turns export files of Microsoft Graph Data Connect into canonical rows.
//!
//! A file is read as a stream: [`read`] holds one row at a time (a small batch of Parquet) and hands
//! each on. A bad row is a value ([`Reject`]), a bad file an error ([`FileError`]); neither ever
//! shows what a row holds. To add a kind, add its parser, its line in `row`, and its columns in
//! `columns` and `parquet`.
//!
//! Not here: which files to read, what becomes of the rows (`import`).

mod ahead;
mod cell;
mod columns;
mod decode;
mod directory;
mod event;
mod field;
mod frame;
mod json;
mod kind;
mod message;
mod parquet;
mod scan;
#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::File;
use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde::{Deserialize, Deserializer};

use crate::activity::{Group, MeetingCopy, Member, MessageCopy, User};
use columns::Columns;
use decode::{Compression, Format};
use frame::{Frame, Frames, Input};
use json::{Field, Shape};
use scan::Scanner;

pub use kind::{Kind, UnknownKind};

/// The longest row in bytes of decoded text.
const ROW_LIMIT: usize = 512 * 1024 * 1024;

/// After this many rows without a single one that is JSON, the file is called no JSON.
const HOPELESS: usize = 20;

/// One row of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// A copy of a message.
    Message(MessageCopy),
    /// A copy of a single meeting, occurrence or exception.
    Meeting(MeetingCopy),
    /// The master of a recurring series: no meeting by itself.
    SeriesMaster,
    /// A summary row of the export, or a removal in a delta page.
    NoData,
    /// A user.
    User(User),
    /// A group.
    Group(Group),
    /// A membership in a group.
    Member(Member),
}

/// A row that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reject {
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it.
    pub reason: Reason,
}

impl fmt::Display for Reject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// The place of a row in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The line of the decoded text on which the row begins, from 1.
    Line(u64),
    /// The number of the row, from 1, in formats without lines.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Row(row) => write!(f, "row {row}"),
        }
    }
}

/// What is wrong with a row. It names fields and quotes nothing of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Reason {
    /// The text is no JSON object.
    #[error("row is not JSON")]
    NotJson,
    /// The row ends early.
    #[error("row is cut off")]
    CutOff,
    /// The row holds bytes that are not UTF-8.
    #[error("row is not UTF-8")]
    NotUtf8,
    /// The row is too long to be held.
    #[error("row is longer than 512 MiB")]
    TooLong,
    /// A field holds another type than it should.
    #[error("`{0}` is of the wrong type")]
    WrongType(&'static str),
    /// The row lacks what it cannot do without.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// The row lacks two fields of which one would do.
    #[error("`{0}` and `{1}` are missing")]
    MissingBoth(&'static str, &'static str),
    /// A time is not in the form of RFC 3339, or does not exist.
    #[error("time in `{0}` cannot be read")]
    UnreadableTime(&'static str),
    /// A time zone is neither an IANA nor a Windows one.
    #[error("time zone in `{0}` is unknown")]
    UnknownZone(&'static str),
    /// A meeting ends before it starts.
    #[error("`end` is before `start`")]
    EndBeforeStart,
}

/// Why a file cannot be read. It quotes nothing of the file's rows; the caller adds the path.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be opened.
    #[error("cannot be opened: {0}; hint: check that the file is there and may be read")]
    Open(#[source] io::Error),
    /// Reading fails below the file's format.
    #[error("cannot be read: {0}; hint: check the disk or network share and run again")]
    Read(#[source] io::Error),
    /// The name promises another format than the content has.
    #[error(
        "is named like {0} but holds no {0} data; hint: rename the file by what it holds, or fetch it again"
    )]
    Misnamed(&'static str),
    /// The file ends inside of its compressed data.
    #[error("is cut off inside its {0} data; hint: fetch the file again")]
    Truncated(&'static str),
    /// The file's bytes are damaged.
    #[error("is damaged: its {0} data cannot be read; hint: fetch the file again")]
    Corrupt(&'static str),
    /// The Parquet reader does not know a feature of the file.
    #[error(
        "uses a feature of Parquet that is not supported; hint: export it as JSON or as plain Parquet"
    )]
    UnsupportedParquet,
    /// A Parquet column of text is not marked as text.
    #[error("column `{0}` is binary, not text; hint: write it as a string (UTF-8) column")]
    BinaryColumn(String),
    /// The content is neither JSON nor Parquet.
    #[error(
        "does not hold JSON objects; hint: only JSON and Parquet exports can be read, plain or compressed with gzip or zstd"
    )]
    NotJson,
    /// The rows are of another kind.
    #[error(
        "rows look like `{found}`, not `{named}`; hint: set `kind = \"{found}\"` for this source, or rename the file"
    )]
    OtherKind {
        /// The kind that the caller asked for.
        named: Kind,
        /// The kind that the rows look like.
        found: Kind,
    },
    /// No row carries a column that figures cannot do without.
    #[error(
        "no row has {columns}, which `{kind}` needs; hint: select the column in the Data Connect pipeline, or check the kind"
    )]
    MissingColumn {
        /// The kind of the file.
        kind: Kind,
        /// The columns, of which one would be enough, in backticks.
        columns: String,
    },
}

/// Why [`read`] ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// The file is bad; rows that it has given so far are to be discarded.
    #[error(transparent)]
    File(#[from] FileError),
    /// The caller's own error.
    #[error("{0}")]
    Stopped(E),
}

/// Reads a file row by row.
///
/// `on_bytes` hears how many bytes of the file have been read since it was last called; `on_row`
/// gets every row or reject, and ends the reading by an error. A necessary column that is in no row
/// is known at the end only, so a caller keeps a file's rows aside until this returns.
pub fn read<E>(
    path: &Path,
    kind: Kind,
    on_bytes: &mut dyn FnMut(u64),
    on_row: &mut dyn FnMut(Result<Row, Reject>) -> Result<(), E>,
) -> Result<(), ReadError<E>> {
    read_hashed(path, kind, on_bytes, on_row).map(|_| ())
}

/// Reads like [`read`] and gives the XXH3-128 of the bytes that it has read, all of the file's.
pub fn read_hashed<E>(
    path: &Path,
    kind: Kind,
    on_bytes: &mut dyn FnMut(u64),
    on_row: &mut dyn FnMut(Result<Row, Reject>) -> Result<(), E>,
) -> Result<u128, ReadError<E>> {
    let is_stopped = AtomicBool::new(false);
    match decode::open(path)? {
        Format::Parquet(file) => thread::scope(|scope| {
            let hash = scope.spawn(|| hash(path, &|| is_stopped.load(Ordering::Relaxed)));
            let read = parquet::read(file, kind, on_bytes, &mut |number, row| {
                let place = Place::Row(number);
                on_row(row.map_err(|reason| Reject { place, reason })).map_err(ReadError::Stopped)
            });
            is_stopped.store(read.is_err(), Ordering::Relaxed);
            read?;
            Ok(hash.join().unwrap_or_else(|panic| resume_unwind(panic))?)
        }),
        Format::Text(file, compression) => thread::scope(|scope| {
            let (text, reader) =
                ahead::start(scope, file, compression, on_bytes).map_err(FileError::Read)?;
            read_text(Frames::new(text, ROW_LIMIT), compression, kind, Some(scan), on_row)?;
            // Without a hash there was an error, and the parser would have met it.
            let hash = reader.join().unwrap_or_else(|panic| resume_unwind(panic));
            Ok(hash.ok_or(FileError::Read(io::ErrorKind::UnexpectedEof.into()))?)
        }),
    }
}

/// The XXH3-128 of a file's bytes; an error where `is_stopped` says so before the end.
pub fn hash(path: &Path, is_stopped: &dyn Fn() -> bool) -> Result<u128, FileError> {
    let file = File::open(path).map_err(FileError::Open)?;
    ahead::hash(file, is_stopped).map_err(FileError::Read)
}

/// A quicker way than [`parse`] through a row on one line; `None` where it cannot tell.
type Quick = fn(Kind, &str) -> Option<Result<Row, Reason>>;

fn read_text<I: Input, E>(
    mut frames: Frames<I>,
    compression: Compression,
    kind: Kind,
    quick: Option<Quick>,
    on_row: &mut dyn FnMut(Result<Row, Reject>) -> Result<(), E>,
) -> Result<(), ReadError<E>> {
    let broken = |error| decode::broken(compression, error);
    if !frames.begins_with_json().map_err(broken)? {
        return Err(FileError::NotJson.into());
    }
    let mut columns = Columns::new(kind);
    let (mut has_json, mut rejects) = (false, 0);
    loop {
        let plain = match quick {
            Some(quick) => {
                let line = frames.line().map_err(broken)?;
                line.and_then(|(line, bytes)| {
                    let text = scan::plain(bytes)?;
                    Some((line, text, quick(kind, text)?))
                })
            }
            None => None,
        };
        let (line, row) = match plain {
            Some((line, text, row)) => {
                columns.see(&row, text)?;
                let length = text.len();
                frames.accept(length);
                (line, row)
            }
            None => match frames.next().map_err(broken)? {
                None => break,
                Some(Frame::Broken { line, reason }) => (line, Err(reason)),
                Some(Frame::Row { line, bytes }) => match std::str::from_utf8(bytes) {
                    Err(_) => (line, Err(Reason::NotUtf8)),
                    Ok(text) => {
                        let row = parse(kind, text);
                        columns.see(&row, text)?;
                        (line, row)
                    }
                },
            },
        };
        match row {
            Err(Reason::NotJson) => frames.mark_broken(),
            Err(Reason::CutOff | Reason::NotUtf8 | Reason::TooLong) => {}
            _ => has_json = true,
        }
        rejects += usize::from(row.is_err());
        if !has_json && rejects >= HOPELESS {
            return Err(FileError::NotJson.into());
        }
        let place = Place::Line(line);
        on_row(row.map_err(|reason| Reject { place, reason })).map_err(ReadError::Stopped)?;
    }
    Ok(columns.finish()?)
}

/// Makes the canonical row of a JSON object.
fn parse(kind: Kind, text: &str) -> Result<Row, Reason> {
    let mut json = serde_json::Deserializer::from_str(text);
    let row = row(kind, &mut json).map_err(|_| Reason::NotJson)?;
    json.end().map_err(|_| Reason::NotJson)?;
    row
}

/// The same the quick way; `None` where only [`parse`] can tell.
fn scan(kind: Kind, text: &str) -> Option<Result<Row, Reason>> {
    let mut json = Scanner::new(text);
    let row = row(kind, &mut json).ok()?;
    json.end().ok()?;
    Some(row)
}

/// The outer error is the deserializer's.
fn row<'de, D: Deserializer<'de>>(kind: Kind, row: D) -> Result<Result<Row, Reason>, D::Error> {
    fn object<'de, T: Shape<'de>, D: Deserializer<'de>>(
        row: D,
        make: impl FnOnce(T) -> Result<Row, Reason>,
    ) -> Result<Result<Row, Reason>, D::Error> {
        Ok(match Field::deserialize(row)? {
            Field::Is(row) => make(row),
            _ => Err(Reason::NotJson),
        })
    }
    match kind {
        Kind::Message => object(row, message::row),
        Kind::Event => object(row, event::row),
        Kind::User => object(row, directory::user),
        Kind::GroupDetails => object(row, directory::group),
        Kind::GroupMembers => object(row, directory::member),
    }
}
