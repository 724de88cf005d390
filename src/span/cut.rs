//! Cutting the activity into spans: the largest calendar blocks that hold no more than a span should, and the newest
//! week, which still grows, by itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{Datelike, Days, Months, NaiveDate};

use crate::import::Ledger;

/// Bytes of activity that one span should not exceed; a week is never cut.
pub const SPAN_BYTES: u64 = 16 << 20;
/// Activity of fewer bytes than this part of what a span should hold is not cut at all.
const SMALL_PART: u64 = 4;

/// Some weeks in a row, and the parts of the activity that lie in them.
#[derive(Debug)]
pub(super) struct Span {
    /// `all`, a year, a quarter, a month or a week; the same activity is always cut in the same way.
    pub(super) name: String,
    /// First day of its first week, and of the week after its last.
    pub(super) begin: NaiveDate,
    pub(super) end: NaiveDate,
    /// Paths of parts by table.
    pub(super) parts: BTreeMap<String, Vec<PathBuf>>,
    /// Bytes of all parts.
    pub(super) bytes: u64,
}

/// A week's parts.
struct Week {
    begin: NaiveDate,
    end: NaiveDate,
    bytes: u64,
    parts: Vec<(String, PathBuf)>,
}

/// The spans of the activity in `folder`, in the order of time; one empty span where there is no activity.
pub(super) fn spans(ledger: &Ledger, folder: &Path, span_bytes: u64) -> Result<Vec<Span>> {
    let mut weeks: BTreeMap<NaiveDate, Week> = BTreeMap::new();
    for part in ledger.files.values().flat_map(|entry| &entry.parts) {
        let mut names = part.split('/');
        let (Some(table), Some(week)) = (names.next(), names.next()) else { continue };
        let (begin, end) =
            limits(week).with_context(|| format!("`{part}` in the ledger is in no week"))?;
        let path = folder.join(part);
        let bytes = fs::metadata(&path)
            .with_context(|| {
                format!(
                    "`{}` is missing\nhint: remove the folder `{}`; the next run reads all exports again",
                    path.display(),
                    folder.display()
                )
            })?
            .len();
        let week =
            weeks.entry(begin).or_insert_with(|| Week { begin, end, bytes: 0, parts: Vec::new() });
        week.bytes += bytes;
        week.parts.push((table.to_owned(), path));
    }
    let weeks: Vec<Week> = weeks.into_values().collect();
    Ok(cut(&weeks, span_bytes))
}

/// Ways to name the block that a week is in, from the widest; the year 1 is all that lies before 1990.
const BLOCKS: [fn(&NaiveDate) -> String; 5] = [
    |_| "all".to_owned(),
    |week| week.format("%Y").to_string(),
    |week| format!("{}-q{}", week.year(), week.quarter()),
    |week| week.format("%Y-%m").to_string(),
    |week| week.format("%Y-%m-%d").to_string(),
];

fn cut(weeks: &[Week], span_bytes: u64) -> Vec<Span> {
    let mut spans = Vec::new();
    let total: u64 = weeks.iter().map(|week| week.bytes).sum();
    // wrong clocks give weeks after it, with little in them
    let is_half_of_the_usual = |week: &Week| week.bytes * 2 * weeks.len() as u64 >= total;
    match weeks.iter().rposition(is_half_of_the_usual) {
        Some(newest) if total > span_bytes / SMALL_PART => {
            let (before, rest) = weeks.split_at(newest);
            cut_blocks(before, 0, span_bytes, &mut spans);
            cut_blocks(&rest[..1], BLOCKS.len() - 1, span_bytes, &mut spans);
            cut_blocks(&rest[1..], 0, span_bytes, &mut spans);
        }
        _ => cut_blocks(weeks, 0, span_bytes, &mut spans),
    }
    if spans.is_empty() {
        spans.push(span(BLOCKS[0](&NaiveDate::default()), weeks));
    }
    spans
}

fn cut_blocks(weeks: &[Week], width: usize, span_bytes: u64, spans: &mut Vec<Span>) {
    let name = BLOCKS[width];
    for block in weeks.chunk_by(|one, next| name(&one.begin) == name(&next.begin)) {
        let bytes: u64 = block.iter().map(|week| week.bytes).sum();
        if bytes > span_bytes && width + 1 < BLOCKS.len() {
            cut_blocks(block, width + 1, span_bytes, spans);
        } else {
            spans.push(span(name(&block[0].begin), block));
        }
    }
}

fn span(name: String, weeks: &[Week]) -> Span {
    let mut parts: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (table, path) in weeks.iter().flat_map(|week| &week.parts) {
        parts.entry(table.clone()).or_default().push(path.clone());
    }
    for paths in parts.values_mut() {
        paths.sort();
    }
    Span {
        name,
        begin: weeks.first().map_or(NaiveDate::MIN, |week| week.begin),
        end: weeks.last().map_or(NaiveDate::MAX, |week| week.end),
        parts,
        bytes: weeks.iter().map(|week| week.bytes).sum(),
    }
}

/// First day of a week's folder and first day after it; the folders for wrong clocks reach far.
fn limits(folder: &str) -> Option<(NaiveDate, NaiveDate)> {
    let day = |year, month| NaiveDate::from_ymd_opt(year, month, 1);
    match folder.strip_prefix("week=")? {
        "before-1990" => Some((day(1, 1)?, day(1990, 1)?)),
        "2100-or-later" => Some((day(2100, 1)?, NaiveDate::MAX)),
        week => {
            let begin: NaiveDate = week.parse().ok()?;
            let end = match begin.day() {
                22 => begin.with_day(1)?.checked_add_months(Months::new(1))?,
                _ => begin.checked_add_days(Days::new(7))?,
            };
            Some((begin, end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(bytes: &[(&str, u64)]) -> Vec<Week> {
        let week = |&(name, bytes): &(&str, u64)| {
            let (begin, end) = limits(&format!("week={name}")).expect("a week");
            Week { begin, end, bytes, parts: Vec::new() }
        };
        bytes.iter().map(week).collect()
    }

    fn names(bytes: &[(&str, u64)]) -> Vec<String> {
        cut(&weeks(bytes), 160).into_iter().map(|span| span.name).collect()
    }

    #[test]
    fn a_span_is_the_largest_block_that_is_small_enough() {
        assert_eq!(names(&[]), ["all"]);
        let small = [("before-1990", 1), ("2024-12-08", 4), ("2025-01-22", 5)];
        assert_eq!(names(&small), ["all"]);
        // a wrong clock after the newest week
        let split = [
            ("2024-12-22", 90),
            ("2025-01-01", 40),
            ("2025-02-01", 40),
            ("2025-05-15", 40),
            ("2025-06-01", 9),
        ];
        assert_eq!(names(&split), ["2024", "2025", "2025-05-15", "all"]);
        let large = [
            ("2025-01-01", 200),
            ("2025-01-08", 100),
            ("2025-02-01", 80),
            ("2025-02-22", 80),
            ("2025-03-01", 90),
        ];
        assert_eq!(names(&large), ["2025-01-01", "2025-01-08", "2025-02", "2025-03-01"]);
    }

    #[test]
    fn a_week_ends_with_the_next_one() {
        let week = |folder: &str| {
            let (begin, end) = limits(&format!("week={folder}")).expect("a week");
            (begin.to_string(), end.to_string())
        };
        let days = |begin: &str, end: &str| (begin.to_owned(), end.to_owned());
        assert_eq!(week("2024-02-15"), days("2024-02-15", "2024-02-22"));
        assert_eq!(week("2024-02-22"), days("2024-02-22", "2024-03-01"));
        assert_eq!(week("before-1990"), days("0001-01-01", "1990-01-01"));
        assert_eq!(limits("month=2024-02"), None);
    }
}
