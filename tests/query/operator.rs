//! `--operator`: the activity is open, everybody is told, and nothing else is.

use std::fs;
use std::process::Command;

use super::attack::Attacked;
use crate::support::{Enrichment, Tree};

const OPENED: &str =
    "the imported activity is open, which holds addresses; `out/history.jsonl` notes it\n";

#[test]
fn an_operator_reads_the_activity_and_a_line_tells_of_it() {
    let enrichment = Enrichment::published();
    let history = enrichment.history().len();
    let set = Tree::of(&enrichment.out()).only(|path| !path.ends_with("history.jsonl"));
    for (query, expected) in [
        ("select count(*) as n from activity.message_copy", "n\n6\n"),
        ("SELECT COUNT(*) AS n FROM Activity.Meeting_Copy", "n\n2\n"),
        (
            "select distinct sender from activity.message_copy where sender like 'c%'",
            "sender\ncarol@c1.example\n",
        ),
    ] {
        let outcome = enrichment.sql(query, &["--operator", "--format", "csv"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), expected));
        assert_eq!(outcome.stderr, OPENED);
    }
    let lines = enrichment.history();
    assert_eq!(lines.len(), history + 3);
    let line = lines.last().unwrap();
    assert_eq!(line["what"], "activity_opened");
    assert!(line["who"].is_string() && line["at"].as_str().unwrap().ends_with('Z'), "{line}");
    let now = Tree::of(&enrichment.out()).only(|path| !path.ends_with("history.jsonl"));
    now.assert_same(&set);
    let text = enrichment.sql("\\d", &["--operator", "--format", "csv"]).stdout;
    assert!(text.contains("\nactivity.message_copy,activity,"), "{text}");
    let text = enrichment.sql("\\d activity.message_copy", &["--operator"]).stdout;
    assert!(text.contains("\n sender "), "{text}");
}

#[test]
fn whoever_opens_the_activity_is_named() {
    let enrichment = Enrichment::published();
    let mut command =
        crate::support::start(enrichment.folder(), &["sql", "--operator", "-c", "select 1"]);
    // whatever the environment says
    assert!(command.env("USER", "paula").output().unwrap().status.success());
    let who = enrichment.history().last().unwrap()["who"].as_str().unwrap().to_owned();
    match Command::new("id").arg("-un").output() {
        Ok(told) => assert_eq!(who, String::from_utf8(told.stdout).unwrap().trim()),
        Err(error) => eprintln!("SKIPPED: id cannot be asked: {error}"),
    }
}

#[test]
fn without_a_line_in_the_history_nothing_is_opened() {
    let enrichment = Enrichment::published();
    let history = enrichment.out().join("history.jsonl");
    fs::remove_file(&history).unwrap();
    fs::create_dir(&history).unwrap();
    let outcome = enrichment.sql("select sender from activity.message_copy", &["--operator"]);
    assert_eq!(outcome.stdout, "");
    let error = outcome.failed(1);
    assert!(error.starts_with("error: cannot write `out/history.jsonl`"), "{error}");
    assert!(!error.contains("is open"), "{error}");
}

#[test]
fn a_session_that_is_not_an_operators_leaves_no_line() {
    let enrichment = Enrichment::published();
    let before = enrichment.history();
    enrichment.sql("select 1", &[]).done();
    enrichment.sql("select sender from activity.message_copy", &[]).failed(1);
    assert_eq!(enrichment.history(), before);
}

#[test]
fn an_operator_too_only_reads_and_opens_no_files() {
    let attacked = Attacked::new();
    let path = attacked.path();
    let tree =
        || Tree::of(attacked.enrichment.folder()).only(|path| !path.ends_with("history.jsonl"));
    let before = tree();
    for statement in [
        "copy activity.message_copy to 'x.csv'".to_owned(),
        "insert into activity.message_copy select * from activity.message_copy".to_owned(),
        "delete from activity.message_copy".to_owned(),
        "drop table activity.message_copy".to_owned(),
        "drop view activity.message_copy".to_owned(),
        "create view activity.v as select 1 as a".to_owned(),
        "create or replace view activity.message_copy as select 1 as a".to_owned(),
        "create view \"activity.message_copy\" as select 1 as a".to_owned(),
        "create table t as select * from activity.message_copy".to_owned(),
        "create external table t stored as csv location 'secret.csv'".to_owned(),
        "set a = 1".to_owned(),
        "select * from \"secret.csv\"".to_owned(),
        format!("select * from 'file://{path}/secret.csv'"),
        "select * from \"rapport://activity/ledger.json\"".to_owned(),
        "select * from read_csv('secret.csv')".to_owned(),
        "select repeat('x', 10)".to_owned(),
    ] {
        let outcome = attacked.enrichment.sql(&statement, &["--operator"]);
        assert_eq!(outcome.stdout, "", "{statement}");
        let error = outcome.failed(1);
        assert!(error.starts_with(OPENED) && error.contains("\nerror: "), "{statement}: {error}");
        assert!(!error.contains("zebrafinch"), "{statement}: {error}");
        tree().assert_same(&before);
    }
}

#[test]
fn saved_queries_do_not_publish_the_activity_that_an_operator_may_read() {
    let enrichment = Enrichment::published();
    enrichment.write(
        "segments/senders.sql",
        "-- Senders.\nselect sender as CustomerId from activity.message_copy\n",
    );
    let before = enrichment.published_tree();
    let error = enrichment.run(&[]).failed(1);
    assert!(
        error.contains("segments/senders.sql:2:34: no relation `activity.message_copy`"),
        "{error}"
    );
    for command in ["run", "show"] {
        let outcome = enrichment.rapport(&["segment", command, "senders"]);
        assert!(!outcome.stdout.contains('@') && !outcome.stderr.contains('@'));
    }
    enrichment.rapport(&["segment", "run", "senders", "--operator"]).failed(2);
    enrichment.published_tree().assert_same(&before);
}
