//! The only place that builds a DataFusion session, and that registers anything with one.
//!
//! A session knows the functions of `udf` and the layers of `catalog`; what it reads is Parquet or
//! a view, never memory, so that the same relations can be planned elsewhere and sent there.

mod bound;
mod kept;
mod reader;
mod spread;

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::catalog::MemorySchemaProvider;
use datafusion::common::{DataFusionError, TableReference};
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use futures::TryStreamExt;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use url::Url;

use crate::catalog::{self, Relation};
use crate::udf::{self, Lookups};

pub use bound::functions as bound_functions;
pub use kept::{columns, content, write};
pub use reader::{Folder, reader};

const CATALOG: &str = "rapport";
/// Schemas besides the folders of `sql/`: what was imported, and what one run brings along.
const GIVEN_SCHEMAS: [&str; 2] = ["activity", "run"];

/// What the sessions of one run share.
#[derive(Debug, Clone)]
pub struct Resources {
    /// Memory and the folder for what does not fit in it.
    runtime: Arc<RuntimeEnv>,
    /// Cores to use.
    pub cores: usize,
    /// Joins that can spill to disk instead of those that are faster.
    is_frugal: bool,
    /// What the function `lookup` looks up in.
    lookups: Lookups,
}

impl Resources {
    /// Who computes with these.
    pub fn users(&self) -> Users {
        Users(Arc::downgrade(&self.runtime))
    }

    /// All cores, so much memory in bytes, and `spill`, an existing folder for what exceeds it.
    pub fn new(memory: usize, spill: &Path) -> Result<Self> {
        let pool = TrackConsumersPool::new(GreedyMemoryPool::new(memory), NAMED_CONSUMERS);
        let folders = DiskManagerMode::Directories(vec![spill.to_owned()]);
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(pool))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(folders))
            .build_arc()?;
        Ok(Self { runtime, cores: cores(), is_frugal: false, lookups: Lookups::default() })
    }

    /// Memory without a limit, nothing spilled.
    pub fn unlimited() -> Self {
        let (runtime, lookups) = Default::default();
        Self { runtime, cores: cores(), is_frugal: false, lookups }
    }

    /// The same on so many cores.
    pub fn on(&self, cores: usize) -> Self {
        Self { cores, ..self.clone() }
    }

    /// The same memory on one core and with joins that can spill, for what has not fit otherwise.
    pub fn frugal(&self) -> Self {
        Self { is_frugal: true, ..self.on(1) }
    }
}

/// Whatever still computes with the [`Resources`] of a run, on whatever thread.
#[derive(Debug)]
pub struct Users(Weak<RuntimeEnv>);

impl Users {
    /// Waits, on this thread, until there is none. Tasks that are not wanted any more end where they next pause.
    pub fn wait(&self) {
        let begun = Instant::now();
        while self.0.strong_count() > 0 && begun.elapsed() < LONGEST_PAUSE {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// How long a task may go on that is not wanted any more.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How many memory users an error names.
const NAMED_CONSUMERS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(2);

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A session that knows Rapport's functions and an empty schema for each layer.
///
/// Every engine, local or distributed, starts from this one builder.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn session(relations: &[Relation], resources: &Resources) -> Result<SessionContext> {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, catalog::NAMED_ALONE)
        .with_target_partitions(resources.cores)
        .with_information_schema(true);
    let options = config.options_mut();
    // published columns are CamelCase and are typed without quotes
    options.sql_parser.enable_ident_normalization = false;
    options.optimizer.prefer_hash_join = !resources.is_frugal;
    // files are few and made for what reads them: there is nothing to skip in them
    options.optimizer.enable_dynamic_filter_pushdown = false;
    options.execution.parquet.enable_page_index = false;
    options.execution.parquet.bloom_filter_on_read = false;
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(resources.runtime.clone())
        .with_default_features()
        .build();
    udf::register(&mut state, &resources.lookups)?;
    let context = SessionContext::new_with_state(state);
    let catalog = context.catalog(CATALOG).context("the session has no catalog")?;
    let layers = relations.iter().map(Relation::schema);
    for layer in layers.chain(GIVEN_SCHEMAS).chain(catalog::OTHER_SPANS) {
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

/// Has `lookup` find what the relation at `reference` holds: a text in its first column, a number in its second.
pub async fn look_up_in(
    context: &SessionContext,
    resources: &Resources,
    reference: TableReference,
) -> Result<()> {
    let name = reference.to_string();
    let rows = context.table(reference).await?;
    let kind = rows.schema().field(1).data_type().clone();
    let rows = rows.collect().await.with_context(|| format!("cannot read `{name}`"))?;
    Ok(resources.lookups.set(&name, &kind, &rows)?)
}

/// Writes `rows`, which `relation` gives, to `file` with the columns of `schema`; returns how many they are.
pub async fn write_rows(
    rows: DataFrame,
    relation: &Relation,
    schema: SchemaRef,
    properties: WriterProperties,
    file: impl Write + Send,
) -> Result<u64> {
    let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))?;
    let count = fill(rows, relation, &schema, &mut writer).await?;
    writer.close()?;
    Ok(count)
}

async fn fill(
    rows: DataFrame,
    relation: &Relation,
    schema: &SchemaRef,
    writer: &mut ArrowWriter<impl Write + Send>,
) -> Result<u64> {
    let cannot = || format!("cannot compute `{}`", relation.full_name());
    let mut batches = rows.execute_stream().await.with_context(cannot)?;
    let mut count = 0;
    while let Some(batch) = batches.try_next().await.with_context(cannot)? {
        count += batch.num_rows() as u64;
        writer.write(&typed(&batch, schema)?)?;
    }
    Ok(count)
}

/// The same rows with the columns of `schema`, which stand in the same order.
pub fn typed(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = schema
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| cast(column, field.data_type()))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

/// A few rows as the bytes of a Parquet file, the same for the same rows.
pub fn parquet(rows: &RecordBatch) -> Result<Vec<u8>> {
    let mut writer = ArrowWriter::try_new(Vec::new(), rows.schema(), None)?;
    writer.write(rows)?;
    Ok(writer.into_inner()?)
}

/// The memory that the run may use was not enough.
pub fn is_out_of_memory(error: &anyhow::Error) -> bool {
    let cause = error.chain().find_map(|cause| cause.downcast_ref::<DataFusionError>());
    cause.is_some_and(|cause| matches!(cause.find_root(), DataFusionError::ResourcesExhausted(_)))
}

/// Registers Parquet files as one relation; without a file it is empty.
pub fn register_parquet(
    context: &SessionContext,
    reference: TableReference,
    schema: SchemaRef,
    paths: &[PathBuf],
) -> Result<()> {
    if paths.is_empty() {
        context.register_table(reference, Arc::new(EmptyTable::new(schema)))?;
        return Ok(());
    }
    let urls = paths
        .iter()
        .map(|path| Ok(ListingTableUrl::try_new(url(path)?, None)?))
        .collect::<Result<Vec<_>>>()?;
    let options =
        ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(as_views(&schema));
    context.register_table(reference, Arc::new(ListingTable::try_new(config)?))?;
    Ok(())
}

/// The same columns with texts as views, which are filtered and joined without being copied.
fn as_views(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => field.clone(),
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
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
pub async fn plan(context: &SessionContext, relation: &Relation) -> Result<DataFrame> {
    context
        .sql(relation.sql)
        .await
        .with_context(|| format!("cannot plan `{}`", relation.full_name()))
}
