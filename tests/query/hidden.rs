//! Files, addresses and the network: not to be reached by any name.

use std::fs;

use super::attack::Attacked;
use crate::support::{Enrichment, Tree};

#[test]
fn files_are_no_tables() {
    let attacked = Attacked::new();
    let (path, run) = (attacked.path(), attacked.enrichment.runs()[0].clone());
    for name in [
        "secret.csv",
        "./secret.csv",
        "secret.parquet",
        "*.csv",
        "secret",
        "out/Office.parquet",
        "out/activity/message_copy",
        "out/activity/ledger.json",
        "run/Office.parquet",
        "../secret.csv",
        "/etc/passwd",
        "rapport://run/Office.parquet",
        "rapport://activity/message_copy",
        "rapport://run/../secret.csv",
        "http://127.0.0.1:1/x.parquet",
        "https://localhost/x.csv",
        "s3://bucket/x.parquet",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([
        format!("{path}/secret.csv"),
        format!("file://{path}/secret.csv"),
        format!("file:{path}/secret.parquet"),
        format!("rapport://run/{run}/Office.parquet"),
    ]) {
        for table in [format!("\"{name}\""), format!("'{name}'")] {
            let error = attacked.is_refused(&format!("select * from {table}"));
            assert!(error.starts_with("error: no relation `"), "{table}: {error}");
        }
    }
    for statement in [
        "select * from public.\"secret.csv\"",
        "select * from rapport.public.\"secret.csv\"",
        "select * from customer, \"secret.csv\"",
        "select * from customer where CustomerId in (select * from \"secret.csv\")",
        "create view v as select * from \"secret.csv\"",
        "with x as (select * from \"secret.csv\") select 1 from x",
        "describe \"secret.csv\"",
        "show columns from \"secret.csv\"",
        "\\d secret.csv",
        "\\copy \"secret.csv\" to 'x.csv'",
    ] {
        let error = attacked.is_refused(statement);
        assert!(error.contains("no relation `secret.csv`"), "{statement}: {error}");
    }
}

#[test]
fn there_are_no_table_functions() {
    let attacked = Attacked::new();
    for call in [
        "generate_series(1, 3)",
        "range(1, 3)",
        "read_parquet('secret.parquet')",
        "read_csv('secret.csv')",
        "read_text('secret.csv')",
        "parquet_metadata('secret.parquet')",
        "parquet_scan('secret.parquet')",
        "glob('*')",
        "table(generate_series(1, 3))",
        "lateral generate_series(1, 3)",
        "dblink('x', 'select 1')",
        "openrowset(bulk 'secret.csv', single_clob)",
        "customer(1)",
        "json_table('[]', '$' columns (a int path '$'))",
        "xmltable('/x' passing 'y' columns a text)",
    ] {
        attacked.is_refused(&format!("select * from {call}"));
    }
    for call in ["generate_series(1, 3)", "read_csv('secret.csv')"] {
        for statement in [
            format!("select * from {call} as t(x)"),
            format!("select * from customer, {call} as t"),
            format!("select * from customer join {call} as t on true"),
            format!("select 1 where exists (select * from {call})"),
            format!("with x as (select * from {call}) select * from x"),
            format!("create view v as select * from {call}"),
        ] {
            attacked.is_refused(&statement);
        }
    }
}

#[test]
fn functions_read_no_files_and_tell_nothing_of_the_machine() {
    let attacked = Attacked::new();
    for call in [
        "pg_read_file('secret.csv')",
        "read_file('secret.csv')",
        "load_file('secret.csv')",
        "getenv('HOME')",
        "pg_ls_dir('.')",
        "current_setting('x')",
        "current_user",
        "lo_import('secret.csv')",
        "system('id')",
        "sleep(10)",
        "pg_sleep(10)",
        "input_file_name()",
        "lookup('run.address', 'x')",
    ] {
        attacked.is_refused(&format!("select {call}"));
    }
    for query in [
        "select * from information_schema.tables",
        "select * from information_schema.views",
        "select * from information_schema.columns",
        "select * from information_schema.df_settings",
        "select * from information_schema.schemata",
        "show all",
        "show tables",
        "explain select * from Office_UserEntity",
        "explain analyze verbose select * from office_history",
    ] {
        let outcome = attacked.enrichment.sql(query, &["--format", "csv"]);
        let text = attacked.is_harmless(query, outcome).done();
        assert!(
            !text.contains("message_copy") && !text.contains(&attacked.path()),
            "{query}: {text}"
        );
    }
}

#[test]
fn the_activity_stays_closed_by_any_spelling() {
    let attacked = Attacked::new();
    for table in ["message_copy", "meeting_copy"] {
        for name in [
            format!("activity.{table}"),
            format!("\"activity\".\"{table}\""),
            format!("rapport.activity.{table}"),
            format!("\"rapport\".\"activity\".\"{table}\""),
            format!("ACTIVITY.{}", table.to_uppercase()),
            format!("\"activity.{table}\""),
            format!("public.\"activity.{table}\""),
            format!("public.activity.{table}"),
            format!("activity./**/{table}"),
            table.to_string(),
            format!("public.{table}"),
            format!("datafusion.activity.{table}"),
            format!("activity.{table} as customer"),
        ] {
            let error = attacked.is_refused(&format!("select * from {name}"));
            assert!(error.contains("no relation") || error.contains("Expected"), "{name}: {error}");
        }
        for statement in [
            format!("select sender from activity.{table}"),
            format!("with activity as (select * from activity.{table}) select * from activity"),
            format!("select (select count(*) from activity.{table})"),
            format!("create view v as select * from activity.{table}"),
            format!("explain analyze select * from activity.{table}"),
        ] {
            let error = attacked.is_refused(&statement);
            assert!(error.contains("no relation `activity."), "{statement}: {error}");
        }
        attacked.is_refused(&format!("\\d activity.{table}"));
        attacked.is_refused(&format!("describe activity.{table}"));
        attacked.is_refused(&format!("\\copy activity.{table} to 'x.csv'"));
    }
}

#[test]
fn odd_names_are_only_names() {
    let attacked = Attacked::new();
    for name in [
        "cust\u{43e}mer",
        "customer\u{200b}",
        "\u{202e}customer",
        "cüstomer",
        "customer\u{0}x",
        "😀",
        "",
        " ",
        "a\"\"b",
        "%s%n",
        "{}",
    ] {
        let statement = format!("select * from \"{name}\"");
        let outcome = attacked.enrichment.piped(&["sql"], &statement);
        let error = attacked.is_harmless(&statement, outcome).failed(1);
        assert!(error.starts_with("error: "), "{error}");
    }
    let statement = "select 1 as \"ä'b\"\"c\", 2 as \"\u{202e}x\", CUSTOMERID as \"İ\" from customer order by 3";
    let outcome = attacked.enrichment.sql(statement, &["--format", "json"]);
    let rows: serde_json::Value =
        serde_json::from_str(&attacked.is_harmless(statement, outcome).done()).unwrap();
    assert_eq!(rows[1], serde_json::json!({"ä'b\"c": 1, "\u{202e}x": 2, "İ": "C2"}));
}

#[test]
fn a_link_in_the_place_of_a_run_opens_nothing_else() {
    let attacked = Attacked::new();
    let error = attacked.enrichment.sql("select 1", &["--run", "secret.csv"]).failed(1);
    assert!(error.contains("no run `secret.csv` is kept"), "{error}");
    let error = attacked.enrichment.sql("select 1", &["--run", "../activity"]).failed(1);
    assert!(error.contains("no run `../activity` is kept"), "{error}");
}

#[test]
fn saved_queries_reach_no_further_than_others() {
    for text in [
        "1 = 1) union select sender from activity.message_copy --",
        "1 = 1) union select sender as CustomerId from activity.message_copy --\n",
        "1 = 1); drop table Office; --",
        "1 = 1) order by CustomerId; copy Office to 'x.csv",
        "exists (select * from \"secret.csv\")",
        "CustomerId in (select * from activity.message_copy)",
        "exists (delete from Office returning 1)",
        "select sender as CustomerId from activity.message_copy",
        "select a as CustomerId from read_csv('secret.csv')",
        "select CustomerId into x from customer",
        "create view Office as select 1 as CustomerId",
        "create table x as select CustomerId from customer",
        "copy customer to 'x.csv'",
        "with a as (delete from Office returning *) select CustomerId from a",
        "drop view customer",
        "\\copy customer to 'x.csv'",
        "\\d",
    ] {
        let enrichment = Enrichment::published();
        enrichment.write("secret.csv", "zebrafinch\n");
        enrichment.write("segments/bad.sql", format!("-- Bad.\n{text}"));
        let attacked = Attacked::of(enrichment);
        for arguments in [
            &["segment", "run", "bad"][..],
            &["segment", "check"],
            &["run"],
            &["sql", "-c", "select * from bad"],
        ] {
            let outcome = attacked.enrichment.rapport(arguments);
            // the text itself may be shown, where it is wrong
            let outcome = crate::support::Outcome {
                stderr: outcome.stderr.replace("secret.csv", ""),
                ..outcome
            };
            assert_eq!(outcome.stdout, "", "{text}: {arguments:?}");
            attacked.is_harmless(text, outcome).failed(1);
        }
    }
}

#[test]
fn the_header_of_a_saved_query_is_only_words() {
    let enrichment = Enrichment::published();
    for (at, header) in [
        "-- Title */ drop table Office; --",
        "-- Title\n-- Columns: activity.message_copy",
        "-- Title\n-- Kept: by span",
        "-- Title\n-- One row: x\n-- Grain: y\n-- a | b | c | d\n-- sender | text | | x",
    ]
    .into_iter()
    .enumerate()
    {
        enrichment
            .write(&format!("segments/s{at}.sql"), format!("{header}\nEngagementScore > 0\n"));
        let rows = enrichment.rows(&format!("select * from s{at}"));
        assert_eq!(rows, ["C1", "C2"], "{header}");
    }
    let set = Tree::of(&enrichment.out());
    enrichment.rapport(&["segment", "check"]).done();
    Tree::of(&enrichment.out()).assert_same(&set);
}

#[test]
fn a_saved_query_that_is_a_link_or_a_folder_is_read_as_one() {
    let enrichment = Enrichment::published();
    fs::create_dir_all(enrichment.folder().join("segments/folder.sql")).unwrap();
    let error = enrichment.rapport(&["segment", "check"]).failed(1);
    assert!(error.contains("folder.sql"), "{error}");
}
