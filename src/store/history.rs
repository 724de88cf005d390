//! The history: a line for each thing that somebody did to the enrichment. No line names an excluded person.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

/// The file at the top of the output.
pub const HISTORY: &str = "history.jsonl";

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Event {
    /// A run was published.
    Published,
    /// A run failed.
    Failed,
    /// A run was cancelled.
    Cancelled,
    /// The imported activity was opened for queries.
    ActivityOpened,
    /// Consent was asked for.
    ConsentRequested,
    /// An administrator agreed.
    ConsentGranted,
    /// An administrator took the consent back, or refused it.
    ConsentRevoked,
    /// Everything but this history was removed.
    Purged,
    /// Runs may start again.
    Activated,
    /// No run starts.
    Deactivated,
    /// The definition was copied to a new enrichment.
    Copied,
    /// Everything was removed, and the definition with it.
    Deleted,
    /// People were excluded from now on.
    Excluded {
        /// How many.
        people: usize,
    },
    /// People are not excluded any more.
    ExclusionRemoved {
        /// How many.
        people: usize,
    },
    /// Somebody was taken out of all that is stored.
    Erased {
        /// How many addresses and ids stood for the person.
        keys: usize,
    },
}

/// One line, as JSON.
#[derive(Serialize)]
struct Line<'a> {
    at: String,
    who: &'a str,
    #[serde(flatten)]
    what: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a str>,
}

/// Appends a line to the history of the output at `root`; lines of several processes do not mix.
pub fn note(
    root: &Path,
    at: DateTime<Utc>,
    who: &str,
    what: Event,
    run: Option<&str>,
) -> Result<()> {
    let path = root.join(HISTORY);
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut line = serde_json::to_vec(&Line { at, who, what, run })?;
    line.push(b'\n');
    let append = || {
        fs::create_dir_all(root)?;
        let mut file = File::options().append(true).create(true).open(&path)?;
        // one write for the whole line
        file.write_all(&line)?;
        file.sync_all()
    };
    append().with_context(|| format!("cannot write `{}`", path.display()))
}
