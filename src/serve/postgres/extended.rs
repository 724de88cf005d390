//! The extended protocol: parse, bind, describe, execute.
//!
//! What was parsed is parsed, checked and planned again when it is executed: the set may have changed meanwhile.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion_postgres::arrow_pg::datatypes::arrow_schema_to_pg_fields;
use datafusion_postgres::pgwire::api::portal::{Format, Portal, PortalExecutionState};
use datafusion_postgres::pgwire::api::query::{
    ExtendedQueryHandler, send_execution_response, send_partial_query_response,
};
use datafusion_postgres::pgwire::api::results::{FieldInfo, Response};
use datafusion_postgres::pgwire::api::stmt::QueryParser;
use datafusion_postgres::pgwire::api::store::{Entry, PortalStore};
use datafusion_postgres::pgwire::api::{
    ClientInfo, ClientPortalStore, DEFAULT_NAME, PgWireConnectionState, Type,
};
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::PgWireBackendMessage;
use datafusion_postgres::pgwire::messages::extendedquery::Execute;
use datafusion_postgres::pgwire::messages::response::EmptyQueryResponse;
use futures::{Sink, SinkExt};

use super::connection::Connection;
use super::error::error;
use super::parameter;
use super::statement::Prepared;

#[async_trait]
impl QueryParser for Connection {
    type Statement = Prepared;

    async fn parse_sql<C>(
        &self,
        client: &C,
        sql: &str,
        types: &[Option<Type>],
    ) -> PgWireResult<Option<Prepared>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        let run = self.begin(client);
        let mut statements = run.limit(self.parse(sql)).await?;
        let Some(statement) = statements.pop() else { return Ok(None) };
        if !statements.is_empty() {
            let text = "cannot insert multiple commands into a prepared statement";
            return Err(error("42601", text));
        }
        run.limit(self.prepare(sql, statement, types)).await.map(Some)
    }

    fn get_parameter_types(&self, prepared: &Prepared) -> PgWireResult<Vec<Type>> {
        prepared.plan.as_ref().map_or_else(|| Ok(vec![]), parameter::types)
    }

    fn get_result_schema(
        &self,
        prepared: &Prepared,
        format: Option<&Format>,
    ) -> PgWireResult<Vec<FieldInfo>> {
        arrow_schema_to_pg_fields(&prepared.columns, format.unwrap_or(&Format::UnifiedText), None)
    }
}

#[async_trait]
impl ExtendedQueryHandler for Connection {
    type Statement = Prepared;
    type QueryParser = Connection;

    fn query_parser(&self) -> Arc<Connection> {
        Arc::new(self.clone())
    }

    /// As the default, but that rows are sent as they come: a portal would gather them first.
    async fn on_execute<C>(&self, client: &mut C, message: Execute) -> PgWireResult<()>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        if !matches!(client.state(), PgWireConnectionState::ReadyForQuery) {
            return Err(PgWireError::NotReadyForQuery);
        }
        client.set_state(PgWireConnectionState::QueryInProgress);
        let name = message.name.as_deref().unwrap_or(DEFAULT_NAME);
        // nothing and less than nothing stand for all rows
        let most = usize::try_from(message.max_rows).unwrap_or_default();
        let portal = match client.portal_store().get_portal(name) {
            Some(Entry::Value(portal)) => portal,
            Some(Entry::Empty) => {
                client
                    .feed(PgWireBackendMessage::EmptyQueryResponse(EmptyQueryResponse::new()))
                    .await?;
                client.set_state(PgWireConnectionState::ReadyForQuery);
                return Ok(());
            }
            None => return Err(PgWireError::PortalNotFound(name.to_owned())),
        };
        let mut status = client.transaction_status();
        let state = portal.state();
        let mut state = state.lock().await;
        if matches!(*state, PortalExecutionState::Initial) {
            *state = match ExtendedQueryHandler::do_query(self, client, &portal, most).await? {
                Response::Query(rows) => PortalExecutionState::Suspended(rows),
                response => {
                    let tag = match response {
                        Response::TransactionStart(tag) => {
                            status = status.to_in_transaction_state();
                            Some(tag)
                        }
                        Response::TransactionEnd(tag) => {
                            status = status.to_idle_state();
                            Some(tag)
                        }
                        Response::Execution(tag) => Some(tag),
                        _ => None,
                    };
                    if let Some(tag) = tag {
                        send_execution_response(client, tag).await?;
                    }
                    PortalExecutionState::Finished
                }
            };
        }
        if let PortalExecutionState::Suspended(rows) = &mut *state {
            // whatever becomes of it, a portal that has failed has no rows any more
            let sent = send_partial_query_response(client, rows, most).await;
            if !matches!(sent, Ok(true)) {
                *state = PortalExecutionState::Finished;
            }
            sent?;
        }
        client.set_state(PgWireConnectionState::ReadyForQuery);
        client.set_transaction_status(status);
        Ok(())
    }

    async fn do_query<C>(
        &self,
        client: &mut C,
        portal: &Portal<Prepared>,
        _most: usize,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Prepared>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let run = self.begin(client);
        let stored = &portal.statement;
        let text = &stored.statement.text;
        let mut statements = run.limit(self.parse(text)).await?;
        let Some(statement) = statements.pop() else { return Ok(Response::EmptyQuery) };
        let prepare = self.prepare(text, statement, &stored.parameter_types);
        let prepared = run.limit(prepare).await?;
        let types = |prepared: &Prepared| {
            let fields = prepared.columns.fields().iter();
            fields.map(|field| field.data_type().clone()).collect::<Vec<_>>()
        };
        if types(&prepared) != types(&stored.statement) {
            return Err(error("0A000", "cached plan must not change result type"));
        }
        let parameters = prepared.plan.as_ref().map(|plan| parameter::values(plan, portal));
        let parameters = parameters.transpose()?;
        self.answer(client, &run, prepared, parameters, &portal.result_column_format).await
    }
}
