//! Published entities: typed as their header says, with unit and meaning in each field's metadata.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::prelude::SessionContext;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::report::Entity;
use crate::catalog::{Column, Relation};
use crate::engine;
use crate::store::{self, Draft};

/// Computes the entity `relation`, writes it to the draft of the run and registers what was written.
pub(super) async fn write(
    context: &SessionContext,
    relation: &Relation,
    draft: &Draft<'_>,
) -> Result<Entity> {
    let schema = schema(relation)?;
    let file = format!("{}.parquet", relation.name);
    let path: PathBuf = draft.path(&file);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        // keys hardly repeat: a dictionary of them would only cost
        .set_column_dictionary_enabled("PrimaryKey".into(), false)
        .build();
    let rows = engine::plan(context, relation).await?;
    let target = store::create(&path)?;
    let rows = engine::write_rows(rows, relation, schema.clone(), properties, target).await?;
    engine::register_parquet(context, relation.reference(), schema, &[path])?;
    Ok(Entity { name: relation.name.to_owned(), file, rows })
}

/// The schema that a published entity's header promises.
fn schema(relation: &Relation) -> Result<SchemaRef> {
    let fields = relation.header.columns.iter().map(field).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Schema::new(fields)))
}

fn field(column: &Column) -> Result<Field> {
    let kind = match column.kind.as_str() {
        "text" => DataType::Utf8,
        "int" => DataType::Int32,
        "double" => DataType::Float64,
        "date" => DataType::Date32,
        other => bail!("column `{}`: `{other}` is no type of a published column", column.name),
    };
    let mut metadata = HashMap::from([("meaning".to_owned(), column.meaning.clone())]);
    if !column.unit.is_empty() {
        metadata.insert("unit".to_owned(), column.unit.clone());
    }
    Ok(Field::new(&column.name, kind, !column.not_null).with_metadata(metadata))
}
