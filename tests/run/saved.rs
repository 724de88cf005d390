//! Segments and measures as a run publishes them.

use crate::support::export::message;
use crate::support::{Enrichment, Table};

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
    assert_eq!(enrichment.history().len(), history.len());
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
