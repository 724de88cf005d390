//! `rapport run`: its arguments and what it prints. What a run does is tested in `tests/run`.

use std::fs;
use std::process::Stdio;

use crate::support::{DEFINITION, Enrichment, Tree, rapport, start};

#[test]
fn the_report_tells_people_and_programs_the_same() {
    let enrichment = Enrichment::new();
    let text = enrichment.run(&[]).done();
    for line in [
        "days covered 38 of 365",
        "customers enriched 2 of 2",
        "own addresses seen 2 of 2",
        "export files 3 (2 read now, 0 unchanged, 0 gone, 0 failed)",
        "rows read 8 (0 masters of series, 0 without data, 0 bad)",
        "copies read 6 2",
        "counted 6 2",
        "8 of 8 checks passed",
        "C1 93 4 1 2 27 d 20 d",
    ] {
        let squeezed =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        assert!(squeezed.into_iter().any(|found| found == line), "no line `{line}` in\n{text}");
    }
    // beside the entities lies the same report, and the definition without the addresses in it
    let current = enrichment.out().join("current");
    assert_eq!(fs::read_to_string(current.join("report.txt")).unwrap(), text);
    let kept = fs::read_to_string(current.join("enrichment.toml")).unwrap();
    let published = DEFINITION
        .replace("alice@north.example", "(address)")
        .replace("bob@north.example", "(address)");
    assert_eq!(kept, published);

    let mut report = enrichment.report(&[]);
    let stored = enrichment.set().report;
    assert_eq!(report["as_of"], "2025-06-30");
    assert_eq!(report["coverage"]["messages_counted"], 6);
    assert_eq!(report["top_accounts"][0]["CustomerId"], "C1");
    // what only the operator is told is not kept
    report.as_object_mut().unwrap().remove("own_by_group").unwrap();
    assert_eq!(report, stored);
}

#[test]
fn the_as_of_day_is_the_one_asked_for_else_the_definitions_else_today() {
    let enrichment = Enrichment::published();
    assert_eq!(enrichment.set().report["as_of"], "2025-06-30");
    assert_eq!(enrichment.set().year("C1", "DaysSinceLastMeeting"), "20");
    let report = enrichment.report(&["--as-of", "2025-06-12"]);
    assert_eq!(report["as_of"], "2025-06-12");
    assert_eq!(enrichment.set().year("C1", "DaysSinceLastMeeting"), "2");

    // the mail has left the window, but it lies before today
    enrichment.define("as_of = 2025-06-30", "days = 7");
    let report = enrichment.report(&[]);
    assert!(report["as_of"].as_str() > Some("2025-12-31"), "{}", report["as_of"]);
    assert_eq!(enrichment.set().office.rows.len(), 0);
}

#[test]
fn a_definition_elsewhere_is_the_same_definition() {
    let enrichment = Enrichment::published();
    let path = enrichment.folder().join("enrichment.toml");
    let elsewhere = tempfile::tempdir().unwrap();
    let arguments = ["run", "--format", "json", "-d", path.to_str().unwrap()];
    let report = rapport(elsewhere.path(), &arguments).done();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["files"]["read"], &report["files"]["unchanged"]), (&0.into(), &2.into()));
    assert_eq!(Tree::of(elsewhere.path()).files(), [""; 0]);
    assert_eq!(enrichment.set().run, report["run"]);
}

#[test]
fn definitions_stand_beside_each_other_each_with_its_outputs() {
    let enrichment = Enrichment::published();
    let first = Tree::of(&enrichment.out());
    let second = DEFINITION.replace("north\"", "bob-alone\"").replace("\"out\"", "\"of [a] *?\"");
    enrichment.write("second.toml", second.replace("alice@", "cleo@"));
    enrichment.run(&["--definition", "second.toml"]).done();
    let set = crate::support::Set::published(&enrichment.folder().join("of [a] *?")).unwrap();
    assert_eq!(set.report["name"], "bob-alone");
    assert_eq!(set.year("C1", "NoOfEmails_ToAccount"), "1");
    Tree::of(&enrichment.out()).assert_same(&first);
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &[][..],
        &["rum"],
        &["run", "--as-of", "2025-02-30"],
        &["run", "--format", "yaml"],
        &["run", "--definition"],
        &["run", "here.toml"],
    ] {
        let outcome = rapport(folder.path(), arguments);
        assert_eq!(outcome.stdout, "");
        assert!(outcome.failed(2).contains("--help"), "{arguments:?}");
    }
    let help = rapport(folder.path(), &["--help"]).done();
    for command in ["init", "check", "import", "run", "sample"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
    }
    assert!(rapport(folder.path(), &["--version"]).done().starts_with("rapport 0."));
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let enrichment = Enrichment::published();
    let run = enrichment.set().run;
    for arguments in [&["run"][..], &["check"], &["import"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output =
            start(enrichment.folder(), arguments).stdout(Stdio::from(writer)).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
    assert_ne!(enrichment.set().run, run, "the run has published before it printed");
}
