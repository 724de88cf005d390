//! Parts: the Parquet files that hold what came from one export file, one for each month.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Datelike};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::activity::Micros;
use crate::activity::table::{Activity, Table};
use crate::store;

/// Rows gathered before they are encoded.
const BATCH_ROWS: usize = 8 * 1024;
/// Rows that a part holds encoded in memory: a worker has a part open for each month of its file.
const GROUP_ROWS: usize = 64 * 1024;

/// A Parquet file in the making.
pub(super) struct Part<T: Table> {
    rows: T,
    gathered: usize,
    writer: ArrowWriter<File>,
}

impl<T: Table> Part<T> {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        let writer = ArrowWriter::try_new(store::create(path)?, T::schema(), Some(properties))?;
        Ok(Self { rows: T::default(), gathered: 0, writer })
    }

    pub(super) fn push(&mut self, row: &T::Row) -> Result<()> {
        self.rows.push(row);
        self.gathered += 1;
        if self.gathered == BATCH_ROWS {
            self.encode()?;
        }
        Ok(())
    }

    fn encode(&mut self) -> Result<()> {
        self.gathered = 0;
        Ok(self.writer.write(&self.rows.finish()?)?)
    }

    /// Writes the rest and makes sure that it outlasts a power cut.
    pub(super) fn close(mut self) -> Result<()> {
        self.encode()?;
        let mut file = self.writer.into_inner()?;
        file.flush()?;
        Ok(file.sync_all()?)
    }
}

/// The parts that one export file gives to the activity's table `T`.
pub(super) struct Parts<'a, T: Activity> {
    activity: &'a Path,
    id: &'a str,
    months: BTreeMap<String, Part<T>>,
}

impl<'a, T: Activity> Parts<'a, T> {
    /// `id` tells the parts of this export file from those of others.
    pub(super) fn new(activity: &'a Path, id: &'a str) -> Self {
        Self { activity, id, months: BTreeMap::new() }
    }

    pub(super) fn push(&mut self, row: &T::Row) -> Result<()> {
        let month = month(T::instant(row));
        if let Some(part) = self.months.get_mut(&month) {
            return part.push(row);
        }
        let mut part = Part::create(&self.activity.join(self.name(&month)))?;
        part.push(row)?;
        self.months.insert(month, part);
        Ok(())
    }

    /// Finishes all parts; gives their names relative to the activity's folder.
    pub(super) fn close(mut self) -> Result<Vec<String>> {
        let mut names = Vec::with_capacity(self.months.len());
        for (month, part) in std::mem::take(&mut self.months) {
            part.close()?;
            names.push(self.name(&month));
        }
        Ok(names)
    }

    fn name(&self, month: &str) -> String {
        format!("{}/month={month}/{}.parquet", T::NAME, self.id)
    }
}

/// The UTC month of an instant as `2025-06`; years that only a wrong clock gives share one name on either side.
pub fn month(instant: Micros) -> String {
    match DateTime::from_timestamp_micros(instant) {
        Some(at) if (1990..2100).contains(&at.year()) => at.format("%Y-%m").to_string(),
        Some(at) if at.year() >= 2100 => "2100-or-later".to_owned(),
        _ => "before-1990".to_owned(),
    }
}

/// Removes files below `folder` that `is_known` does not claim, such as those of a killed import.
pub(crate) fn sweep(folder: &Path, is_known: &dyn Fn(&Path) -> bool) -> Result<()> {
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
