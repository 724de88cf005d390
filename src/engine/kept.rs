//! Parquet files that relations are kept in, made to be read again soon and to be known by what is in them.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::prelude::SessionContext;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use twox_hash::XxHash3_128;

use crate::catalog::Relation;
use crate::store;

/// Under this key a file tells the fingerprint of its content.
const CONTENT: &str = "rapport.content";

/// Computes `relation` and writes it to the file at `path`, which appears whole or not at all
/// and tells the fingerprint of its [`content`].
pub async fn write(context: &SessionContext, relation: &Relation, path: &Path) -> Result<()> {
    let rows = super::plan(context, relation).await?;
    let schema: SchemaRef = Arc::new(rows.schema().as_arrow().clone());
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_dictionary_enabled(false);
    for (column, repeats) in schema.fields().iter().flat_map(|field| texts(field)) {
        let column = ColumnPath::new(column);
        properties = properties
            .set_column_compression(column.clone(), Compression::LZ4_RAW)
            .set_column_dictionary_enabled(column, repeats);
    }
    let properties = properties.build();
    let file = Hashed { file: store::Fresh::create(path)?, hasher: hasher(&schema) };
    let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))?;
    super::fill(rows, relation, &schema, &mut writer).await?;
    writer.flush()?;
    writer.sync()?;
    let content = format!("{:032x}", writer.inner().hasher.finish_128());
    writer.append_key_value_metadata(KeyValue::new(CONTENT.to_owned(), content));
    Ok(writer.into_inner()?.file.finish()?)
}

/// The columns of the file at `path`, which [`write`] wrote, and a fingerprint: the same for the same rows in the same order.
pub fn content(path: &Path) -> Result<(SchemaRef, u128)> {
    let read = || -> Result<(SchemaRef, u128)> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let told = reader.metadata().file_metadata().key_value_metadata().into_iter().flatten();
        let content = told.into_iter().find(|entry| entry.key == CONTENT);
        let content = content.and_then(|entry| entry.value.as_deref());
        let content = u128::from_str_radix(content.context("no fingerprint")?, 16)?;
        // the columns alone: two files of a relation differ in what they tell
        Ok((Arc::new(Schema::new(reader.schema().fields().clone())), content))
    };
    read().with_context(|| {
        format!(
            "`{}` cannot be read\nhint: remove it; the next run computes it again",
            path.display()
        )
    })
}

/// The columns of the Parquet file at `path`, by whomever it was written.
pub fn columns(path: &Path) -> Result<SchemaRef> {
    Ok(ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.schema().clone())
}

/// A file, and the hash of what has been written to it.
struct Hashed {
    file: store::Fresh,
    hasher: XxHash3_128,
}

fn hasher(schema: &SchemaRef) -> XxHash3_128 {
    let mut hasher = XxHash3_128::new();
    hasher.write(format!("{schema:?}").as_bytes());
    hasher
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.write(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Paths of the texts in a column, and whether they repeat from row to row, as addresses do and keys do not.
fn texts(field: &Field) -> Vec<(Vec<String>, bool)> {
    let below = match field.data_type() {
        DataType::Utf8 | DataType::Utf8View => vec![(vec![], !field.name().ends_with("_key"))],
        DataType::Dictionary(..) => vec![(vec![], true)],
        DataType::List(item) => {
            let mut texts = texts(item);
            texts.iter_mut().for_each(|(path, _)| path.insert(0, "list".to_owned()));
            texts
        }
        DataType::Struct(fields) => fields.iter().flat_map(|field| texts(field)).collect(),
        _ => vec![],
    };
    let name = [field.name().clone()];
    below.into_iter().map(|(path, repeats)| ([&name[..], &path].concat(), repeats)).collect()
}
