//! What a run brings along for the SQL: the schemas `run` (settings, people) and `activity` (what was imported).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::Days;
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use parquet::arrow::ArrowWriter;

use super::{People, Request};
use crate::activity::table::{MeetingTable, MessageTable, Table};
use crate::definition::WeekStart;
use crate::engine;
use crate::import::Ledger;
use crate::store::{self, Output};

/// Registers `run.setting`, `run.own_address`, `run.contact_address`, `run.contact_customer`,
/// `activity.message_copy` and `activity.meeting_copy`.
pub(super) async fn register(
    context: &SessionContext,
    request: &Request<'_>,
    people: &People,
    ledger: &Ledger,
    output: &Output,
    scratch: &Path,
) -> Result<()> {
    let setting = context.sql(&setting(request)).await?.into_view();
    context.register_table(TableReference::partial("run", "setting"), setting)?;
    for (name, columns) in people_columns(people) {
        let path = scratch.join(format!("run.{name}.parquet"));
        let schema = write(&path, columns)?;
        engine::register_parquet(context, TableReference::partial("run", name), schema, &[path])?;
    }
    register_activity::<MessageTable>(context, ledger, output, scratch)?;
    register_activity::<MeetingTable>(context, ledger, output, scratch)
}

/// The one row of settings as SQL, so that it can be sent with a plan.
fn setting(request: &Request) -> String {
    let definition = request.definition;
    let window = &definition.window;
    let window_start = request.as_of - Days::new(u64::from(window.days) - 1);
    let week_start = match window.week_start {
        WeekStart::Monday => "monday",
        WeekStart::Sunday => "sunday",
    };
    let score = &definition.score;
    format!(
        "select date '{as_of}' as as_of_on, date '{window_start}' as window_start_on, \
         '{timezone}' as timezone, '{week_start}' as week_start, {reply_cap} as reply_cap_days, \
         cast({} as double) as weight_emails_from, cast({} as double) as weight_emails_to, \
         cast({} as double) as weight_meetings, cast({} as double) as weight_people, \
         cast({} as double) as weight_recency",
        score.emails_from,
        score.emails_to,
        score.meetings,
        score.people,
        score.recency,
        as_of = request.as_of,
        timezone = window.timezone.name(),
        reply_cap = definition.reply_cap_days,
    )
}

/// Column name, whether it can be null, values.
type TextColumn<'a> = (&'static str, bool, Vec<Option<&'a str>>);

fn people_columns(people: &People) -> [(&'static str, Vec<TextColumn<'_>>); 3] {
    let own = &people.own.addresses;
    let contacts = &people.contacts.contacts;
    let column = |name, values: Vec<_>| (name, false, values);
    [
        (
            "own_address",
            vec![
                column("address", own.iter().map(|own| Some(own.address.as_str())).collect()),
                column("person_id", own.iter().map(|own| Some(own.person.as_str())).collect()),
                ("directory_id", true, own.iter().map(|own| own.directory_id.as_deref()).collect()),
            ],
        ),
        (
            "contact_address",
            vec![
                column(
                    "customer_id",
                    contacts.iter().map(|row| Some(row.customer_id.as_str())).collect(),
                ),
                column(
                    "contact_id",
                    contacts.iter().map(|row| Some(row.contact_id.as_str())).collect(),
                ),
                column("address", contacts.iter().map(|row| Some(row.address.as_str())).collect()),
            ],
        ),
        (
            "contact_customer",
            vec![column(
                "customer_id",
                people.contacts.customers.iter().map(|id| Some(id.as_str())).collect(),
            )],
        ),
    ]
}

fn write(path: &Path, columns: Vec<TextColumn>) -> Result<SchemaRef> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, nullable, _)| Field::new(*name, DataType::Utf8, *nullable))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays: Vec<ArrayRef> = columns
        .into_iter()
        .map(|(_, _, values)| Arc::new(StringArray::from(values)) as ArrayRef)
        .collect();
    write_batch(path, &RecordBatch::try_new(schema.clone(), arrays)?)?;
    Ok(schema)
}

fn write_batch(path: &Path, batch: &RecordBatch) -> Result<()> {
    let mut writer = ArrowWriter::try_new(store::create(path)?, batch.schema(), None)?;
    writer.write(batch)?;
    writer.close()?;
    Ok(())
}

fn register_activity<T: Table>(
    context: &SessionContext,
    ledger: &Ledger,
    output: &Output,
    scratch: &Path,
) -> Result<()> {
    let mut parts: Vec<PathBuf> = ledger.parts(&output.activity(), T::NAME);
    if parts.is_empty() {
        let path = scratch.join(format!("activity.{}.parquet", T::NAME));
        write_batch(&path, &RecordBatch::new_empty(T::schema()))?;
        parts.push(path);
    }
    let reference = TableReference::partial("activity", T::NAME);
    engine::register_parquet(context, reference, T::schema(), &parts)
}
