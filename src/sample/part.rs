//! Part files of one data set: a new part for every month and after 250,000 rows, and later for every day.
//!
//! Not here: what a row says. One part of a data set is open at a time, so memory does not grow with the export.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::clock::civil;
use super::company::Company;
use super::output::{Compression, Output};
use super::{Text, row};

const ROWS_IN_PART: u64 = 250_000;
/// Mailboxes whose summary row ends a part.
const SUMMARIES: usize = 3;

/// Where the data sets are written, and how.
#[derive(Clone, Copy)]
pub(super) struct Exports<'a> {
    /// The sample's folder.
    pub(super) dir: &'a Path,
    pub(super) compression: Compression,
    pub(super) text: Text,
}

/// A data set's folder.
pub(super) struct Parts<'a> {
    exports: Exports<'a>,
    company: &'a Company,
    data_set: &'static str,
    folder: PathBuf,
    /// Day or month of the open part, as its name says it.
    period: String,
    month: u32,
    number: u32,
    /// Rows in the open part, and in all of them.
    row: u64,
    pub(super) rows: u64,
    user_rows: Vec<u64>,
    open: Option<Output>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(
        exports: Exports<'a>,
        company: &'a Company,
        data_set: &'static str,
    ) -> Parts<'a> {
        Parts {
            exports,
            company,
            data_set,
            folder: exports.dir.join("exports").join(data_set),
            period: String::new(),
            month: 0,
            number: 1,
            row: 0,
            rows: 0,
            user_rows: vec![0; company.people.len()],
            open: None,
        }
    }

    /// Row numbers of the next row: in its part and in its mailbox.
    pub(super) fn numbers(&self, mailbox: u32) -> (u64, u64) {
        (self.row, self.user_rows[mailbox as usize])
    }

    /// Goes to the part of a day's month; days come in order.
    pub(super) fn turn_to(&mut self, day: i64) -> anyhow::Result<()> {
        let (year, month, _) = civil(day);
        self.turn(format!("{year:04}-{month:02}"), month)
    }

    /// Goes to the part of a day after the exports, in a folder of its own.
    pub(super) fn turn_to_next(&mut self, day: i64) -> anyhow::Result<()> {
        let (_, month, _) = civil(day);
        let date = date(day);
        self.turn(date.clone(), month)?;
        self.folder = self.exports.dir.join("next").join(date).join(self.data_set);
        Ok(())
    }

    fn turn(&mut self, period: String, month: u32) -> anyhow::Result<()> {
        if self.period != period {
            self.close()?;
            (self.period, self.month, self.number) = (period, month, 1);
        }
        Ok(())
    }

    /// Adds one row.
    pub(super) fn add(&mut self, mailbox: u32, line: &[u8]) -> anyhow::Result<()> {
        if self.row == ROWS_IN_PART {
            self.close()?;
            self.number += 1;
        }
        self.row += 1;
        self.rows += 1;
        self.user_rows[mailbox as usize] += 1;
        match &mut self.open {
            // As in authentic exports, no line break ends the file.
            Some(file) => file.add(b"\n"),
            None => {
                std::fs::create_dir_all(&self.folder)
                    .with_context(|| format!("cannot make folder `{}`", self.folder.display()))?;
                let path = self.path();
                let file = Output::create(&path, self.exports.compression)
                    .with_context(|| format!("cannot write `{}`", path.display()))?;
                self.open = Some(file);
            }
        }
        if let Some(file) = &mut self.open {
            file.add(line);
        }
        Ok(())
    }

    /// Ends the open part with the summary rows of a few mailboxes.
    pub(super) fn close(&mut self) -> anyhow::Result<()> {
        if let Some(mut file) = self.open.take() {
            let people = &self.company.people;
            let first = self.month as usize * 5 % people.len();
            for person in people.iter().cycle().skip(first).take(SUMMARIES.min(people.len())) {
                let mut line = vec![b'\n'];
                row::summary(&mut line, person, &self.company.tenant);
                file.add(&line);
            }
            file.finish().with_context(|| format!("cannot write `{}`", self.path().display()))?;
        }
        self.row = 0;
        Ok(())
    }

    fn path(&self) -> PathBuf {
        let suffix = if self.number > 1 { format!("-{}", self.number) } else { String::new() };
        let ending = self.exports.compression.ending();
        self.folder.join(format!("part-{}{suffix}.json{ending}", self.period))
    }
}

/// `2025-06-30`
fn date(day: i64) -> String {
    let (year, month, date) = civil(day);
    format!("{year:04}-{month:02}-{date:02}")
}
