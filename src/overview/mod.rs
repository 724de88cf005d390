//! How an enrichment stands at a glance: what was read and counted, and what its customers look like together.
//!
//! Here: the facts, from `sql/overview` and the run's report. Drawing them is `command`'s and `page`'s.

pub mod listing;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::query::{Session, rows};
use crate::run::Coverage;
use crate::run::state::{self, Record};
use crate::store::Set;

pub use listing::{Column, Customer, Listing, Shown};

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
    /// Ten spans of scores, lowest first.
    pub scores: Vec<ScoreBand>,
    /// Spans of days since the last contact, shortest first; last those without any in the window.
    pub last_contact: Vec<LastContact>,
    /// The months, oldest first.
    pub months: Vec<Month>,
    /// The customers with the highest score, up to [`TOP`].
    pub top: Vec<Customer>,
}

/// Customers that an overview shows.
pub const TOP: usize = 10;

/// How many customers had engagement in one run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Enriched {
    /// Id of the run.
    #[serde(rename = "RunId")]
    pub run: String,
    /// Last day of its window.
    #[serde(rename = "AsOfDate")]
    pub as_of: NaiveDate,
    /// Customers with at least one counted e-mail or meeting in the window.
    pub customers: u64,
}

/// A row of `overview.score`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the fields are the columns that sql/overview/score.sql documents")]
pub struct ScoreBand {
    pub from_points: u32,
    pub to_points: u32,
    pub customers: u64,
}

/// A row of `overview.last_contact`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(missing_docs, reason = "the fields are the columns that its file in sql/ documents")]
pub struct LastContact {
    #[serde(default)]
    pub from_days: Option<u32>,
    #[serde(default)]
    pub to_days: Option<u32>,
    pub customers: u64,
}

/// A row of `overview.month`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[allow(missing_docs, reason = "the fields are the columns that sql/overview/month.sql documents")]
pub struct Month {
    #[serde(rename = "AggregationStartDate")]
    pub start_on: NaiveDate,
    #[serde(rename = "Emails_FromAccounts")]
    pub emails_from: u64,
    #[serde(rename = "Emails_ToAccounts")]
    pub emails_to: u64,
    #[serde(rename = "Meetings")]
    pub meetings: u64,
    #[serde(rename = "Customers")]
    pub customers: u64,
}

/// What a run says of itself.
#[derive(Deserialize)]
struct Report {
    window_days: u32,
    coverage: Coverage,
}

impl Overview {
    /// Gathers the facts of the set that `session` has opened.
    pub async fn gather(session: &Session) -> Result<Self> {
        let Set { run, as_of, folder, .. } = session.set().context("no set is open")?;
        let path = folder.join("report.json");
        let read = || -> Result<Report> { Ok(serde_json::from_slice(&fs::read(&path)?)?) };
        let Report { window_days, coverage } =
            read().with_context(|| format!("cannot read `{}`", path.display()))?;
        // records go further back than the runs that are kept
        let mut over_time = recorded(session.output(), &run)?;
        let kept: Vec<Enriched> = rows(session.relation("overview.enriched").await?).await?;
        over_time.extend(kept.into_iter().map(|line| (line.run.clone(), line)));
        let over_time = over_time.into_values().collect();
        let mut scores: Vec<ScoreBand> = rows(session.relation("overview.score").await?).await?;
        scores.sort_by_key(|band| band.from_points);
        let mut last_contact: Vec<LastContact> =
            rows(session.relation("overview.last_contact").await?).await?;
        last_contact.sort_by_key(|span| (span.from_days.is_none(), span.from_days));
        let mut months: Vec<Month> = rows(session.relation("overview.month").await?).await?;
        months.sort_by_key(|month| month.start_on);
        let top = listing::top(session, TOP).await?;
        Ok(Self { run, as_of, window_days, coverage, over_time, scores, last_contact, months, top })
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
