//! The output location of an enrichment: its folders, its lock, and files that appear whole or not at all.
//!
//! ```text
//! OUTPUT/
//!   Office.parquet …      links through `current`
//!   current               link to the published run: the one pointer
//!   run/ID/               published entities, report and definition of each kept run
//!   activity/             imported activity by week, and the ledger of what was read
//!   quarantine/           where bad rows stood and why
//!   span/                 what was computed from each span of the activity
//!   scratch/              relations of the run under way
//!   state/                consent, who is excluded, a record of each run, who asks the one under way to end, whether
//!                         runs may start
//!   history.jsonl         who did what and when: all that a purge leaves
//! ```

mod history;
mod publish;
mod purge;
mod set;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;

pub use history::{Event, HISTORY, History, note};
pub use publish::{Draft, Step};
pub use set::{Set, is_published};

/// The file that is locked; it holds the name of the enrichment that the output belongs to.
const LOCK: &str = ".lock";
/// How often a lock that is held is tried again, and when: [`is_in_use`] holds it for an instant.
const TRIES: usize = 5;
const TRY_EVERY: Duration = Duration::from_millis(20);

/// Why an output location cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process holds the lock.
    #[error(
        "another run is at work on `{}`{}\nhint: wait until it has ended, or give this enrichment an `output` of its own",
        root.display(),
        run.as_ref().map(|run| format!(": {run}")).unwrap_or_default()
    )]
    Locked {
        /// The output location.
        root: PathBuf,
        /// Which run that is, since when and by whom, where it is known.
        run: Option<String>,
    },
    /// Another enrichment publishes there.
    #[error(
        "`{}` is the output of the enrichment `{owner}`\nhint: give this enrichment an `output` of its own; if `{owner}` is its former name, remove `{}`",
        root.display(),
        root.join(LOCK).display()
    )]
    Taken {
        /// The output location.
        root: PathBuf,
        /// Name of the other enrichment.
        owner: String,
    },
    /// A folder or file of the output cannot be written.
    #[error(
        "cannot write `{}`: {}\nhint: check that `output` names a folder that you may write to",
        path.display(),
        reason.to_string().to_lowercase()
    )]
    Write {
        /// The folder or file.
        path: PathBuf,
        /// What the system says; part of the message, so it is not given as its source once more.
        reason: io::Error,
    },
}

impl Error {
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |reason| Error::Write { path, reason }
    }
}

/// Whether the error is that another process is at work on the output.
pub fn is_locked(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(Error::Locked { .. }))
}

/// An output location that this process alone may change, until it is dropped.
#[derive(Debug)]
pub struct Output {
    root: PathBuf,
    _lock: File,
}

impl Output {
    /// Creates the location for the enrichment of this name where it is missing, locks it and removes
    /// what a killed run left unfinished.
    pub fn open(root: &Path, enrichment: &str) -> Result<Self, Error> {
        create_root(root)?;
        let path = root.join(LOCK);
        let mut options = File::options();
        let mut lock = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::write(&path))?;
        let mut tries = 1;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries < TRIES => thread::sleep(TRY_EVERY),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Locked { root: root.to_owned(), run: None });
                }
                Err(TryLockError::Error(reason)) => return Err(Error::Write { path, reason }),
            }
            tries += 1;
        }
        let mut owner = String::new();
        lock.read_to_string(&mut owner).map_err(Error::write(&path))?;
        if owner.is_empty() {
            lock.write_all(enrichment.as_bytes()).map_err(Error::write(&path))?;
        } else if owner != enrichment {
            return Err(Error::Taken { root: root.to_owned(), owner });
        }
        let output = Self { root: root.to_owned(), _lock: lock };
        output.clear_scratch()?;
        publish::remove_unfinished(&output)?;
        Ok(output)
    }

    /// The location itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of imported activity.
    pub fn activity(&self) -> PathBuf {
        self.root.join("activity")
    }

    /// The folder of quarantine files.
    pub fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// The folder of what was computed from each span of the activity.
    pub fn spans(&self) -> PathBuf {
        self.root.join("span")
    }

    /// The folder of runs.
    pub fn runs(&self) -> PathBuf {
        self.root.join("run")
    }

    /// Removes a kept run, which must not be the published one.
    pub fn remove_run(&self, run: &str) -> Result<(), Error> {
        let folder = self.runs();
        publish::remove_run(&folder, run).map_err(Error::write(&folder))
    }

    /// An existing, empty folder for the run under way.
    pub fn scratch(&self) -> Result<PathBuf, Error> {
        self.clear_scratch()?;
        let path = self.root.join("scratch");
        fs::create_dir_all(&path).map_err(Error::write(&path))?;
        Ok(path)
    }

    /// Removes the scratch folder.
    pub fn clear_scratch(&self) -> Result<(), Error> {
        let path = self.root.join("scratch");
        match fs::remove_dir_all(&path) {
            Err(reason) if reason.kind() != io::ErrorKind::NotFound => {
                Err(Error::Write { path, reason })
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Output {
    /// Leaves nothing of a run that failed; what cannot be removed now goes when the output is opened next.
    fn drop(&mut self) {
        let _ = self.clear_scratch();
        let _ = publish::remove_unfinished(self);
    }
}

/// The folder of what is known about the enrichment, besides its activity and its runs.
pub fn state(root: &Path) -> PathBuf {
    root.join("state")
}

fn create_root(root: &Path) -> Result<(), Error> {
    fs::create_dir_all(root).map_err(Error::write(root))
}

/// Creates the location at `root` where it is missing; fails where it is another enrichment's.
pub fn claim(root: &Path, enrichment: &str) -> Result<(), Error> {
    create_root(root)?;
    match fs::read_to_string(root.join(LOCK)) {
        Ok(owner) if !owner.is_empty() && owner != enrichment => {
            Err(Error::Taken { root: root.to_owned(), owner })
        }
        _ => Ok(()),
    }
}

/// Whether somebody holds the lock of the output at `root`.
pub fn is_in_use(root: &Path) -> bool {
    let Ok(lock) = File::open(root.join(LOCK)) else { return false };
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Replaces the file at `path` by `bytes`: a reader sees the old content or the new, never a part.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = Fresh::create(path)?;
    file.write_all(bytes).map_err(Error::write(path))?;
    file.finish()
}

/// The value as JSON that people can read.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// Replaces the file at `path` by `value` as JSON.
pub fn write_json(path: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    Ok(write_whole(path, &to_json(value)?)?)
}

/// A file in the making: it takes its place when it is finished, and is gone when it is dropped before.
#[derive(Debug)]
pub struct Fresh {
    file: File,
    path: PathBuf,
    is_finished: bool,
}

impl Fresh {
    /// Begins what will be the file at `path`, and creates the folders above it.
    pub fn create(path: &Path) -> Result<Self, Error> {
        Ok(Self { file: create(&sibling(path))?, path: path.to_owned(), is_finished: false })
    }

    /// Makes sure that the bytes outlast a power cut, and puts the file in its place.
    pub fn finish(mut self) -> Result<(), Error> {
        let mut finish = || {
            self.file.sync_all()?;
            fs::rename(sibling(&self.path), &self.path)?;
            self.is_finished = true;
            sync_folder(&self.path)
        };
        let finished = finish();
        finished.map_err(Error::write(&self.path))
    }
}

impl Drop for Fresh {
    /// Leaves what stood at the path as it was.
    fn drop(&mut self) {
        if !self.is_finished {
            // what cannot be removed is hidden, and the next one takes its place
            let _ = fs::remove_file(sibling(&self.path));
        }
    }
}

impl Write for Fresh {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Creates the file at `path` and the folders above it.
pub fn create(path: &Path) -> Result<File, Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::write(folder))?;
    }
    File::create(path).map_err(Error::write(path))
}

/// Removes files below `folder` that `is_known` does not claim, such as those of a killed import.
pub fn sweep(folder: &Path, is_known: &dyn Fn(&Path) -> bool) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path: PathBuf = entry?.path();
        if path.is_dir() {
            sweep(&path, is_known)?;
        } else if !is_known(&path) {
            fs::remove_file(&path)
                .with_context(|| format!("cannot remove `{}`", path.display()))?;
        }
    }
    Ok(())
}

/// A hidden name beside `path`, for what will be renamed to it.
fn sibling(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

/// Makes a rename in the folder of `path` outlast a power cut.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        // a name alone stands in the working folder
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
