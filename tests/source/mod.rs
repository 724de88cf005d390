//! Walks the cases of `tests/source`: a folder holds one input, named as an export would be, and
//! what must come of it: `expected.txt` (rows), `rejects.txt` and `error.txt`, each where there is
//! any. `make.txt` says how the input is changed first, one step a line, so that binary inputs stay
//! readable. Run with `UPDATE_EXPECTED=1` to rewrite the answers, then review the difference.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use chrono::DateTime;
use rapport::activity::Micros;
use rapport::source::{self, Kind, ReadError, Reject, Row};

/// Stands in place of what must never be shown.
const SECRET: &str = "s3cret";

#[test]
fn every_case_gives_its_rows_rejects_and_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/source");
    let mut cases = folders(&root);
    cases.sort();
    assert!(cases.len() > 20, "cases are missing");
    let wrong = cases.iter().filter(|case| !check(case)).collect::<Vec<_>>();
    assert!(wrong.is_empty(), "cases differ: {wrong:#?}");
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

fn check(case: &Path) -> bool {
    let answers = ["expected.txt", "rejects.txt", "error.txt"];
    let input = fs::read_dir(case)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| Kind::of_path(path.file_name().unwrap().as_ref()).is_some())
        .unwrap_or_else(|| panic!("no input in {}", case.display()));
    let mut bytes = fs::read(&input).unwrap();
    let mut name = input.file_name().unwrap().to_str().unwrap().to_owned();
    for step in fs::read_to_string(case.join("make.txt")).unwrap_or_default().lines() {
        change(&mut name, &mut bytes, step);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(&name);
    fs::write(&path, bytes).unwrap();

    let outcome = read(&path);
    let mut is_right = true;
    for (file, found) in answers.iter().zip([outcome.rows, outcome.rejects, outcome.error]) {
        let found: String = found.iter().map(|line| format!("{line}\n")).collect();
        if *file != "expected.txt" {
            assert!(!found.contains(SECRET), "{}: {found}", case.display());
        }
        let answer = case.join(file);
        let expected = fs::read_to_string(&answer).unwrap_or_default();
        if found == expected {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&answer, &found).unwrap();
        }
        eprintln!("{}/{file}\n--- expected\n{expected}--- found\n{found}", case.display());
        is_right = false;
    }
    is_right
}

struct Outcome {
    rows: Vec<String>,
    rejects: Vec<String>,
    error: Vec<String>,
}

fn read(path: &Path) -> Outcome {
    read_as(path, Kind::of_path(path.file_name().unwrap().as_ref()).unwrap())
}

fn read_as(path: &Path, kind: Kind) -> Outcome {
    let (mut rows, mut rejects, mut bytes) = (Vec::new(), Vec::new(), 0);
    let result = source::read::<()>(path, kind, &mut |more| bytes += more, &mut |row| {
        match row {
            Ok(row) => rows.push(show(row)),
            Err(reject) => rejects.push(reject.to_string()),
        }
        Ok(())
    });
    let error = match result {
        Ok(()) => {
            assert_eq!(bytes, fs::metadata(path).unwrap().len(), "{}", path.display());
            vec![]
        }
        Err(ReadError::File(error)) => vec![error.to_string()],
        Err(ReadError::Stopped(())) => unreachable!("nothing stops it"),
    };
    Outcome { rows, rejects, error }
}

/// One row on one line; what is absent or false is left out.
fn show(row: Row) -> String {
    let mut line = String::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            line.push_str(&format!(" {name}={value}"));
        }
    };
    let flag = |is_set: bool| is_set.then(|| "yes".to_owned());
    let name = match row {
        Row::NoData => "no data",
        Row::SeriesMaster => "series master",
        Row::Message(message) => {
            put("id", message.message_id);
            put("sent", Some(time(message.sent_at)));
            put("from", message.sender);
            put("to", Some(format!("[{}]", message.recipients.join(" "))));
            put("conversation", message.conversation);
            put("reply_to", message.in_reply_to);
            put("draft", flag(message.is_draft));
            put("meeting", flag(message.is_meeting_traffic));
            put("automatic", flag(message.is_automatic));
            "message"
        }
        Row::Meeting(meeting) => {
            put("mailbox", Some(meeting.mailbox));
            put("item", Some(meeting.item_id));
            put("uid", meeting.ical_uid);
            put("start", Some(time(meeting.start_at)));
            put("end", Some(time(meeting.end_at)));
            put("modified", meeting.modified_at.map(time));
            put("all_day", flag(meeting.is_all_day));
            put("cancelled", flag(meeting.is_cancelled));
            put("organizer", meeting.organizer);
            for attendee in meeting.attendees {
                let at = attendee.responded_at.map(|at| format!("@{}", time(at)));
                let resource = if attendee.is_resource { "(resource)" } else { "" };
                let answer = format!("{}{}{resource}", attendee.response, at.unwrap_or_default());
                put("with", Some(format!("{}:{answer}", attendee.address)));
            }
            "meeting"
        }
        Row::User(user) => {
            put("id", user.id);
            put("principal", user.principal_name);
            put("addresses", Some(format!("[{}]", user.addresses.join(" "))));
            "user"
        }
        Row::Group(group) => {
            put("id", Some(group.id));
            put("name", group.display_name);
            put("mail", group.mail);
            "group"
        }
        Row::Member(member) => {
            put("group", Some(member.group_id));
            put("id", member.member_id);
            put("address", member.address);
            put("is_group", flag(member.is_group));
            "member"
        }
    };
    format!("{name}{line}")
}

fn time(micros: Micros) -> String {
    format!("{:?}", DateTime::from_timestamp_micros(micros).unwrap())
}

/// One step of `make.txt`.
fn change(name: &mut String, bytes: &mut Vec<u8>, step: &str) {
    let (step, rest) = step.split_once(' ').unwrap_or((step, ""));
    match step {
        "bom" => _ = bytes.splice(0..0, *b"\xef\xbb\xbf"),
        "utf-16le" | "utf-16be" => {
            let text = format!("\u{feff}{}", String::from_utf8(bytes.clone()).unwrap());
            let encode = if step == "utf-16le" { u16::to_le_bytes } else { u16::to_be_bytes };
            *bytes = text.encode_utf16().flat_map(encode).collect();
        }
        "crlf" => *bytes = String::from_utf8(bytes.clone()).unwrap().replace('\n', "\r\n").into(),
        "join-lines" => bytes.retain(|byte| *byte != b'\n'),
        "no-last-newline" => assert_eq!(bytes.pop(), Some(b'\n')),
        "gzip" => {
            // A member for each line, as appending tools write them.
            let members = bytes.split_inclusive(|byte| *byte == b'\n').flat_map(|line| {
                let mut encoder =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                encoder.write_all(line).unwrap();
                encoder.finish().unwrap()
            });
            *bytes = members.collect();
        }
        "zstd" => *bytes = zstd::encode_all(bytes.as_slice(), 1).unwrap(),
        "cut" => bytes.truncate(bytes.len() - rest.parse::<usize>().unwrap()),
        "flip" => {
            let at = rest.parse::<usize>().unwrap();
            bytes[at] ^= 0xff;
        }
        "bad-utf-8" => {
            let at = bytes.windows(3).position(|part| part == b"???").unwrap();
            bytes[at] = 0xff;
        }
        "bytes" => {
            *bytes = rest.split(' ').map(|hex| u8::from_str_radix(hex, 16).unwrap()).collect()
        }
        "name" => rest.clone_into(name),
        "repeat" => *bytes = bytes.repeat(rest.parse().unwrap()),
        "parquet" => *bytes = parquet(bytes, &rest.split(' ').collect::<Vec<_>>()),
        other => panic!("unknown step {other}"),
    }
}

/// The JSON lines as Parquet; the leaves named are timestamps (`binary:` before a name: binary).
fn parquet(json: &[u8], retyped: &[&str]) -> Vec<u8> {
    let (inferred, _) = arrow::json::reader::infer_json_schema(json, None).unwrap();
    let schema = Arc::new(Schema::new(retype(inferred.fields(), retyped)));
    let reader = arrow::json::ReaderBuilder::new(schema.clone()).build(json).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, schema, None).unwrap();
    for batch in reader {
        writer.write(&batch.unwrap()).unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn retype(fields: &Fields, retyped: &[&str]) -> Fields {
    let changed = fields.iter().map(|field| {
        let data_type = match field.data_type() {
            DataType::Struct(fields) => DataType::Struct(retype(fields, retyped)),
            DataType::List(item) => {
                let item = retype(&Fields::from(vec![item.clone()]), retyped);
                DataType::List(item[0].clone())
            }
            _ if retyped.contains(&field.name().as_str()) => {
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
            }
            _ if retyped.contains(&format!("binary:{}", field.name()).as_str()) => DataType::Binary,
            other => other.clone(),
        };
        Field::new(field.name(), data_type, true)
    });
    changed.collect()
}

/// Every way to cut or bend a row gives messages of fixed words only.
#[test]
fn no_reject_shows_what_a_row_holds() {
    let row = r#"{"internetMessageId":"<s3cret@x>","sentDateTime":"s3cret","toRecipients":[{"emailAddress":{"address":"s3cret@x"}}],"from":{"emailAddress":{"address":"s3cret@x"}},"isDraft":"s3cret","internetMessageHeaders":[{"name":"s3cret","value":5}],"rowinformation":"s3cret","conversationId":"s3cret"}"#;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Message_v1.json");
    let mut seen = std::collections::BTreeSet::new();
    let mut look = |text: String| {
        fs::write(&path, text).unwrap();
        let outcome = read(&path);
        seen.extend(outcome.rejects.into_iter().chain(outcome.error));
    };
    for end in 1..=row.len() {
        look(row[..end].to_owned());
        look(format!("{}\n{row}\n", &row[..end]));
    }
    for wrong in
        ["5", "1e400", "true", "\"s3cret\"", "[\"s3cret\"]", "{\"s3cret\":\"s3cret\"}", "nul"]
    {
        for (at, _) in row.match_indices(':') {
            look(format!("{}{wrong},{}", &row[..=at], &row[at + 1..]));
            look(format!("{}{wrong}}}", &row[..=at]));
        }
    }
    assert!(seen.len() > 5, "{seen:?}");
    assert!(seen.iter().all(|message| !message.contains(SECRET)), "{seen:#?}");
}

/// A reject is made of fixed words by its type: it can hold no part of a row.
#[test]
fn rejects_hold_no_text_of_their_own() {
    fn holds_fixed_words_only<T: Copy + 'static>() {}
    holds_fixed_words_only::<Reject>();
}

#[test]
fn the_caller_can_stop() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Message_v1.json");
    fs::write(&path, "{}\n{}\n").unwrap();
    let mut calls = 0;
    let result = source::read(&path, Kind::Message, &mut |_| {}, &mut |_| {
        calls += 1;
        Err("enough")
    });
    assert!(matches!(result, Err(ReadError::Stopped("enough"))));
    assert_eq!(calls, 1);
}

#[test]
fn a_file_that_is_not_there_cannot_be_opened() {
    let outcome = read_as(Path::new("/nowhere/Message_v1.json"), Kind::Message);
    assert!(outcome.error[0].starts_with("cannot be opened: "), "{:?}", outcome.error);
}

/// Microsoft's own samples, which are not part of the repository. The counts were made with Python.
#[test]
fn microsofts_samples_are_read_whole() {
    let shared = std::env::var_os("RAPPORT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("mgdc");
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is not there; set RAPPORT_SHARED", folder.display());
        return;
    }
    let expected = [
        ("CalendarView_v0.json", "meeting", 10),
        ("Event_v0.json", "series master", 10),
        ("Event_v1.json", "series master", 9),
        ("Event_v1.json", "meeting", 1),
        ("GroupDetails_v0.json", "group", 16),
        ("GroupMembers_v0.json", "member", 8),
        ("Inbox_v1.json", "message", 10),
        ("Message_v0.json", "message", 10),
        ("Message_v1.json", "message", 10),
        ("SentItem_v0.json", "message", 10),
        ("SentItem_v1.json", "message", 10),
        ("User_v0.json", "user", 10),
        ("User_v1.json", "user", 10),
    ];
    for (file, name, count) in expected {
        let outcome = read(&folder.join(file));
        assert_eq!(outcome.error, [""; 0], "{file}");
        assert_eq!(outcome.rejects, [""; 0], "{file}");
        let rows = outcome.rows.iter().filter(|row| row.starts_with(name)).count();
        assert_eq!(rows, count, "{file}: {name}");
    }
}
