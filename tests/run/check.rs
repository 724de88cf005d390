//! Checks that warn.

use std::fs;

use serde_json::Value;

use crate::support::Enrichment;
use crate::support::export::message;

/// `customers` customers with a message each, of twelve.
fn export(enrichment: &Enrichment, customers: usize) {
    let rows: Vec<Value> = (0..customers)
        .map(|n| {
            let to = format!("a@c{n}.example");
            message(&n.to_string(), "alice@north.example", &[&to], "2025-06-02T09:00:00Z")
        })
        .collect();
    enrichment.export("Message_v1.json", &rows);
}

fn twelve() -> Enrichment {
    let enrichment = Enrichment::empty();
    let rows: String = (0..12).map(|n| format!("k{n},C{n},a@c{n}.example\n")).collect();
    enrichment.write("contacts.csv", format!("ContactId,CustomerId,Email\n{rows}"));
    export(&enrichment, 12);
    enrichment.run(&[]).done();
    enrichment
}

const WARNING: &str = "check `customers` found 1 row against its rule: at least half as many customers have a row as in \
     the last run, where that had 10 or more. First: {\"customers\":5,\"last_customers\":12}";

#[test]
fn customers_that_are_gone_since_the_last_run_are_warned_of() {
    let enrichment = twelve();
    export(&enrichment, 5);
    let report = enrichment.report(&[]);
    let check = report["checks"].as_array().unwrap();
    let check = check.iter().find(|check| check["name"] == "customers").unwrap();
    assert_eq!((&check["rows"], &check["example"]["customers"]), (&1.into(), &5.into()));
    let warnings: Vec<&str> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning.as_str().unwrap())
        .collect();
    assert!(warnings.contains(&WARNING), "{warnings:#?}");
    // what a check finds is published
    let published = fs::read_to_string(enrichment.out().join("current/report.json")).unwrap();
    let published: Value = serde_json::from_str(&published).unwrap();
    assert_eq!(published["warnings"], serde_json::json!([WARNING]));
    let text = fs::read_to_string(enrichment.out().join("current/report.txt")).unwrap();
    assert!(text.contains(&format!("warning: {WARNING}\n")), "{text}");
    assert!(text.contains("7  of 8 checks passed"), "{text}");
    // the next run is as the last one
    assert!(!enrichment.run(&[]).done().contains("check `customers`"));
}

#[test]
fn runs_that_cannot_be_compared_are_not() {
    let earlier = twelve();
    export(&earlier, 5);
    assert!(!earlier.run(&["--as-of", "2025-06-29"]).done().contains("check `customers`"));
    let shorter = twelve();
    export(&shorter, 5);
    shorter.define("as_of = 2025-06-30", "as_of = 2025-06-30\ndays = 364");
    assert!(!shorter.run(&[]).done().contains("check `customers`"));
}

#[test]
fn a_last_run_that_cannot_be_read_is_none() {
    let enrichment = twelve();
    export(&enrichment, 5);
    fs::write(enrichment.out().join("current/Office.parquet"), "PAR1").unwrap();
    assert!(!enrichment.run(&[]).done().contains("check `customers`"));
}
