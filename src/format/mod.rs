//! Rows as people and programs want them: one file a format, one trait.

mod delimited;
pub(crate) mod harmless;
mod json;
mod parquet;
mod table;

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::util::display::FormatOptions;
use clap::ValueEnum;
use datafusion::common::DataFusionError;
use datafusion::prelude::DataFrame;
use futures::TryStreamExt;

use crate::store::Fresh;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people
    Table,
    /// Comma-separated, with a header line
    Csv,
    /// Tab-separated, with a header line
    Tsv,
    /// One array of objects
    Json,
    /// An object a line
    #[value(alias = "jsonl")]
    Ndjson,
    /// A Markdown table
    Markdown,
    /// A Parquet file
    Parquet,
    /// A line for each value, for rows that are too wide
    #[value(hide = true)]
    Expanded,
}

impl Format {
    /// The format that the name of a file tells.
    pub fn of_path(path: &Path) -> Result<Self> {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        Ok(match extension.to_str().unwrap_or_default() {
            "csv" => Format::Csv,
            "tsv" => Format::Tsv,
            "json" => Format::Json,
            "ndjson" | "jsonl" => Format::Ndjson,
            "md" => Format::Markdown,
            "parquet" => Format::Parquet,
            "txt" => Format::Table,
            _ => bail!(
                "`{}` does not tell a format\nhint: end it with .csv, .tsv, .json, .ndjson, .md, .parquet, or .txt for a table",
                path.display()
            ),
        })
    }
}

/// Takes rows as they come.
trait Rows {
    /// Writes some rows.
    fn write(&mut self, rows: &RecordBatch) -> Result<()>;

    /// Writes what is left to write.
    fn finish(self: Box<Self>) -> Result<()>;
}

fn rows<'a>(
    format: Format,
    schema: SchemaRef,
    out: Box<dyn Write + Send + 'a>,
) -> Result<Box<dyn Rows + Send + 'a>> {
    Ok(match format {
        Format::Table => Box::new(table::Table::plain(schema, out)),
        Format::Markdown => Box::new(table::Table::markdown(schema, out)),
        Format::Expanded => Box::new(table::Expanded::new(schema, out)),
        Format::Csv => Box::new(delimited::Delimited::new(b',', &schema, out)?),
        Format::Tsv => Box::new(delimited::Delimited::new(b'\t', &schema, out)?),
        Format::Json => Box::new(json::array(out)),
        Format::Ndjson => Box::new(json::lines(out)),
        Format::Parquet => Box::new(parquet::Parquet::new(&schema, out)?),
    })
}

/// Why rows could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The query failed while it ran.
    #[error(transparent)]
    Query(DataFusionError),
    /// They could not be written.
    #[error(transparent)]
    Write(anyhow::Error),
}

/// Runs the query and writes its rows to `out`; returns how many they are.
pub async fn write(
    query: DataFrame,
    format: Format,
    out: Box<dyn Write + Send + '_>,
) -> Result<u64, Error> {
    let mut batches = query.execute_stream().await.map_err(Error::Query)?;
    let mut rows = rows(format, batches.schema(), out).map_err(Error::Write)?;
    let mut count = 0;
    while let Some(batch) = batches.try_next().await.map_err(Error::Query)? {
        count += batch.num_rows() as u64;
        rows.write(&batch).map_err(Error::Write)?;
        // whoever wants the query to end is heard
        tokio::task::yield_now().await;
    }
    rows.finish().map_err(Error::Write)?;
    Ok(count)
}

/// Runs the query and gives its rows as `take` takes them: a piece of what is written at a time.
pub async fn write_pieces<F: Future<Output = Result<(), Error>>>(
    query: DataFrame,
    format: Format,
    mut take: impl FnMut(Vec<u8>) -> F,
) -> Result<(), Error> {
    let mut batches = query.execute_stream().await.map_err(Error::Query)?;
    let piece = Piece::default();
    let out = Box::new(piece.clone());
    let mut rows = rows(format, batches.schema(), out).map_err(Error::Write)?;
    while let Some(batch) = batches.try_next().await.map_err(Error::Query)? {
        rows.write(&batch).map_err(Error::Write)?;
        take(piece.taken()).await?;
    }
    rows.finish().map_err(Error::Write)?;
    take(piece.taken()).await
}

/// What is written until it is taken.
#[derive(Clone, Default)]
struct Piece(Arc<Mutex<Vec<u8>>>);

impl Piece {
    fn taken(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Piece {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs the query and writes its rows to the file at `path`, which appears whole or not at all.
pub async fn write_file(query: DataFrame, format: Format, path: &Path) -> Result<u64, Error> {
    let broken = |error: crate::store::Error| Error::Write(error.into());
    let mut file = Fresh::create(path).map_err(broken)?;
    let count = write(query, format, Box::new(&mut file)).await?;
    file.finish().map_err(broken)?;
    Ok(count)
}

/// What stands for a missing value where people read.
const NULL: &str = "null";

/// How values are written where people read them.
pub fn for_people() -> FormatOptions<'static> {
    options(NULL)
}

/// How values are written, apart from what stands for null.
fn options(null: &str) -> FormatOptions<'_> {
    FormatOptions::new().with_null(null).with_date_format(Some("%Y-%m-%d"))
}

/// The reader of what is written has gone.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// A broken pipe inside an error of a library as the error that it is.
fn io_error(error: csv::Error) -> anyhow::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => io::Error::other(format!("{other:?}")).into(),
    }
}
