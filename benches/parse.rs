//! What it costs to read exports: `cargo bench --bench parse` (`-- message` for those with the word).
//!
//! Rows are made here, so that nothing outside changes a figure. Files stand in a temporary folder, read
//! from the page cache; their rows are counted and dropped.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark has no callers")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use rapport::activity::normal_form;
use rapport::source::{self, Kind};

fn main() {
    divan::main();
}

const ROWS: usize = 4_000;

/// A row of `Message_v1` as exports hold it; `body` bytes of HTML where it is not 0.
fn message(at: usize, body: usize) -> String {
    let text = "<p class=\\\"MsoNormal\\\">One question: who looks after the pallets?</p>\\r\\n";
    let body = match body {
        0 => String::new(),
        _ => format!(
            r#""body":{{"contentType":"html","content":"{}"}},"#,
            text.repeat(body / text.len() + 1)
        ),
    };
    let person = |at: usize| {
        let (name, host) = (at % 900, at % 70);
        format!(
            r#"{{"emailAddress":{{"name":"Person {name}","address":"Person.{name}@customer-{host}.example"}}}}"#
        )
    };
    let (minute, second) = (at / 60 % 60, at % 60);
    format!(
        r#"{{"id":"AAMkADhlMTk2MWE3LWIzMDctNDdjNy1iNmQ0LWRhMWE2NWFhOTQ5ZABGAAAAAADWdZDD6j9eAAA{at:08}=","createdDateTime":"2024-08-31T10:{minute:02}:{second:02}Z","categories":[],"receivedDateTime":"2024-08-31T10:{minute:02}:{second:02}Z","sentDateTime":"2024-08-31T10:{minute:02}:{second:02}.1234567Z","hasAttachments":false,"internetMessageId":"<49d002945b60ab6e{at:08}@mx.example>","subject":"RE: Training dates {at}","bodyPreview":"Thanks, that works for us.\r\n\r\nPerson",{body}"importance":"normal","conversationId":"AAQkAGI3YWMwMWU3LTk2ODctNDVjMi05Y2M4LTM2ZDk1NTUzN2JkOQAQANWLKP1U2ktUoQXAi1b_Ldg=","conversationIndex":"AQHa+uFH1Yso/VTaS1ShBcCLVv8t2HEOGJY6","isRead":true,"isDraft":false,"internetMessageHeaders":[{{"name":"Received","value":"from mx.relay.example by mx.example"}},{{"name":"In-Reply-To","value":"<aed13cd0f45143f3{at:08}@mx.example>"}}],"sender":{},"from":{},"toRecipients":[{},{}],"ccRecipients":[{}],"bccRecipients":[],"ODataType":"\#microsoft.graph.message","puser":"b7ac01e7-9687-45c2-9cc8-36d955537bd9","rowinformation":{{"errorInformation":null,"userReturnedNoData":false,"isUserSummaryRow":false}}}}"#,
        person(at),
        person(at),
        person(at + 1),
        person(at + 2),
        person(at + 3)
    )
    .replace("\\#", "#")
}

/// A row of `Event_v1`; `zone` of its times.
fn event(at: usize, zone: &str) -> String {
    let attendee = |at: usize| {
        format!(
            r#"{{"type":"required","status":{{"response":"microsoft.graph.responseType'accepted'","time":"2024-08-30T09:00:00Z"}},"emailAddress":{{"name":"Person","address":"person.{}@customer.example"}}}}"#,
            at % 900
        )
    };
    let hour = at % 20;
    format!(
        r#"{{"id":"AAMkADhlMTk2MWE3LWIzMDctNDdjNy1i{at:08}=","lastModifiedDateTime":"2024-08-30T09:00:00Z","iCalUId":"040000008200E00074C5B7101A82E008{at:08}","subject":"Weekly","bodyPreview":"Agenda:\r\n1. News","isAllDay":false,"isCancelled":false,"type":"microsoft.graph.eventType'singleInstance'","start":{{"dateTime":"2024-09-02T{hour:02}:00:00.0000000","timeZone":"{zone}"}},"end":{{"dateTime":"2024-09-02T{hour:02}:30:00.0000000","timeZone":"{zone}"}},"location":{{"displayName":"Room 1"}},"attendees":[{},{},{}],"organizer":{{"emailAddress":{{"name":"Person","address":"person.1@customer.example"}}}},"puser":"b7ac01e7-9687-45c2-9cc8-36d955537bd9"}}"#,
        attendee(at),
        attendee(at + 1),
        attendee(at + 2)
    )
}

fn lines(row: impl Fn(usize) -> String) -> Vec<u8> {
    (0..ROWS).flat_map(|at| (row(at) + "\n").into_bytes()).collect()
}

/// Reads a file of the bytes over and over.
fn bench(bencher: Bencher, kind: Kind, name: &str, bytes: Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join(name);
    let size = BytesCount::new(bytes.len());
    fs::write(&path, bytes).unwrap();
    bencher.counter(size).counter(ItemsCount::new(ROWS)).bench(|| {
        let mut rows = 0;
        let count = &mut |row: Result<_, _>| {
            rows += usize::from(row.is_ok());
            Ok::<_, String>(())
        };
        source::read(&path, kind, &mut |_| {}, count).unwrap();
        assert_eq!(rows, ROWS);
    });
}

fn parquet(json: &[u8]) -> Vec<u8> {
    let (schema, _) = arrow::json::reader::infer_json_schema(json, None).unwrap();
    let schema = Arc::new(schema);
    let reader = arrow::json::ReaderBuilder::new(schema.clone()).build(json).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, schema, None).unwrap();
    reader.for_each(|batch| writer.write(&batch.unwrap()).unwrap());
    writer.close().unwrap();
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes of body a row.
#[divan::bench(args = [0, 2_000, 20_000])]
fn message_lines(bencher: Bencher, body: usize) {
    bench(bencher, Kind::Message, "Message_v1.json", lines(|at| message(at, body)));
}

/// The same rows written over many lines each, which the quick way leaves to the careful one.
#[divan::bench]
fn message_pretty(bencher: Bencher) {
    let pretty = |at| {
        let row: serde_json::Value = serde_json::from_str(&message(at, 0)).unwrap();
        serde_json::to_string_pretty(&row).unwrap()
    };
    bench(bencher, Kind::Message, "Message_v1.json", lines(pretty));
}

#[divan::bench]
fn message_gzip(bencher: Bencher) {
    bench(bencher, Kind::Message, "Message_v1.json.gz", gzip(&lines(|at| message(at, 0))));
}

#[divan::bench(args = [0, 2_000])]
fn message_parquet(bencher: Bencher, body: usize) {
    bench(bencher, Kind::Message, "Message_v1.parquet", parquet(&lines(|at| message(at, body))));
}

#[divan::bench(args = ["UTC", "W. Europe Standard Time"])]
fn event_lines(bencher: Bencher, zone: &str) {
    bench(bencher, Kind::Event, "Event_v1.json", lines(|at| event(at, zone)));
}

#[divan::bench]
fn event_parquet(bencher: Bencher) {
    bench(bencher, Kind::Event, "Event_v1.parquet", parquet(&lines(|at| event(at, "UTC"))));
}

/// Shortest rows: what one field more costs shows against `rows_bare`.
fn bare(bencher: Bencher, field: &str) {
    let row = format!(r#"{{"sentDateTime":"2024-08-31","from":null,"toRecipients":[]{field}}}"#);
    bench(bencher, Kind::Message, "Message_v1.json", lines(|_| row.clone()));
}

#[divan::bench]
fn rows_bare(bencher: Bencher) {
    bare(bencher, "");
}

#[divan::bench(args = ["2024-08-31T10:00:00Z", "2024-08-31T10:00:00.1234567Z", "2024-08-31T10:00:00+02:00"])]
fn rows_with_time(bencher: Bencher, time: &str) {
    bare(bencher, &format!(r#","sentDateTime":"{time}""#));
}

#[divan::bench]
fn rows_with_conversation_index(bencher: Bencher) {
    bare(bencher, r#","conversationIndex":"AQHa+uFH1Yso/VTaS1ShBcCLVv8t2HEOGJY6""#);
}

#[divan::bench]
fn rows_with_conversation_id(bencher: Bencher) {
    let id = "AAQkAGI3YWMwMWU3LTk2ODctNDVjMi05Y2M4LTM2ZDk1NTUzN2JkOQAQANWLKP1U2ktUoQXAi1b_Ldg=";
    bare(bencher, &format!(r#","conversationId":"{id}""#));
}

#[divan::bench(args = ["person.1@customer.example", "SMTP:Person.1@Customer.example", " Ö@ä.example"])]
fn address_normal_form(address: &str) -> Option<String> {
    normal_form(black_box(address))
}
