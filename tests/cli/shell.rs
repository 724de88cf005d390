//! The backslash commands, in scripts.

use std::fs;

use crate::support::{Enrichment, Table};

#[test]
fn relations_are_listed_with_what_they_are() {
    let enrichment = Enrichment::published();
    enrichment.write("segments/quiet.sql", "-- Not much to hear.\nEngagementScore < 5\n");
    let text =
        enrichment.sql("create view mine as select 1 as x;\n\\d", &["--format", "csv"]).done();
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows[0], "relation,what,meaning");
    for line in [
        "Office,entity,\"Engagement of each customer by year, month and week.\"",
        "customer,view,Engagement of each customer over the whole window.",
        "quiet,segment,Not much to hear.",
        "mine,session view,Made in this session.",
    ] {
        assert!(rows.contains(&line), "no `{line}` in\n{text}");
    }
    for relation in
        ["Office_UserEntity", "month", "week", "office_history", "stale", "median_score"]
    {
        assert!(rows.iter().any(|row| row.starts_with(&format!("{relation},"))), "{relation}");
    }
    assert!(!text.contains("activity."), "{text}");
}

#[test]
fn the_columns_of_a_relation_have_types_units_and_meanings() {
    let enrichment = Enrichment::published();
    for (command, title) in [
        ("\\d customer", "customer, view: Engagement of each customer over the whole window."),
        ("\\d+ OFFICE;", "Office, entity: Engagement of each customer by year, month and week."),
        ("\\d \"week\"", "week, view: Engagement of each customer by week."),
        (
            "\\d stale",
            "stale, segment: Neither e-mail nor meeting for over 60 days, after there were both.",
        ),
        (
            "\\d office_history",
            "office_history, view: The rows of Office in every kept run up to the opened one.",
        ),
    ] {
        let text = enrichment.sql(command, &["--format", "csv"]).done();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(title), "{command}");
        assert_eq!(lines.next(), Some("column,type,unit,meaning"));
        let line = "DaysSinceLastEmail,int,days,as-of day minus local day of the last counted e-mail; null if never";
        assert!(lines.any(|found| found == line), "{command}: {text}");
    }
    let text = enrichment.sql("\\d office_history", &["--format", "csv"]).done();
    assert!(
        text.contains("\nRunId,text,,id of the run\nAsOfDate,date,,last day of the run's window\n"),
        "{text}"
    );
    let error = enrichment.sql("\\d custmer", &[]).failed(1);
    assert_eq!(error, "error: no relation `custmer`\nhint: did you mean `customer`?\n");
}

#[test]
fn segments_and_measures_are_listed() {
    let enrichment = Enrichment::accounts();
    let text = enrichment.sql("\\segments", &["--format", "csv"]).done();
    assert!(text.starts_with("segment,customers,percent,came,left,meaning\n"), "{text}");
    assert!(text.contains("\nstale,1,20.0,,,"), "{text}");
    // as `rapport segment list` has it
    assert_eq!(text, enrichment.rapport(&["segment", "list", "--format", "csv"]).done());
    let text = enrichment.sql("\\measures", &["--format", "csv"]).done();
    assert!(text.contains("\nmail_balance,") && text.contains("\nmedian_score,"), "{text}");
}

#[test]
fn expanded_rows_have_a_line_for_each_value() {
    let enrichment = Enrichment::published();
    let script = "\\x\nselect 'a' as name, null as longer_name, 1 as n;\n\\x\nselect 1 as n;";
    let outcome = enrichment.piped(&["sql"], script);
    assert_eq!(outcome.code, Some(0));
    assert_eq!(
        outcome.stdout,
        "-[ row 1 ]-\nname        | a\nlonger_name | null\nn           | 1\n(1 row)\n n\n---\n 1\n(1 row)\n"
    );
}

#[test]
fn a_switch_is_turned_to_what_is_said_or_around() {
    let enrichment = Enrichment::published();
    let script = "\\x off\nselect 1 as n;\n\\x on\n\\x on\nselect 1 as n;\n\\x\nselect 1 as n;\n\\timing off;\n";
    let outcome = enrichment.piped(&["sql"], script);
    let (table, lines) = (" n\n---\n 1\n(1 row)\n", "-[ row 1 ]-\nn | 1\n(1 row)\n");
    assert_eq!(outcome.stdout, format!("{table}{lines}{table}"));
    assert!(outcome.stderr.ends_with("timing is off\n"), "{}", outcome.stderr);
    let error = enrichment.sql("\\x maybe", &[]).failed(1);
    assert!(error.starts_with("error: neither on nor off: `maybe`\nhint: "), "{error}");
}

#[test]
fn copy_writes_relations_and_queries_to_files_told_by_their_names() {
    let enrichment = Enrichment::accounts();
    let script = "\\copy stale to 'a.csv'\n\\copy (select CustomerId from stale union all select ' to ') to 'deep/b.parquet'\n\
        \\COPY stale TO 'c.json'";
    let outcome = enrichment.piped(&["sql"], script);
    assert_eq!(outcome.stdout, "");
    // commands are spelt in lower case
    let error = outcome.failed(1);
    assert!(
        error.starts_with("1 row in a.csv\n2 rows in deep/b.parquet\nerror: no command `\\COPY`"),
        "{error}"
    );
    let read = |name: &str| fs::read_to_string(enrichment.folder().join(name)).unwrap();
    assert!(
        read("a.csv")
            .starts_with("CustomerId,DaysSinceLastEmail,DaysSinceLastMeeting\nC3,147,146\n")
    );
    assert_eq!(
        Table::read(&enrichment.folder().join("deep/b.parquet")).column("CustomerId").len(),
        2
    );
}

#[test]
fn copy_leaves_a_file_alone_when_it_fails() {
    let enrichment = Enrichment::published();
    enrichment.write("kept.csv", "old");
    for (command, problem) in [
        ("\\copy week to kept.csv", "a file in quotes"),
        ("\\copy week 'kept.csv'", "\\copy takes"),
        ("\\copy", "\\copy takes"),
        ("\\copy week to 'kept.xls'", "does not tell a format"),
        ("\\copy (select 1; select 2) to 'kept.csv'", "single SQL statement"),
        ("\\copy (drop view v) to 'kept.csv'", ""),
        ("\\copy (delete from Office) to 'kept.csv'", "not possible here"),
        ("\\copy \"out/Office.parquet\" to 'kept.csv'", "no relation"),
        ("\\copy activity.message_copy to 'kept.csv'", "no relation"),
    ] {
        let error = enrichment.sql(command, &[]).failed(1);
        assert!(error.contains(problem), "{command}: {error}");
        assert_eq!(
            fs::read_to_string(enrichment.folder().join("kept.csv")).unwrap(),
            "old",
            "{command}"
        );
    }
    assert!(!enrichment.folder().join("kept.xls").exists());
}

#[test]
fn an_unknown_command_is_told_with_the_nearest() {
    let enrichment = Enrichment::published();
    for (command, hint) in [
        ("\\segmnts", "did you mean `\\segments`?"),
        ("\\timin", "did you mean `\\timing`?"),
        ("\\zzzzzz", "`\\help` lists them"),
    ] {
        let error = enrichment.sql(command, &[]).failed(1);
        assert_eq!(error, format!("error: no command `{command}`\nhint: {hint}\n"));
    }
    let error = enrichment.sql("\\format parquet", &[]).failed(1);
    assert!(error.contains("no format `parquet` for a screen\nhint: "), "{error}");
    let help = enrichment.sql("\\help", &[]).done();
    for command in
        ["\\d [RELATION]", "\\segments", "\\timing", "\\x", "\\copy ", "\\help", "\\quit"]
    {
        assert!(help.contains(command), "{help}");
    }
}

#[test]
fn quit_ends_a_script_well() {
    let enrichment = Enrichment::published();
    let text =
        enrichment.piped(&["sql", "--format", "csv"], "select 1 as x;\n\\q\nselect oops;\n").done();
    assert_eq!(text, "x\n1\n");
}

#[test]
fn the_open_run_is_told() {
    let enrichment = Enrichment::published();
    let text = enrichment.sql("\\run", &[]).done();
    assert_eq!(text, format!("run {}, as of 2025-06-30\n", enrichment.runs()[0]));
}
