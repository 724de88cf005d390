//! Import: export files in, canonical activity by week out; only what is new is read.
//!
//! Not here: what a row of an export means (`source`), merging copies (`sql/stage`).

mod exclude;
mod ledger;
mod part;
mod quarantine;
mod standing;

use std::collections::BTreeSet;
use std::fs;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, bail};
use twox_hash::XxHash3_128;

use crate::activity::table::{MeetingTable, MessageTable, Table};
use crate::definition::{SourceFile, real_path};
use crate::exclusion::{Filter, Kept, Keys};
use crate::progress::Progress;
use crate::source::{self, ReadError, Reject, Row};
use crate::store::{Output, sweep};

pub use exclude::Rewritten;
pub use ledger::{Entry, Ledger, Tally};
use part::{Batch, Gathered, Part, Weeks, Writer};
use quarantine::RejectTable;
pub use standing::{Standing, standing};

/// Bytes read between two savings of the ledger; what a killed import reads again at most.
const SAVE_EVERY: u64 = 512 << 20;

/// Batches of rows of one file that may wait to be encoded.
const BATCHES_AHEAD: usize = 2;

/// What to import.
pub struct Request<'a> {
    /// Export files; those that hold no activity are passed over.
    pub files: &'a [SourceFile],
    /// Folder of the definition; the ledger names files relative to it.
    pub base: &'a Path,
    /// Where the activity goes.
    pub output: &'a Output,
    /// Drop what came from files that are gone; otherwise it stays.
    pub forget_missing: bool,
    /// Without whom the activity is stored.
    pub excluded: &'a Keys,
}

/// What an import did.
#[derive(Debug)]
pub struct Report {
    /// Files read now, in this import.
    pub read: Tally,
    /// How many files were read now.
    pub files_read: usize,
    /// How many files were known and unchanged.
    pub files_unchanged: usize,
    /// Files of the ledger that are gone; their activity stays unless it was to be forgotten.
    pub missing: Vec<String>,
    /// Files that could not be read, and why.
    pub failed: Vec<String>,
    /// What was changed in activity stored before because of who is excluded by now.
    pub rewritten: Rewritten,
    /// Files that are gone, and with them what was dropped for somebody who is not excluded any more.
    pub not_restored: Vec<String>,
    /// All files that the activity comes from.
    pub ledger: Ledger,
}

/// A file that has to be read.
struct Task<'a> {
    file: &'a SourceFile,
    name: String,
    size: u64,
    modified_ns: u128,
    /// The file as it was when it was last read.
    known: Option<Entry>,
}

enum Done {
    Read(Entry),
    /// The bytes are those that the ledger knows; only the file's time is new.
    Touched,
    Failed(String),
    /// The import is wanted no more.
    Cancelled,
}

/// Reads what is new or changed; a changed file replaces what came from it.
///
/// A file that cannot be read is a line in the report, and what came from it before stays.
/// Fails where the output cannot be written or the ledger is damaged. Where it is cancelled it fails too, but keeps the
/// files that it has read whole.
pub fn import(request: &Request, progress: &dyn Progress) -> Result<Report> {
    let activity = request.output.activity();
    let mut report = Report {
        read: Tally::default(),
        files_read: 0,
        files_unchanged: 0,
        missing: Vec::new(),
        failed: Vec::new(),
        rewritten: Rewritten::default(),
        not_restored: Vec::new(),
        ledger: Ledger::load(&activity)?,
    };
    sweep_unknown(request.output, &report.ledger)?;
    let base = real_path(request.base);
    let mut tasks = Vec::new();
    let mut present = BTreeSet::new();
    for file in request.files.iter().filter(|file| file.kind.is_activity()) {
        let name = name_below(&base, &file.path);
        present.insert(name.clone());
        match task(file, name, &report.ledger, request.excluded) {
            Ok(task) if is_unchanged(&task) => report.files_unchanged += 1,
            Ok(task) => tasks.push(task),
            Err(error) => report.failed.push(format!("{error:#}")),
        }
    }
    let (missing, dropped): (Vec<String>, Vec<String>) = report
        .ledger
        .files
        .keys()
        .filter(|name| !present.contains(*name))
        .cloned()
        .partition(|name| !base.join(name).exists());
    let forgotten = if request.forget_missing { missing.as_slice() } else { &[] };
    for name in dropped.iter().chain(forgotten) {
        report.ledger.files.remove(name);
    }
    report.missing = missing;
    exclude_from_stored(request, &mut report)?;

    progress.begin("import", tasks.iter().map(|task| task.size).sum());
    fs::create_dir_all(&activity)
        .with_context(|| format!("cannot create `{}`", activity.display()))?;
    let mut unsaved = 0;
    let mut finish = |task: &Task, done: Done| -> Result<()> {
        match done {
            Done::Read(entry) => {
                report.files_read += 1;
                report.read.add(&entry.tally);
                report.ledger.insert(task.name.clone(), entry, request.excluded);
            }
            Done::Touched => {
                report.files_unchanged += 1;
                if let Some(entry) = report.ledger.files.get_mut(&task.name) {
                    entry.modified_ns = task.modified_ns;
                }
            }
            Done::Failed(reason) => report.failed.push(reason),
            Done::Cancelled => return Ok(()),
        }
        unsaved += task.size;
        if unsaved >= SAVE_EVERY {
            unsaved = 0;
            report.ledger.save(&activity)?;
        }
        Ok(())
    };
    read_all(request, &tasks, progress, &mut finish)?;
    progress.end();
    report.ledger.save(&activity)?;
    sweep_unknown(request.output, &report.ledger)?;
    if progress.is_cancelled() {
        bail!("the import was cancelled");
    }
    report.failed.sort();
    Ok(report)
}

/// Takes who is excluded by now out of the activity that is stored, and saves the ledger that says so.
fn exclude_from_stored(request: &Request, report: &mut Report) -> Result<()> {
    let activity = request.output.activity();
    report.rewritten = exclude::exclude(&mut report.ledger, &activity, request.excluded)?;
    let is_lost = |name: &&String| {
        let entry = &report.ledger.files[*name];
        report.ledger.misses_more(entry, request.excluded)
    };
    let missing = report.missing.iter().filter(|name| report.ledger.files.contains_key(*name));
    report.not_restored = missing.filter(is_lost).cloned().collect();
    if report.rewritten.parts > 0 {
        report.ledger.save(&activity)?;
        sweep_unknown(request.output, &report.ledger)?;
        // what was computed from the old parts
        sweep(&request.output.spans(), &|_| false)?;
    }
    Ok(())
}

/// Reads `tasks` on all cores; `finish` is called on this thread, file by file.
fn read_all(
    request: &Request,
    tasks: &[Task],
    progress: &dyn Progress,
    finish: &mut dyn FnMut(&Task, Done) -> Result<()>,
) -> Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(tasks.len());
    let queue = Mutex::new(tasks.iter());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let sender = sender.clone();
            let queue = &queue;
            scope.spawn(move || {
                while !progress.is_cancelled() {
                    let next = queue.lock().ok().and_then(|mut tasks| tasks.next());
                    let Some(task) = next else { break };
                    let done = read_file(request, task, progress);
                    if sender.send((task, done)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (task, done) in receiver {
            finish(task, done?)?;
        }
        Ok(())
    })
}

/// Reads one file into parts of its own. An error is trouble with the output, not with the file.
fn read_file(request: &Request, task: &Task, progress: &dyn Progress) -> Result<Done> {
    let (output, path) = (request.output, &task.file.path);
    let failed = |error: ReadError<_>| match error {
        _ if progress.is_cancelled() => Ok(Done::Cancelled),
        ReadError::Stopped(error) => Err(error),
        ReadError::File(error) => Ok(Done::Failed(format!("`{}`: {error}", path.display()))),
    };
    let mut entry = Entry::new(task.file.kind, task.size, task.modified_ns);
    if let Some(known) = &task.known
        && known.kind == entry.kind
        && known.size == entry.size
    {
        match source::hash(path, &|| progress.is_cancelled()) {
            Ok(hash) if hash_text(hash) == known.hash => {
                progress.advance(task.size);
                return Ok(Done::Touched);
            }
            Ok(_) => {}
            Err(error) => return failed(error.into()),
        }
    }
    let (sender, batches) = sync_channel(BATCHES_AHEAD);
    let mut writer = Writer::new(&name_text(&task.name));
    let (read, written) = std::thread::scope(|scope| {
        let written = scope.spawn(|| batches.into_iter().try_for_each(|batch| writer.write(batch)));
        let read = read_rows(request, task, progress, &mut entry, sender);
        (read, written.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    // Where writing failed, reading was only stopped by it.
    written?;
    match read {
        Ok(hash) => entry.hash = hash_text(hash),
        Err(error) => return failed(error),
    }
    let activity = output.activity();
    let without = if entry.is_filtered { request.excluded.fingerprint() } else { String::new() };
    let parts = writer.close(&exclude::suffixed(&part_id(&task.name, &entry.hash), &without))?;
    let names = parts.iter().filter_map(|part| part.strip_prefix(&activity).ok());
    entry.parts = names.map(|name| name.to_string_lossy().into_owned()).collect();
    Ok(Done::Read(entry))
}

/// Sends the rows of a file to its parts; gives the hash of its bytes.
fn read_rows(
    request: &Request,
    task: &Task,
    progress: &dyn Progress,
    entry: &mut Entry,
    writer: SyncSender<Batch>,
) -> Result<u128, ReadError<anyhow::Error>> {
    let (activity, quarantine) = (request.output.activity(), request.output.quarantine());
    let Entry { tally, is_filtered, .. } = entry;
    let mut filter = Filter::new(request.excluded);
    let mut messages = Weeks::<MessageTable>::new(&activity, &writer);
    let mut meetings = Weeks::<MeetingTable>::new(&activity, &writer);
    let mut rejects = Gathered::<RejectTable>::default();
    let hash = source::read_hashed(
        &task.file.path,
        task.file.kind,
        &mut |bytes| progress.advance(bytes),
        &mut |row| -> Result<()> {
            if progress.is_cancelled() {
                bail!("the import was cancelled");
            }
            tally.rows += 1;
            match row {
                Ok(Row::Message(mut message)) => {
                    let kept = filter.message(&mut message);
                    *is_filtered |= kept != Kept::Whole;
                    if kept == Kept::Nothing {
                        tally.excluded += 1;
                        return Ok(());
                    }
                    tally.messages += 1;
                    messages.push(&message)?;
                }
                Ok(Row::Meeting(mut meeting)) => {
                    let kept = filter.meeting(&mut meeting);
                    *is_filtered |= kept != Kept::Whole;
                    if kept == Kept::Nothing {
                        tally.excluded += 1;
                        return Ok(());
                    }
                    tally.meetings += 1;
                    meetings.push(&meeting)?;
                }
                Ok(Row::SeriesMaster) => tally.series_masters += 1,
                Ok(_) => tally.no_data += 1,
                Err(reject) => {
                    tally.rejects += 1;
                    if rejects.push(&(task.name.clone(), reject)) {
                        rejects.send(&quarantine, &writer)?;
                    }
                }
            }
            Ok(())
        },
    )?;
    let close = || {
        messages.close()?;
        meetings.close()?;
        rejects.send(&quarantine, &writer)
    };
    close().map_err(ReadError::Stopped)?;
    Ok(hash)
}

fn task<'a>(
    file: &'a SourceFile,
    name: String,
    ledger: &Ledger,
    excluded: &Keys,
) -> Result<Task<'a>> {
    let metadata = fs::metadata(&file.path)
        .with_context(|| format!("`{}`: cannot be opened", file.path.display()))?;
    let modified = metadata.modified().ok();
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok(Task {
        file,
        // what was dropped for somebody who is not excluded any more has to be read anew
        known: ledger
            .files
            .get(&name)
            .filter(|entry| !ledger.misses_more(entry, excluded))
            .cloned(),
        name,
        size: metadata.len(),
        modified_ns: since.map_or(0, |time| time.as_nanos()),
    })
}

fn is_unchanged(task: &Task) -> bool {
    task.known.as_ref().is_some_and(|known| {
        known.kind == task.file.kind
            && known.size == task.size
            && known.modified_ns == task.modified_ns
    })
}

/// `path` relative to `base` where it lies below, so that a moved folder stays known, however the
/// definition is spelt on the command line.
pub(crate) fn name_below(base: &Path, path: &Path) -> String {
    let path = real_path(path);
    path.strip_prefix(base).unwrap_or(&path).to_string_lossy().into_owned()
}

fn part_id(name: &str, hash: &str) -> String {
    format!("{}-{hash}", name_text(name))
}

/// What stands for a file's name in the names of its parts.
fn name_text(name: &str) -> String {
    hash_text(XxHash3_128::oneshot(name.as_bytes()))
}

fn hash_text(hash: u128) -> String {
    format!("{hash:032x}")
}

/// Puts the bad rows of user and group exports, each with its file, into the quarantine. These exports are
/// read anew in every run, so the ledger does not know them and each import removes what stood there.
pub fn quarantine_directory(output: &Output, rejects: &[(String, Reject)]) -> Result<()> {
    if rejects.is_empty() {
        return Ok(());
    }
    let mut table = RejectTable::default();
    for reject in rejects {
        table.push(reject);
    }
    let path = output.quarantine().join("directory.parquet");
    let mut part = Part::create(path.with_file_name(".directory.new"), RejectTable::schema())?;
    part.write(&table.finish()?)?;
    part.close(&path)
}

/// Removes parts and quarantine files that no entry of the ledger stands for.
fn sweep_unknown(output: &Output, ledger: &Ledger) -> Result<()> {
    let activity = output.activity();
    let parts: BTreeSet<_> = ledger
        .files
        .values()
        .flat_map(|entry| &entry.parts)
        .map(|part| activity.join(part))
        .collect();
    for table in [MessageTable::NAME, MeetingTable::NAME] {
        sweep(&activity.join(table), &|path| parts.contains(path))?;
    }
    let rejects: BTreeSet<_> = ledger
        .files
        .iter()
        .filter(|(_, entry)| entry.tally.rejects > 0)
        .map(|(name, entry)| {
            output.quarantine().join(format!("{}.parquet", part_id(name, &entry.hash)))
        })
        .collect();
    sweep(&output.quarantine(), &|path| rejects.contains(path))
}
