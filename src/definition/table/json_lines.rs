//! JSON Lines: one object a line; a key that a row lacks, or `null`, is no value.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};

use super::super::error::{Error, reason};
use super::{Each, Pick};

/// Enough rows to see the keys of a table without reading a large file.
const ROWS_FOR_COLUMNS: usize = 100;

/// A row and its line.
type Row = (usize, Map<String, Value>);

pub(super) fn columns(path: &Path) -> Result<Vec<String>, Error> {
    Ok(names(&rows(path, ROWS_FOR_COLUMNS)?))
}

pub(super) fn read(path: &Path, pick: Pick<'_>, each: Each<'_>) -> Result<(), Error> {
    let rows = rows(path, usize::MAX)?;
    let names = names(&rows);
    if names.is_empty() {
        return Err(Error::new(path, "the contact table is empty"));
    }
    let picked = pick(&names)?;
    for (line, row) in &rows {
        let cells: Vec<String> = picked
            .iter()
            .map(|at| cell(path, *line, &names[*at], row))
            .collect::<Result<_, Error>>()?;
        each(&cells.iter().map(String::as_str).collect::<Vec<&str>>());
    }
    Ok(())
}

fn cell(path: &Path, line: usize, name: &str, row: &Map<String, Value>) -> Result<String, Error> {
    match row.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(_) => Err(Error::new(path, format!("`{name}` is neither a text nor a number"))
            .line(line)
            .hint("one column holds one value a row")),
    }
}

/// The objects of the first `most` rows, each with its line.
fn rows(path: &Path, most: usize) -> Result<Vec<Row>, Error> {
    let unreadable = |error: io::Error| Error::new(path, reason(&error));
    let file = File::open(path).map_err(unreadable)?;
    let mut rows = Vec::new();
    for (index, line) in BufReader::new(file).split(b'\n').enumerate() {
        let line = line.map_err(unreadable)?;
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        if rows.len() == most {
            break;
        }
        let row = serde_json::from_slice(line).map_err(|error| {
            let error = error.to_string();
            let why = error.split(" at line ").next().unwrap_or_default().to_lowercase();
            Error::new(path, format!("not a JSON object: {why}"))
                .line(index + 1)
                .hint("write one object a line, without a list around them")
        })?;
        rows.push((index + 1, row));
    }
    Ok(rows)
}

/// Every key of any row, in the order of first appearance.
fn names(rows: &[Row]) -> Vec<String> {
    let mut seen = HashSet::new();
    let keys = rows.iter().flat_map(|(_, row)| row.keys());
    keys.filter(|key| seen.insert(key.as_str())).cloned().collect()
}
