//! States of runs: a record of each run in `OUT/state/run/ID.json`, written as the run goes on.
//!
//! Whoever reads a record of a run whose process is gone is told that it failed. A record names who started the run,
//! and no individual of the activity.

mod cancel;
pub mod plain;
mod process;
mod record;
mod steps;
mod text;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::definition::near::near;
use crate::store;

pub use cancel::{Cancel, Cancelled, Watch, ask};
pub use plain::text as without_addresses;
pub use process::Process;
pub use record::{DAEMON_ENDED, How, Record, SIGTERM, State, Step, StepRecord, Versions};
use record::{WITHOUT_A_WORD, seconds};
pub use steps::{Start, Steps};
pub use text::{status, table};

/// Records that are kept; older ones go.
const RECORDS: usize = 400;

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
