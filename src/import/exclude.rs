//! Excluded people taken out of activity that is stored already, part by part.
//!
//! New parts stand beside the old ones until the ledger names them; what it does not name is swept.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Int32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::ledger::{Entry, Ledger};
use super::part::Part;
use crate::activity::rows;
use crate::activity::table::{Activity, MeetingTable, MessageTable, Table};
use crate::exclusion::{Filter, Kept, Keys};

/// Rows read at a time.
const BATCH_ROWS: usize = 4 * 1024;

/// What excluding people from stored activity did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// Parts of the activity that had somebody excluded in them.
    pub parts: u64,
    /// Rows that were dropped from them.
    pub rows: u64,
}

/// Writes anew every part that has somebody of `keys` in it whom it was not written without; the ledger, still
/// unsaved, names the new parts then.
pub(super) fn exclude(ledger: &mut Ledger, activity: &Path, keys: &Keys) -> Result<Rewritten> {
    let mut tasks = Vec::new();
    let mut sets: Vec<(&Keys, bool, Arc<Sets>)> = Vec::new();
    for (name, entry) in &ledger.files {
        let written = ledger.written_without(entry);
        if written == keys {
            continue;
        }
        let known = sets.iter().find(|(of, is_filtered, _)| {
            std::ptr::eq(*of, written) && *is_filtered == entry.is_filtered
        });
        let of_task = match known {
            Some((_, _, sets)) => sets.clone(),
            None => {
                let of_task = Arc::new(Sets::of(keys, written, entry.is_filtered));
                sets.push((written, entry.is_filtered, of_task.clone()));
                of_task
            }
        };
        tasks.push(Task { name: name.clone(), entry: entry.clone(), sets: of_task });
    }
    let queue = Mutex::new(tasks.into_iter());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || -> Result<Vec<Done>> {
        let mut done = Vec::new();
        loop {
            let next = queue.lock().ok().and_then(|mut tasks| tasks.next());
            let Some(task) = next else { return Ok(done) };
            done.push(task.rewrite(activity)?);
        }
    };
    let done = std::thread::scope(|scope| -> Result<Vec<Done>> {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut done = Vec::new();
        for thread in threads {
            done.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(done)
    })?;
    let mut rewritten = Rewritten::default();
    for Done { task, rewritten: of_task } in done {
        rewritten.parts += of_task.parts;
        rewritten.rows += of_task.rows;
        ledger.insert(task.name, task.entry, &task.sets.all);
    }
    Ok(rewritten)
}

/// The parts of one export file.
struct Task {
    name: String,
    entry: Entry,
    sets: Arc<Sets>,
}

/// Who is to be taken out of the parts of a file.
struct Sets {
    /// Whom they may still have.
    sought: Keys,
    /// Whom they do not have afterwards.
    all: Keys,
}

impl Sets {
    fn of(keys: &Keys, written_without: &Keys, is_filtered: bool) -> Self {
        let mut all = keys.clone();
        if is_filtered {
            // what was dropped before is still missing
            all.extend(written_without);
        }
        Self { sought: keys.without(written_without), all }
    }
}

struct Done {
    task: Task,
    rewritten: Rewritten,
}

impl Task {
    fn rewrite(mut self, activity: &Path) -> Result<Done> {
        let mut rewritten = Rewritten::default();
        let mut parts = Vec::with_capacity(self.entry.parts.len());
        let Sets { sought, all } = &*self.sets;
        let suffix = all.fingerprint();
        for part in std::mem::take(&mut self.entry.parts) {
            let path = activity.join(&part);
            if sought.is_empty() || !has_any(&path, sought)? {
                parts.push(part);
                continue;
            }
            rewritten.parts += 1;
            self.entry.is_filtered = true;
            let new = renamed(&path, &suffix);
            let tally = &mut self.entry.tally;
            let (dropped, is_left) = match part.starts_with(MessageTable::NAME) {
                true => {
                    let done = filtered::<MessageTable>(&path, &new, sought)?;
                    tally.messages -= done.0;
                    done
                }
                false => {
                    let done = filtered::<MeetingTable>(&path, &new, sought)?;
                    tally.meetings -= done.0;
                    done
                }
            };
            tally.excluded += dropped;
            rewritten.rows += dropped;
            if is_left {
                let name = new.strip_prefix(activity).unwrap_or(&new);
                parts.push(name.to_string_lossy().into_owned());
            }
        }
        self.entry.parts = parts;
        Ok(Done { task: self, rewritten })
    }
}

/// The name of a part tells its export file and who is not in it, since spans know parts by their names.
pub(super) fn suffixed(stem: &str, fingerprint: &str) -> String {
    match fingerprint {
        "" => format!("{stem}.parquet"),
        _ => format!("{stem}-{fingerprint}.parquet"),
    }
}

fn renamed(path: &Path, fingerprint: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // hash of the export file's name, hash of its bytes, and perhaps an earlier fingerprint
    let stem: Vec<&str> = stem.splitn(3, '-').take(2).collect();
    path.with_file_name(suffixed(&stem.join("-"), fingerprint))
}

/// One of `keys` stands in a column of the part that names people.
fn has_any(path: &Path, keys: &Keys) -> Result<bool> {
    let read = || -> Result<bool> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let schema = builder.parquet_schema();
        let leaves = schema.columns().iter().enumerate().filter(|(_, leaf)| {
            let parts = leaf.path().parts();
            let is = |name| parts.first().is_some_and(|first| first == name);
            let is_person = ["mailbox", "sender", "recipients", "organizer"].into_iter().any(is);
            is_person || is("attendees") && parts.last().is_some_and(|last| last == "address")
        });
        let leaves: Vec<usize> = leaves.map(|(at, _)| at).collect();
        let mask = ProjectionMask::leaves(schema, leaves);
        let mut filter = Filter::new(keys);
        for batch in builder.with_projection(mask).with_batch_size(BATCH_ROWS).build()? {
            for column in batch?.columns() {
                if names_any(column, &mut filter) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    };
    read().with_context(|| cannot_read(path))
}

fn names_any(column: &dyn Array, filter: &mut Filter) -> bool {
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().iter().flatten().any(|text| filter.has(text)),
        DataType::Dictionary(_, _) => {
            let dictionary = column.as_dictionary::<Int32Type>();
            let keys: HashSet<i32> = dictionary.keys().iter().flatten().collect();
            let texts = dictionary.values().as_string::<i32>();
            keys.into_iter().any(|key| filter.has(texts.value(key as usize)))
        }
        DataType::List(_) => names_any(column.as_list::<i32>().values(), filter),
        DataType::Struct(_) => {
            column.as_struct().columns().iter().any(|column| names_any(column, filter))
        }
        _ => false,
    }
}

/// A table whose rows name people.
trait Named: Activity {
    fn rows(batch: &RecordBatch) -> Result<Vec<Self::Row>>;
    fn keep(filter: &mut Filter, row: &mut Self::Row) -> Kept;
}

impl Named for MessageTable {
    fn rows(batch: &RecordBatch) -> Result<Vec<Self::Row>> {
        rows::messages(batch)
    }

    fn keep(filter: &mut Filter, row: &mut Self::Row) -> Kept {
        filter.message(row)
    }
}

impl Named for MeetingTable {
    fn rows(batch: &RecordBatch) -> Result<Vec<Self::Row>> {
        rows::meetings(batch)
    }

    fn keep(filter: &mut Filter, row: &mut Self::Row) -> Kept {
        filter.meeting(row)
    }
}

/// Writes the part at `old` without those of `keys` as `new`: how many rows were dropped, and whether any is left.
fn filtered<T: Named>(old: &Path, new: &Path, keys: &Keys) -> Result<(u64, bool)> {
    let read = || -> Result<(u64, bool)> {
        // without the schema that the part was written with, every text is a plain one
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder =
            ParquetRecordBatchReaderBuilder::try_new_with_options(File::open(old)?, options)?;
        let name = new.file_name().unwrap_or_default().to_string_lossy();
        let mut part = Part::create(new.with_file_name(format!(".{name}.new")), T::schema())?;
        let mut filter = Filter::new(keys);
        let (mut dropped, mut left) = (0, 0);
        for batch in builder.with_batch_size(BATCH_ROWS).build()? {
            let mut table = T::default();
            for mut row in T::rows(&batch?)? {
                match T::keep(&mut filter, &mut row) {
                    Kept::Nothing => dropped += 1,
                    Kept::Whole | Kept::Part => {
                        left += 1;
                        table.push(&row);
                    }
                }
            }
            part.write(&table.finish()?)?;
        }
        match left {
            0 => part.discard()?,
            _ => part.close(new)?,
        }
        Ok((dropped, left > 0))
    };
    read().with_context(|| cannot_read(old))
}

fn cannot_read(path: &Path) -> String {
    format!("cannot take excluded people out of `{}`", path.display())
}
