//! Values with commas or tabs between them (RFC 4180), a header line first; null is empty.

use std::io::Write;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::util::display::ArrayFormatter;
use csv::{Writer, WriterBuilder};

use super::{Rows, io_error, options};

pub(super) struct Delimited<'a>(Writer<Box<dyn Write + Send + 'a>>);

impl<'a> Delimited<'a> {
    pub(super) fn new(
        delimiter: u8,
        schema: &Schema,
        out: Box<dyn Write + Send + 'a>,
    ) -> Result<Self> {
        let mut writer = WriterBuilder::new().delimiter(delimiter).from_writer(out);
        let names = schema.fields().iter().map(|field| field.name());
        writer.write_record(names).map_err(io_error)?;
        Ok(Self(writer))
    }
}

impl Rows for Delimited<'_> {
    fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let options = options("");
        let columns = rows
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..rows.num_rows() {
            let values = columns.iter().map(|column| column.value(row).to_string());
            self.0.write_record(values).map_err(io_error)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        Ok(self.0.flush()?)
    }
}
