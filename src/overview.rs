//! How an enrichment stands at a glance: what was read and counted, and how many customers have engagement.
//!
//! Here: the facts. Drawing them is `command`'s.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use chrono::{Days, NaiveDate};
use datafusion::prelude::DataFrame;
use serde::Deserialize;

use crate::query::Session;
use crate::run::Coverage;
use crate::run::state::{self, Record};
use crate::store::Set;

/// The facts of one published set, and how the kept runs before it led there.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Id of the run.
    pub run: String,
    /// Last day of its window.
    pub as_of: NaiveDate,
    /// Days of the window.
    pub window_days: u32,
    /// What was read and what counted.
    pub coverage: Coverage,
    /// A line for each run that was published up to this one and is kept or recorded, oldest first.
    pub over_time: Vec<Enriched>,
}

/// How many customers had engagement in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enriched {
    /// Id of the run.
    pub run: String,
    /// Last day of its window.
    pub as_of: NaiveDate,
    /// Customers with at least one counted e-mail or meeting in the window.
    pub customers: u64,
}

/// What a run says of itself.
#[derive(Deserialize)]
struct Report {
    window_days: u32,
    coverage: Coverage,
}

/// Customers of each kept run.
const OVER_TIME: &str = "
select RunId, AsOfDate, count(*) as Customers
from office_history
where AggregationLevel = 'Year'
group by RunId, AsOfDate
order by RunId";

/// Those with the highest score.
const PREVIEW: &str = "
select
    CustomerId, EngagementScore, NoOfEmails_FromAccount, NoOfEmails_ToAccount,
    NoOfMeetings_FromAccount + NoOfMeetings_ToAccount as NoOfMeetings, DaysSinceLastEmail, DaysSinceLastMeeting
from customer
order by EngagementScore desc, CustomerId
limit 5";

impl Overview {
    /// Gathers the facts of the set that `session` has opened.
    pub async fn gather(session: &Session) -> Result<Self> {
        let Set { run, as_of, folder, .. } = session.set().context("no set is open")?;
        let path = folder.join("report.json");
        let read = || -> Result<Report> { Ok(serde_json::from_slice(&fs::read(&path)?)?) };
        let report = read().with_context(|| format!("cannot read `{}`", path.display()))?;
        // records go further back than the runs that are kept
        let mut over_time = recorded(session.output(), &run)?;
        for rows in session.query(OVER_TIME).await?.collect().await? {
            over_time.extend(enriched(&rows)?.into_iter().map(|line| (line.run.clone(), line)));
        }
        let over_time = over_time.into_values().collect();
        let Report { window_days, coverage } = report;
        Ok(Self { run, as_of, window_days, coverage, over_time })
    }

    /// Days of the window of which there is no data.
    pub fn days_missing(&self) -> i64 {
        i64::from(self.window_days) - self.coverage.days_covered
    }

    /// The days without data before the first activity and after the last, as far as they are in the window: the first
    /// and the last day of each span.
    pub fn gaps(&self) -> Vec<(NaiveDate, NaiveDate)> {
        let begin = self.as_of - Days::new(u64::from(self.window_days.saturating_sub(1)));
        let whole = (begin, self.as_of);
        let (Some(first), Some(last)) = (self.coverage.first_on, self.coverage.last_on) else {
            return vec![whole];
        };
        if first > self.as_of || last < begin {
            return vec![whole];
        }
        let gaps = [(begin, first - Days::new(1)), (last + Days::new(1), self.as_of)];
        gaps.into_iter().filter(|(from, to)| from <= to).collect()
    }
}

/// The customers with the highest score, to see what the entity holds.
pub async fn preview(session: &Session) -> Result<DataFrame> {
    Ok(session.query(PREVIEW).await?)
}

/// What is recorded of published runs up to `last`, by their id.
fn recorded(root: &Path, last: &str) -> Result<BTreeMap<String, Enriched>> {
    let mut runs = state::records(root)?;
    runs.retain(|record| record.state.is_success() && record.id.as_str() <= last);
    let line = |record: Record| {
        let Record { id, as_of, customers, .. } = record;
        Some((id.clone(), Enriched { run: id, as_of, customers: customers? }))
    };
    Ok(runs.into_iter().filter_map(line).collect())
}

fn enriched(rows: &RecordBatch) -> Result<Vec<Enriched>> {
    let runs = cast(rows.column(0), &DataType::Utf8)?;
    let days = cast(rows.column(1), &DataType::Int32)?;
    let days = cast(&days, &DataType::Int64)?;
    let customers = cast(rows.column(2), &DataType::Int64)?;
    let [days, customers] =
        [days, customers].map(|values| values.as_primitive::<Int64Type>().clone());
    let runs = runs.as_string::<i32>();
    let line = |at: usize| Enriched {
        run: runs.value(at).to_owned(),
        as_of: NaiveDate::default() + chrono::TimeDelta::days(days.value(at)),
        customers: customers.value(at).unsigned_abs(),
    };
    Ok((0..runs.len()).map(line).collect())
}
