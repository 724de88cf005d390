//! Asking a run to end: a signal to its process, a file that names the run and that its process looks for, or the
//! revocation of its consent.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::consent;
use crate::progress::Progress;
use crate::store;

/// How often the process of a run looks for the file.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Why a run or import ended early: it was asked to.
#[derive(Debug, thiserror::Error)]
#[error("{what} was cancelled by {by}: nothing is published")]
pub struct Cancelled {
    /// What it was.
    pub what: String,
    /// Who or what asked.
    pub by: String,
}

/// Whether a run was asked to end; clones are of the same run.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<Asked>);

#[derive(Debug, Default)]
struct Asked {
    by: OnceLock<String>,
    wake: Notify,
}

impl Cancel {
    /// Asks for the end; the first who does is remembered.
    pub fn ask(&self, by: &str) {
        let _ = self.0.by.set(by.to_owned());
        self.0.wake.notify_waiters();
    }

    /// Who has asked.
    pub fn asked_by(&self) -> Option<&str> {
        self.0.by.get().map(String::as_str)
    }

    /// The result of `what`, where an error of what was asked to end is that it was.
    pub fn told<T>(&self, what: &str, result: Result<T>) -> Result<T> {
        match (result, self.asked_by()) {
            (Err(_), Some(by)) => {
                Err(Cancelled { what: what.to_owned(), by: by.to_owned() }.into())
            }
            (result, _) => result,
        }
    }

    /// A listener that passes everything on to `progress`, and tells that the task is wanted no more.
    pub fn over<'a>(&'a self, progress: &'a dyn Progress) -> impl Progress + 'a {
        Until { progress, cancel: self }
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        let mut woken = pin!(self.0.wake.notified());
        woken.as_mut().enable();
        if self.asked_by().is_none() {
            woken.await;
        }
    }
}

struct Until<'a> {
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
}

impl Progress for Until<'_> {
    fn begin(&self, task: &str, total: u64) {
        self.progress.begin(task, total);
    }

    fn advance(&self, units: u64) {
        self.progress.advance(units);
    }

    fn end(&self) {
        self.progress.end();
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.asked_by().is_some()
    }
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Request {
    run: String,
    who: String,
    at: DateTime<Utc>,
}

fn path(root: &Path) -> PathBuf {
    root.join("state").join("cancel")
}

/// Asks the process of the run `run` to end it; it does within seconds.
pub fn ask(root: &Path, run: &str, who: &str, at: DateTime<Utc>) -> Result<()> {
    let request = Request { run: run.to_owned(), who: who.to_owned(), at };
    Ok(store::write_whole(&path(root), &serde_json::to_vec(&request)?)?)
}

/// Who has asked the run `run` to end.
fn asked(root: &Path, run: &str) -> Option<String> {
    let request: Request = serde_json::from_slice(&fs::read(path(root)).ok()?).ok()?;
    (request.run == run).then_some(request.who)
}

/// Removes the file if it names the run `run`.
pub(super) fn clear(root: &Path, run: &str) -> io::Result<()> {
    match asked(root, run) {
        Some(_) => fs::remove_file(path(root)),
        None => Ok(()),
    }
}

/// Until it is dropped, looks whether somebody asks for the end, or the consent is gone.
#[derive(Debug)]
pub struct Watch(#[expect(dead_code, reason = "its end ends the thread")] Sender<()>);

impl Watch {
    /// Asks `cancel` for the end of the run `run` of the output at `root`, or of an import, which has no id.
    pub fn begin(root: &Path, run: Option<&str>, cancel: &Cancel) -> io::Result<Self> {
        let (sender, ended) = channel();
        let (root, run, cancel) = (root.to_owned(), run.map(str::to_owned), cancel.clone());
        let look = move || {
            while ended.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                if let Some(who) = run.as_deref().and_then(|run| asked(&root, run)) {
                    return cancel.ask(&format!("{who} (`rapport cancel`)"));
                }
                // a record that cannot be read now was sound when the work began
                if let Ok(Some(who)) = consent::withdrawn(&root) {
                    return cancel.ask(&format!("{who} (`rapport consent revoke`)"));
                }
            }
        };
        thread::Builder::new().name("cancel".to_owned()).spawn(look)?;
        Ok(Self(sender))
    }
}
