//! Sessions for people: they read the Parquet files that are registered with them, and reach nothing else.
//!
//! There is no store for `file://` or the network, no file format, no table function and nothing to create
//! external tables with, so a statement that slips through `query::guard` finds nothing to open.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use arrow::datatypes::SchemaRef;
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::common::config::{ConfigOptions, Dialect};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, TrackConsumersPool};
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::prelude::{SessionConfig, SessionContext};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use url::Url;

use super::spread::SpreadRows;
use super::{CATALOG, NAMED_CONSUMERS, bound, cores};
use crate::catalog;

/// The schema of what is read, as clients of databases expect it.
const SCHEMA: &str = "public";

/// Has joins pause now and then, so that a query can be ended: DataFusion lets leaves alone pause, and a join can
/// make rows without end of a few.
#[derive(Debug)]
struct JoinsPause;

/// So many joins, the last ones, pause: each takes from what a task may do before it must pause, and a hundred in
/// a row would take it all.
const PAUSING: usize = 32;

impl PhysicalOptimizerRule for JoinsPause {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let is_join = |node: &Arc<dyn ExecutionPlan>| node.name().ends_with("JoinExec");
        let mut below = 0;
        plan.apply(|node| {
            below += usize::from(is_join(node));
            Ok(TreeNodeRecursion::Continue)
        })?;
        let pausing = plan.transform_up(|node| {
            if !is_join(&node) {
                return Ok(Transformed::no(node));
            }
            below -= 1;
            Ok(match below < PAUSING {
                true => Transformed::yes(Arc::new(CooperativeExec::new(node)) as _),
                false => Transformed::no(node),
            })
        });
        Ok(pausing?.data)
    }

    fn name(&self) -> &str {
        "joins_pause"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Folders that a session may read from, by the name that stands for each.
#[derive(Debug)]
struct Folders(HashMap<&'static str, Arc<dyn ObjectStore>>);

impl ObjectStoreRegistry for Folders {
    fn register_store(&self, _: &Url, _: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>, DataFusionError> {
        let name = url.host_str().filter(|_| url.scheme() == CATALOG).unwrap_or_default();
        let store = self.0.get(name).cloned();
        store.ok_or_else(|| DataFusionError::Plan("files cannot be opened here".to_owned()))
    }
}

/// A folder that a session may read from.
#[derive(Debug, Clone, Copy)]
pub struct Folder<'a> {
    /// The name that stands for it in plans.
    pub name: &'static str,
    /// Where it is.
    pub path: &'a Path,
}

impl Folder<'_> {
    /// The Parquet files `paths`, which lie below the folder, as a table; without a file it is empty.
    pub fn table(
        &self,
        schema: SchemaRef,
        paths: &[impl AsRef<Path>],
    ) -> Result<Arc<dyn TableProvider>> {
        if paths.is_empty() {
            return Ok(Arc::new(EmptyTable::new(schema)));
        }
        let urls = paths.iter().map(|path| self.url(path.as_ref())).collect::<Result<Vec<_>>>()?;
        let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
        let config = ListingTableConfig::new_with_multi_paths(urls)
            .with_listing_options(options.with_file_extension(".parquet"))
            .with_schema(schema);
        Ok(Arc::new(ListingTable::try_new(config)?))
    }

    fn url(&self, path: &Path) -> Result<ListingTableUrl> {
        let outside = || anyhow!("`{}` is not below `{}`", path.display(), self.path.display());
        let below = path.strip_prefix(self.path).map_err(|_| outside())?;
        let mut url = Url::parse(&format!("{CATALOG}://{}", self.name))?;
        let parts = below.iter().map(|part| part.to_str()).collect::<Option<Vec<_>>>();
        url.path_segments_mut().map_err(|()| outside())?.extend(parts.ok_or_else(outside)?);
        Ok(ListingTableUrl::try_new(url, None)?)
    }
}

/// A session whose relations read from `folders`, and whose queries together use `memory` bytes at most.
#[expect(clippy::disallowed_methods, reason = "this is the other place")]
pub fn reader(folders: &[Folder<'_>], memory: usize) -> Result<SessionContext> {
    let stores = folders.iter().map(|folder| -> Result<_> {
        let store = LocalFileSystem::new_with_prefix(folder.path)
            .with_context(|| format!("cannot read `{}`", folder.path.display()))?;
        Ok((folder.name, Arc::new(store) as Arc<dyn ObjectStore>))
    });
    let pool = TrackConsumersPool::new(GreedyMemoryPool::new(memory), NAMED_CONSUMERS);
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .with_disk_manager_builder(disk)
        .with_object_store_registry(Arc::new(Folders(stores.collect::<Result<_>>()?)))
        .build_arc()?;
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_target_partitions(cores())
        .with_information_schema(true);
    let options = config.options_mut();
    // `query::name` gives names their letter case
    options.sql_parser.enable_ident_normalization = false;
    options.sql_parser.collect_spans = true;
    options.sql_parser.dialect = Dialect::PostgreSQL;
    let mut builder = SessionStateBuilder::new_with_default_features();
    builder.expr_planners().get_or_insert_default().insert(0, Arc::new(bound::Operators));
    let mut state = builder
        .with_config(config)
        .with_runtime_env(runtime)
        .with_table_functions(HashMap::new())
        .with_table_factories(HashMap::new())
        .with_file_formats(vec![])
        .with_physical_optimizer_rule(Arc::new(JoinsPause))
        .with_physical_optimizer_rule(Arc::new(SpreadRows))
        .build();
    bound::functions(&mut state)?;
    let context = SessionContext::new_with_state(state);
    let reachable = context.catalog(CATALOG).context("the session has no catalog")?;
    for schema in ["activity", catalog::CARD, catalog::OVERVIEW] {
        reachable.register_schema(schema, Arc::new(MemorySchemaProvider::new()))?;
    }
    Ok(context)
}
