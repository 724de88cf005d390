//! Cursors: `DECLARE`, `FETCH`, `CLOSE`. Their rows are kept as batches, so that each `FETCH` is written as it asks.

use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::ParamValues;
use datafusion::sql::sqlparser::ast::{
    CloseCursor, Declare, DeclareType, FetchDirection, Ident, Value,
};
use datafusion_postgres::pgwire::api::portal::Portal;
use datafusion_postgres::pgwire::api::results::Response;
use datafusion_postgres::pgwire::api::stmt::StoredStatement;
use datafusion_postgres::pgwire::api::store::PortalStore;
use datafusion_postgres::pgwire::error::PgWireResult;
use futures::{StreamExt, stream};
use tokio::sync::Mutex;

use super::answer::{Written, rows};
use super::column;
use super::connection::Connection;
use super::error::{api, error};
use super::run::{Rows, Run};
use super::statement::Prepared;

/// A query of which rows are fetched some at a time.
pub(super) struct Cursor {
    columns: SchemaRef,
    run: Arc<Run>,
    /// It outlives its transaction.
    is_held: bool,
    batches: Arc<Mutex<Batches>>,
}

struct Batches {
    next: Rows<RecordBatch>,
    /// What is left of the batch before.
    rest: Option<RecordBatch>,
}

impl Batches {
    /// Up to `most` rows, or nothing at the end.
    async fn take(&mut self, most: usize) -> Option<PgWireResult<RecordBatch>> {
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => match self.next.next().await? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            },
        };
        if batch.num_rows() > most {
            self.rest = Some(batch.slice(most, batch.num_rows() - most));
            return Some(Ok(batch.slice(0, most)));
        }
        Some(Ok(batch))
    }
}

impl Connection {
    /// Opens a cursor; clients ask for its columns as those of the portal that this returns.
    pub(super) async fn declare(
        &self,
        run: &Arc<Run>,
        prepared: &Prepared,
        declares: &[Declare],
        parameters: Option<ParamValues>,
    ) -> PgWireResult<Portal<Prepared>> {
        let [Declare { names, declare_type: Some(DeclareType::Cursor), hold, .. }] = declares
        else {
            return Err(error("0A000", "cursors alone are declared"));
        };
        let Some(name) = names.first().map(|name| name.value.clone()) else {
            return Err(error("42601", "a cursor has a name"));
        };
        let columns = match &prepared.plan {
            Some(plan) => column::shown(plan.schema().as_arrow()),
            None => return Err(error("42601", "a cursor is declared for a query")),
        };
        if self.cursors().len() >= MOST || self.cursors().contains_key(&name) {
            return Err(error("42P03", &format!("cursor \"{name}\" cannot be declared now")));
        }
        let batches = self.batches(run, prepared.clone(), parameters).await?;
        let next = run.rows(batches.map(|batch| batch.map_err(api)).boxed());
        let batches = Arc::new(Mutex::new(Batches { next, rest: None }));
        let is_held = *hold == Some(true);
        let described = Prepared { plan: None, columns: columns.clone(), ..prepared.clone() };
        let described = StoredStatement::new(name.clone(), described, vec![]);
        let portal = Portal::new_cursor(name.clone(), Arc::new(described));
        self.cursors().insert(name, Cursor { columns, run: run.clone(), is_held, batches });
        Ok(portal)
    }

    pub(super) async fn fetch(
        &self,
        name: &str,
        direction: &FetchDirection,
        written: &Written<'_>,
    ) -> PgWireResult<Response> {
        let most = most(direction)?;
        let (columns, batches) = {
            let cursors = self.cursors();
            let cursor = cursors.get(name).ok_or_else(|| unknown(name))?;
            self.active.set(&cursor.run);
            (cursor.columns.clone(), cursor.batches.clone())
        };
        let batches = batches.lock_owned().await;
        let fetched = stream::unfold((batches, most), |(mut batches, left)| async move {
            let batch = if left > 0 { batches.take(left).await? } else { return None };
            let taken = batch.as_ref().map_or(left, RecordBatch::num_rows);
            Some((batch, (batches, left - taken)))
        });
        let mut fetched = rows(&columns, fetched.boxed(), written)?;
        fetched.set_command_tag("FETCH");
        Ok(Response::Query(fetched))
    }

    pub(super) fn cursor_columns(&self, name: &str) -> PgWireResult<SchemaRef> {
        Ok(self.cursors().get(name).ok_or_else(|| unknown(name))?.columns.clone())
    }

    pub(super) fn close(&self, store: &impl PortalStore, cursor: &CloseCursor) {
        let names: Vec<String> = match cursor {
            CloseCursor::All => self.cursors().keys().cloned().collect(),
            CloseCursor::Specific { name } => vec![name.value.clone()],
        };
        for name in names {
            self.cursors().remove(&name);
            store.rm_portal(&name);
        }
    }

    /// Cursors end with their transaction, unless they were declared to stay.
    pub(super) fn end_cursors(&self) {
        self.cursors().retain(|_, cursor| cursor.is_held);
    }

    /// Forgets a prepared statement, or all of them.
    pub(super) fn deallocate(&self, store: &impl PortalStore, name: &Ident) {
        if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("all") {
            return self.deallocate_all(store);
        }
        self.names.lock().unwrap_or_else(PoisonError::into_inner).remove(&name.value);
        store.rm_statement(&name.value);
    }

    pub(super) fn deallocate_all(&self, store: &impl PortalStore) {
        for name in self.names.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            store.rm_statement(&name);
        }
    }
}

/// Cursors that a connection may have.
const MOST: usize = 100;

fn unknown(name: &str) -> datafusion_postgres::pgwire::error::PgWireError {
    error("34000", &format!("cursor \"{name}\" does not exist"))
}

fn most(direction: &FetchDirection) -> PgWireResult<usize> {
    let count = |value: &Value| match value {
        Value::Number(digits, _) => digits.parse().ok(),
        _ => None,
    };
    let most = match direction {
        FetchDirection::Next | FetchDirection::Forward { limit: None } => Some(1),
        FetchDirection::Forward { limit: Some(limit) } | FetchDirection::Count { limit } => {
            count(limit)
        }
        FetchDirection::ForwardAll | FetchDirection::All => Some(usize::MAX),
        _ => None,
    };
    most.ok_or_else(|| error("55000", "cursor can only scan forward"))
}
