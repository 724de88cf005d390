//! Published entities: typed as their header says, with unit and meaning in each field's metadata.

use std::path::PathBuf;

use anyhow::Result;
use datafusion::prelude::SessionContext;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::report::Entity;
use crate::catalog::Relation;
use crate::engine;
use crate::store::{self, Draft};

/// Name of the file of an entity.
pub(super) fn file(relation: &Relation) -> String {
    format!("{}.parquet", relation.name)
}

/// Computes the entity `relation`, writes it to the draft of the run and registers what was written; `hides`: the
/// definition sets `min_group`.
pub(super) async fn write(
    context: &SessionContext,
    relation: &Relation,
    draft: &Draft<'_>,
    hides: bool,
) -> Result<Entity> {
    let schema = relation.header.schema(hides)?;
    let file = file(relation);
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
