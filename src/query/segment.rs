//! Segments and measures over published sets: members, sizes, who came and who left, and what is published of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{DataFrame, ident};

use super::saved::{CUSTOMER, Kind, Saved};
use super::{Error, Session};
use crate::format::{self, Format};

/// How a segment stands in one set.
#[derive(Debug, Clone)]
pub struct State {
    /// Its name.
    pub name: String,
    /// What it tells, in one sentence.
    pub title: String,
    /// What else its file says.
    pub description: String,
    /// The text of its file.
    pub text: String,
    /// Customers in it.
    pub members: BTreeSet<String>,
    /// How many of them are in the contact table.
    pub known: u64,
    /// The run kept before, which there may not be.
    pub before: Option<String>,
    /// Who came and who left since then.
    pub change: Option<Change>,
}

/// Customers that came into a segment and left it, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// In the segment now and not before.
    pub came: Vec<String>,
    /// In the segment before and not now.
    pub left: Vec<String>,
}

/// The members of a segment, as it is defined now, in the set of `session`.
pub async fn members(session: &Session, segment: &Saved) -> Result<BTreeSet<String>> {
    let rows = rows(session, segment).await?.select(vec![ident(CUSTOMER)])?;
    ids(rows.collect().await.with_context(|| cannot(segment))?)
}

/// The values of the first column, each once.
fn ids(rows: Vec<RecordBatch>) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for batch in rows {
        let ids = cast(batch.column(0), &DataType::Utf8)?;
        all.extend(ids.as_string::<i32>().iter().flatten().map(str::to_owned));
    }
    Ok(all)
}

/// How each segment stands in `now`, and what has changed since `before` where it is given.
pub async fn states(
    now: &Session,
    before: Option<&Session>,
    segments: &[Saved],
) -> Result<Vec<State>> {
    let all = now.query("select CustomerId from Office_CustomerEntity").await?;
    let all = ids(all.collect().await?)?;
    let run = before.and_then(Session::set).map(|set| set.run);
    let mut states = Vec::with_capacity(segments.len());
    for segment in segments {
        let members = self::members(now, segment).await?;
        let change = match before {
            Some(before) => Some(change(&self::members(before, segment).await?, &members)),
            None => None,
        };
        states.push(State {
            name: segment.name.clone(),
            title: segment.header.title.clone(),
            description: segment.header.description.clone(),
            text: segment.text.clone(),
            // a SELECT can name others
            known: members.intersection(&all).count() as u64,
            members,
            before: run.clone(),
            change,
        });
    }
    Ok(states)
}

/// How many customers the contact table has.
pub async fn customers(session: &Session) -> Result<u64> {
    let all = session.query("select CustomerId from Office_CustomerEntity").await?;
    Ok(all.count().await? as u64)
}

/// A line for each segment: size, share, change since `before` where it is given, and title.
pub async fn list(
    now: &Session,
    before: Option<&Session>,
    segments: &[Saved],
) -> Result<RecordBatch> {
    let states = states(now, before, segments).await?;
    let customers = customers(now).await?.max(1);
    let changed = |of: fn(&Change) -> &Vec<String>| -> ArrayRef {
        let count = |state: &State| state.change.as_ref().map(|change| of(change).len() as u64);
        Arc::new(UInt64Array::from_iter(states.iter().map(count)))
    };
    let texts = |of: fn(&Saved) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(segments.iter().map(of)))
    };
    let percent = states.iter().map(|state| {
        let share = state.known as f64 / customers as f64;
        (share * 1000.0).round() / 10.0
    });
    let customers = states.iter().map(|state| state.members.len() as u64);
    Ok(RecordBatch::try_from_iter_with_nullable(vec![
        ("segment", texts(|segment| &segment.name), false),
        ("customers", Arc::new(UInt64Array::from_iter_values(customers)) as ArrayRef, false),
        ("percent", Arc::new(Float64Array::from_iter_values(percent)), false),
        ("came", changed(|change| &change.came), true),
        ("left", changed(|change| &change.left), true),
        ("meaning", texts(|segment| &segment.header.title), false),
    ])?)
}

/// A line for each measure: its value, or for how many customers it has one, and its title.
pub async fn values(session: &Session, measures: &[Saved]) -> Result<RecordBatch> {
    let mut values = Vec::new();
    let mut customers = Vec::new();
    for measure in measures {
        let rows = rows(session, measure).await?;
        let has_customers = rows.schema().has_column_with_unqualified_name(CUSTOMER);
        let batches = rows.collect().await.with_context(|| cannot(measure))?;
        let count: usize = batches.iter().map(RecordBatch::num_rows).sum();
        customers.push(has_customers.then_some(count as u64));
        // of several rows none is the value
        let is_one = count == 1 && !has_customers;
        let first = batches.iter().find(|batch| batch.num_rows() > 0).filter(|_| is_one);
        let value = first.map(|batch| cast(batch.column(0), &DataType::Utf8)).transpose()?;
        let value = value.filter(|value| value.is_valid(0));
        values.push(value.map(|value| value.as_string::<i32>().value(0).to_owned()));
    }
    let texts = |of: fn(&Saved) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(measures.iter().map(of)))
    };
    Ok(RecordBatch::try_from_iter_with_nullable(vec![
        ("measure", texts(|measure| &measure.name), false),
        ("value", Arc::new(StringArray::from_iter(values)) as ArrayRef, true),
        ("customers", Arc::new(UInt64Array::from_iter(customers)), true),
        ("meaning", texts(|measure| &measure.header.title), false),
    ])?)
}

/// Who came and who left between two states of a segment.
pub fn change(before: &BTreeSet<String>, now: &BTreeSet<String>) -> Change {
    Change {
        came: now.difference(before).cloned().collect(),
        left: before.difference(now).cloned().collect(),
    }
}

/// The rows of a saved query: by customer, where it does not order them itself.
pub async fn rows(session: &Session, saved: &Saved) -> Result<DataFrame> {
    let plan = session.plan(&saved.sql()).await?;
    let is_ordered = matches!(plan, LogicalPlan::Sort(_) | LogicalPlan::Limit(_));
    let has_customers = plan.schema().has_column_with_unqualified_name(CUSTOMER);
    let rows = session.context().execute_logical_plan(plan).await.with_context(|| cannot(saved))?;
    match has_customers && !is_ordered {
        true => Ok(rows.sort(vec![ident(CUSTOMER).sort(true, false)])?),
        false => Ok(rows),
    }
}

/// What was published of a saved query.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its file below the folder of the run.
    pub file: PathBuf,
    /// Rows in it.
    pub rows: u64,
    /// What is odd about them.
    pub warning: Option<String>,
}

/// Writes the rows of a saved query into the folder of a run.
pub async fn publish(session: &Session, saved: &Saved, folder: &Path) -> Result<Published> {
    let file = Path::new(saved.kind.as_str()).join(format!("{}.parquet", saved.name));
    // computed once, for the file and for what is odd
    let rows = rows(session, saved).await?.cache().await.with_context(|| cannot(saved))?;
    let written = format::write_file(rows.clone(), Format::Parquet, &folder.join(&file)).await;
    let count = written.with_context(|| cannot(saved))?;
    let warning = odd(rows, saved, count).await?;
    Ok(Published { file, rows: count, warning })
}

/// What is wrong with the rows of a saved query that its text did not show.
async fn odd(rows: DataFrame, saved: &Saved, count: u64) -> Result<Option<String>> {
    let what = format!("{} `{}`", saved.kind.as_str(), saved.name);
    if !rows.schema().has_column_with_unqualified_name(CUSTOMER) {
        let is_one = saved.kind == Kind::Segment || count == 1;
        return Ok(
            (!is_one).then(|| format!("{what} should give one value and gives {count} rows"))
        );
    }
    let ids = rows.select(vec![ident(CUSTOMER)])?.collect().await.with_context(|| cannot(saved))?;
    let ids: Vec<_> =
        ids.iter().map(|batch| cast(batch.column(0), &DataType::Utf8)).collect::<Result<_, _>>()?;
    let without: usize = ids.iter().map(|ids| ids.null_count()).sum();
    let distinct: BTreeSet<&str> =
        ids.iter().flat_map(|ids| ids.as_string::<i32>().iter().flatten()).collect();
    let repeated = count as usize - without - distinct.len();
    Ok(match (without, repeated) {
        (0, 0) => None,
        (0, _) => Some(format!(
            "{what} names customers more than once, {repeated} rows too many: add `distinct` or a `group by`"
        )),
        _ => Some(format!("{what} has {without} rows without a `CustomerId`")),
    })
}

fn cannot(saved: &Saved) -> String {
    format!("cannot compute {} `{}`", saved.kind.as_str(), saved.name)
}

/// The one of `saved` that has this kind and name.
pub fn find<'a>(saved: &'a [Saved], kind: Kind, name: &str) -> Result<&'a Saved, Error> {
    let same: Vec<&Saved> = saved.iter().filter(|saved| saved.kind == kind).collect();
    let names: Vec<&str> = same.iter().map(|saved| saved.name.as_str()).collect();
    same.into_iter().find(|saved| saved.name == name).ok_or_else(|| {
        let error = Error::of_text(format!("no {} `{name}`", kind.as_str()));
        error.hint_near(name, &names)
    })
}
