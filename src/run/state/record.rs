//! What is recorded of one run and of its steps.

use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Process, path};
use crate::store;

/// What is told of a run that ended without telling.
pub(super) const WITHOUT_A_WORD: &str = "the process ended without a word";
/// Who ends a run that nobody wanted to end: the machine or the service manager does.
pub const SIGTERM: &str = "SIGTERM";
/// The same of the daemon's run.
pub const DAEMON_ENDED: &str = "the end of the daemon";

/// How a run or a step of it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It has not begun.
    #[serde(rename = "queued")]
    Queued,
    /// It is under way.
    #[serde(rename = "running")]
    Running,
    /// It has done all that it should.
    #[serde(rename = "succeeded")]
    Succeeded,
    /// It has, and something should be looked at.
    #[serde(rename = "succeeded with warnings")]
    SucceededWithWarnings,
    /// It could not.
    #[serde(rename = "failed")]
    Failed,
    /// It was asked to end.
    #[serde(rename = "cancelled")]
    Cancelled,
    /// Of steps alone: it was not made.
    #[serde(rename = "skipped")]
    Skipped,
}

impl State {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::SucceededWithWarnings => "succeeded with warnings",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
        }
    }

    /// Queued or running.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }

    /// With warnings or without.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Succeeded | Self::SucceededWithWarnings)
    }
}

/// How a run came to be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum How {
    /// By `rapport run`.
    #[serde(rename = "by hand")]
    ByHand,
    /// By the schedule.
    #[serde(rename = "schedule")]
    Schedule,
}

impl How {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by hand",
            Self::Schedule => "schedule",
        }
    }
}

/// The steps of a run, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// People and exports are read, and what is bad is within the limits.
    Import,
    /// The relations up to those of accounts.
    Aggregate,
    /// Scores and entities.
    Score,
    /// Checks and the figures of the report.
    Check,
    /// Saved queries, the report, and the pointer to the new set.
    Publish,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Import, Self::Aggregate, Self::Score, Self::Check, Self::Publish];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Aggregate => "aggregate",
            Self::Score => "score",
            Self::Check => "check",
            Self::Publish => "publish",
        }
    }
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Which.
    pub step: Step,
    /// How it stands.
    pub state: State,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<DateTime<Utc>>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Rows read by the import, in the entities, found by checks, in saved queries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// How much of `total` is done: of the import bytes, else relations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<u64>,
    /// How much there is to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// Why it failed.
    #[serde(default)]
    pub errors: Vec<String>,
    /// What should be looked at.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// What a run was computed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// The program.
    pub rapport: String,
    /// The functions of the SQL.
    pub functions: u32,
    /// A fingerprint of the definition's text.
    pub definition: String,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Id of the run; what it publishes has the same one.
    pub id: String,
    /// Name of the enrichment.
    pub enrichment: String,
    /// How it stands.
    pub state: State,
    /// Who started it.
    pub who: String,
    /// How it was started.
    pub how: How,
    /// Last day of the window.
    pub as_of: NaiveDate,
    /// What it was computed with.
    pub versions: Versions,
    /// The process that runs it.
    pub process: Process,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime<Utc>>,
    /// Who or what asked it to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<String>,
    /// Customers that were enriched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customers: Option<u64>,
    /// Its steps, in their order.
    pub steps: Vec<StepRecord>,
}

impl Record {
    /// How many warnings its steps have.
    pub fn warnings(&self) -> usize {
        self.steps.iter().map(|step| step.warnings.len()).sum()
    }

    /// Why it failed.
    pub fn error(&self) -> Option<&str> {
        self.steps.iter().flat_map(|step| &step.errors).map(String::as_str).next()
    }

    /// The step under way.
    pub fn step(&self) -> Option<&StepRecord> {
        self.steps.iter().find(|step| step.state == State::Running)
    }

    /// From its begin to its end.
    pub fn seconds(&self) -> Option<f64> {
        Some(seconds(self.began_at?, self.ended_at?))
    }

    /// When it began, or was queued.
    pub fn start(&self) -> DateTime<Utc> {
        self.began_at.unwrap_or(self.queued_at)
    }

    /// It ended with its process, or because that had to end.
    pub(super) fn is_interrupted(&self) -> bool {
        match self.state {
            State::Failed => self.ended_at.is_none(),
            State::Cancelled => {
                let by = self.cancelled_by.as_deref();
                self.how == How::Schedule && [Some(SIGTERM), Some(DAEMON_ENDED)].contains(&by)
            }
            _ => false,
        }
    }

    /// Ends the step under way, or the first one where none has begun, and the run, with `state`; the steps that are
    /// left are skipped.
    pub(super) fn close(&mut self, state: State, at: Option<DateTime<Utc>>, error: Option<String>) {
        let failed = error.is_some();
        let open = self.steps.iter().position(|step| step.state == State::Running);
        let open = open.or_else(|| self.steps.iter().position(|step| step.state == State::Queued));
        if let Some(step) = open.and_then(|open| self.steps.get_mut(open)) {
            let is_success = state.is_success();
            step.state = match is_success {
                true if !step.warnings.is_empty() => State::SucceededWithWarnings,
                true => State::Succeeded,
                false => state,
            };
            step.errors.extend(error);
            step.seconds = step.began_at.zip(at).map(|(began, at)| seconds(began, at));
        }
        for step in self.steps.iter_mut().filter(|step| step.state == State::Queued) {
            step.state = State::Skipped;
            step.why = Some(if failed { "the run failed" } else { "the run was cancelled" }.into());
        }
        self.state = match state.is_success() && self.warnings() > 0 {
            true => State::SucceededWithWarnings,
            false => state,
        };
        self.ended_at = at;
    }

    pub(super) fn write(&self, root: &Path) -> Result<()> {
        store::write_json(&path(root, &self.id), self)
    }

    /// Writes how it ended, and notes it as `what`.
    pub(super) fn write_end(
        &self,
        root: &Path,
        now: DateTime<Utc>,
        what: store::Event,
    ) -> Result<()> {
        let told = (now, self.who.as_str(), what, Some(self.id.as_str()));
        store::History::open(root)?.change(&path(root, &self.id), self, told)
    }
}

pub(super) fn seconds(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).num_milliseconds().max(0) as f64 / 1000.0
}
