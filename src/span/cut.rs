//! Cutting the activity into spans: the largest calendar blocks that hold no more than a span should, and the newest
//! month, which still grows, by itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{Datelike, NaiveDate};

use crate::import::Ledger;

/// Bytes of activity that one span should not exceed; a month is never cut.
pub const SPAN_BYTES: u64 = 16 << 20;
/// Activity of fewer bytes than this part of what a span should hold is not cut at all.
const SMALL_PART: u64 = 4;

/// Some months in a row, and the parts of the activity that lie in them.
#[derive(Debug)]
pub(super) struct Span {
    /// `all`, a year, a quarter or a month; the same activity is always cut in the same way.
    pub(super) name: String,
    /// First day of its first month, and of the month after its last.
    pub(super) begin: NaiveDate,
    pub(super) end: NaiveDate,
    /// Paths of parts by table.
    pub(super) parts: BTreeMap<String, Vec<PathBuf>>,
    /// Bytes of all parts.
    pub(super) bytes: u64,
}

/// A month's parts.
struct Month {
    begin: NaiveDate,
    end: NaiveDate,
    bytes: u64,
    parts: Vec<(String, PathBuf)>,
}

/// The spans of the activity in `folder`, in the order of time; one empty span where there is no activity.
pub(super) fn spans(ledger: &Ledger, folder: &Path, span_bytes: u64) -> Result<Vec<Span>> {
    let mut months: BTreeMap<NaiveDate, Month> = BTreeMap::new();
    for part in ledger.files.values().flat_map(|entry| &entry.parts) {
        let mut names = part.split('/');
        let (Some(table), Some(month)) = (names.next(), names.next()) else { continue };
        let (begin, end) =
            limits(month).with_context(|| format!("`{part}` in the ledger is in no month"))?;
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
        let month = months.entry(begin).or_insert_with(|| Month {
            begin,
            end,
            bytes: 0,
            parts: Vec::new(),
        });
        month.bytes += bytes;
        month.parts.push((table.to_owned(), path));
    }
    let months: Vec<Month> = months.into_values().collect();
    Ok(cut(&months, span_bytes))
}

/// Ways to name the block that a month is in, from the widest; the year 1 is all that lies before 1990.
const BLOCKS: [fn(&NaiveDate) -> String; 4] = [
    |_| "all".to_owned(),
    |month| month.format("%Y").to_string(),
    |month| format!("{}-q{}", month.year(), month.quarter()),
    |month| month.format("%Y-%m").to_string(),
];

fn cut(months: &[Month], span_bytes: u64) -> Vec<Span> {
    let mut spans = Vec::new();
    let total: u64 = months.iter().map(|month| month.bytes).sum();
    // wrong clocks give months after it, with little in them
    let is_half_of_the_usual = |month: &Month| month.bytes * 2 * months.len() as u64 >= total;
    match months.iter().rposition(is_half_of_the_usual) {
        Some(newest) if total > span_bytes / SMALL_PART => {
            let (before, rest) = months.split_at(newest);
            cut_blocks(before, 0, span_bytes, &mut spans);
            cut_blocks(&rest[..1], BLOCKS.len() - 1, span_bytes, &mut spans);
            cut_blocks(&rest[1..], 0, span_bytes, &mut spans);
        }
        _ => cut_blocks(months, 0, span_bytes, &mut spans),
    }
    if spans.is_empty() {
        spans.push(span(BLOCKS[0](&NaiveDate::default()), months));
    }
    spans
}

fn cut_blocks(months: &[Month], width: usize, span_bytes: u64, spans: &mut Vec<Span>) {
    let name = BLOCKS[width];
    for block in months.chunk_by(|one, next| name(&one.begin) == name(&next.begin)) {
        let bytes: u64 = block.iter().map(|month| month.bytes).sum();
        if bytes > span_bytes && width + 1 < BLOCKS.len() {
            cut_blocks(block, width + 1, span_bytes, spans);
        } else {
            spans.push(span(name(&block[0].begin), block));
        }
    }
}

fn span(name: String, months: &[Month]) -> Span {
    let mut parts: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (table, path) in months.iter().flat_map(|month| &month.parts) {
        parts.entry(table.clone()).or_default().push(path.clone());
    }
    for paths in parts.values_mut() {
        paths.sort();
    }
    Span {
        name,
        begin: months.first().map_or(NaiveDate::MIN, |month| month.begin),
        end: months.last().map_or(NaiveDate::MAX, |month| month.end),
        parts,
        bytes: months.iter().map(|month| month.bytes).sum(),
    }
}

/// First day of a month's folder and first day after it; the folders for wrong clocks reach far.
fn limits(folder: &str) -> Option<(NaiveDate, NaiveDate)> {
    let day = |year, month| NaiveDate::from_ymd_opt(year, month, 1);
    match folder.strip_prefix("month=")? {
        "before-1990" => Some((day(1, 1)?, day(1990, 1)?)),
        "2100-or-later" => Some((day(2100, 1)?, NaiveDate::MAX)),
        month => {
            let (year, month) = month.split_once('-')?;
            let begin = day(year.parse().ok()?, month.parse().ok()?)?;
            Some((begin, begin.checked_add_months(chrono::Months::new(1))?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(bytes: &[(&str, u64)]) -> Vec<Month> {
        let month = |&(name, bytes): &(&str, u64)| {
            let (begin, end) = limits(&format!("month={name}")).expect("a month");
            Month { begin, end, bytes, parts: Vec::new() }
        };
        bytes.iter().map(month).collect()
    }

    fn names(bytes: &[(&str, u64)]) -> Vec<String> {
        cut(&months(bytes), 160).into_iter().map(|span| span.name).collect()
    }

    #[test]
    fn a_span_is_the_largest_block_that_is_small_enough() {
        assert_eq!(names(&[]), ["all"]);
        assert_eq!(names(&[("before-1990", 1), ("2024-12", 4), ("2025-01", 5)]), ["all"]);
        let split =
            [("2024-12", 90), ("2025-01", 40), ("2025-02", 40), ("2025-05", 40), ("2025-06", 9)];
        assert_eq!(names(&split), ["2024", "2025", "2025-05", "all"]);
        let large = [("2025-01", 200), ("2025-02", 90), ("2025-03", 90), ("2025-04", 80)];
        assert_eq!(names(&large), ["2025-01", "2025-02", "2025-03", "2025-04"]);
    }
}
