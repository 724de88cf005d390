//! `rapport sql` for scripts: where statements come from, what they find, how it ends.

use std::process::Stdio;

use crate::support::{Enrichment, Tree, rapport, start};

#[test]
fn names_are_typed_in_any_letter_case_without_quotes() {
    let enrichment = Enrichment::accounts();
    let question = "select CustomerId from customer where DaysSinceLastEmail > 60 and DaysSinceLastMeeting > 60;";
    for question in [
        question.to_owned(),
        question.to_lowercase(),
        question.to_uppercase(),
        "select \"CustomerId\" from \"customer\" where \"DaysSinceLastEmail\" > 60 and dayssincelastmeeting > 60".to_owned(),
        "Select C.customerID From Public.Customer As c Where c.DAYSSINCELASTEMAIL > 60 And c.DaysSinceLastMeeting > 60".to_owned(),
    ] {
        assert_eq!(enrichment.sql(&question, &["--format", "csv"]).done(), "CustomerId\nC3\n", "{question}");
    }
    // quotes keep the letter case, as everywhere in SQL
    enrichment.sql("select \"customerid\" from customer", &[]).failed(1);
}

#[test]
fn the_relations_are_those_of_the_published_set() {
    let enrichment = Enrichment::published();
    for (query, expected) in [
        ("select count(*), count(distinct AggregationLevel) from Office", "10,3"),
        ("select CustomerId from customer order by 1", "C1 C2"),
        ("select distinct AggregationLevel from month", "Month"),
        ("select distinct AggregationLevel from week", "Week"),
        ("select count(distinct Component) from Office_ScoreEntity", "5"),
        ("select ActiveDirectoryId from Office_UserEntity order by 1", "id-alice id-bob"),
        ("select CustomerId from Office_CustomerEntity order by 1", "C1 C2"),
        ("select AsOfDate from run", "2025-06-30"),
        ("select count(*) from stale", "0"),
        ("select MedianScore > 0 from median_score", "true"),
        (
            "with recent as (select * from week where NoOfEmails_FromAccount > 0) select CustomerId from recent order by 1",
            "C1 C2",
        ),
    ] {
        assert_eq!(enrichment.rows(query).join(" "), expected, "{query}");
    }
    let kept = enrichment.rows("select RunId from run");
    assert_eq!(kept, enrichment.runs());
}

#[test]
fn what_is_asked_comes_from_options_then_a_file_or_from_standard_input() {
    let enrichment = Enrichment::published();
    enrichment.write("more.sql", "select 3 as c;\nselect 4 as d\n");
    let text = enrichment
        .rapport(&[
            "sql",
            "--format",
            "csv",
            "-f",
            "more.sql",
            "-c",
            "select 1 as a",
            "-c",
            "select 2 as b;",
        ])
        .done();
    assert_eq!(text, "a\n1\nb\n2\nc\n3\nd\n4\n");
    let text = enrichment
        .piped(
            &["sql", "--format", "csv"],
            "create view v as select 7 as x;\nselect *\nfrom v;\n\\format json\nselect x from v",
        )
        .done();
    assert_eq!(text, "x\n7\n[{\"x\":7}]\n");
    for nothing in ["", "\n;;\n-- only words\n"] {
        assert_eq!(enrichment.piped(&["sql"], nothing).done(), "");
    }
}

#[test]
fn a_statement_may_begin_with_a_comment() {
    let enrichment = Enrichment::published();
    let text = enrichment.sql("-- words\nselect 1 as x", &["--format", "csv"]).done();
    assert_eq!(text, "x\n1\n");
}

#[test]
fn what_was_answered_before_an_error_stands_and_what_follows_is_not_asked() {
    let enrichment = Enrichment::published();
    for outcome in [
        enrichment.sql("select 1 as a; select oops; select 3 as c", &["--format", "csv"]),
        enrichment.rapport(&[
            "sql",
            "--format",
            "csv",
            "-c",
            "select 1 as a",
            "-c",
            "select oops",
            "-c",
            "select 3 as c",
        ]),
        enrichment
            .piped(&["sql", "--format", "csv"], "select 1 as a;\nselect oops;\nselect 3 as c;\n"),
    ] {
        assert_eq!(outcome.stdout, "a\n1\n");
        assert!(outcome.failed(1).starts_with("error: no column `oops`"));
    }
}

#[test]
fn wrong_usage_ends_with_2_and_asks_nothing() {
    let enrichment = Enrichment::published();
    for arguments in [
        &["sql", "--format", "yaml", "-c", "select 1"][..],
        &["sql", "-c"],
        &["sql", "select 1"],
        &["sql", "--run"],
        &["sql", "-x"],
    ] {
        let outcome = enrichment.rapport(arguments);
        assert_eq!(outcome.stdout, "");
        outcome.failed(2);
    }
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let enrichment = Enrichment::published();
    let many = "select a.* from Office a cross join Office b cross join Office c";
    for format in ["table", "csv", "tsv", "json", "ndjson", "markdown", "parquet"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = start(enrichment.folder(), &["sql", "--format", format, "-c", many])
            .stdout(Stdio::from(writer))
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""), "{format}");
    }
}

#[test]
fn results_go_to_stdout_and_all_else_to_stderr() {
    let enrichment = Enrichment::published();
    let outcome = enrichment.sql("\\timing\nselect 1 as x;", &["--format", "csv"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "x\n1\n"));
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines[0], "timing is on");
    assert!(lines[1].ends_with(" ms") && lines.len() == 2, "{lines:?}");
    let outcome = enrichment.sql("\\copy stale to 'stale.csv'", &[]);
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), ("", "0 rows in stale.csv\n"));
}

#[test]
fn a_kept_run_can_be_asked_and_history_goes_up_to_it() {
    let enrichment = Enrichment::published();
    enrichment.run(&["--as-of", "2025-06-12"]).done();
    let [first, second] = enrichment.runs().try_into().unwrap();
    let query = "select DaysSinceLastMeeting from customer where CustomerId = 'C1'";
    assert_eq!(enrichment.rows(query), ["2"]);
    let csv = ["--format", "csv"];
    let old = enrichment.sql(query, &[&csv[..], &["--run", &first]].concat()).done();
    assert_eq!(old, "DaysSinceLastMeeting\n20\n");

    let history = "select RunId, AsOfDate, DaysSinceLastMeeting from office_history \
        where CustomerId = 'C1' and AggregationLevel = 'Year' order by RunId";
    assert_eq!(
        enrichment.rows(history),
        [format!("{first},2025-06-30,20"), format!("{second},2025-06-12,2")]
    );
    let old = enrichment.sql(history, &[&csv[..], &["--run", &first]].concat()).done();
    assert_eq!(old, format!("RunId,AsOfDate,DaysSinceLastMeeting\n{first},2025-06-30,20\n"));
    let counts = "select count(*) = (select count(*) from Office) from office_history where RunId = (select RunId from run)";
    assert_eq!(enrichment.rows(counts), ["true"]);
}

#[test]
fn columns_that_an_earlier_build_did_not_publish_are_null_in_its_runs() {
    let enrichment = Enrichment::published();
    enrichment.run(&["--as-of", "2025-06-12"]).done();
    let [first, second] = enrichment.runs().try_into().unwrap();
    let few = "select PrimaryKey, CustomerId, EngagementScore, AggregationLevel from Office";
    enrichment.sql(few, &["--run", &first, "-o", "few.parquet"]).done();
    let published = enrichment.out().join("run").join(&first).join("Office.parquet");
    std::fs::rename(enrichment.folder().join("few.parquet"), published).unwrap();
    let counts = "select RunId, count(EngagementScore) > 0, count(NoOfEmails_ToAccount) > 0 from office_history group by 1 order by 1";
    assert_eq!(
        enrichment.rows(counts),
        [format!("{first},true,false"), format!("{second},true,true")]
    );
    // and who asks for a change since that run is answered
    enrichment.rapport(&["segment", "list"]).done();
    enrichment.rapport(&["segment", "diff", "fading", "--since", &first]).done();
}

#[test]
fn a_run_that_is_not_kept_and_an_output_without_a_set_are_told() {
    let enrichment = Enrichment::published();
    let before = Tree::of(enrichment.folder());
    for run in ["2020-01-01T00-00-00Z", "../run", ".", "", "/etc"] {
        let error = enrichment.sql("select 1", &["--run", run]).failed(1);
        assert!(error.starts_with(&format!("error: no run `{run}` is kept\nhint: ")), "{error}");
        assert!(error.contains(&enrichment.runs()[0]), "{error}");
    }
    Tree::of(enrichment.folder()).assert_same(&before);
    let new = Enrichment::new();
    let before = Tree::of(new.folder());
    let error = new.sql("select 1", &[]).failed(1);
    assert!(
        error.contains("nothing is published in `") && error.contains("\nhint: `rapport run`"),
        "{error}"
    );
    Tree::of(new.folder()).assert_same(&before);
    let folder = tempfile::tempdir().unwrap();
    let error = rapport(folder.path(), &["sql", "-c", "select 1"]).failed(1);
    assert!(error.contains("enrichment.toml"), "{error}");
}

#[test]
fn asking_writes_nothing() {
    let enrichment = Enrichment::published();
    let before = Tree::of(enrichment.folder());
    enrichment.sql("create view v as select * from Office; select * from v; drop view v;\n\\d\n\\segments\n\\measures", &[]).done();
    Tree::of(enrichment.folder()).assert_same(&before);
}

#[test]
fn a_saved_query_that_is_broken_only_warns() {
    let enrichment = Enrichment::published();
    enrichment.write("segments/broken.sql", "-- Broken.\nEngagementScore > 1\nand nothing > 2\n");
    enrichment.write("segments/sound.sql", "-- Sound.\nEngagementScore >= 1\n");
    enrichment.write("measures/untitled.sql", "select 1 as x");
    let outcome = enrichment.sql("select count(*) as n from sound", &["--format", "csv"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "n\n2\n"));
    let warnings: Vec<&str> =
        outcome.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
    let expected = [
        "measures/untitled.sql:1:1: the file has no title",
        "segments/broken.sql:3:5: no column `nothing`",
    ];
    assert_eq!(warnings.len(), 2, "{}", outcome.stderr);
    for (warning, expected) in warnings.iter().zip(expected) {
        assert!(warning.contains(expected), "{warning}");
    }
    let outcome = enrichment.sql("select * from broken", &[]);
    assert!(outcome.stderr.contains("error: no relation `broken`"), "{}", outcome.stderr);
}

#[test]
fn ids_that_would_steer_the_terminal_are_shown_as_escapes() {
    let enrichment = Enrichment::new();
    enrichment.write(
        "contacts.csv",
        "ContactId,CustomerId,Email\nk1,\u{1b}[31mred\u{7},carol@c1.example\nk2,\u{202e}tac\u{200f},dan@c2.example\n",
    );
    enrichment.run(&[]).done();
    let steers = |text: &str| text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{200f}', '\u{9b}']);
    for command in ["select CustomerId from customer;", "\\x\nselect CustomerId from customer;"] {
        for format in ["table", "markdown"] {
            let outcome = enrichment.sql(command, &["--format", format]);
            assert_eq!(outcome.code, Some(0));
            assert!(!steers(&outcome.stdout), "{:?}", outcome.stdout);
            assert!(outcome.stdout.contains("\\u{1b}[31mred\\u{7}"), "{}", outcome.stdout);
            assert!(outcome.stdout.contains("\\u{202e}tac\\u{200f}"), "{}", outcome.stdout);
        }
    }
    // columns are named by whoever asks
    let named = enrichment.sql("select 1 as \"\u{1b}[2Jx\"", &[]).done();
    assert!(!steers(&named), "{named:?}");
    // what programs read is as it is
    let rows = enrichment.rows("select CustomerId from customer order by 1");
    assert_eq!(rows, ["\u{1b}[31mred\u{7}", "\u{202e}tac\u{200f}"]);
}
