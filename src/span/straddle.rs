//! What straddles: messages and calendar items of which several spans have copies.
//!
//! Their copies are merged apart, by the same SQL, and what comes out is filed in the span of its own time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow::array::{AsArray, RecordBatch, UInt32Array, UInt64Array};
use arrow::compute::{concat_batches, sort_to_indices, take_record_batch};
use arrow::datatypes::{TimestampMicrosecondType, UInt64Type};
use chrono::DateTime;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use twox_hash::XxHash3_128;

use super::{Files, Source, Spans, reference};
use crate::catalog::STRADDLING;
use crate::{engine, store};

/// How the relations hang together of which copies can straddle.
struct Thing {
    /// The relation that merges copies.
    merged: &'static str,
    /// What it merges.
    copies: &'static str,
    /// Its column with the time that decides the span.
    at: &'static str,
    /// Its column with the hash by which copies belong together.
    hash: &'static str,
}

const THINGS: [Thing; 2] = [
    Thing { merged: "merged_message", copies: "message_copy", at: "sent_at", hash: "message_hash" },
    Thing { merged: "meeting_item", copies: "meeting_copy", at: "start_at", hash: "item_hash" },
];

impl Spans<'_> {
    /// For each span, those of its keys in `stage.STEM` that another span has as well.
    pub(super) fn straddling_keys(&self, stem: &str) -> Result<Vec<Files>> {
        let kept = self
            .kept
            .get(&format!("stage.{stem}"))
            .with_context(|| format!("`stage.{stem}` is not kept by span"))?;
        let schema = kept.first().context("no span")?.schema.clone();
        let mut readers = Vec::with_capacity(kept.len());
        for files in kept {
            readers.push(Keys::open(files)?);
        }
        shared(readers)?
            .into_iter()
            .enumerate()
            .map(|(index, keys)| {
                let rows =
                    RecordBatch::try_new(schema.clone(), vec![Arc::new(UInt64Array::from(keys))])?;
                self.keep(&format!("{STRADDLING}.{stem}"), index, &rows)
            })
            .collect()
    }

    /// For each span, what comes of merging the copies that straddle, where its time lies in the span.
    pub(super) async fn merged_again(&self, stem: &str) -> Result<Vec<Files>> {
        let name = format!("{STRADDLING}.{stem}");
        let Some(thing) = THINGS.iter().find(|thing| thing.merged == stem) else {
            bail!("nothing called `{stem}` straddles");
        };
        let relation = self
            .relation(&format!("stage.{stem}"))
            .with_context(|| format!("there is no relation `stage.{stem}`"))?;
        let copies = self
            .kept
            .get(&format!("{STRADDLING}.{}", thing.copies))
            .with_context(|| format!("the copies of `{stem}` that straddle are not known"))?;
        let schema = self.kept[&relation.full_name()].first().context("no span")?.schema.clone();
        let source = Files {
            schema: copies.first().context("no span")?.schema.clone(),
            paths: copies.iter().flat_map(|files| files.paths.clone()).collect(),
            fingerprint: 0,
        };
        let context = engine::session(self.relations, self.resources)?;
        let activity = reference(&format!("activity.{}", thing.copies))?;
        let (mut inputs, _) = self.inputs(relation, 0)?;
        inputs.retain(|(reference, _)| *reference != activity);
        inputs.push((activity, Source::Files(source)));
        super::register(&context, inputs).await?;
        let merged = engine::rows(&context, relation).await?;
        let merged: Result<Vec<_>> =
            merged.iter().map(|batch| engine::typed(batch, &schema)).collect();
        let merged = concat_batches(&schema, &merged?)?;
        // in an order that does not depend on what straddles elsewhere
        let hashes = merged.column_by_name(thing.hash).context("no column of hashes")?;
        let merged = take_record_batch(&merged, &sort_to_indices(hashes, None, None)?)?;
        let homes = self.homes(&merged, thing.at)?;
        (0..self.spans.len())
            .map(|index| {
                let rows = homes.iter().enumerate().filter(|(_, home)| **home == index);
                let rows: UInt32Array = rows.map(|(row, _)| row as u32).collect();
                self.keep(&name, index, &take_record_batch(&merged, &rows)?)
            })
            .collect()
    }

    /// The span of each row by the time in its column `at`.
    fn homes(&self, rows: &RecordBatch, at: &str) -> Result<Vec<usize>> {
        let times = rows.column_by_name(at).with_context(|| format!("no column `{at}`"))?;
        let times = times.as_primitive::<TimestampMicrosecondType>();
        times
            .values()
            .iter()
            .map(|&time| {
                // an instant beyond the calendar lies in the folder for wrong clocks on its side
                let day = DateTime::from_timestamp_micros(time).map(|time| time.date_naive());
                let index = match day {
                    Some(day) => self.spans.iter().position(|span| day < span.end),
                    None if time < 0 => Some(0),
                    None => None,
                };
                Ok(index.unwrap_or(self.spans.len() - 1))
            })
            .collect()
    }

    /// Keeps `rows` as `name` of the span at `index`.
    fn keep(&self, name: &str, index: usize, rows: &RecordBatch) -> Result<Files> {
        let schema = rows.schema();
        if rows.num_rows() == 0 {
            return Ok(Files { schema, paths: Vec::new(), fingerprint: 0 });
        }
        let bytes = engine::parquet(rows)?;
        let fingerprint = XxHash3_128::oneshot(&bytes);
        let path = self.path(name, &self.spans[index], fingerprint);
        if !path.exists() {
            store::write_whole(&path, &bytes)?;
        }
        Ok(Files { schema, paths: vec![path], fingerprint })
    }
}

/// The keys of one span in their order, read batch by batch.
struct Keys {
    batches: parquet::arrow::arrow_reader::ParquetRecordBatchReader,
    batch: UInt64Array,
    next: usize,
}

impl Keys {
    fn open(files: &Files) -> Result<Self> {
        let path = files.paths.first().context("keys without a file")?;
        let file = File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let batches = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
        Ok(Self { batches, batch: UInt64Array::from(Vec::<u64>::new()), next: 0 })
    }
}

impl Iterator for Keys {
    type Item = Result<u64>;

    fn next(&mut self) -> Option<Result<u64>> {
        while self.next == self.batch.len() {
            match self.batches.next()? {
                Ok(rows) => self.batch = rows.column(0).as_primitive::<UInt64Type>().clone(),
                Err(error) => return Some(Err(error.into())),
            }
            self.next = 0;
        }
        self.next += 1;
        Some(Ok(self.batch.value(self.next - 1)))
    }
}

/// For each of several sorted lists, those of its keys that another list has as well.
fn shared(mut lists: Vec<impl Iterator<Item = Result<u64>>>) -> Result<Vec<Vec<u64>>> {
    let mut shared = vec![Vec::new(); lists.len()];
    let mut heads = BinaryHeap::new();
    for (index, list) in lists.iter_mut().enumerate() {
        if let Some(key) = list.next() {
            heads.push(Reverse((key?, index)));
        }
    }
    // the last key that was met, and the list that had it
    let mut last: Option<(u64, usize)> = None;
    while let Some(Reverse((key, index))) = heads.pop() {
        if let Some((known, holder)) = last
            && known == key
            && holder != index
        {
            for list in [holder, index] {
                if shared[list].last() != Some(&key) {
                    shared[list].push(key);
                }
            }
        }
        last = Some((key, index));
        if let Some(next) = lists[index].next() {
            heads.push(Reverse((next?, index)));
        }
    }
    Ok(shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shared_where_two_lists_have_it() -> Result<()> {
        let lists = [vec![1, 2, 2, 5, 9], vec![2, 3, 9], vec![], vec![0, 5, 5, 9]];
        let lists = lists.into_iter().map(|keys| keys.into_iter().map(Ok)).collect();
        assert_eq!(shared(lists)?, [vec![2, 5, 9], vec![2, 9], vec![], vec![5, 9]]);
        Ok(())
    }
}
