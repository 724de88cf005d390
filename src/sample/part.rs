//! Part files of one data set: a new part for every month and after 250,000 rows.
//!
//! Not here: what a row says. One part of a data set is open at a time, so memory does not grow with the export.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;

use super::clock::civil;
use super::company::Company;
use super::row;

const ROWS_IN_PART: u64 = 250_000;
/// Mailboxes whose summary row ends a part.
const SUMMARIES: usize = 3;

/// A data set's folder under `exports`.
pub(super) struct Parts<'a> {
    folder: PathBuf,
    company: &'a Company,
    month: (i64, u32),
    number: u32,
    /// Rows in the open part, and in all of them.
    row: u64,
    pub(super) rows: u64,
    user_rows: Vec<u64>,
    open: Option<BufWriter<File>>,
}

impl<'a> Parts<'a> {
    pub(super) fn new(folder: PathBuf, company: &'a Company) -> Parts<'a> {
        Parts {
            folder,
            company,
            month: (0, 0),
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
        if self.month != (year, month) {
            self.close()?;
            (self.month, self.number) = ((year, month), 1);
        }
        Ok(())
    }

    /// Adds one row.
    pub(super) fn add(&mut self, mailbox: u32, line: &[u8]) -> anyhow::Result<()> {
        if self.row == ROWS_IN_PART {
            self.close()?;
            self.number += 1;
        }
        let path = self.path();
        self.row += 1;
        self.rows += 1;
        self.user_rows[mailbox as usize] += 1;
        let begins = self.open.is_none();
        if begins {
            std::fs::create_dir_all(&self.folder)
                .with_context(|| format!("cannot make folder `{}`", self.folder.display()))?;
            let file = File::create(&path)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            self.open = Some(BufWriter::with_capacity(1 << 20, file));
        }
        self.line(line, begins)
    }

    /// Ends the open part with the summary rows of a few mailboxes.
    pub(super) fn close(&mut self) -> anyhow::Result<()> {
        if self.open.is_some() {
            let people = &self.company.people;
            let first = self.month.1 as usize * 5 % people.len();
            for person in people.iter().cycle().skip(first).take(SUMMARIES.min(people.len())) {
                let mut line = Vec::new();
                row::summary(&mut line, person, &self.company.tenant);
                self.line(&line, false)?;
            }
        }
        if let Some(mut file) = self.open.take() {
            file.flush().with_context(|| format!("cannot write `{}`", self.path().display()))?;
        }
        self.row = 0;
        Ok(())
    }

    /// As in authentic exports, no line break ends the file.
    fn line(&mut self, line: &[u8], begins: bool) -> anyhow::Result<()> {
        if let Some(file) = &mut self.open {
            let written = if begins { Ok(()) } else { file.write_all(b"\n") };
            written
                .and_then(|()| file.write_all(line))
                .with_context(|| format!("cannot write `{}`", self.folder.display()))?;
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        let ((year, month), suffix) =
            (self.month, if self.number > 1 { format!("-{}", self.number) } else { String::new() });
        self.folder.join(format!("part-{year:04}-{month:02}{suffix}.json"))
    }
}
