//! `rapport consent` and `purge`: nothing is read before an administrator has agreed, and nothing is left after.

use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::Value;

use crate::support::export::message;
use crate::support::{Enrichment, Outcome, Tree, start_as_is};

const ADMIN: &str = "ada@north.example";

/// An enrichment that nobody has agreed to, with an administrator.
fn asked() -> Enrichment {
    let enrichment = Enrichment::new();
    enrichment.define(
        "output = \"out\"",
        "output = \"out\"\ntenant = \"t-1\"\nregion = \"europe\"\nadministrators = [\"ada@north.example\", \"bo@north.example\"]",
    );
    enrichment
}

/// The program as it is, without the consent that other tests are given.
fn rapport(enrichment: &Enrichment, arguments: &[&str]) -> Outcome {
    let output = start_as_is(enrichment.folder(), arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn whats(enrichment: &Enrichment) -> Vec<String> {
    let what = |line: &Value| line["what"].as_str().unwrap().to_owned();
    enrichment.history().iter().map(what).collect()
}

#[test]
fn nothing_is_read_before_an_administrator_agrees() {
    let enrichment = asked();
    for command in [&["run"][..], &["import"], &["sql", "--operator", "-c", "select 1"]] {
        let error = rapport(&enrichment, command).failed(1);
        let expected = "the activity may not be read: no consent was asked for\nhint: ask an administrator with `rapport consent request`";
        assert!(error.contains(expected), "{command:?}: {error}");
    }
    assert!(!enrichment.out().join("activity").exists());

    let mail = rapport(&enrichment, &["consent", "request", "--by", "olga@north.example"]).done();
    assert!(mail.starts_with("To: ada@north.example, bo@north.example\nSubject: "), "{mail}");
    for part in ["olga@north.example", "t-1", "europe", "exports", "2 own addresses", "Office"] {
        assert!(mail.contains(part), "no `{part}` in\n{mail}");
    }
    assert!(!mail.contains("alice@"), "{mail}");
    let error = rapport(&enrichment, &["run"]).failed(1);
    assert!(error.contains("consent is asked for, to be given before"), "{error}");

    for (by, problem) in [
        ("olga@north.example", "`olga@north.example` is not one of the administrators"),
        ("alice@north.example", "is not one of the administrators"),
    ] {
        let error = rapport(&enrichment, &["consent", "grant", "--by", by]).failed(1);
        assert!(error.contains(problem), "{error}");
    }
    let told = rapport(&enrichment, &["consent", "grant", "--by", "ADA@north.example"]).done();
    assert!(told.contains("agreed, through") && told.contains("first run is due"), "{told}");
    assert!(rapport(&enrichment, &["consent", "status"]).done().contains("agreed, through"));
    rapport(&enrichment, &["run"]).done();
    assert_eq!(whats(&enrichment), ["consent_requested", "consent_granted", "published"]);
    let who = enrichment.history()[1]["who"].clone();
    assert_eq!(who, "ADA@north.example");
}

#[test]
fn who_asks_does_not_agree() {
    let enrichment = asked();
    rapport(&enrichment, &["consent", "request", "--by", " Ada@North.example"]).done();
    let error = rapport(&enrichment, &["consent", "grant", "--by", ADMIN]).failed(1);
    assert!(error.contains("asked for this consent and cannot give it"), "{error}");
    rapport(&enrichment, &["consent", "grant", "--by", "bo@north.example"]).done();
}

#[test]
fn a_wider_definition_needs_a_new_consent() {
    let enrichment = asked();
    rapport(&enrichment, &["consent", "request"]).done();
    rapport(&enrichment, &["consent", "grant", "--by", ADMIN]).done();
    rapport(&enrichment, &["run"]).done();
    let before = Tree::of(&enrichment.out());
    for (from, to, problem) in [
        ("tenant = \"t-1\"", "tenant = \"t-2\"", "the tenant is `t-2`, not `t-1`"),
        (
            "\"bob@north.example\"]",
            "\"bob@north.example\", \"cy@north.example\"]",
            "1 own address was added",
        ),
        ("path = \"exports\"", "path = \"exports/\"\nkind = \"message\"", "sources were added"),
    ] {
        enrichment.define(from, to);
        let error = rapport(&enrichment, &["run"]).failed(1);
        assert!(error.contains(problem) && !error.contains("cy@"), "{error}");
        enrichment.define(to, from);
    }
    Tree::of(&enrichment.out()).assert_same(&before);
    rapport(&enrichment, &["import"]).done();
}

#[test]
fn a_consent_lasts_half_a_year_at_most() {
    let enrichment = asked();
    rapport(&enrichment, &["consent", "request"]).done();
    for (until, problem) in [("2999-01-01", "more than 6 months away"), ("2020-01-01", "is past")] {
        let grant = ["consent", "grant", "--by", ADMIN, "--until", until];
        let error = rapport(&enrichment, &grant).failed(1);
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn what_a_request_needs_is_told() {
    let enrichment = Enrichment::new();
    let error = rapport(&enrichment, &["consent", "request"]).failed(1);
    assert!(error.contains("enrichment.toml: `tenant` is missing"), "{error}");
    enrichment.define("output = \"out\"", "output = \"out\"\ntenant = \"t-1\"");
    let error = rapport(&enrichment, &["consent", "request"]).failed(1);
    assert!(error.contains("enrichment.toml: `administrators` is missing"), "{error}");
    // the shortcut is for the fictional company
    let error = rapport(&enrichment, &["run", "--i-am-the-administrator"]).failed(1);
    assert!(error.contains("is for the fictional company alone"), "{error}");
    assert!(!enrichment.out().exists());
}

#[test]
fn after_a_revocation_everything_can_be_purged() {
    let enrichment = asked();
    rapport(&enrichment, &["consent", "request"]).done();
    rapport(&enrichment, &["consent", "grant", "--by", ADMIN]).done();
    rapport(&enrichment, &["run"]).done();
    let error = rapport(&enrichment, &["purge"]).failed(1);
    assert!(error.contains("`rapport consent revoke` comes first"), "{error}");
    let error = rapport(&enrichment, &["consent", "revoke", "--by", "olga"]).failed(1);
    assert!(error.contains("is not one of the administrators"), "{error}");
    rapport(&enrichment, &["consent", "revoke", "--by", "bo@north.example"]).done();
    for command in ["run", "import"] {
        let error = rapport(&enrichment, &[command]).failed(1);
        assert!(error.contains("`bo@north.example` revoked the consent at"), "{error}");
    }
    // what is published stands until it is purged
    assert_eq!(enrichment.rows("select count(*) from customer"), ["2"]);
    enrichment.write("out/notes.txt", "mine");
    let told = rapport(&enrichment, &["purge"]).done();
    assert!(told.contains("left: `out/notes.txt`"), "{told}");
    let left: Vec<String> = fs::read_dir(enrichment.out())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(
        whats(&enrichment),
        [
            "consent_requested",
            "consent_granted",
            "published",
            "consent_revoked",
            "purge_begun",
            "purged"
        ]
    );
    let history = fs::read_to_string(enrichment.out().join("history.jsonl")).unwrap();
    assert!(!history.contains("alice") && !history.contains("c1.example"), "{history}");
    // and it can begin anew
    let error = rapport(&enrichment, &["run"]).failed(1);
    assert!(error.contains("no consent was asked for"), "{error}");
}

/// Asks and agrees.
fn agree(enrichment: &Enrichment) {
    rapport(enrichment, &["consent", "request"]).done();
    rapport(enrichment, &["consent", "grant", "--by", ADMIN]).done();
}

#[test]
fn a_revocation_ends_the_run_under_way_and_a_purge_does_too() {
    let enrichment = asked();
    let messages: Vec<Value> = (0..4000)
        .map(|number| {
            let carol = ["carol@c1.example"];
            message(&format!("x{number}"), "alice@north.example", &carol, "2025-06-02T09:00:00Z")
        })
        .collect();
    enrichment.export("SentItem_v1.json", &messages);
    let begin = || {
        agree(&enrichment);
        let run = start_as_is(enrichment.folder(), &["run"]).spawn().unwrap();
        // a run that was not begun by then does not read at all, which is another answer
        let activity = enrichment.out().join("activity");
        let begun = Instant::now();
        while !activity.exists() {
            assert!(begun.elapsed() < Duration::from_secs(60));
            thread::sleep(Duration::from_millis(5));
        }
        run
    };
    let run = begin();
    let told = rapport(&enrichment, &["consent", "revoke", "--by", ADMIN]).done();
    assert!(told.contains(" ends now; `rapport status` tells when it has."), "{told}");
    let told = rapport(&enrichment, &["purge"]).done();
    assert!(told.starts_with("removed the imported activity"), "{told}");
    let ended = run.wait_with_output().unwrap();
    let error = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{error}");
    assert!(error.contains(" was cancelled by "), "{error}");

    let run = begin();
    rapport(&enrichment, &["purge", "--yes"]).done();
    let ended = run.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    assert_eq!(Tree::of(&enrichment.out()).files(), ["history.jsonl"]);
    let last = whats(&enrichment).split_off(whats(&enrichment).len() - 3);
    assert_eq!(last, ["cancelled", "purge_begun", "purged"]);
}

/// Whoever asks while another one revokes has read the consent that is about to go, and must not bring it back.
#[test]
fn no_answer_is_lost_where_two_speak_at_once() {
    let enrichment = asked();
    for _ in 0..12 {
        agree(&enrichment);
        let revoke = ["consent", "revoke", "--by", ADMIN];
        let commands = [&["consent", "request"][..], &revoke, &["consent", "request"]];
        let children =
            commands.map(|arguments| start_as_is(enrichment.folder(), arguments).spawn());
        for child in children {
            assert!(child.unwrap().wait_with_output().unwrap().status.success());
        }
        let standing = rapport(&enrichment, &["consent", "status"]).done();
        assert!(!standing.contains("agreed, through"), "{standing}");
    }
    assert_eq!(whats(&enrichment).len(), 12 * 5);
}

#[test]
fn a_purge_leaves_nothing_of_a_copied_or_moved_output() {
    let enrichment = asked();
    agree(&enrichment);
    rapport(&enrichment, &["run"]).done();
    rapport(&enrichment, &["exclude", "add", "carol@c1.example"]).done();
    let out = enrichment.out();
    // a copy that follows links has files in their place
    for name in ["Office.parquet", "Office_UserEntity.parquet"] {
        let bytes = fs::read(out.join(name)).unwrap();
        fs::remove_file(out.join(name)).unwrap();
        fs::write(out.join(name), bytes).unwrap();
    }
    fs::remove_file(out.join("segment")).unwrap();
    enrichment.write("out/segment/stale.parquet", "old");
    // the activity was moved to where there is more room
    let elsewhere = enrichment.folder().join("elsewhere");
    fs::rename(out.join("activity"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, out.join("activity")).unwrap();
    for killed in [".Office.parquet.new", "state/.consent.json.new", "run/.2025/Office.parquet"] {
        enrichment.write(&format!("out/{killed}"), "half");
    }
    enrichment.write("out/own.parquet", "mine");
    let told = rapport(&enrichment, &["purge", "--yes"]).done();
    assert!(told.contains("not made by Rapport, and left: `out/own.parquet`\n"), "{told}");
    assert!(told.contains("removed the list of 1 excluded person too"), "{told}");
    assert_eq!(Tree::of(&out).files(), ["history.jsonl", "own.parquet"]);
    assert!(Tree::of(&elsewhere).files().is_empty());
}

#[test]
fn smaller_groups_need_a_new_consent() {
    let enrichment = asked();
    enrichment.define("tenant", "min_group = 5\ntenant");
    let mail = rapport(&enrichment, &["consent", "request"]).done();
    assert!(mail.contains("is left out for fewer than 5 own people."), "{mail}");
    rapport(&enrichment, &["consent", "grant", "--by", ADMIN]).done();
    enrichment.define("min_group = 5\n", "");
    let error = rapport(&enrichment, &["run"]).failed(1);
    assert!(error.contains("`min_group` is none, it was 5"), "{error}");
}
