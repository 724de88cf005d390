//! What a run brings along for the SQL: the schemas `run` (settings, people) and `activity` (what was imported).
//!
//! [`setting`] and [`people`] say what the relations of `run` are made of; the tests of `sql/` fill the same ones.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use chrono::{Days, NaiveDate};
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use parquet::arrow::ArrowWriter;

use super::{People, Request};
use crate::activity::table::{MeetingTable, MessageTable, Table};
use crate::definition::{Weights, Window};
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
    let definition = request.definition;
    let setting =
        setting(request.as_of, &definition.window, definition.reply_cap_days, &definition.score);
    let setting = context.sql(&setting).await?.into_view();
    context.register_table(TableReference::partial("run", "setting"), setting)?;
    for (name, rows) in self::people(people)? {
        let path = scratch.join(format!("run.{name}.parquet"));
        write_batch(&path, &rows)?;
        let reference = TableReference::partial("run", name);
        engine::register_parquet(context, reference, rows.schema(), &[path])?;
    }
    register_activity::<MessageTable>(context, ledger, output, scratch)?;
    register_activity::<MeetingTable>(context, ledger, output, scratch)
}

/// The one row of `run.setting` as SQL, so that it can be sent with a plan.
pub fn setting(as_of: NaiveDate, window: &Window, reply_cap_days: u32, score: &Weights) -> String {
    let window_start = as_of - Days::new(u64::from(window.days) - 1);
    format!(
        "select date '{as_of}' as as_of_on, date '{window_start}' as window_start_on, \
         '{timezone}' as timezone, '{week_start}' as week_start, {reply_cap_days} as reply_cap_days, \
         cast({} as double) as weight_emails_from, cast({} as double) as weight_emails_to, \
         cast({} as double) as weight_meetings, cast({} as double) as weight_people, \
         cast({} as double) as weight_recency",
        score.emails_from,
        score.emails_to,
        score.meetings,
        score.people,
        score.recency,
        timezone = window.timezone.name(),
        week_start = window.week_start,
    )
}

/// `run.own_address`, `run.contact_address` and `run.contact_customer`: name and rows.
pub fn people(people: &People) -> Result<Vec<(&'static str, RecordBatch)>> {
    people_columns(people).into_iter().map(|(name, columns)| Ok((name, batch(columns)?))).collect()
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

fn batch(columns: Vec<TextColumn>) -> Result<RecordBatch> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, nullable, _)| Field::new(*name, DataType::Utf8, *nullable))
        .collect();
    let arrays: Vec<ArrayRef> = columns
        .into_iter()
        .map(|(_, _, values)| Arc::new(StringArray::from(values)) as ArrayRef)
        .collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
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
