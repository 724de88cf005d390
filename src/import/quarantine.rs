//! The quarantine: where bad rows stood and why, without anything of their content.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder, UInt64Builder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use crate::activity::table::Table;
use crate::source::{Place, Reject};

/// Rejected rows: file, line or row, reason.
#[derive(Default)]
pub(super) struct RejectTable {
    file: StringBuilder,
    line: UInt64Builder,
    row: UInt64Builder,
    reason: StringBuilder,
}

impl Table for RejectTable {
    type Row = (String, Reject);
    const NAME: &'static str = "quarantine";

    fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("file", DataType::Utf8, false),
            Field::new("line", DataType::UInt64, true),
            Field::new("row", DataType::UInt64, true),
            Field::new("reason", DataType::Utf8, false),
        ]))
    }

    fn push(&mut self, (file, reject): &(String, Reject)) {
        self.file.append_value(file);
        let (line, row) = match reject.place {
            Place::Line(line) => (Some(line), None),
            Place::Row(row) => (None, Some(row)),
        };
        self.line.append_option(line);
        self.row.append_option(row);
        self.reason.append_value(reject.reason.to_string());
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.file.finish()),
            Arc::new(self.line.finish()),
            Arc::new(self.row.finish()),
            Arc::new(self.reason.finish()),
        ];
        RecordBatch::try_new(Self::schema(), columns)
    }
}
