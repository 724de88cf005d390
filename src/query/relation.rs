//! The relations of a session: what one published set holds, and what is made of it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::datatypes::{Field, Schema, SchemaRef};
use chrono::{Days, NaiveDate};
use datafusion::catalog::TableProvider;
use datafusion::common::{ScalarValue, TableReference};
use datafusion::datasource::ViewTable;
use datafusion::logical_expr::expr::FieldMetadata;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::prelude::{DataFrame, SessionContext, ident, lit};

use super::reference;
use super::saved::{Kind, Saved};
use crate::activity::table::{MeetingTable, MessageTable, Table};
use crate::catalog::{self, Relation};
use crate::engine::{self, Folder};
use crate::import::Ledger;
use crate::store::Set;

/// Relations that no file of `sql/` makes: what the opened run is, and all kept runs.
pub(super) const GIVEN: [&str; 2] = ["run", HISTORY];
const HISTORY: &str = "office_history";

/// What a relation of a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Published as Parquet.
    Entity,
    /// Made of entities.
    View,
    /// Customers that have something in common.
    Segment,
    /// One value, or one for each customer.
    Measure,
    /// Made in the session.
    Session,
    /// Imported, for operators.
    Activity,
}

impl Sort {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Sort::Entity => "entity",
            Sort::View => "view",
            Sort::Segment => "segment",
            Sort::Measure => "measure",
            Sort::Session => "session view",
            Sort::Activity => "activity",
        }
    }
}

/// A relation as it is listed.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What it is.
    pub sort: Sort,
    /// What it tells, in one sentence.
    pub title: String,
    /// Unit and meaning of columns that do not tell them themselves, by their name.
    pub columns: BTreeMap<String, (String, String)>,
}

/// Registers what the set holds and what is made of it, saved queries apart.
///
/// Without a set, such as before the first run, all relations are there and empty.
pub(super) async fn register(
    context: &SessionContext,
    runs: Folder<'_>,
    set: Option<&Set>,
    kept: &[Set],
) -> Result<BTreeMap<String, Shown>> {
    let relations = catalog::relations()?;
    let mut shown = BTreeMap::new();
    for relation in catalog::layer(&relations, "entity") {
        let name = TableReference::bare(relation.name);
        context.register_table(name, entity(relation, runs, set)?)?;
        shown.insert(relation.name.to_owned(), of_catalog(relation, Sort::Entity));
    }
    let mut columns = of_run(set);
    let start = set.and_then(|set| {
        set.as_of.checked_sub_days(Days::new(u64::from(set.window_days.max(1)) - 1))
    });
    columns.push(documented_as(
        lit(ScalarValue::Date32(start.map(days))),
        "WindowStartDate",
        "first day of the run's window",
    ));
    let run = context.read_empty()?.select(columns)?;
    register_view(context, "run", run.into_unoptimized_plan(), None)?;
    shown.insert("run".to_owned(), given(Sort::View, "The opened run."));
    let history = history(context, runs, set, kept, &relations)?;
    register_view(context, HISTORY, history.into_unoptimized_plan(), None)?;
    let title = "The rows of Office in every kept run up to the opened one.";
    shown.insert(HISTORY.to_owned(), given(Sort::View, title));
    let layers = ["view", catalog::CARD, catalog::OVERVIEW].into_iter();
    for relation in layers.flat_map(|layer| catalog::layer(&relations, layer)) {
        let name = match relation.schema() {
            catalog::NAMED_ALONE => relation.name.to_owned(),
            _ => relation.full_name(),
        };
        let cannot = || format!("cannot plan `{}`", relation.full_name());
        let plan = context.state().create_logical_plan(relation.sql).await.with_context(cannot)?;
        // there is one of an earlier set where the session goes on with a later one
        context.deregister_table(reference(&name))?;
        register_view(context, &name, plan, Some(relation.sql))?;
        shown.insert(name, of_catalog(relation, Sort::View));
    }
    Ok(shown)
}

/// Registers what was imported: the copies of messages and meetings, with addresses.
pub(super) fn register_activity(
    context: &SessionContext,
    activity: Folder<'_>,
) -> Result<BTreeMap<String, Shown>> {
    let ledger = Ledger::load(activity.path)?;
    let mut shown = BTreeMap::new();
    let tables = [
        (MessageTable::NAME, MessageTable::schema(), "A message as one mailbox holds it."),
        (
            MeetingTable::NAME,
            MeetingTable::schema(),
            "A version of a meeting as one calendar holds it.",
        ),
    ];
    for (name, schema, title) in tables {
        let parts = ledger.parts(activity.path, name);
        let table = activity.table(schema, &parts)?;
        context.register_table(TableReference::partial("activity", name), table)?;
        shown.insert(format!("activity.{name}"), given(Sort::Activity, title));
    }
    Ok(shown)
}

/// Registers `plan` under `name`.
pub(super) fn register_view(
    context: &SessionContext,
    name: &str,
    plan: LogicalPlan,
    sql: Option<&str>,
) -> Result<()> {
    let view = ViewTable::new(plan, sql.map(str::to_owned));
    context.register_table(reference(name), Arc::new(view))?;
    Ok(())
}

/// How the saved query is listed.
pub(super) fn of_saved(saved: &Saved) -> Shown {
    let (title, columns) = (saved.header.title.clone(), documented(&saved.header));
    Shown { sort: sort(saved.kind), title, columns }
}

pub(super) fn sort(kind: Kind) -> Sort {
    match kind {
        Kind::Segment => Sort::Segment,
        Kind::Measure => Sort::Measure,
    }
}

fn of_catalog(relation: &Relation, sort: Sort) -> Shown {
    Shown { sort, title: relation.header.title.clone(), columns: documented(&relation.header) }
}

pub(super) fn given(sort: Sort, title: &str) -> Shown {
    Shown { sort, title: title.to_owned(), columns: BTreeMap::new() }
}

fn documented(header: &catalog::Header) -> BTreeMap<String, (String, String)> {
    let columns = header.columns.iter();
    columns
        .map(|column| (column.name.clone(), (column.unit.clone(), column.meaning.clone())))
        .collect()
}

fn entity(
    relation: &Relation,
    runs: Folder<'_>,
    set: Option<&Set>,
) -> Result<Arc<dyn TableProvider>> {
    let path = set.map(|set| set.folder.join(format!("{}.parquet", relation.name)));
    let schema = relation.header.schema(false)?;
    // runs of an earlier build may lack what came later
    let Some(path) = path.filter(|path| path.exists()) else {
        return runs.table(schema, &[] as &[&Path]);
    };
    // a column may be missing, or have nulls where values of small groups are hidden; one that cannot be read, any
    let written = engine::columns(&path).ok();
    let fields = schema.fields().iter().map(|field| {
        let written = written.as_ref().and_then(|fields| fields.field_with_name(field.name()).ok());
        let is_nullable = field.is_nullable() || written.is_none_or(Field::is_nullable);
        field.as_ref().clone().with_nullable(is_nullable)
    });
    runs.table(Arc::new(Schema::new(fields.collect::<Vec<_>>())), &[path])
}

/// The columns that tell a run.
fn of_run(set: Option<&Set>) -> Vec<Expr> {
    let as_of = set.map(|set| days(set.as_of));
    vec![
        documented_as(
            lit(ScalarValue::Utf8(set.map(|set| set.run.clone()))),
            "RunId",
            "id of the run",
        ),
        documented_as(lit(ScalarValue::Date32(as_of)), "AsOfDate", "last day of the run's window"),
    ]
}

fn documented_as(value: Expr, name: &str, meaning: &str) -> Expr {
    let metadata = HashMap::from([("meaning".to_owned(), meaning.to_owned())]);
    value.alias_with_metadata(name, Some(FieldMetadata::from(metadata)))
}

/// Days since 1970.
fn days(day: NaiveDate) -> i32 {
    let since = day.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(since).unwrap_or_default()
}

fn history(
    context: &SessionContext,
    runs: Folder<'_>,
    set: Option<&Set>,
    kept: &[Set],
    relations: &[Relation],
) -> Result<DataFrame> {
    let office = relations.iter().find(|relation| relation.full_name() == "entity.Office");
    let office = office.context("no relation `Office`")?;
    let rows = |set: Option<&Set>| -> Result<DataFrame> {
        let mut columns = of_run(set);
        columns.extend(office.header.columns.iter().map(|column| ident(&column.name)));
        Ok(context.read_table(entity(office, runs, set)?)?.select(columns)?)
    };
    let mut all: Option<DataFrame> = None;
    for set in kept {
        let rows = rows(Some(set))?;
        all = Some(match all {
            Some(all) => all.union(rows)?,
            None => rows,
        });
    }
    all.map_or_else(|| rows(set), Ok)
}

/// A column as people read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownColumn {
    /// Its name.
    pub name: String,
    /// Its type as SQL names it.
    pub kind: String,
    /// Unit of the values; empty where they have none.
    pub unit: String,
    /// What it means; empty where nobody says.
    pub meaning: String,
}

/// The columns of a relation with these fields.
pub(super) fn columns(schema: &SchemaRef, shown: Option<&Shown>) -> Vec<ShownColumn> {
    let column = |field: &Arc<Field>| {
        let written = shown.and_then(|shown| shown.columns.get(field.name()));
        let told = |key: &str| field.metadata().get(key).cloned().unwrap_or_default();
        let (unit, meaning) = written.cloned().unwrap_or_else(|| (told("unit"), told("meaning")));
        ShownColumn { name: field.name().clone(), kind: kind(field), unit, meaning }
    };
    schema.fields().iter().map(column).collect()
}

fn kind(field: &Field) -> String {
    use arrow::datatypes::DataType::*;
    match field.data_type() {
        Utf8 | Utf8View | LargeUtf8 => "text".to_owned(),
        Int8 | Int16 | Int32 | UInt8 | UInt16 => "int".to_owned(),
        Int64 | UInt32 | UInt64 => "bigint".to_owned(),
        Float32 | Float64 => "double".to_owned(),
        Date32 => "date".to_owned(),
        Boolean => "bool".to_owned(),
        Timestamp(_, _) => "timestamp".to_owned(),
        List(item) => format!("{} list", kind(item)),
        Struct(_) => "row".to_owned(),
        other => other.to_string().to_lowercase(),
    }
}

/// The folder of kept runs below the output at `root`.
pub(super) fn runs(root: &Path) -> std::path::PathBuf {
    root.join("run")
}
