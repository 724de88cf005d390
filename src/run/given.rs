//! What a run brings along for the SQL: the schemas `run` (settings, people) and `activity` (what was imported).
//!
//! [`literals`], [`people`] and [`last_office`] say what the relations of `run` are made of; the tests of `sql/` fill the same ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::{Days, NaiveDate};
use datafusion::common::TableReference;
use datafusion::prelude::SessionContext;
use twox_hash::XxHash3_128;

use super::{People, Request};
use crate::activity::table::{MeetingTable, MessageTable, Table, as_read};
use crate::definition::Definition;
use crate::engine;
use crate::import::Ledger;
use crate::span::{Files, Given};
use crate::store::{self, Output, Set};

/// Registers the schemas `run` and `activity` with `context`; what of it every span is given is returned.
pub(super) async fn register(
    context: &SessionContext,
    request: &Request<'_>,
    people: &People,
    ledger: &Ledger,
    output: &Output,
    scratch: &Path,
) -> Result<Given> {
    let definition = request.definition;
    let mut given = Given {
        files: BTreeMap::new(),
        views: BTreeMap::new(),
        reply_cap_days: definition.reply_cap_days,
    };
    for (name, sql) in literals(request.as_of, definition) {
        let view = context.sql(&sql).await?.into_view();
        context.register_table(TableReference::partial("run", name), view)?;
        given.views.insert(format!("run.{name}"), sql);
    }
    for (name, rows) in self::people(people)? {
        let path = scratch.join(format!("run.{name}.parquet"));
        let bytes = engine::parquet(&rows)?;
        store::write_whole(&path, &bytes)?;
        let fingerprint = XxHash3_128::oneshot(&bytes);
        let files = Files { schema: rows.schema(), paths: vec![path], fingerprint };
        let reference = TableReference::partial("run", name);
        engine::register_parquet(context, reference, files.schema.clone(), &files.paths)?;
        given.files.insert(format!("run.{name}"), files);
    }
    let last: Vec<PathBuf> = last_office_file(request, output).into_iter().collect();
    let reference = TableReference::partial("run", "last_office");
    engine::register_parquet(context, reference, last_office(), &last)?;
    register_activity::<MessageTable>(context, ledger, output)?;
    register_activity::<MeetingTable>(context, ledger, output)?;
    Ok(given)
}

/// The columns of `run.last_office`: those of `Office` that any build of Rapport has published.
pub fn last_office() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![text("CustomerId"), text("AggregationLevel")]))
}

/// `Office` of the published run, where it can be compared with this one: it can be read, its window is as long,
/// and it ends no later.
fn last_office_file(request: &Request<'_>, output: &Output) -> Option<PathBuf> {
    let set = Set::open(output.root(), None).ok()?;
    let is_like = set.window_days == request.definition.window.days && set.as_of <= request.as_of;
    let path = set.folder.join("Office.parquet");
    let columns = engine::columns(&path).ok().filter(|_| is_like)?;
    let has = |field: &Arc<Field>| columns.field_with_name(field.name()).is_ok();
    last_office().fields().iter().all(has).then_some(path)
}

/// `run.setting`, `run.period`, `run.weight` and `run.privacy`: name and the one row as SQL, so that it can be
/// sent with a plan.
///
/// They are apart because of what is kept from run to run: that knows the setting and none of the others.
pub fn literals(as_of: NaiveDate, definition: &Definition) -> [(&'static str, String); 4] {
    let Definition { window, score, reply_cap_days, min_group, .. } = definition;
    let min_group = min_group.map_or("null".to_owned(), |people| people.to_string());
    let window_start = as_of - Days::new(u64::from(window.days) - 1);
    let timezone = window.timezone.name();
    [
        ("setting", format!("select '{timezone}' as timezone, {reply_cap_days} as reply_cap_days")),
        (
            "period",
            format!(
                "select date '{as_of}' as as_of_on, date '{window_start}' as window_start_on, '{}' as week_start",
                window.week_start
            ),
        ),
        (
            "weight",
            format!(
                "select cast({} as double) as emails_from, cast({} as double) as emails_to, \
                 cast({} as double) as meetings, cast({} as double) as people, cast({} as double) as recency",
                score.emails_from, score.emails_to, score.meetings, score.people, score.recency,
            ),
        ),
        ("privacy", format!("select cast({min_group} as int) as min_group")),
    ]
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

fn register_activity<T: Table>(
    context: &SessionContext,
    ledger: &Ledger,
    output: &Output,
) -> Result<()> {
    let parts = ledger.parts(&output.activity(), T::NAME);
    engine::register_parquet(
        context,
        TableReference::partial("activity", T::NAME),
        as_read(&T::schema()),
        &parts,
    )
}
