//! Parquet read whole, every value as text.

use std::fs::File;
use std::path::Path;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// One row; `None` is null.
pub(crate) type Row = Vec<Option<String>>;

/// A table as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl Table {
    /// Reads a Parquet file to its end.
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Table {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let columns = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        let options = FormatOptions::default();
        let mut rows = Vec::new();
        for batch in builder.build().unwrap() {
            let batch = batch.unwrap();
            let arrays = batch.columns().iter();
            let values: Vec<_> =
                arrays.map(|array| ArrayFormatter::try_new(array, &options).unwrap()).collect();
            for row in 0..batch.num_rows() {
                let cells = batch.columns().iter().zip(&values);
                rows.push(
                    cells
                        .map(|(array, value)| {
                            array.is_valid(row).then(|| value.value(row).to_string())
                        })
                        .collect(),
                );
            }
        }
        Table { columns, rows }
    }

    /// Position of a column.
    #[track_caller]
    pub(crate) fn at(&self, column: &str) -> usize {
        let at = self.columns.iter().position(|name| name == column);
        at.unwrap_or_else(|| panic!("no column `{column}`"))
    }

    /// The values of a column, null as nothing.
    #[track_caller]
    pub(crate) fn column(&self, column: &str) -> Vec<&str> {
        let at = self.at(column);
        self.rows.iter().map(|row| row[at].as_deref().unwrap_or_default()).collect()
    }

    /// Panics with the first rows that differ.
    #[track_caller]
    pub(crate) fn assert_same(&self, other: &Table) {
        assert_eq!(self.columns, other.columns);
        let only = |rows: &[Row], others: &[Row]| -> Vec<String> {
            let missing = rows.iter().filter(|row| !others.contains(row));
            missing.take(3).map(|row| format!("{row:?}")).collect()
        };
        if self.rows != other.rows {
            panic!(
                "{} and {} rows\nonly left: {:#?}\nonly right: {:#?}",
                self.rows.len(),
                other.rows.len(),
                only(&self.rows, &other.rows),
                only(&other.rows, &self.rows)
            );
        }
    }
}
