//! `rapport overview`: the figures are those of the published set.

use crate::support::Enrichment;

#[test]
fn the_overview_tells_what_the_report_and_the_entity_say() {
    let enrichment = Enrichment::accounts();
    let report = enrichment.report(&["--as-of", "2025-02-28"]);
    let coverage = &report["coverage"];
    let text = enrichment.rapport(&["overview"]).done();
    let figures = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).expect(name);
        line[20..].to_owned()
    };
    assert_eq!(figures("customers enriched  "), "2 of 5 (40 %)");
    assert_eq!(
        figures("own addresses"),
        format!(
            "{} selected, {} of them processed",
            coverage["own_addresses"], coverage["own_addresses_seen"]
        )
    );
    assert_eq!(
        figures("e-mails"),
        format!("{} processed, {} counted", coverage["messages"], coverage["messages_counted"])
    );
    assert_eq!(figures("days of data"), format!("{} of 365", coverage["days_covered"]));
    let missing = 365 - coverage["days_covered"].as_i64().unwrap();
    let advice = format!("{missing} days are missing (2024-03-01 to ");
    assert!(text.contains(&advice) && text.contains("): run again when more"), "{text}");
    // both runs, each with its customers
    let runs = enrichment.runs();
    for (run, customers) in runs.iter().zip([4, 2]) {
        let line = text.lines().find(|line| line.starts_with(run.as_str())).unwrap();
        assert!(line.ends_with(&format!(" {customers}")), "{line}");
        assert_eq!(line.matches('#').count(), customers * 10, "{line}");
    }
    assert!(text.contains("C3") && text.contains("C4") && !text.contains("alice@"), "{text}");
}

#[test]
fn without_a_published_set_it_says_what_to_do() {
    let error = Enrichment::new().rapport(&["overview"]).failed(1);
    assert!(error.contains("nothing is published") && error.contains("`rapport run`"), "{error}");
}

#[test]
fn customers_over_time_go_further_back_than_the_kept_runs() {
    let enrichment = Enrichment::published();
    enrichment.define("[window]", "keep_runs = 1\n\n[window]");
    let before = enrichment.set().run;
    enrichment.write("contacts.csv", "ContactId,CustomerId,Email\nk1,C1,carol@c1.example\n");
    enrichment.run(&[]).done();
    assert_eq!(enrichment.runs(), [enrichment.set().run]);
    let text = enrichment.rapport(&["overview"]).done();
    let chart = text.split("over time\n").nth(1).unwrap();
    let lines: Vec<&str> = chart.lines().take(2).collect();
    assert!(lines[0].starts_with(&before) && lines[0].ends_with(" 2"), "{text}");
    assert!(lines[1].starts_with(&enrichment.set().run) && lines[1].ends_with(" 1"), "{text}");
}
