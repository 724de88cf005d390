//! `pg_catalog` and `information_schema`: the relations and functions by which clients find out what there is.

use std::sync::Arc;

use anyhow::{Context, Result};
use async_trait::async_trait;
use datafusion::catalog::information_schema::{INFORMATION_SCHEMA, InformationSchemaProvider};
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::common::Result as Planned;
use datafusion::prelude::SessionContext;
use datafusion_postgres::datafusion_pg_catalog::pg_catalog::context::EmptyContextProvider;
use datafusion_postgres::datafusion_pg_catalog::setup_pg_catalog;

use super::{function, setting};
use crate::query::{Session, Source};

const CATALOG: &str = "rapport";
const PG_CATALOG: &str = "pg_catalog";
/// The session that the catalogue reads runs no queries.
const MEMORY: usize = 64 << 20;

/// One catalogue for all connections: clients use several, and the numbers of relations have to agree among them.
pub(super) struct Catalog {
    session: Session,
    schema: Arc<dyn SchemaProvider>,
}

impl Catalog {
    pub(super) async fn open(source: &Source) -> Result<Self> {
        let session = Session::open(Source { memory: MEMORY, ..source.clone() }).await?;
        let context = session.context();
        set_up(context)?;
        let catalog = context.catalog(CATALOG).context("the session has no catalog")?;
        let below = catalog.schema(PG_CATALOG).context("the session has no `pg_catalog`")?;
        let schema = Overlaid::register(context, PG_CATALOG, below)?;
        define(context, include_str!("pg_catalog.sql")).await?;
        define(context, &setting::view()).await?;
        information_schema(context).await?;
        Ok(Self { session, schema })
    }

    /// Whether `pg_catalog` has a relation of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.schema.table_exist(name)
    }

    /// Has it name what was published since.
    pub(super) async fn refresh(&self) -> Result<()> {
        self.session.refresh().await
    }
}

/// Gives `session` the functions that clients ask the catalogue with, and the one catalogue.
pub(super) async fn share(session: &Session, catalog: &Catalog) -> Result<()> {
    let context = session.context();
    set_up(context)?;
    let own = context.catalog(CATALOG).context("the session has no catalog")?;
    own.register_schema(PG_CATALOG, catalog.schema.clone())?;
    information_schema(context).await?;
    Ok(function::register(context)?)
}

fn set_up(context: &SessionContext) -> Result<()> {
    setup_pg_catalog(context, CATALOG, EmptyContextProvider).map_err(|error| *error)?;
    Ok(())
}

/// Puts Postgres's `information_schema` into the place of DataFusion's, which knows views of this session too.
async fn information_schema(context: &SessionContext) -> Result<()> {
    let catalogs = context.state().catalog_list().clone();
    Overlaid::register(
        context,
        INFORMATION_SCHEMA,
        Arc::new(InformationSchemaProvider::new(catalogs)),
    )?;
    let state = context.state_ref();
    state.write().config_mut().options_mut().catalog.information_schema = false;
    define(context, include_str!("information_schema.sql")).await
}

/// Executes statements of ours that define relations.
async fn define(context: &SessionContext, statements: &str) -> Result<()> {
    for statement in statements.split_inclusive(";\n") {
        context.sql(statement).await.with_context(|| format!("cannot define: {statement}"))?;
    }
    Ok(())
}

/// A schema with relations of ours beside those of another one, or in their place.
#[derive(Debug)]
struct Overlaid {
    below: Arc<dyn SchemaProvider>,
    own: MemorySchemaProvider,
}

impl Overlaid {
    fn register(
        context: &SessionContext,
        name: &str,
        below: Arc<dyn SchemaProvider>,
    ) -> Result<Arc<dyn SchemaProvider>> {
        let catalog = context.catalog(CATALOG).context("the session has no catalog")?;
        let schema = Arc::new(Self { below, own: MemorySchemaProvider::new() });
        catalog.register_schema(name, schema.clone())?;
        Ok(schema)
    }
}

#[async_trait]
impl SchemaProvider for Overlaid {
    fn table_names(&self) -> Vec<String> {
        let mut names = self.below.table_names();
        names.extend(self.own.table_names());
        names.sort_unstable();
        names.dedup();
        names
    }

    async fn table(&self, name: &str) -> Planned<Option<Arc<dyn TableProvider>>> {
        match self.own.table(name).await? {
            Some(table) => Ok(Some(table)),
            None => self.below.table(name).await,
        }
    }

    fn register_table(
        &self,
        name: String,
        table: Arc<dyn TableProvider>,
    ) -> Planned<Option<Arc<dyn TableProvider>>> {
        self.own.register_table(name, table)
    }

    fn deregister_table(&self, name: &str) -> Planned<Option<Arc<dyn TableProvider>>> {
        self.own.deregister_table(name)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.own.table_exist(name) || self.below.table_exist(name)
    }
}
