//! CSV: quoted fields, a byte order mark, and `,` `;` or tab between fields.

use std::fs;
use std::path::Path;

use ::csv::{Reader, ReaderBuilder, StringRecord};

use super::super::error::{Error, reason};
use super::super::near::count;
use super::super::place::line_of;
use super::{Each, Pick};

pub(super) fn columns(path: &Path, wanted: &[&str]) -> Result<Vec<String>, Error> {
    let text = text(path)?;
    let mut reader = reader(&text, wanted);
    let header = reader.headers().map_err(|error| broken(path, &error))?;
    Ok(header.iter().map(str::to_owned).collect())
}

pub(super) fn read(
    path: &Path,
    wanted: &[&str],
    pick: Pick<'_>,
    each: Each<'_>,
) -> Result<(), Error> {
    let text = text(path)?;
    let mut reader = reader(&text, wanted);
    let header = reader.headers().map_err(|error| broken(path, &error))?.clone();
    let names: Vec<String> = header.iter().map(str::to_owned).collect();
    if names.iter().all(|name| name.trim().is_empty()) {
        return Err(Error::new(path, "the contact table is empty"));
    }
    let picked = pick(&names)?;
    let mut record = StringRecord::new();
    let mut last = (1, false);
    let mut lines = Lines { text: &text, byte: 0, line: 1 };
    while reader.read_record(&mut record).map_err(|error| broken(path, &error))? {
        let line = record.position().map_or(1, |position| lines.of_record(position.byte()));
        if record.len() != names.len() {
            let fields = count(record.len(), "field", "fields");
            let problem = format!("the row has {fields}, the header has {}", names.len());
            return Err(Error::new(path, problem)
                .line(line)
                .hint("put quotes around a field that holds a separator or a line break"));
        }
        last = (line, record.iter().any(|field| field.contains('\n')));
        let row: Vec<&str> = picked.iter().map(|at| &record[*at]).collect();
        each(&row);
    }
    // An open quote swallows the rest of the file into the last field of the last row.
    if let (line, true) = last
        && text.bytes().filter(|byte| *byte == b'"').count() % 2 == 1
    {
        return Err(Error::new(path, "a quoted field has no end").line(line));
    }
    Ok(())
}

fn text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|error| Error::new(path, reason(&error)))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        Error::new(path, "not UTF-8 text").line(line).hint("save the table as \"CSV UTF-8\"")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The reader with the separator that gives most of the wanted columns, then most columns.
fn reader<'t>(text: &'t str, wanted: &[&str]) -> Reader<&'t [u8]> {
    let with = |separator: u8| {
        ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes())
    };
    let fit = |separator: &u8| {
        let mut reader = with(*separator);
        let Ok(header) = reader.headers() else {
            return (0, 0);
        };
        let has = |name: &&&str| header.iter().any(|h| h.trim().eq_ignore_ascii_case(name));
        (wanted.iter().filter(has).count(), header.len())
    };
    // Of equals, the last one wins.
    with([b'\t', b';', b','].into_iter().max_by_key(fit).unwrap_or(b','))
}

fn broken(path: &Path, error: &::csv::Error) -> Error {
    Error::new(path, format!("not readable as CSV: {error}"))
}

/// Counts lines from record to record; the reader's own count leaves out blank lines.
struct Lines<'t> {
    text: &'t str,
    byte: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the record behind `byte`, which is the end of the record before.
    fn of_record(&mut self, byte: u64) -> usize {
        let text = self.text.as_bytes();
        let end = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
        let blank = text[end..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let start = self.byte.max(end + blank);
        self.line += text[self.byte..start].iter().filter(|byte| **byte == b'\n').count();
        self.byte = start;
        self.line
    }
}
