//! The history: a line for each thing that somebody did to the enrichment. No line names an excluded person.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::{Error, TRY_EVERY, create_root, to_json, write_whole};

/// The file at the top of the output.
pub const HISTORY: &str = "history.jsonl";
/// How long a change waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

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
    /// Everything but this history begins to be removed.
    PurgeBegun,
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

/// The history, which one process at a time may change, and with it the state that it tells of.
#[derive(Debug)]
pub struct History {
    root: PathBuf,
    /// Locked.
    file: File,
}

/// A change of the state that was begun: it is finished, in the history too, if the file is the new one.
#[derive(Serialize, Deserialize)]
struct Change {
    /// Below the output.
    path: PathBuf,
    /// Fingerprint of the new bytes.
    bytes: String,
    /// What the history will say of it, without its line break.
    line: String,
}

impl History {
    /// Opens the history of the output at `root`, when nobody else has it open, and creates both where they are
    /// missing. A change whose process was killed is noted now if it was made.
    pub fn open(root: &Path) -> Result<Self> {
        let path = root.join(HISTORY);
        create_root(root)?;
        let file = File::options().read(true).append(true).create(true).open(&path);
        let file = file.map_err(Error::write(&path))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                    thread::sleep(TRY_EVERY);
                }
                Err(TryLockError::WouldBlock) => bail!(
                    "`{}` is held by another process\nhint: end that process, or wait until it has ended",
                    path.display()
                ),
                Err(TryLockError::Error(reason)) => return Err(Error::write(&path)(reason).into()),
            }
        }
        let mut history = Self { root: root.to_owned(), file };
        history.settle()?;
        Ok(history)
    }

    /// Appends a line.
    pub fn note(
        &mut self,
        at: DateTime<Utc>,
        who: &str,
        what: Event,
        run: Option<&str>,
    ) -> Result<()> {
        self.append(&line(at, who, what, run)?)
    }

    /// Replaces the file at `path`, which lies below the output, by `value` as JSON, and appends a line that tells of
    /// it. If this is ended at whatever moment, either both are done or neither, as soon as the history is opened again.
    pub fn change(
        &mut self,
        path: &Path,
        value: &impl Serialize,
        (at, who, what, run): (DateTime<Utc>, &str, Event, Option<&str>),
    ) -> Result<()> {
        let (bytes, line) = (to_json(value)?, line(at, who, what, run)?);
        let below = path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        let change = Change { path: below, bytes: fingerprint(&bytes), line };
        let begun = begun(&self.root);
        write_whole(&begun, &serde_json::to_vec(&change)?)?;
        write_whole(path, &bytes)?;
        self.append(&change.line)?;
        fs::remove_file(&begun).map_err(Error::write(&begun))?;
        Ok(())
    }

    /// Notes a change that was made and not noted.
    fn settle(&mut self) -> Result<()> {
        let begun = begun(&self.root);
        let Ok(change) = fs::read(&begun) else { return Ok(()) };
        if let Ok(change) = serde_json::from_slice::<Change>(&change) {
            let bytes = fs::read(self.root.join(&change.path)).unwrap_or_default();
            let is_made = fingerprint(&bytes) == change.bytes;
            if is_made && self.text()?.lines().next_back() != Some(&change.line) {
                self.append(&change.line)?;
            }
        }
        fs::remove_file(&begun).map_err(Error::write(&begun))?;
        Ok(())
    }

    /// Appends the line whole, on a line of its own also where the one before was cut off by a power cut.
    fn append(&mut self, line: &str) -> Result<()> {
        let text = self.text()?;
        let is_cut = !text.is_empty() && !text.ends_with('\n');
        let line = format!("{}{line}\n", if is_cut { "\n" } else { "" });
        let mut append = || {
            self.file.write_all(line.as_bytes())?;
            self.file.sync_all()
        };
        Ok(append().map_err(Error::write(&self.root.join(HISTORY)))?)
    }

    fn text(&self) -> Result<String, Error> {
        let path = self.root.join(HISTORY);
        let bytes = fs::read(&path).map_err(Error::write(&path))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Appends a line to the history of the output at `root`.
pub fn note(
    root: &Path,
    at: DateTime<Utc>,
    who: &str,
    what: Event,
    run: Option<&str>,
) -> Result<()> {
    History::open(root)?.note(at, who, what, run)
}

fn line(at: DateTime<Utc>, who: &str, what: Event, run: Option<&str>) -> Result<String> {
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    Ok(serde_json::to_string(&Line { at, who, what, run })?)
}

fn fingerprint(bytes: &[u8]) -> String {
    format!("{:032x}", XxHash3_128::oneshot(bytes))
}

/// Where a change is written down before it is made.
fn begun(root: &Path) -> PathBuf {
    super::state(root).join("change.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An output in which `state/x.json` holds `old`, and the history a line.
    fn output() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/x.json");
        let told = (DateTime::UNIX_EPOCH, "ann", Event::Activated, None);
        History::open(folder.path()).unwrap().change(&path, &"old", told).unwrap();
        (folder, path)
    }

    fn text(root: &Path) -> String {
        History::open(root).unwrap().text().unwrap()
    }

    fn change(root: &Path, bytes: &[u8]) -> Change {
        let line = line(DateTime::UNIX_EPOCH, "bob", Event::Deactivated, None).unwrap();
        let change = Change { path: "state/x.json".into(), bytes: fingerprint(bytes), line };
        write_whole(&begun(root), &serde_json::to_vec(&change).unwrap()).unwrap();
        change
    }

    #[test]
    fn a_change_that_was_cut_off_is_noted_if_it_was_made_and_once() {
        let (folder, path) = output();
        let root = folder.path();
        let before = text(root);
        assert_eq!(
            before,
            "{\"at\":\"1970-01-01T00:00:00Z\",\"who\":\"ann\",\"what\":\"activated\"}\n"
        );
        // killed before the file was replaced
        change(root, b"new");
        assert_eq!(text(root), before);
        // between the file and the line
        let change_made = change(root, b"new");
        write_whole(&path, b"new").unwrap();
        let after = format!("{before}{}\n", change_made.line);
        assert_eq!(text(root), after);
        // after the line
        change(root, b"new");
        assert_eq!(text(root), after);
        assert!(!begun(root).exists());
        // a damaged note of it stands for nothing
        write_whole(&begun(root), b"{").unwrap();
        assert_eq!(text(root), after);
    }

    #[test]
    fn a_line_that_was_cut_off_does_not_swallow_the_next() {
        let (folder, _) = output();
        let path = folder.path().join(HISTORY);
        fs::write(&path, "{\"at\":\"19").unwrap();
        note(folder.path(), DateTime::UNIX_EPOCH, "ann", Event::Activated, None).unwrap();
        assert_eq!(text(folder.path()).lines().count(), 2);
    }
}
