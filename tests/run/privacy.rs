//! What is never stored, and what is never published.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::export::{group, lines, meeting, member, message, user};
use crate::support::{Enrichment, Table, Tree};

/// Stands wherever an export holds what the figures do not need.
const SECRET: &str = "zebrafinch";

/// Sets every field to the secret that a row may well have and that nobody may keep.
fn stuff(mut row: Value) -> Value {
    for field in [
        "subject",
        "bodyPreview",
        "webLink",
        "displayName",
        "jobTitle",
        "changeKey",
        "inferenceClassification",
        "officeLocation",
        "onlineMeetingUrl",
    ] {
        row[field] = json!(format!("{SECRET} in {field}"));
    }
    row["body"] = json!({"contentType": "html", "content": format!("<p>{SECRET}</p>")});
    row["uniqueBody"] = row["body"].clone();
    row["categories"] = json!([SECRET]);
    row["location"] = json!({"displayName": SECRET, "address": {"street": SECRET}});
    row["attachments"] = json!([{"name": format!("{SECRET}.pdf"), "contentBytes": SECRET}]);
    let header = |name: &str, value: &str| json!({"name": name, "value": value});
    row["internetMessageHeaders"] = json!([
        header("Subject", SECRET),
        header("Received", &format!("from {SECRET} by mail.example")),
        header(&format!("X-{SECRET}"), "1"),
        header("Auto-Submitted", "no"),
        header("In-Reply-To", "<an-id@mail.example>"),
    ]);
    for list in ["toRecipients", "ccRecipients", "attendees"] {
        for person in row[list].as_array_mut().into_iter().flatten() {
            person["emailAddress"]["name"] = json!(format!("{SECRET} Smith"));
        }
    }
    for person in ["from", "organizer"] {
        if row[person].is_object() {
            row[person]["emailAddress"]["name"] = json!(format!("Jane {SECRET}"));
        }
    }
    row
}

/// Every way into the output, good rows and bad ones, with people listed in a file and by a group.
fn enrichment() -> Enrichment {
    let enrichment = Enrichment::empty();
    let [alice, carol] = ["alice@north.example", "carol@c1.example"];
    let mut draft = message("2", alice, &[carol], "2025-06-02T09:00:00Z");
    draft["isDraft"] = json!(true);
    let mut nobody = message("3", carol, &["eve@elsewhere.example", alice], "2025-06-02T09:00:00Z");
    nobody["sentDateTime"] = json!(SECRET);
    let mut wrong = message("4", carol, &[alice], "2025-06-02T09:00:00Z");
    wrong["toRecipients"] = json!(SECRET);
    let rows = [
        message("1", alice, &[carol, "eve@elsewhere.example"], "2025-06-02T09:00:00Z"),
        message("6", "eve@elsewhere.example", &[alice], "2025-06-03T09:00:00Z"),
        draft,
        nobody,
        wrong,
    ];
    let mut text = lines(&rows.map(stuff));
    text.push_str(&format!("{{\"subject\": \"{SECRET}\", {SECRET}\n"));
    text.push_str(&format!("{{\"subject\": \"{SECRET}"));
    enrichment.write("exports/Message_v1.json", text);
    enrichment
        .export("Event_v1.json", &[stuff(meeting("m1", alice, &[carol], "2025-06-10T09:00:00"))]);
    enrichment.export(
        "users.json",
        &[stuff(user("id-alice", alice)), stuff(user("id-bob", "bob@north.example"))],
    );
    enrichment.export("GroupDetails_v0.json", &[stuff(group("g", "Sales", "sales@north.example"))]);
    enrichment.export("GroupMembers_v0.json", &[stuff(member("g", "id-bob", "bob@north.example"))]);
    enrichment.write(
        "contacts.csv",
        format!("ContactId,CustomerId,Name,Email\nk1,C1,{SECRET},{carol}\n"),
    );
    enrichment.write("own.txt", "alice@north.example\n");
    enrichment.define(
        "addresses = [\"alice@north.example\", \"bob@north.example\"]",
        "address_files = [\"own.txt\"]\ngroups = [\"sales@north.example\"]",
    );
    enrichment.define("[[source]]", "[limits]\nbad_rows = 0.5\n\n[[source]]");
    enrichment
}

#[test]
fn nothing_is_kept_that_the_figures_do_not_need_and_no_address_is_published() {
    let enrichment = enrichment();
    let outcome = enrichment.run(&["--format", "json"]);
    let mut report: Value = serde_json::from_str(&outcome.done()).unwrap();
    assert_eq!(report["coverage"]["messages_counted"], 1);
    assert_eq!(report["imported"]["rejects"], 4, "{report}");

    let everything = Tree::of(&enrichment.out());
    assert!(everything.files().len() > 10);
    for (path, bytes) in everything.contents() {
        let text = text(&enrichment.out().join(path), bytes);
        assert!(!text.to_lowercase().contains(SECRET), "{} holds it", path.display());
    }

    // the consent names whose mail may be read
    let told = everything.only(|path| {
        (path.starts_with("state") && !path.ends_with("consent.json"))
            || path.ends_with("history.jsonl")
    });
    for (path, bytes) in enrichment.published_tree().contents().chain(told.contents()) {
        let text = text(&enrichment.out().join(path), bytes);
        assert_eq!(address(&text), None, "{} holds an address", path.display());
    }
    assert_eq!(report["unmatched_domains"][0]["domain"], "elsewhere.example");
    for operators_only in ["warnings", "unmatched_domains", "own_by_group"] {
        report.as_object_mut().unwrap().remove(operators_only).expect(operators_only);
    }
    assert_eq!(address(&report.to_string()), None);
    for name in ["elsewhere", "north.example", "c1.example"] {
        assert!(!report.to_string().contains(name), "`{name}` is in {report}");
    }
}

#[test]
fn nothing_of_the_shipped_exports_is_published_or_printed() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let tree = Tree::of(&data).only(|path| !path.starts_with("out"));
    let mut told = BTreeSet::new();
    for (path, bytes) in tree.contents().filter(|(path, _)| path.starts_with("exports")) {
        let is_activity = ["Message", "SentItem", "Inbox", "Event", "CalendarView"]
            .iter()
            .any(|kind| path.to_string_lossy().contains(kind));
        let rows = String::from_utf8_lossy(bytes);
        let rows = rows.lines().filter(|_| is_activity);
        rows.filter_map(|row| serde_json::from_str(row).ok())
            .for_each(|row| personal("", &row, &mut told));
    }
    assert!(told.len() > 1_000, "{}", told.len());

    let enrichment = Enrichment::from_tree(&tree);
    let outcome = enrichment.run(&[]);
    let mut seen = format!("{}{}", outcome.stdout, outcome.stderr);
    let run = enrichment.set().run;
    for command in [&["status"][..], &["runs", &run], &["overview"], &["consent", "status"]] {
        seen.push_str(&enrichment.rapport(command).done());
    }
    let records = Tree::of(&enrichment.out())
        .only(|path| path.starts_with("state") || path.ends_with("history.jsonl"));
    assert!(records.files().len() > 2);
    for (path, bytes) in enrichment.published_tree().contents().chain(records.contents()) {
        seen.push_str(&text(&enrichment.out().join(path), bytes));
    }
    let seen = seen.to_lowercase();
    assert!(seen.contains("acc-00001"));
    for personal in &told {
        assert!(!seen.contains(personal.as_str()), "`{personal}` is published");
    }
}

/// Adds addresses, names, subjects and ids of `value`, which stands at `key`, in lower case.
fn personal(key: &str, value: &Value, told: &mut BTreeSet<String>) {
    const KEYS: [&str; 8] = [
        "address",
        "name",
        "subject",
        "bodyPreview",
        "internetMessageId",
        "id",
        "iCalUId",
        "conversationId",
    ];
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| personal(key, value, told)),
        Value::Array(values) => values.iter().for_each(|value| personal(key, value, told)),
        // shorter ones are words of their own
        Value::String(text) if KEYS.contains(&key) && text.len() > 7 => {
            told.insert(text.to_lowercase());
        }
        _ => {}
    }
}

/// The bytes of a file as text, and of Parquet every value too.
fn text(path: &Path, bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    if path.extension().is_some_and(|extension| extension == "parquet") {
        let table = Table::read(path);
        assert!(!table.columns.is_empty());
        for value in table.rows.iter().flatten().flatten() {
            text.push('\n');
            text.push_str(value);
        }
    }
    text
}

/// The first e-mail address in a text.
fn address(text: &str) -> Option<&str> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    text.match_indices('@').find_map(|(at, _)| {
        let start = text[..at].rfind(|c| !is_of_name(c)).map_or(0, |before| before + 1);
        let start = (start..=at).find(|start| text.is_char_boundary(*start))?;
        let domain = text[at + 1..].split(|c| !is_of_name(c)).next()?;
        (start < at && domain.contains('.')).then(|| &text[start..at + 1 + domain.len()])
    })
}

#[test]
fn addresses_are_found_where_there_are_any() {
    assert_eq!(address("é\u{0}<jane@x.example>, b"), Some("jane@x.example"));
    assert_eq!(address("a @b.example c@d é@x.example"), None);
}
