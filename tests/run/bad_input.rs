//! Bad input gets a clear error and the right exit code, and what is published stays as it was.

use std::fs;
use std::io::Write;

use rapport::store::Output;
use serde_json::json;

use crate::support::export::{group, lines, meeting, member, message, nested};
use crate::support::{DEFINITION, Enrichment, Set, Tree};

/// Runs, and holds the program to its last word, its exit code and the published set.
#[track_caller]
fn assert_refused(enrichment: &Enrichment, arguments: &[&str], code: i32, expected: &str) {
    let before = enrichment.published_tree();
    let outcome = enrichment.run(arguments);
    assert_eq!(outcome.stdout, "");
    assert_eq!(outcome.failed(code), format!("error: {expected}\n"));
    enrichment.published_tree().assert_same(&before);
    assert!(!enrichment.out().join("scratch").exists());
}

const ADDRESSES: &str = r#"addresses = ["alice@north.example", "bob@north.example"]"#;

#[test]
fn too_few_own_addresses() {
    let enrichment = Enrichment::published();
    enrichment.define(ADDRESSES, "addresses = []");
    assert_refused(
        &enrichment,
        &[],
        1,
        "enrichment.toml:7: `own`: no own address, file or group is given\n\
         hint: fill at least one of `addresses`, `address_files` and `groups`",
    );
    enrichment.define("addresses = []", "addresses = [\"alice@north.example\"]");
    assert_refused(
        &enrichment,
        &[],
        1,
        "enrichment.toml:7: `own`: 1 own address is selected, at least 2 are needed: \
         the listed addresses gave 1\nhint: list or select more people",
    );
}

#[test]
fn too_many_own_addresses() {
    let enrichment = Enrichment::published();
    let members: Vec<_> = (0..2400)
        .map(|n| member("g", &format!("id-{n}"), &format!("u{n}@north.example")))
        .collect();
    enrichment.export("GroupDetails_v0.json", &[group("g", "All", "all@north.example")]);
    enrichment.export("GroupMembers_v0.json", &members);
    let own: String = (2300..2501).map(|n| format!("u{n}@north.example\n")).collect();
    enrichment.write("own.txt", own);
    enrichment.define(ADDRESSES, "address_files = [\"own.txt\"]\ngroups = [\"All\"]");
    assert_refused(
        &enrichment,
        &[],
        1,
        "enrichment.toml:7: `own`: 2501 own addresses are selected, at most 2500 are allowed: \
         group `All` gave 2400, the listed addresses gave 201\nhint: select smaller groups",
    );
    // one less is enough
    let own: String = (2300..2500).map(|n| format!("u{n}@north.example\n")).collect();
    enrichment.write("own.txt", own);
    enrichment.define("groups = [\"All\"]", "groups = [\"all@north.example\"]");
    let text = crate::support::rapport(enrichment.folder(), &["check"]).done();
    assert!(text.contains("own addresses     2500\n"), "{text}");
}

fn with_groups() -> Enrichment {
    let enrichment = Enrichment::published();
    enrichment.export(
        "GroupDetails_v0.json",
        &[
            group("g-sales", "Sales", "sales@north.example"),
            group("g-field", "Field", "field@north.example"),
        ],
    );
    enrichment.export(
        "GroupMembers_v0.json",
        &[
            member("g-sales", "id-alice", "alice@north.example"),
            nested("g-sales", "g-field"),
            member("g-field", "id-bob", "bob@north.example"),
            nested("g-field", "g-sales"),
        ],
    );
    enrichment.define(ADDRESSES, "groups = [\"Sales\"]");
    enrichment
}

#[test]
fn a_group_that_does_not_exist() {
    let enrichment = with_groups();
    enrichment.define("[\"Sales\"]", "[\"Salse\"]");
    assert_refused(
        &enrichment,
        &[],
        1,
        "enrichment.toml:8: `own.groups`: no group export knows `Salse`\nhint: did you mean `Sales`?",
    );
}

#[test]
fn a_group_that_contains_itself_works_and_is_told() {
    let enrichment = with_groups();
    let before = enrichment.set();
    let report = enrichment.report(&[]);
    let warning = "group `Sales` contains itself through `Field`: its members are taken once";
    assert_eq!(report["warnings"], json!([warning]));
    let all = json!([{"group": "addresses and address_files", "addresses": 0}, {"group": "Sales", "addresses": 2}]);
    assert_eq!(report["own_by_group"], all);
    enrichment.set().assert_same_rows(&before);
}

#[test]
fn contact_columns() {
    for (from, to, expected) in [
        (
            "customer_id = \"CustomerId\"\n",
            "",
            "enrichment.toml:10: `contacts.customer_id`: required key is missing\n\
             hint: name the column with the customer (account) id",
        ),
        (
            "addresses = [\"Email\"]",
            "addresses = []",
            "enrichment.toml:14: `contacts.addresses`: the list is empty\nhint: name at least one column",
        ),
        (
            "\"Email\"",
            "\"Mail\"",
            "enrichment.toml:14: `contacts.addresses`: the contact table has no column `Mail`\n\
             hint: did you mean `Email`? the table has `ContactId`, `CustomerId` and `Email`",
        ),
        (
            "\"contacts.csv\"",
            "\"people.csv\"",
            "enrichment.toml:11: `contacts.path`: `people.csv` does not exist\n\
             hint: paths are relative to the folder of the definition",
        ),
    ] {
        let enrichment = Enrichment::published();
        enrichment.define(from, to);
        assert_refused(&enrichment, &[], 1, expected);
    }
}

#[test]
fn a_contact_table_without_match() {
    let enrichment = Enrichment::published();
    enrichment.write("contacts.csv", "ContactId,CustomerId,Email\nk9,C9,zoe@c9.example\n");
    assert_refused(
        &enrichment,
        &[],
        1,
        "no message and no meeting from 2025-05-05 to 2025-06-30 has an own address and a contact on \
         opposite sides: nothing is published\n\
         hint: look at `contacts.addresses` and `own` in the definition; messages with own addresses, by \
         other domain:\n         4  c1.example\n         2  c2.example",
    );
    enrichment.write("contacts.csv", "ContactId,CustomerId,Email\nk1,C1,Alice@north.example\n");
    assert_refused(
        &enrichment,
        &[],
        1,
        "enrichment.toml:11: `contacts.path`: the contact table has no match: every address in it is an \
         own address\nhint: a contact table lists people of customers, not own people",
    );
}

/// Rows enough that a cut or flipped gzip breaks in the middle.
fn gzip(rows: usize) -> Vec<u8> {
    let row = |n: usize| {
        message(
            &format!("z{n}"),
            "alice@north.example",
            &["carol@c1.example"],
            "2025-06-02T09:00:00Z",
        )
    };
    let rows: Vec<_> = (0..rows).map(row).collect();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(lines(&rows).as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn files_that_cannot_be_read() {
    let enrichment = Enrichment::published();
    let whole = gzip(500);
    let event = meeting("m9", "alice@north.example", &["carol@c1.example"], "2025-06-10T09:00:00");
    enrichment.write("exports/Message_v1-cut.json.gz", &whole[..whole.len() / 2]);
    enrichment.write("exports/Message_v1-named.json.gz", "{}\n");
    enrichment.write("exports/Message_v1-page.json", "<html>please log in</html>\n");
    enrichment.write("exports/Message_v1-named.parquet", "{}\n");
    enrichment.export("Message_v1-events.json", &[event]);
    let mut row = message("9", "alice@north.example", &[], "2025-06-02T09:00:00Z");
    row.as_object_mut().unwrap().remove("toRecipients");
    enrichment.export("Message_v1-less.json", &[row]);
    let unreadable = "\
`exports/Message_v1-cut.json.gz`: is cut off inside its gzip data; hint: fetch the file again
`exports/Message_v1-events.json`: rows look like `event`, not `message`; hint: set `kind = \"event\"` for this source, or rename the file
`exports/Message_v1-less.json`: no row has `toRecipients`, which `message` needs; hint: select the column in the Data Connect pipeline, or check the kind
`exports/Message_v1-named.json.gz`: is named like gzip but holds no gzip data; hint: rename the file by what it holds, or fetch it again
`exports/Message_v1-named.parquet`: is named like parquet but holds no parquet data; hint: rename the file by what it holds, or fetch it again
`exports/Message_v1-page.json`: does not hold JSON objects; hint: only JSON and Parquet exports can be read, plain or compressed with gzip or zstd";
    let parts = enrichment.activity_tree().files();
    assert_refused(
        &enrichment,
        &[],
        1,
        &format!(
            "6 export files cannot be read: nothing is published\n{unreadable}\n\
             hint: mend or remove them; `limits.bad_files` lets a run go on without so many"
        ),
    );
    assert_eq!(enrichment.activity_tree().files(), parts, "parts of unreadable files are left");
}

#[test]
fn a_directory_export_that_cannot_be_read() {
    let enrichment = Enrichment::published();
    enrichment.write("exports/users.json", "<html>please log in</html>\n");
    assert_refused(
        &enrichment,
        &[],
        1,
        "`exports/users.json`: does not hold JSON objects; hint: only JSON and Parquet exports can be \
         read, plain or compressed with gzip or zstd",
    );
}

#[test]
fn an_as_of_day_before_all_data() {
    let enrichment = Enrichment::published();
    assert_refused(
        &enrichment,
        &["--as-of", "2025-05-04"],
        1,
        "the as-of day 2025-05-04 lies before all imported messages and meetings, which begin on \
         2025-05-05: nothing is published\n\
         hint: choose a later day with `--as-of` or `window.as_of`",
    );
    // the day itself is enough
    enrichment.run(&["--as-of", "2025-05-05"]).done();
}

#[test]
fn exports_without_activity() {
    let enrichment = Enrichment::empty();
    let expected = "error: the export files hold no message and no meeting: nothing is published\n\
        hint: `rapport check` lists the files that the sources find\n";
    assert_eq!(enrichment.run(&[]).failed(1), expected);
    assert!(Set::published(&enrichment.out()).is_none());
}

#[test]
fn an_output_that_cannot_be_written() {
    let enrichment = Enrichment::published();
    let before = Tree::of(enrichment.folder()).only(|path| !path.ends_with("enrichment.toml"));
    for path in ["contacts.csv", "contacts.csv/out", "exports/users.json"] {
        let output = format!("{path:?}\ntenant = \"t\"\nadministrators = [\"ada@north.example\"]");
        enrichment.write("enrichment.toml", DEFINITION.replace("\"out\"", &output));
        let error = enrichment.rapport(&["consent", "request"]).failed(1);
        assert!(error.starts_with(&format!("error: cannot write `{path}`: ")), "{error}");
        let hint = "\nhint: check that `output` names a folder that you may write to\n";
        assert!(error.ends_with(hint), "{error}");
    }
    let after = Tree::of(enrichment.folder()).only(|path| !path.ends_with("enrichment.toml"));
    after.assert_same(&before);
}

/// Somebody's files where the output wants folders: found before or in the middle of a run.
#[test]
fn an_output_that_is_obstructed() {
    for name in ["scratch", "activity", "run", "quarantine"] {
        let enrichment = Enrichment::new();
        if name == "quarantine" {
            enrichment.write("exports/Message_v1-bad.json", "{\"a\": \n");
        }
        enrichment.write(&format!("out/{name}"), "somebody's");
        let error = enrichment.run(&[]).failed(1);
        let verb = if name == "activity" { "read" } else { "write" };
        assert!(error.starts_with(&format!("error: cannot {verb} `out/{name}")), "{error}");
        assert!(Set::published(&enrichment.out()).is_none());
    }
}

#[test]
fn two_runs_at_the_same_time() {
    let enrichment = Enrichment::published();
    let lock = Output::open(&enrichment.out(), "north").unwrap();
    let expected = "another run is at work on `out`\n\
        hint: wait until it has ended, or give this enrichment an `output` of its own";
    assert_refused(&enrichment, &[], 1, expected);
    let import = crate::support::rapport(enrichment.folder(), &["import"]);
    assert_eq!(import.failed(1), format!("error: {expected}\n"));
    drop(lock);
    enrichment.import(&[]);
}

#[test]
fn two_enrichments_with_one_output() {
    let enrichment = Enrichment::published();
    enrichment.define("name = \"north\"", "name = \"south\"");
    let expected = "`out` is the output of the enrichment `north`\n\
        hint: give this enrichment an `output` of its own; if `north` is its former name, remove `out/.lock`";
    assert_refused(&enrichment, &[], 1, expected);
}

#[test]
fn a_bad_row_of_a_user_export() {
    let enrichment = Enrichment::published();
    let mut users = fs::read_to_string(enrichment.folder().join("exports/users.json")).unwrap();
    users.push_str("{\"id\": \"id-x\", \"mail\": 7}\n");
    enrichment.write("exports/users.json", users);
    enrichment.define("[[source]]", "[limits]\nbad_rows = 0.1\n\n[[source]]");
    let report = enrichment.report(&[]);
    let warning = "1 of 3 rows of the user and group exports are bad and were left out, \
        the first in `exports/users.json`, line 3: `mail` is of the wrong type";
    assert!(report["warnings"].as_array().unwrap().iter().any(|text| text == warning), "{report}");
    let table = crate::support::Table::read(&enrichment.out().join("quarantine/directory.parquet"));
    let cell = |text: &str| Some(text.to_owned());
    let reason = cell("`mail` is of the wrong type");
    assert_eq!(table.rows, [vec![cell("exports/users.json"), cell("3"), None, reason]]);
}

#[test]
fn bad_rows_above_the_limit() {
    let enrichment = Enrichment::published();
    let before = enrichment.set();
    let mut rows = lines(&[message(
        "9",
        "alice@north.example",
        &["carol@c1.example"],
        "2025-06-02T09:00:00Z",
    )]);
    rows.push_str("{\"subject\": \"cut");
    enrichment.write("exports/Inbox_v1.json", rows);
    let expected = "1 of 12 rows are bad, more than the limit of 0.01: nothing is published\n\
        hint: `out/quarantine` tells where they stand and why; raise `limits.bad_rows` to publish \
        without them";
    // also where they were read by an earlier run
    assert_refused(&enrichment, &[], 3, expected);
    assert_refused(&enrichment, &[], 3, expected);
    let quarantine = fs::read_dir(enrichment.out().join("quarantine")).unwrap();
    let files: Vec<_> = quarantine.map(|entry| entry.unwrap().path()).collect();
    let table = crate::support::Table::read(&files[0]);
    assert_eq!(table.columns, ["file", "line", "row", "reason"]);
    let cell = |text: &str| Some(text.to_owned());
    let row = [cell("exports/Inbox_v1.json"), cell("2"), None, cell("row is cut off")];
    assert_eq!((files.len(), table.rows), (1, vec![row.to_vec()]));

    enrichment.define("[[source]]", "[limits]\nbad_rows = 0.1\n\n[[source]]");
    let report = enrichment.report(&[]);
    assert_eq!(report["imported"]["rejects"], 1);
    assert_eq!(enrichment.set().year("C1", "NoOfEmails_ToAccount"), "4");
    assert_eq!(before.year("C1", "NoOfEmails_ToAccount"), "3");

    // mended, nothing is left of it
    enrichment.export("Inbox_v1.json", &[]);
    enrichment.import(&[]);
    assert_eq!(fs::read_dir(enrichment.out().join("quarantine")).unwrap().count(), 0);
}

#[test]
fn weights_that_no_score_can_bear() {
    let enrichment = Enrichment::published();
    enrichment.define("[[source]]", "[score]\npeople = 1e307\nrecency = 1e306\n\n[[source]]");
    let expected = "enrichment.toml:16: `score`: the weights are too large to be added up";
    assert_refused(&enrichment, &[], 1, expected);
    enrichment.define("people = 1e307", "people = 1e305");
    enrichment.run(&[]).done();
}

#[test]
fn definitions_that_cannot_be_used() {
    let enrichment = Enrichment::published();
    for (from, to, expected) in [
        (
            "output = \"out\"",
            "output = \"out\"\nkeep_run = 3",
            "enrichment.toml:3: `keep_run`: unknown key\nhint: did you mean `keep_runs`?",
        ),
        (
            "[window]",
            "[window]\ntimezone = \"Europe/Lodnon\"",
            "enrichment.toml:5: `window.timezone`: unknown time zone `Europe/Lodnon`\n\
             hint: did you mean `Europe/London`?",
        ),
        (
            "path = \"exports\"",
            "path = \"exports/*.csv\"",
            "enrichment.toml:17: `source.path`: `exports/*.csv` matches no file\n\
             hint: `*` stands for a part of one name, `**` for any folders",
        ),
        (
            "path = \"exports\"",
            "path = \"export\"",
            "enrichment.toml:17: `source.path`: `export` does not exist\nhint: did you mean `exports`?",
        ),
    ] {
        enrichment.write("enrichment.toml", DEFINITION);
        enrichment.define(from, to);
        assert_refused(&enrichment, &[], 1, expected);
    }
    fs::remove_file(enrichment.folder().join("enrichment.toml")).unwrap();
    assert_refused(
        &enrichment,
        &[],
        1,
        "enrichment.toml: does not exist\nhint: `rapport init` proposes a definition",
    );
}
