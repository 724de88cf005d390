//! Rows as a Parquet file, with unit and meaning of columns where the query keeps them.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::Rows;
use crate::engine;

pub(super) struct Parquet<'a> {
    writer: ArrowWriter<Box<dyn Write + Send + 'a>>,
    schema: SchemaRef,
}

impl<'a> Parquet<'a> {
    pub(super) fn new(schema: &Schema, out: Box<dyn Write + Send + 'a>) -> Result<Self> {
        let fields = schema.fields().iter().map(|field| match field.data_type() {
            // the engine's own form of texts
            DataType::Utf8View => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8)),
            _ => field.clone(),
        });
        let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .build();
        let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties))?;
        Ok(Self { writer, schema })
    }
}

impl Rows for Parquet<'_> {
    fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        Ok(self.writer.write(&engine::typed(rows, &self.schema)?)?)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        Ok(self.writer.into_inner()?.flush()?)
    }
}
