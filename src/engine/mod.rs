//! The only place that builds a DataFusion session, and that registers anything with one.
//!
//! A session knows the functions of `udf` and the layers of `catalog`; what it reads is Parquet or
//! a view, never memory, so that the same relations can be planned elsewhere and sent there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::MemorySchemaProvider;
use datafusion::common::TableReference;
use datafusion::common::config::TableParquetOptions;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use url::Url;

use crate::catalog::Relation;
use crate::udf;

const CATALOG: &str = "rapport";
/// Published entities can be named without their schema.
const DEFAULT_SCHEMA: &str = "entity";
/// Schemas besides the folders of `sql/`: what was imported, and what one run brings along.
const GIVEN_SCHEMAS: [&str; 2] = ["activity", "run"];

/// A session that knows Rapport's functions and an empty schema for each layer.
///
/// Every engine, local or distributed, starts from this one builder.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn session(relations: &[Relation]) -> Result<SessionContext> {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, DEFAULT_SCHEMA)
        .with_information_schema(true);
    // published columns are CamelCase and are typed without quotes
    config.options_mut().sql_parser.enable_ident_normalization = false;
    let mut state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    for function in udf::all() {
        datafusion::execution::FunctionRegistry::register_udf(&mut state, Arc::new(function))?;
    }
    let context = SessionContext::new_with_state(state);
    let catalog = context.catalog(CATALOG).context("the session has no catalog")?;
    for layer in relations.iter().map(|relation| relation.layer).chain(GIVEN_SCHEMAS) {
        if catalog.schema(layer).is_none() {
            catalog.register_schema(layer, Arc::new(MemorySchemaProvider::new()))?;
        }
    }
    Ok(context)
}

/// Registers `relation` as a view over the relations that it reads.
pub async fn register_view(context: &SessionContext, relation: &Relation) -> Result<()> {
    let view = plan(context, relation).await?.into_view();
    context.register_table(relation.reference(), view)?;
    Ok(())
}

/// Computes `relation` once, keeps it as Parquet in `folder` and registers that.
pub async fn keep(context: &SessionContext, relation: &Relation, folder: &Path) -> Result<()> {
    let folder = folder.join(relation.full_name());
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot create `{}`", folder.display()))?;
    let rows = plan(context, relation).await?;
    let schema: SchemaRef = Arc::new(rows.schema().as_arrow().clone());
    let mut options = TableParquetOptions::default();
    options.global.compression = Some("lz4_raw".to_owned());
    rows.write_parquet(url(&folder)?.as_str(), DataFrameWriteOptions::new(), Some(options))
        .await
        .with_context(|| format!("cannot compute `{}`", relation.full_name()))?;
    register_parquet(context, relation.reference(), schema, &[folder])
}

/// Registers Parquet files and folders of them as one relation.
pub fn register_parquet(
    context: &SessionContext,
    reference: TableReference,
    schema: SchemaRef,
    paths: &[PathBuf],
) -> Result<()> {
    let urls = paths
        .iter()
        .map(|path| Ok(ListingTableUrl::try_new(url(path)?, None)?))
        .collect::<Result<Vec<_>>>()?;
    let options =
        ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(schema);
    context.register_table(reference, Arc::new(ListingTable::try_new(config)?))?;
    Ok(())
}

/// The URL of a file or an existing folder; a plain path would be searched for glob characters.
fn url(path: &Path) -> Result<Url> {
    let absolute = std::path::absolute(path)?;
    let url = match absolute.is_dir() {
        true => Url::from_directory_path(&absolute),
        false => Url::from_file_path(&absolute),
    };
    url.map_err(|()| anyhow!("`{}` is no path of a file", path.display()))
}

/// Runs `relation` and returns its rows.
pub async fn rows(context: &SessionContext, relation: &Relation) -> Result<Vec<RecordBatch>> {
    plan(context, relation)
        .await?
        .collect()
        .await
        .with_context(|| format!("cannot compute `{}`", relation.full_name()))
}

/// Plans `relation`; running the plan is the caller's.
pub async fn plan(
    context: &SessionContext,
    relation: &Relation,
) -> Result<datafusion::dataframe::DataFrame> {
    context
        .sql(relation.sql)
        .await
        .with_context(|| format!("cannot plan `{}`", relation.full_name()))
}
