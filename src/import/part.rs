//! Parts: the Parquet files that hold what came from one export file, one for each week.
//!
//! The thread that parses gathers rows in [`Weeks`]; a [`Writer`] on another encodes them. Either holds a
//! bounded amount, however many weeks a file spans. A part has a hidden name until the whole file is read.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;

use anyhow::{Context, Result, bail};
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use chrono::{DateTime, Datelike};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowWriter, add_encoded_arrow_schema_to_metadata};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::activity::Micros;
use crate::activity::table::{Activity, Table, as_read};
use crate::store;

/// Rows of one part gathered before they are encoded.
const BATCH_ROWS: usize = 4 * 1024;
/// Rows gathered for all parts of a file together; beyond, the longest batch is encoded early.
const GATHERED_ROWS: usize = 32 * 1024;
/// Rows of a row group.
const GROUP_ROWS: usize = 64 * 1024;
/// Encoded bytes that a file's parts hold together; beyond, the largest row group is written early.
const HELD_BYTES: usize = 16 << 20;

/// Columns that rows are chosen by.
const TIMES: [&str; 2] = ["sent_at", "start_at"];
/// Columns whose values hardly repeat: a dictionary of them would only cost.
const KEYS: [&str; 6] =
    ["message_id", "conversation", "in_reply_to", "item_id", "ical_uid", "modified_at"];

/// Rows for the part in this folder.
pub(super) struct Batch {
    pub(super) folder: PathBuf,
    pub(super) rows: RecordBatch,
}

/// Rows of a table being gathered.
#[derive(Default)]
pub(super) struct Gathered<T> {
    table: T,
    rows: usize,
}

impl<T: Table> Gathered<T> {
    /// Adds a row; whether they are enough to be encoded.
    pub(super) fn push(&mut self, row: &T::Row) -> bool {
        self.table.push(row);
        self.rows += 1;
        self.rows >= BATCH_ROWS
    }

    /// Sends the rows off to the part in `folder`; an error if its writer has ended.
    pub(super) fn send(&mut self, folder: &Path, writer: &SyncSender<Batch>) -> Result<()> {
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let rows = self.table.finish()?;
        match writer.send(Batch { folder: folder.to_owned(), rows }) {
            Ok(()) => Ok(()),
            Err(_) => bail!("the writer has ended"),
        }
    }
}

/// The rows of the activity's table `T` that one export file gives, by week.
pub(super) struct Weeks<'a, T> {
    activity: &'a Path,
    writer: &'a SyncSender<Batch>,
    weeks: BTreeMap<i32, Gathered<T>>,
    rows: usize,
}

impl<'a, T: Activity> Weeks<'a, T> {
    /// `writer` takes the rows to the parts below the folder `activity`.
    pub(super) fn new(activity: &'a Path, writer: &'a SyncSender<Batch>) -> Self {
        Self { activity, writer, weeks: BTreeMap::new(), rows: 0 }
    }

    pub(super) fn push(&mut self, row: &T::Row) -> Result<()> {
        let week = week(T::instant(row));
        self.rows += 1;
        if self.weeks.entry(week).or_default().push(row) {
            return self.send(week);
        }
        if self.rows >= GATHERED_ROWS
            && let Some((&longest, _)) = self.weeks.iter().max_by_key(|(_, week)| week.rows)
        {
            return self.send(longest);
        }
        Ok(())
    }

    /// Sends off all rows that are left.
    pub(super) fn close(mut self) -> Result<()> {
        let weeks = self.weeks.keys().copied().collect::<Vec<_>>();
        weeks.into_iter().try_for_each(|week| self.send(week))
    }

    fn send(&mut self, week: i32) -> Result<()> {
        let Some(mut gathered) = self.weeks.remove(&week) else {
            return Ok(());
        };
        self.rows -= gathered.rows;
        let folder = format!("{}/week={}", T::NAME, week_name(week));
        gathered.send(&self.activity.join(folder), self.writer)
    }
}

/// Encodes the parts of one export file.
pub(super) struct Writer {
    /// The name of each part in its folder until it is whole.
    hidden: String,
    parts: BTreeMap<PathBuf, Part>,
}

impl Writer {
    /// `name` tells the parts of this export file from those of others.
    pub(super) fn new(name: &str) -> Self {
        Self { hidden: format!(".{name}.new"), parts: BTreeMap::new() }
    }

    pub(super) fn write(&mut self, batch: Batch) -> Result<()> {
        let hidden = batch.folder.join(&self.hidden);
        let part = match self.parts.entry(batch.folder) {
            Entry::Occupied(part) => part.into_mut(),
            Entry::Vacant(free) => free.insert(Part::create(hidden, batch.rows.schema())?),
        };
        part.write(&batch.rows)?;
        let held: usize = self.parts.values().map(|part| part.writer.memory_size()).sum();
        if held > HELD_BYTES
            && let Some(largest) =
                self.parts.values_mut().max_by_key(|part| part.writer.memory_size())
        {
            largest.writer.flush()?;
        }
        Ok(())
    }

    /// Finishes all parts; gives their paths in order.
    pub(super) fn close(self, name: &str) -> Result<Vec<PathBuf>> {
        let close = |(folder, part): (PathBuf, Part)| {
            let path = folder.join(name);
            part.close(&path)?;
            Ok(path)
        };
        self.parts.into_iter().map(close).collect()
    }
}

/// A Parquet file in the making.
pub(super) struct Part {
    hidden: PathBuf,
    writer: ArrowWriter<File>,
}

impl Part {
    /// The file is called `hidden` until it is closed.
    pub(super) fn create(hidden: PathBuf, schema: SchemaRef) -> Result<Self> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_statistics_enabled(EnabledStatistics::Chunk);
        for column in TIMES {
            properties = properties
                .set_column_statistics_enabled(ColumnPath::from(column), EnabledStatistics::Page);
        }
        for column in TIMES.into_iter().chain(KEYS) {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
        }
        let mut properties = properties.build();
        add_encoded_arrow_schema_to_metadata(&as_read(&schema), &mut properties);
        let options =
            ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(store::create(&hidden)?, schema, options)?;
        Ok(Self { hidden, writer })
    }

    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        Ok(self.writer.write(rows)?)
    }

    /// Removes the file.
    pub(super) fn discard(self) -> Result<()> {
        drop(self.writer);
        fs::remove_file(&self.hidden)
            .with_context(|| format!("cannot remove `{}`", self.hidden.display()))
    }

    /// Writes the rest, makes sure that it outlasts a power cut, and gives the file its name.
    pub(super) fn close(self, path: &Path) -> Result<()> {
        let mut file = self.writer.into_inner()?;
        file.flush()?;
        file.sync_all()?;
        fs::rename(&self.hidden, path).with_context(|| format!("cannot write `{}`", path.display()))
    }
}

/// Weeks of a month: they begin on its 1st, 8th, 15th and 22nd.
const WEEKS: i32 = 4;
const FIRST_WEEK: i32 = 1990 * 12 * WEEKS;
const LAST_WEEK: i32 = 2100 * 12 * WEEKS - 1;

/// The UTC week of an instant, counted from the year 0; what only a wrong clock gives is one week before all others or one behind.
fn week(instant: Micros) -> i32 {
    let week = DateTime::from_timestamp_micros(instant).map_or(i32::MIN, |at| {
        let month = at.year() * 12 + at.month0().cast_signed();
        month * WEEKS + (at.day0().cast_signed() / 7).min(WEEKS - 1)
    });
    week.clamp(FIRST_WEEK - 1, LAST_WEEK + 1)
}

fn week_name(week: i32) -> String {
    match week {
        ..FIRST_WEEK => "before-1990".to_owned(),
        FIRST_WEEK..=LAST_WEEK => {
            let (month, day) = (week / WEEKS, week % WEEKS * 7 + 1);
            format!("{:04}-{:02}-{day:02}", month / 12, month % 12 + 1)
        }
        _ => "2100-or-later".to_owned(),
    }
}
