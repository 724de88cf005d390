//! `rapport measure`: new, list, show, run and check.

use std::fs;

use crate::support::{Enrichment, Table, Tree};

fn csv(enrichment: &Enrichment, arguments: &[&str]) -> String {
    enrichment.rapport(&[&["measure"], arguments, &["--format", "csv"]].concat()).done()
}

#[test]
fn a_new_measure_is_a_file_with_a_title() {
    let enrichment = Enrichment::accounts();
    let select = "select sum(noofemails_toaccount) as Mails from customer";
    let outcome = enrichment.rapport(&["measure", "new", "mails", "--select", select]);
    assert_eq!(outcome.done(), "wrote measures/mails.sql\n");
    let text = fs::read_to_string(enrichment.folder().join("measures/mails.sql")).unwrap();
    assert_eq!(text, format!("-- mails\n{select}\n"));
    assert_eq!(csv(&enrichment, &["run", "mails"]), "Mails\n6\n");
    let shown = enrichment.rapport(&["measure", "show", "mails"]).done();
    assert_eq!(shown, format!("measures/mails.sql\n\n{text}"));
    let shown = enrichment.rapport(&["measure", "show", "median_score"]).done();
    assert!(
        shown.starts_with("ships with Rapport; `measures/median_score.sql` would replace it\n"),
        "{shown}"
    );
}

#[test]
fn new_neither_overwrites_nor_saves_what_cannot_be_asked() {
    let enrichment = Enrichment::published();
    enrichment.write("measures/mine.sql", "-- Mine.\nselect 1 as x\n");
    let before = Tree::of(enrichment.folder());
    for (name, select, problem) in [
        ("mine", "select 2 as x", "`measures/mine.sql` exists already"),
        ("fresh", "EngagementScore > 1", "a measure is a SELECT\n"),
        ("fresh", "select nothing from customer", "no column `nothing`"),
        ("fresh", "select 1 as a, 2 as b", "\nhint: this one gives `a` and `b`"),
        ("fresh", "select 1; select 2", "more than one statement"),
        ("fresh", "delete from Office", "error: "),
        ("fresh", "select avg(EngagementScore) as x from fresh", "error: "),
        ("stale", "select 1 as x", "the name of something else"),
        ("Fresh", "select 1 as x", "is no name of a measure"),
    ] {
        let error = enrichment.rapport(&["measure", "new", name, "--select", select]).failed(1);
        assert!(error.contains(problem), "{name}: {select}: {error}");
        Tree::of(enrichment.folder()).assert_same(&before);
    }
    enrichment.rapport(&["measure", "new", "fresh"]).failed(2);
    enrichment.rapport(&["measure", "diff", "mine"]).failed(2);
}

#[test]
fn check_tells_file_line_and_column_of_measures_alone() {
    let enrichment = Enrichment::new();
    assert_eq!(enrichment.rapport(&["measure", "check"]).done(), "2 measures can be asked\n");
    enrichment.write("measures/a.sql", "-- A.\nselect\n  avg(nothing) as x\nfrom customer\n");
    enrichment.write("measures/b.sql", "-- B.\nEngagementScore > 1\n");
    enrichment.write("measures/stale.sql", "-- Stale.\nselect 1 as x\n");
    enrichment.write("segments/c.sql", "-- C.\nnothing\n");
    let error = enrichment.rapport(&["measure", "check"]).failed(1);
    assert!(error.starts_with("error: 3 measures cannot be asked\n"), "{error}");
    for line in [
        "measures/a.sql:3:7: no column `nothing`",
        "measures/b.sql:2:1: a measure is a SELECT",
        "measures/stale.sql: `stale` is the name of a segment already",
    ] {
        assert!(error.lines().any(|found| found == line), "no `{line}` in\n{error}");
    }
    assert!(!error.contains("segments/"), "{error}");
}

#[test]
fn a_measure_of_no_row_of_several_or_of_null_has_no_value() {
    let enrichment = Enrichment::published();
    for (name, select) in [
        ("null", "select avg(EngagementScore) as x"),
        ("no_row", "select EngagementScore"),
        ("all_rows", "select CustomerId as x from customer union all select CustomerId"),
        ("nobody", "select CustomerId"),
    ] {
        let text = format!("-- It.\n{select} from customer where false\n");
        enrichment.write(&format!("measures/is_{name}.sql"), text);
    }
    let list = csv(&enrichment, &["list"]);
    for line in ["is_null,,,It.", "is_no_row,,,It.", "is_all_rows,,,It.", "is_nobody,,0,It."] {
        assert!(list.lines().any(|found| found == line), "no `{line}` in\n{list}");
    }
}

#[test]
fn run_writes_files_and_knows_older_runs() {
    let enrichment = Enrichment::accounts();
    enrichment.rapport(&["measure", "run", "mail_balance", "-o", "share.parquet"]).done();
    let table = Table::read(&enrichment.folder().join("share.parquet"));
    assert_eq!(table.column("FromAccountShare"), ["0.25", "0.5", "0.5", "0.0"]);
    let before = csv(&enrichment, &["run", "mail_balance"]);
    enrichment.run(&["--as-of", "2025-06-02"]).done();
    assert_ne!(csv(&enrichment, &["run", "mail_balance"]), before);
    let first = enrichment.runs().remove(0);
    assert_eq!(csv(&enrichment, &["run", "mail_balance", "--run", &first]), before);
    let error = enrichment.rapport(&["measure", "run", "median_scor"]).failed(1);
    assert_eq!(error, "error: no measure `median_scor`\nhint: did you mean `median_score`?\n");
}
