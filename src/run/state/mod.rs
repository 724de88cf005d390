//! States of runs: a record of each run in `OUT/state/run/ID.json`, written as the run goes on.
//!
//! Whoever reads a record of a run whose process is gone is told that it failed. A record names who started the run,
//! and no individual of the activity.

mod cancel;
pub(super) mod plain;
mod process;
mod steps;
mod text;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::definition::near::near;
use crate::store;

pub use cancel::{Cancel, Cancelled, Watch, ask};
pub use plain::nameless;
pub use process::Process;
pub use steps::{Start, Steps};
pub use text::{status, table};

/// Records that are kept; older ones go.
const RECORDS: usize = 400;
/// What is told of a run that ended without telling.
const WITHOUT_A_WORD: &str = "the process ended without a word";
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
    /// The output is locked, people and exports are read, and what is bad is within the limits.
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
    fn is_interrupted(&self) -> bool {
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
    fn close(&mut self, state: State, at: Option<DateTime<Utc>>, error: Option<String>) {
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

    fn write(&self, root: &Path) -> Result<()> {
        Ok(store::write_whole(&path(root, &self.id), &self.to_bytes()?)?)
    }

    /// Writes how it ended, and notes it as `what`.
    fn write_end(&self, root: &Path, now: DateTime<Utc>, what: store::Event) -> Result<()> {
        let told = (now, self.who.as_str(), what, Some(self.id.as_str()));
        store::History::open(root)?.change(&path(root, &self.id), &self.to_bytes()?, told)
    }

    fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        Ok(text)
    }
}

fn seconds(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).num_milliseconds().max(0) as f64 / 1000.0
}

fn folder(root: &Path) -> PathBuf {
    root.join("state").join("run")
}

fn path(root: &Path, id: &str) -> PathBuf {
    folder(root).join(format!("{id}.json"))
}

/// The records of the output at `root` as they stand on disk, newest first.
fn stored(root: &Path) -> Result<Vec<Record>> {
    let folder = folder(root);
    let cannot = || format!("cannot read `{}`", folder.display());
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(cannot)?,
    };
    let mut records: Vec<Record> = Vec::new();
    for entry in entries {
        let path = entry.with_context(cannot)?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes()[0] == b'.');
        if is_hidden || path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = match fs::read(&path) {
            // removed since the folder was listed
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            text => text.with_context(|| format!("cannot read `{}`", path.display()))?,
        };
        // an empty one was only just claimed; one of another program version is passed over
        records.extend(serde_json::from_slice::<Record>(&text).ok());
    }
    records.sort_by(|one, other| other.id.cmp(&one.id));
    Ok(records)
}

/// The records of the output at `root`, newest first, each as it truly stands: a run whose process is gone has failed.
pub fn records(root: &Path) -> Result<Vec<Record>> {
    let mut records = stored(root)?;
    let mut is_in_use = None;
    for record in records.iter_mut().filter(|record| record.state.is_open()) {
        let process = record.process.is_alive();
        let is_alive = match (process, record.state) {
            (Some(false), _) => false,
            (_, State::Running) => *is_in_use.get_or_insert_with(|| store::is_in_use(root)),
            _ => true,
        };
        // it may have ended since it was read
        if !is_alive && let Some(now) = stored_one(root, &record.id) {
            *record = now;
            if record.state.is_open() {
                record.close(State::Failed, None, Some(WITHOUT_A_WORD.to_owned()));
            }
        }
    }
    Ok(records)
}

fn stored_one(root: &Path, id: &str) -> Option<Record> {
    serde_json::from_slice(&fs::read(path(root, id)).ok()?).ok()
}

/// The record of the run `id`.
///
/// Fails where there is none, and names those that were likely meant.
pub fn find(root: &Path, id: &str) -> Result<Record> {
    let records = records(root)?;
    if let Some(record) = records.iter().find(|record| record.id == id) {
        return Ok(record.clone());
    }
    let ids = || records.iter().map(|record| record.id.as_str());
    let mut named = near(id, ids(), 3);
    if named.is_empty() {
        named = ids().take(3).collect();
    }
    let named: Vec<String> = named.iter().map(|id| format!("`{id}`")).collect();
    match named.is_empty() {
        true => bail!("no run `{id}` is recorded: nothing was run yet"),
        false => bail!("no run `{id}` is recorded\nhint: there is {}", named.join(", ")),
    }
}

/// The run under way, else the one that waits.
pub fn under_way(records: &[Record]) -> Option<&Record> {
    let running = records.iter().find(|record| record.state == State::Running);
    running.or_else(|| records.iter().rfind(|record| record.state == State::Queued))
}

/// When the last of the runs began, newest first, that the schedule goes on from.
///
/// Failed runs count, or they would be due again at once. One that was interrupted does not, so that it is made up for,
/// unless the one before was interrupted too. Nor does one that begins after `now`, when the clock was wrong.
pub fn last_start(records: &[Record], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut records = records.iter().filter(|record| record.start() <= now).peekable();
    let last = records.next()?;
    let is_made_up_for =
        last.is_interrupted() && !records.peek().is_some_and(|before| before.is_interrupted());
    if is_made_up_for { records.next() } else { Some(last) }.map(Record::start)
}

/// Writes down what has become of runs that ended without telling, and drops records beyond the newest [`RECORDS`].
/// The caller holds the output's lock, so no other run is at work on it.
fn settle(root: &Path, own: &str, now: DateTime<Utc>) -> Result<()> {
    let mut stored = stored(root)?;
    for record in stored.iter_mut().filter(|record| record.state.is_open() && record.id != own) {
        if record.state == State::Running || record.process.is_alive() == Some(false) {
            record.close(State::Failed, None, Some(WITHOUT_A_WORD.to_owned()));
            record.write_end(root, now, store::Event::Failed)?;
        }
    }
    for record in stored.iter().skip(RECORDS).filter(|record| !record.state.is_open()) {
        let path = path(root, &record.id);
        fs::remove_file(&path).with_context(|| format!("cannot remove `{}`", path.display()))?;
    }
    Ok(())
}

/// How an enrichment stands.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Name of the enrichment.
    pub enrichment: String,
    /// The run under way, else the last one.
    pub run: Option<Record>,
    /// What is published.
    pub published: Option<Published>,
    /// Runs that have failed since that was published, newest first.
    pub failures: Vec<Record>,
}

/// The published set.
#[derive(Debug, Clone, Serialize)]
pub struct Published {
    /// Id of its run.
    pub run: String,
    /// Last day of its window.
    pub as_of: NaiveDate,
    /// When it was made; unknown where no record of the run is left.
    pub made_at: Option<DateTime<Utc>>,
}

impl Status {
    /// Of the enrichment of this name, whose output is at `root`.
    pub fn read(root: &Path, enrichment: &str) -> Result<Self> {
        let records = records(root)?;
        let published = match store::is_published(root) {
            true => {
                let set = store::Set::open(root, None)?;
                let record = records.iter().find(|record| record.id == set.run);
                let made_at = record.and_then(|record| record.ended_at);
                Some(Published { run: set.run, as_of: set.as_of, made_at })
            }
            false => None,
        };
        let is_since = |record: &&Record| published.as_ref().is_none_or(|set| record.id > set.run);
        let has_failed = |record: &&Record| record.state == State::Failed;
        Ok(Self {
            enrichment: enrichment.to_owned(),
            run: under_way(&records).or_else(|| records.first()).cloned(),
            failures: records.iter().filter(is_since).filter(has_failed).cloned().collect(),
            published,
        })
    }
}

#[cfg(test)]
mod tests;
