//! Parquet with the same nested names: only the needed leaf columns are read.
//!
//! Not here: what a row means; the same shapes read it as from text.

use std::fs::File;

use arrow::array::{Array, RecordBatch, RecordBatchReader, StructArray};
use arrow::datatypes::DataType;
use arrow::json::LineDelimitedWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnPath;

use super::{FileError, Kind, Reason, Row, cell, columns};

/// Rows held at a time.
const BATCH: usize = 1024;

/// Hands every row to `on_row` with its number, from 1.
pub(super) fn read<E: From<FileError>>(
    file: File,
    kind: Kind,
    on_bytes: &mut dyn FnMut(u64),
    on_row: &mut dyn FnMut(u64, Result<Row, Reason>) -> Result<(), E>,
) -> Result<(), E> {
    let size = file.metadata().map_err(FileError::Read)?.len();
    // Without the writer's Arrow schema every time zone is UTC and every text a plain one.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(damaged)?;
    let schema = builder.parquet_schema();
    let names = schema.root_schema().get_fields().iter().map(|field| field.name().to_owned());
    columns::check_schema(kind, &names.collect::<Vec<_>>())?;
    let leaves = schema.columns().iter().enumerate();
    let leaves = leaves.filter(|(_, leaf)| is_needed(kind, leaf.path())).map(|(at, _)| at);
    let mask = ProjectionMask::leaves(schema, leaves);

    let rows = builder.metadata().file_metadata().num_rows().unsigned_abs();
    let reader = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(damaged)?;
    for field in reader.schema().fields() {
        if holds_binary(field.data_type()) {
            return Err(FileError::BinaryColumn(field.name().to_owned()).into());
        }
    }
    let is_direct = reader.schema().fields().iter().all(|field| cell::is_known(field.data_type()));
    let (mut row, mut reported) = (0, 0);
    for batch in reader {
        let batch = batch.map_err(|_| FileError::Corrupt("parquet"))?;
        if is_direct {
            let batch = StructArray::from(batch);
            let fields = cell::fields(&batch);
            for at in 0..batch.len() {
                row += 1;
                let cells = cell::Row { fields: &fields, row: at };
                on_row(row, super::row(kind, cells).unwrap_or(Err(Reason::NotJson)))?;
            }
        } else {
            // Types that nobody should need, such as dates and decimals, mean what they do in JSON.
            let json = json_lines(&batch).ok_or(FileError::Corrupt("parquet"))?;
            for line in json.lines() {
                row += 1;
                on_row(row, super::parse(kind, line))?;
            }
        }
        // Skipped columns count too, so that the file's whole size is reported in the end.
        let passed = scaled(size, row, rows);
        on_bytes(passed - reported);
        reported = passed;
    }
    on_bytes(size - reported);
    Ok(())
}

fn json_lines(batch: &RecordBatch) -> Option<String> {
    let mut writer = LineDelimitedWriter::new(Vec::new());
    writer.write(batch).ok()?;
    writer.finish().ok()?;
    String::from_utf8(writer.into_inner()).ok()
}

fn scaled(size: u64, row: u64, rows: u64) -> u64 {
    let passed = u128::from(size) * u128::from(row.min(rows)) / u128::from(rows.max(1));
    u64::try_from(passed).unwrap_or(size)
}

/// The error's own words may quote the file and are left out.
fn damaged(error: ParquetError) -> FileError {
    match error {
        ParquetError::NYI(_) | ParquetError::ArrowError(_) => FileError::UnsupportedParquet,
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(error) => FileError::Read(*error),
            Err(_) => FileError::Corrupt("parquet"),
        },
        _ => FileError::Corrupt("parquet"),
    }
}

fn holds_binary(data_type: &DataType) -> bool {
    match data_type {
        DataType::Struct(fields) => fields.iter().any(|field| holds_binary(field.data_type())),
        DataType::List(item) | DataType::LargeList(item) | DataType::Map(item, _) => {
            holds_binary(item.data_type())
        }
        other => other.is_binary(),
    }
}

/// Whether rows of the kind are made from this leaf; bodies and attachments stay unread.
fn is_needed(kind: Kind, path: &ColumnPath) -> bool {
    let parts = path.parts();
    let (Some(column), Some(leaf)) = (parts.first(), parts.last()) else {
        return false;
    };
    let is =
        |name: &str, known: &[&str]| known.iter().any(|known| name.eq_ignore_ascii_case(known));
    let (plain, nested): (&[&str], &[(&str, &[&str])]) = match kind {
        Kind::Message => (MESSAGE, MESSAGE_NESTED),
        Kind::Event => (EVENT, EVENT_NESTED),
        Kind::User => (USER, &[]),
        Kind::GroupDetails => (GROUP_DETAILS, &[]),
        Kind::GroupMembers => (GROUP_MEMBERS, &[]),
    };
    is(column, plain)
        || is(column, ROW_STATE)
        || nested
            .iter()
            .chain(ROW_STATE_NESTED)
            .any(|(name, leaves)| is(column, &[name]) && (parts.len() == 1 || is(leaf, leaves)))
}

const MESSAGE: &[&str] = &[
    "internetMessageId",
    "sentDateTime",
    "receivedDateTime",
    "conversationIndex",
    "conversationId",
    "isDraft",
    "ODataType",
    "@odata.type",
    "puser",
    "pObjectId",
];
const MESSAGE_NESTED: &[(&str, &[&str])] = &[
    ("from", &["address"]),
    ("sender", &["address"]),
    ("toRecipients", &["address"]),
    ("ccRecipients", &["address"]),
    ("bccRecipients", &["address"]),
    ("internetMessageHeaders", &["name", "value"]),
];
const EVENT: &[&str] = &[
    "id",
    "iCalUId",
    "start",
    "end",
    "lastModifiedDateTime",
    "isAllDay",
    "isCancelled",
    "type",
    "puser",
    "pObjectId",
];
const EVENT_NESTED: &[(&str, &[&str])] =
    &[("organizer", &["address"]), ("attendees", &["address", "type", "response", "time"])];
const USER: &[&str] = &[
    "id",
    "puser",
    "userPrincipalName",
    "mail",
    "proxyAddresses",
    "PrimarySmtpAddress",
    "EmailAddresses",
];
const GROUP_DETAILS: &[&str] = &["id", "displayName", "mail"];
const GROUP_MEMBERS: &[&str] =
    &["puser", "pObjectId", "id", "userPrincipalName", "mail", "ODataType", "@odata.type"];
const ROW_STATE: &[&str] = &["isUserSummaryRow", "userReturnedNoData", "@removed"];
const ROW_STATE_NESTED: &[(&str, &[&str])] =
    &[("rowinformation", &["isUserSummaryRow", "userReturnedNoData"])];
