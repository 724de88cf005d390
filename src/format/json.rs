//! Rows as JSON objects with every column, null ones too: in one array, or one a line.

use std::io::Write;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::json::writer::{JsonArray, JsonFormat, LineDelimited, Writer, WriterBuilder};

use super::Rows;

pub(super) struct Json<'a, F: JsonFormat> {
    writer: Writer<Box<dyn Write + Send + 'a>, F>,
    /// What the writer does not put behind the last row.
    end: &'static [u8],
}

/// One array of objects.
pub(super) fn array(out: Box<dyn Write + Send + '_>) -> Json<'_, JsonArray> {
    Json { writer: WriterBuilder::new().with_explicit_nulls(true).build(out), end: b"\n" }
}

/// An object a line.
pub(super) fn lines(out: Box<dyn Write + Send + '_>) -> Json<'_, LineDelimited> {
    Json { writer: WriterBuilder::new().with_explicit_nulls(true).build(out), end: b"" }
}

impl<F: JsonFormat> Rows for Json<'_, F> {
    fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        Ok(self.writer.write(rows)?)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.writer.finish()?;
        let mut out = self.writer.into_inner();
        out.write_all(self.end)?;
        Ok(out.flush()?)
    }
}
