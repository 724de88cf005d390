//! Contact tables in their file formats, read column by column name.
//!
//! One file a format; each has `columns` (the header alone) and `read` (every row). Not here: what
//! the columns mean (`contact`).

use std::path::Path;

use super::error::Error;

mod csv;
mod json_lines;
mod parquet;

/// The format of a contact table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    JsonLines,
    Parquet,
}

impl Format {
    /// By the ending of the file name.
    pub(super) fn of_path(path: &Path) -> Option<Format> {
        match path.extension()?.to_string_lossy().to_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "jsonl" | "ndjson" | "json" => Some(Format::JsonLines),
            "parquet" => Some(Format::Parquet),
            _ => None,
        }
    }
}

/// Finds the wanted columns among those that the table has.
pub(super) type Pick<'a> = &'a dyn Fn(&[String]) -> Result<Vec<usize>, Error>;

/// Takes the picked cells of one row, as written; an empty text where there is no value.
pub(super) type Each<'a> = &'a mut dyn FnMut(&[&str]);

/// The names of the table's columns; `wanted` helps to tell the separator of a CSV file.
pub(super) fn columns(path: &Path, format: Format, wanted: &[&str]) -> Result<Vec<String>, Error> {
    match format {
        Format::Csv => csv::columns(path, wanted),
        Format::JsonLines => json_lines::columns(path),
        Format::Parquet => parquet::columns(path),
    }
}

/// Calls `each` with the picked cells of every row.
pub(super) fn read(
    path: &Path,
    format: Format,
    wanted: &[&str],
    pick: Pick<'_>,
    each: Each<'_>,
) -> Result<(), Error> {
    match format {
        Format::Csv => csv::read(path, wanted, pick, each),
        Format::JsonLines => json_lines::read(path, pick, each),
        Format::Parquet => parquet::read(path, pick, each),
    }
}
