//! The published Parquet as METRICS section 5 promises it: order, names, types, nulls, metadata, compression.

use std::fs::File;

use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;

use crate::support::Enrichment;

/// Name, type, whether it can be null, unit.
type Column = (&'static str, DataType, bool, Option<&'static str>);

use DataType::{Date32, Float64, Int32, Utf8};

const OFFICE: [Column; 18] = [
    ("PrimaryKey", Utf8, false, None),
    ("CustomerId", Utf8, false, None),
    ("EngagementScore", Int32, false, Some("points")),
    ("NoOfEmails_ToAccount", Int32, false, Some("messages")),
    ("NoOfEmails_FromAccount", Int32, false, Some("messages")),
    ("NoOfMeetings_FromAccount", Int32, false, Some("meetings")),
    ("NoOfMeetings_ToAccount", Int32, false, Some("meetings")),
    ("NoOfContactsInvolved_Meetings", Int32, false, Some("people")),
    ("NoOfContactsInvolved_Emails", Int32, false, Some("people")),
    ("NoOfAccountContactsInvolved_Meetings", Int32, false, Some("people")),
    ("NoOfAccountContactsInvolved_Emails", Int32, false, Some("people")),
    ("EngagementStartDate", Date32, false, None),
    ("DaysSinceLastEmail", Int32, true, Some("days")),
    ("DaysSinceLastMeeting", Int32, true, Some("days")),
    ("AverageDuration_Of_Meetings", Float64, true, Some("minutes")),
    ("AverageDuration_Of_AccountEmailReplies", Float64, true, Some("hours")),
    ("AggregationStartDate", Date32, false, None),
    ("AggregationLevel", Utf8, false, None),
];

const USERS: [Column; 1] = [("ActiveDirectoryId", Utf8, false, None)];

const CUSTOMERS: [Column; 1] = [("CustomerId", Utf8, false, None)];

const SCORE: [Column; 6] = [
    ("PrimaryKey", Utf8, false, None),
    ("Component", Utf8, false, None),
    ("Value", Float64, false, None),
    ("Percentile", Float64, false, Some("share")),
    ("Weight", Float64, false, None),
    ("Points", Float64, false, Some("points")),
];

#[test]
fn entities_have_the_promised_columns() {
    let enrichment = Enrichment::published();
    for (entity, columns) in [
        ("Office", &OFFICE[..]),
        ("Office_UserEntity", &USERS),
        ("Office_CustomerEntity", &CUSTOMERS),
        ("Office_ScoreEntity", &SCORE),
    ] {
        let file = File::open(enrichment.out().join(format!("{entity}.parquet"))).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let fields = builder.schema().fields();
        assert_eq!(fields.len(), columns.len(), "{entity}");
        for (field, (name, kind, is_nullable, unit)) in fields.iter().zip(columns) {
            let found = (field.name().as_str(), field.data_type(), field.is_nullable());
            assert_eq!(found, (*name, kind, *is_nullable), "{entity}");
            let metadata = field.metadata();
            assert_eq!(metadata.get("unit").map(String::as_str), *unit, "{entity}: {name}");
            let meaning = metadata.get("meaning").map_or("", String::as_str);
            assert!(meaning.split_whitespace().count() > 1, "{entity}: {name} means `{meaning}`");
        }
        for group in builder.metadata().row_groups() {
            for column in group.columns() {
                let compression = column.compression();
                let is_zstd = matches!(compression, Compression::ZSTD(_));
                assert!(is_zstd, "{entity}: {}: {compression}", column.column_path());
            }
        }
    }
}
