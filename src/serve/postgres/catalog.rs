//! `pg_catalog`: the tables and functions by which clients find out what there is.

use std::sync::Arc;

use anyhow::{Context, Result};
use datafusion::catalog::SchemaProvider;
use datafusion_postgres::datafusion_pg_catalog::pg_catalog::context::EmptyContextProvider;
use datafusion_postgres::datafusion_pg_catalog::setup_pg_catalog;

use super::function;
use crate::query::{Session, Source};

const CATALOG: &str = "rapport";
const SCHEMA: &str = "pg_catalog";
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
        set_up(&session)?;
        let catalog = session.context().catalog(CATALOG).context("the session has no catalog")?;
        let schema = catalog.schema(SCHEMA).context("the session has no `pg_catalog`")?;
        Ok(Self { session, schema })
    }

    /// Has it name what was published since.
    pub(super) async fn refresh(&self) -> Result<()> {
        self.session.refresh().await
    }
}

/// Gives `session` the functions that clients ask the catalogue with, and the one catalogue.
pub(super) fn share(session: &Session, catalog: &Catalog) -> Result<()> {
    set_up(session)?;
    let own = session.context().catalog(CATALOG).context("the session has no catalog")?;
    own.register_schema(SCHEMA, catalog.schema.clone())?;
    Ok(function::register(session.context())?)
}

fn set_up(session: &Session) -> Result<()> {
    setup_pg_catalog(session.context(), CATALOG, EmptyContextProvider).map_err(|error| *error)?;
    Ok(())
}
