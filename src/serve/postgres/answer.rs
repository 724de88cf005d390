//! Answers to prepared statements, the rows of all of them under the limits of their run.

use std::iter;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::ParamValues;
use datafusion::dataframe::DataFrame;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::{DiscardObject, Reset, Statement};
use datafusion_postgres::arrow_pg::datatypes::{arrow_schema_to_pg_fields, encode_recordbatch};
use datafusion_postgres::pgwire::api::portal::Format;
use datafusion_postgres::pgwire::api::results::{QueryResponse, Response, Tag};
use datafusion_postgres::pgwire::api::store::{MemPortalStore, PortalStore};
use datafusion_postgres::pgwire::api::{ClientInfo, ClientPortalStore};
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::PgWireBackendMessage;
use datafusion_postgres::pgwire::messages::data::DataRow;
use datafusion_postgres::pgwire::types::format::FormatOptions;
use futures::stream::BoxStream;
use futures::{Sink, StreamExt, stream};

use super::connection::Connection;
use super::error::{api, error};
use super::run::Run;
use super::statement::{Prepared, is_relational};
use super::{setting, transaction};

/// How the values of an answer are written.
pub(super) struct Written<'a> {
    /// Text or binary, by column.
    pub(super) format: &'a Format,
    /// As the session has set.
    pub(super) options: Arc<FormatOptions>,
}

impl<'a> Written<'a> {
    pub(super) fn new(format: &'a Format, client: &impl ClientInfo) -> Self {
        Self { format, options: Arc::new(FormatOptions::from_client_metadata(client.metadata())) }
    }
}

impl Connection {
    /// Executes `prepared`; its rows follow as the client takes them.
    pub(super) async fn answer<C>(
        &self,
        client: &mut C,
        run: &Arc<Run>,
        prepared: Prepared,
        parameters: Option<ParamValues>,
        format: &Format,
    ) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let statement = &prepared.statement;
        if let Some(response) = transaction::answer(client.transaction_status(), statement)? {
            if matches!(response, Response::TransactionEnd(_)) {
                self.end_cursors();
            }
            return Ok(response);
        }
        let written = Written::new(format, client);
        let tag = match statement {
            Statement::Set(set) => {
                setting::set(client, set).await?;
                "SET"
            }
            Statement::Reset(reset) => {
                setting::reset(client, &reset.reset).await?;
                "RESET"
            }
            Statement::ShowVariable { variable } if !is_relational(variable) => {
                let (name, value) = setting::show(client, variable)?;
                return shown(&name, &value, &written);
            }
            Statement::Declare { stmts } => {
                let portal = self.declare(run, &prepared, stmts, parameters).await?;
                let store = client.portal_store().as_any();
                if let Some(store) = store.downcast_ref::<MemPortalStore<Prepared>>() {
                    store.put_portal(Arc::new(portal));
                }
                "DECLARE CURSOR"
            }
            Statement::Fetch { name, direction, .. } => {
                return self.fetch(&name.value, direction, &written).await;
            }
            Statement::Close { cursor } => {
                self.close(client.portal_store(), cursor);
                "CLOSE CURSOR"
            }
            Statement::Deallocate { name, .. } => {
                self.deallocate(client.portal_store(), name);
                "DEALLOCATE"
            }
            Statement::Discard { object_type } => {
                if *object_type == DiscardObject::ALL {
                    self.end_cursors();
                    self.deallocate_all(client.portal_store());
                    setting::reset(client, &Reset::ALL).await?;
                }
                "DISCARD"
            }
            Statement::UNLISTEN { .. } => "UNLISTEN",
            _ => return self.execute(run, prepared, parameters, &written).await,
        };
        Ok(Response::Execution(Tag::new(tag)))
    }

    async fn execute(
        &self,
        run: &Arc<Run>,
        prepared: Prepared,
        parameters: Option<ParamValues>,
        written: &Written<'_>,
    ) -> PgWireResult<Response> {
        if let Some(view @ LogicalPlan::Ddl(_)) = prepared.plan {
            // the guard lets views of the session pass, and nothing else that defines anything
            self.session().await?.context().execute_logical_plan(view).await.map_err(api)?;
            return Ok(Response::Execution(Tag::new("CREATE VIEW")));
        }
        let columns = prepared.columns.clone();
        let batches = self.batches(run, prepared, parameters).await?;
        let rows = rows(&columns, batches.map(|batch| batch.map_err(api)).boxed(), written)?;
        let QueryResponse { row_schema, data_rows, .. } = rows;
        Ok(Response::Query(QueryResponse::new(row_schema, run.rows(data_rows))))
    }

    /// Begins to execute what `prepared` has planned, once a query may run.
    pub(super) async fn batches(
        &self,
        run: &Arc<Run>,
        prepared: Prepared,
        parameters: Option<ParamValues>,
    ) -> PgWireResult<SendableRecordBatchStream> {
        let Some(plan) = prepared.plan else {
            return Err(error("0A000", "this statement is not supported"));
        };
        run.limit(async {
            run.keep(self.permit().await?);
            let plan = match parameters {
                Some(parameters) => plan.replace_params_with_values(&parameters).map_err(api)?,
                None => plan,
            };
            let state = self.session().await?.context().state();
            DataFrame::new(state, plan).execute_stream().await.map_err(api)
        })
        .await
    }
}

/// Batches as rows of the protocol.
pub(super) fn rows(
    columns: &Schema,
    batches: BoxStream<'static, PgWireResult<RecordBatch>>,
    written: &Written<'_>,
) -> PgWireResult<QueryResponse> {
    type Encoded = Box<dyn Iterator<Item = PgWireResult<DataRow>> + Send + Sync>;
    let fields = arrow_schema_to_pg_fields(columns, written.format, Some(written.options.clone()))?;
    let fields = Arc::new(fields);
    let encoded = fields.clone();
    let rows = batches.flat_map(move |batch| {
        stream::iter(match batch {
            Ok(batch) => encode_recordbatch(encoded.clone(), batch) as Encoded,
            Err(error) => Box::new(iter::once(Err(error))),
        })
    });
    Ok(QueryResponse::new(fields, rows))
}

fn shown(name: &str, value: &str, written: &Written<'_>) -> PgWireResult<Response> {
    let columns = Arc::new(Schema::new(vec![Field::new(name, DataType::Utf8, false)]));
    let values = Arc::new(StringArray::from(vec![value]));
    let batch = RecordBatch::try_new(columns.clone(), vec![values]).map_err(api)?;
    let mut shown = rows(&columns, stream::iter([Ok(batch)]).boxed(), written)?;
    shown.set_command_tag("SHOW");
    Ok(Response::Query(shown))
}
