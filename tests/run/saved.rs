//! Segments and measures as a run publishes them.

use std::fs::{self, File};

use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::export::message;
use crate::support::{Enrichment, Row, Table, consent};

#[test]
fn a_run_publishes_what_saved_queries_answer() {
    let enrichment = Enrichment::accounts();
    enrichment.write("segments/quiet.sql", "-- No mail.\nDaysSinceLastEmail > 60\n");
    let select = "select DaysSinceLastEmail, CustomerId, EngagementScore * 2 as Twice from quiet";
    let text = format!("-- In columns.\n{select} cross join run order by CustomerId desc\n");
    enrichment.write("segments/wide.sql", text.replace("from quiet", "from customer"));
    enrichment
        .write("measures/members.sql", "-- How many.\nselect count(*) as Members from quiet\n");
    let report = enrichment.report(&[]);
    let read = |file: &str| Table::read(&enrichment.out().join(file));
    assert_eq!(read("segment/quiet.parquet").column("CustomerId"), ["C3", "C4"]);
    assert_eq!(read("measure/members.parquet").column("Members"), ["2"]);
    let wide = read("segment/wide.parquet");
    assert_eq!(wide.columns, ["DaysSinceLastEmail", "CustomerId", "Twice"]);
    assert_eq!(wide.column("CustomerId"), ["C4", "C3", "C2", "C1"]);
    let saved = report["saved"].as_array().unwrap();
    let quiet = saved.iter().find(|saved| saved["name"] == "quiet").unwrap();
    assert_eq!((&quiet["kind"], &quiet["rows"]), (&"segment".into(), &2.into()));
    let history = enrichment.history();
    assert_eq!(history.last().unwrap()["run"], report["run"]);
    assert_eq!(history.last().unwrap()["what"], "published");

    // a later run that fails leaves them
    enrichment.write("exports/more/Message_v1.json", "{");
    enrichment.run(&[]).failed(3);
    assert_eq!(read("segment/quiet.parquet").column("CustomerId"), ["C3", "C4"]);
    let later: Vec<_> = enrichment.history().split_off(history.len());
    assert_eq!(later.iter().map(|line| &line["what"]).collect::<Vec<_>>(), ["failed"]);
}

#[test]
fn segments_of_a_set_are_worked_out_from_that_set() {
    let enrichment = Enrichment::accounts();
    let first = enrichment.runs().remove(0);
    let rows = [message("30", "erin@c3.example", &["alice@north.example"], "2025-06-20T09:00:00Z")];
    enrichment.export("new/Message_v1.json", &rows);
    enrichment.run(&[]).done();
    let stale = |folder: &str| {
        Table::read(&enrichment.out().join(folder).join("segment/stale.parquet")).rows.len()
    };
    assert_eq!((stale(&format!("run/{first}")), stale("current"), stale("")), (1, 0, 0));
    let runs = enrichment.rows("select count(distinct RunId) from office_history");
    assert_eq!(runs, ["2"]);
}

#[test]
fn rows_that_are_no_customers_are_warned_of() {
    let enrichment = Enrichment::accounts();
    enrichment.write(
        "segments/twice.sql",
        "-- T.\nselect CustomerId from month union all select CustomerId from month\n",
    );
    enrichment.write("segments/nobody.sql", "-- N.\nselect cast(null as varchar) as CustomerId\n");
    enrichment.write("measures/many.sql", "-- M.\nselect EngagementScore from customer\n");
    let report = enrichment.report(&[]);
    let warnings = report["warnings"].to_string();
    for warning in [
        "segment `twice` names customers more than once",
        "segment `nobody` has 1 rows without a `CustomerId`",
        "measure `many` should give one value and gives 4 rows",
    ] {
        assert!(warnings.contains(warning), "no `{warning}` in {warnings}");
    }
}

#[test]
fn every_file_holds_what_sql_says_and_stands_at_a_stable_path() {
    let enrichment = Enrichment::accounts();
    enrichment.write("segments/nobody.sql", "-- Nobody.\nfalse\n");
    enrichment.write(
        "measures/weeks.sql",
        "-- Weeks.\nselect CustomerId, count(*) as Weeks from week group by CustomerId\n",
    );
    let report = enrichment.report(&[]);
    let mut names = Vec::new();
    for told in report["saved"].as_array().unwrap() {
        let [kind, name, file] = ["kind", "name", "file"].map(|key| told[key].as_str().unwrap());
        assert_eq!(file, format!("{kind}/{name}.parquet"));
        let table = Table::read(&enrichment.out().join("current").join(file));
        let line = |row: &Row| {
            row.iter().map(|cell| cell.as_deref().unwrap_or_default()).collect::<Vec<_>>().join(",")
        };
        let rows: Vec<String> = table.rows.iter().map(line).collect();
        assert_eq!(rows, enrichment.rows(&format!("select * from {name} order by 1")), "{name}");
        assert_eq!(told["rows"], rows.len(), "{name}");
        assert_eq!(Table::read(&enrichment.out().join(file)), table, "{name}");
        names.push(name);
    }
    for name in ["nobody", "stale", "median_score", "mail_balance", "weeks"] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
}

#[test]
fn columns_keep_their_types_units_and_meanings() {
    let enrichment = Enrichment::accounts();
    let select = "select CustomerId, EngagementScore, EngagementScore + 1 as More from customer";
    enrichment.write("segments/scored.sql", format!("-- Scored.\n{select}\n"));
    enrichment.run(&[]).done();
    let file = File::open(enrichment.out().join("segment/scored.parquet")).unwrap();
    let schema = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().schema().clone();
    let [customer, score, more] =
        ["CustomerId", "EngagementScore", "More"].map(|name| schema.field_with_name(name).unwrap());
    assert_eq!((score.data_type(), customer.data_type()), (&DataType::Int32, &DataType::Utf8));
    assert_eq!(score.metadata()["unit"], "points");
    assert!(customer.metadata()["meaning"].contains("contact table"));
    // what is computed is no column of Office
    assert!(!more.metadata().contains_key("unit"));
}

#[test]
fn a_saved_query_that_is_broken_stops_the_run_before_anything_is_read() {
    for (file, text, problem) in [
        ("segments/bad.sql", "-- Bad.\ntrue\n  and nothing > 1\n", ":3:7: no column `nothing`"),
        ("measures/bad.sql", "-- Bad.\nselect avg(x)\nfrom customer\n", ":2:12: no column `x`"),
        ("segments/bad.sql", "true", ":1:1: the file has no title"),
    ] {
        let enrichment = Enrichment::new();
        enrichment.write(file, text);
        consent::give(enrichment.folder(), &["run"]);
        let before = enrichment.unrecorded_tree();
        let error = enrichment.run(&[]).failed(1);
        let head = "error: 1 saved query cannot be asked: nothing is run\n";
        assert!(error.starts_with(&format!("{head}{file}{problem}")), "{error}");
        enrichment.unrecorded_tree().assert_same(&before);
    }
}

#[test]
fn a_query_that_fails_while_it_runs_leaves_the_old_set() {
    let enrichment = Enrichment::accounts();
    let before = enrichment.published_tree();
    let condition = "1 / (EngagementScore - EngagementScore) = 1";
    enrichment.write("segments/fails.sql", format!("-- Fails.\n{condition}\n"));
    let error = enrichment.run(&["--as-of", "2025-06-12"]).failed(1);
    assert!(error.contains("cannot compute segment `fails`"), "{error}");
    enrichment.published_tree().assert_same(&before);
}

#[test]
fn a_segment_that_goes_is_gone_from_the_next_set_and_kept_in_the_old() {
    let enrichment = Enrichment::accounts();
    enrichment.write("segments/brief.sql", "-- Brief.\ntrue\n");
    enrichment.run(&[]).done();
    fs::remove_file(enrichment.folder().join("segments/brief.sql")).unwrap();
    enrichment.run(&[]).done();
    assert!(fs::symlink_metadata(enrichment.out().join("segment/brief.parquet")).is_err());
    let has = |run| enrichment.out().join("run").join(run).join("segment/brief.parquet").exists();
    let kept: Vec<bool> = enrichment.runs().iter().map(has).collect();
    assert_eq!(kept, [false, true, false]);
}
