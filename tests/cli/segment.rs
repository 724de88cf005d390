//! `rapport segment` and `rapport measure`.

use crate::support::export::message;
use crate::support::{Enrichment, Table, Tree, rapport};

#[test]
fn a_new_segment_is_a_file_that_can_be_shown_asked_and_listed() {
    let enrichment = Enrichment::accounts();
    let condition = "dayssincelastemail > 60";
    enrichment
        .rapport(&["segment", "new", "quiet", "--where", condition, "--title", "No mail."])
        .done();
    let path = enrichment.folder().join("segments/quiet.sql");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "-- No mail.\ndayssincelastemail > 60\n");
    let shown = enrichment.rapport(&["segment", "show", "quiet"]).done();
    assert!(shown.contains("segments/quiet.sql") && shown.contains(condition), "{shown}");
    let members = enrichment.rapport(&["segment", "run", "quiet", "--format", "csv"]).done();
    assert_eq!(members, "CustomerId\nC3\nC4\n");
    let list = enrichment.rapport(&["segment", "list", "--format", "csv"]).done();
    // two of five customers, and no run before to compare with
    assert!(list.lines().any(|line| line == "quiet,2,40.0,,,No mail."), "{list}");
    assert!(list.lines().any(|line| line.starts_with("never_engaged,1,20.0,")), "{list}");
    enrichment.rapport(&["segment", "run", "quiet", "-o", "quiet.parquet"]).done();
    let table = Table::read(&enrichment.folder().join("quiet.parquet"));
    assert_eq!(table.column("CustomerId"), ["C3", "C4"]);
}

#[test]
fn never_is_not_long_ago_unless_the_segment_says_so() {
    let enrichment = Enrichment::accounts();
    assert_eq!(enrichment.rows("select CustomerId from stale"), ["C3"]);
    assert_eq!(enrichment.rows("select CustomerId from stale_or_never order by 1"), ["C3", "C4"]);
    assert_eq!(enrichment.rows("select CustomerId from unanswered"), ["C4"]);
    assert_eq!(enrichment.rows("select CustomerId from never_engaged"), ["C5"]);
}

#[test]
fn who_came_and_who_left_is_told_between_runs() {
    let enrichment = Enrichment::accounts();
    let first = enrichment.runs().remove(0);
    let alone = enrichment.rapport(&["segment", "diff", "stale"]).failed(1);
    assert!(alone.contains("no run is kept before"), "{alone}");
    // C3 writes again
    let rows = [message("30", "erin@c3.example", &["alice@north.example"], "2025-06-20T09:00:00Z")];
    enrichment.export("new/Message_v1.json", &rows);
    enrichment.run(&[]).done();
    let diff = |options: &[&str]| {
        let arguments = [&["segment", "diff", "stale", "--format", "csv"], options].concat();
        enrichment.rapport(&arguments).done()
    };
    assert_eq!(diff(&[]), "CustomerId,Change\nC3,left\n");
    assert_eq!(diff(&["--since", &first]), "CustomerId,Change\nC3,left\n");
    let back = diff(&["--run", &first, "--since", &enrichment.runs()[1]]);
    assert_eq!(back, "CustomerId,Change\nC3,came\n");
    let list = enrichment.rapport(&["segment", "list", "--format", "csv"]).done();
    assert!(list.lines().any(|line| line.starts_with("stale,0,0.0,0,1,")), "{list}");
}

#[test]
fn what_is_wrong_is_told_with_file_line_and_column_all_at_once() {
    let enrichment = Enrichment::accounts();
    for (name, text) in [
        ("columns", "-- One.\n\nDaysSinceLastEmail > 60\n  and DaysSinceLastMeeitng > 60\n"),
        ("member", "-- Two.\nselect EngagementScore from customer\n"),
        ("syntax", "-- Three.\nselect CustomerId from customer where\n"),
        ("untitled", "EngagementScore > 1\n"),
        ("Upper", "-- Four.\nEngagementScore > 1\n"),
        ("month", "-- Five.\nEngagementScore > 1\n"),
        ("ring", "-- Six.\nselect CustomerId from gnir\n"),
        ("gnir", "-- Seven.\nselect CustomerId from ring\n"),
        (
            "write",
            "-- Eight.\nselect CustomerId from customer) union select sender from (select 1\n",
        ),
        ("fine", "-- Nine.\nEngagementScore > 1;\n"),
        ("finer", "-- Ten.\nselect CustomerId from FINE\n"),
    ] {
        enrichment.write(&format!("segments/{name}.sql"), text);
    }
    let told = enrichment.rapport(&["segment", "check"]).failed(1);
    for line in [
        "segments/columns.sql:4:7: no column `DaysSinceLastMeeitng`",
        "hint: did you mean `DaysSinceLastMeeting`?",
        "segments/member.sql:2:1: a segment must give the column `CustomerId`",
        "segments/syntax.sql:2:38: Expected: an expression",
        "segments/untitled.sql:1:1: the file has no title",
        "segments/Upper.sql: `Upper` is no name of a segment",
        "segments/month.sql: `month` is the name of a relation",
        "segments/ring.sql:2:1: the query reads itself",
        "segments/gnir.sql:2:1: the query reads itself",
        "segments/write.sql:",
    ] {
        assert!(told.contains(line), "no `{line}` in\n{told}");
    }
    assert!(!told.contains("fine"), "{told}");
    // nothing is run with segments that cannot be asked, and the shell goes on without them
    let runs = enrichment.runs();
    let refused = enrichment.run(&[]).failed(1);
    assert!(refused.contains("segments/columns.sql:4:7:"), "{refused}");
    assert_eq!(enrichment.runs(), runs);
    let outcome = enrichment.sql("select count(*) from finer", &["--format", "csv"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "count(*)\n4\n"));
    assert!(
        outcome.stderr.contains("warning: ")
            && outcome.stderr.contains("segments/columns.sql:4:7:")
    );
}

#[test]
fn a_segment_that_cannot_be_asked_or_has_a_name_already_is_not_saved() {
    let enrichment = Enrichment::accounts();
    let new = |name: &str, arguments: &[&str]| {
        enrichment.rapport(&[&["segment", "new", name], arguments].concat())
    };
    assert!(new("quiet", &["--where", "Nothing > 1"]).failed(1).contains("no column `Nothing`"));
    assert!(
        new("quiet", &["--where", "1 = 1; drop table Office"]).failed(1).contains("more than one")
    );
    assert!(new("customer", &["--where", "1 = 1"]).failed(1).contains("name of something else"));
    assert!(
        new("median_score", &["--where", "1 = 1"]).failed(1).contains("name of something else")
    );
    assert!(new("../quiet", &["--where", "1 = 1"]).failed(1).contains("no name of a segment"));
    new("quiet", &[]).failed(2);
    assert!(!enrichment.folder().join("segments").exists());
    new("quiet", &["--where", "EngagementScore > 1"]).done();
    assert!(new("quiet", &["--where", "EngagementScore > 2"]).failed(1).contains("exists already"));
    assert!(
        enrichment
            .rapport(&["segment", "run", "quite"])
            .failed(1)
            .contains("did you mean `quiet`?")
    );
}

#[test]
fn a_file_replaces_the_segment_of_its_name_that_ships() {
    let enrichment = Enrichment::accounts();
    enrichment.write("segments/stale.sql", "-- Ours.\nCustomerId = 'C1'\n");
    assert_eq!(enrichment.rows("select CustomerId from stale"), ["C1"]);
    let shown = enrichment.rapport(&["segment", "show", "stale"]).done();
    assert!(shown.starts_with("segments/stale.sql"), "{shown}");
    let shipped = enrichment.rapport(&["segment", "show", "fading"]).done();
    assert!(shipped.starts_with("ships with Rapport"), "{shipped}");
    let told = enrichment.rapport(&["segment", "new", "fading", "--where", "true"]).done();
    assert_eq!(told, "wrote segments/fading.sql, in the place of the one that ships\n");
}

#[test]
fn a_measure_gives_one_value_or_one_for_each_customer() {
    let enrichment = Enrichment::accounts();
    let new = |name: &str, select: &str| {
        enrichment.rapport(&["measure", "new", name, "--select", select, "--title", "It."])
    };
    new("customers", "select count(*) as Customers from customer").done();
    new("mail", "select CustomerId, sum(NoOfEmails_ToAccount) as Sent from month group by 1")
        .done();
    assert!(
        new("two", "select 1 as A, 2 as B").failed(1).contains("a measure must give one column")
    );
    let value = enrichment.rapport(&["measure", "run", "customers", "--format", "csv"]).done();
    assert_eq!(value, "Customers\n4\n");
    let values = enrichment.rapport(&["measure", "run", "mail", "--format", "csv"]).done();
    assert_eq!(values, "CustomerId,Sent\nC1,3\nC2,1\nC3,1\nC4,1\n");
    let list = enrichment.rapport(&["measure", "list", "--format", "csv"]).done();
    for line in ["customers,4,,It.", "mail,,4,It."] {
        assert!(list.lines().any(|found| found == line), "no `{line}` in {list}");
    }
    assert!(enrichment.rapport(&["measure", "check"]).done().contains("4 measures can be asked"));
}

fn csv(enrichment: &Enrichment, arguments: &[&str]) -> String {
    enrichment.rapport(&[&["segment"], arguments, &["--format", "csv"]].concat()).done()
}

#[test]
fn names_that_are_no_names_and_text_that_is_no_condition_are_refused() {
    let enrichment = Enrichment::published();
    enrichment.write("segments/mine.sql", "-- Mine.\ntrue\n");
    let before = Tree::of(enrichment.folder());
    let refused = |arguments: &[&str], code| {
        let outcome = enrichment.rapport(&[&["segment", "new"], arguments].concat());
        assert_eq!(outcome.stdout, "", "{arguments:?}");
        assert!(outcome.failed(code).starts_with("error: "), "{arguments:?}");
        Tree::of(enrichment.folder()).assert_same(&before);
    };
    for name in ["mine", "week", "office_history", "engagementscore", "Fresh", "1st", "a-b", "a b"]
        .into_iter()
        .chain(["/tmp/up", "ä", "", "_a", "order", "left", "natural"])
    {
        refused(&[name, "--where", "true"], 1);
    }
    for condition in [
        "",
        "CustomerId +",
        "true) or (",
        "EngagementScore",
        "exists (select * from \"secret.csv\")",
        "CustomerId in (select CustomerId from fresh)",
    ] {
        refused(&["fresh", "--where", condition], 1);
    }
    for select in ["select 1 as x", "select CustomerId as Id from customer", "delete from Office"] {
        refused(&["fresh", "--select", select], 1);
    }
    refused(&["--where", "true"], 2);
    refused(&["fresh", "--where", "true", "--select", "select 1"], 2);
}

#[test]
fn a_condition_may_begin_with_a_hyphen_and_a_title_is_one_line() {
    let enrichment = Enrichment::accounts();
    let new = |name: &str, arguments: &[&str]| {
        enrichment.rapport(&[&["segment", "new", name], arguments].concat()).done()
    };
    let title = "  Two\n lines -- and dashes ";
    new("below", &["--where", "-EngagementScore < 0", "--title", title]);
    let path = enrichment.folder().join("segments/below.sql");
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, "-- Two lines -- and dashes\n-EngagementScore < 0\n");
    new("noted", &["--where", "-- in words\ntrue"]);
    assert_eq!(csv(&enrichment, &["run", "noted"]), "CustomerId\nC1\nC2\nC3\nC4\n");
    enrichment.rapport(&["segment", "check"]).done();
}

#[test]
fn an_order_that_the_segment_gives_is_kept() {
    let enrichment = Enrichment::accounts();
    for (name, from, expected) in [
        ("ordered", "customer order by CustomerId desc", "C4\nC3\nC2\nC1\n"),
        ("first", "customer order by CustomerId desc limit 2", "C4\nC3\n"),
        ("free", "(select * from customer order by CustomerId desc) as c", "C1\nC2\nC3\nC4\n"),
    ] {
        let text = format!("-- It.\nselect CustomerId from {from}\n");
        enrichment.write(&format!("segments/{name}.sql"), text);
        assert_eq!(csv(&enrichment, &["run", name]), format!("CustomerId\n{expected}"));
    }
}

#[test]
fn the_list_counts_customers_once_and_goes_on_without_what_is_broken() {
    let enrichment = Enrichment::accounts();
    // a customer that stands twice is one
    let select = "select CustomerId from customer union all select 'C1'";
    enrichment.write("segments/odd.sql", format!("-- Odd.\n{select}\n"));
    enrichment.write("segments/broken.sql", "-- Broken.\nnothing\n");
    let outcome = enrichment.rapport(&["segment", "list", "--format", "csv"]);
    assert_eq!(outcome.code, Some(0));
    assert!(outcome.stderr.starts_with("warning: segments/broken.sql:2:1: no column `nothing`"));
    assert!(outcome.stdout.contains("\nodd,4,80.0,,,Odd.\n"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("broken"), "{}", outcome.stdout);
}

#[test]
fn a_segment_newer_than_both_runs_can_be_compared() {
    let enrichment = Enrichment::accounts();
    enrichment.run(&["--as-of", "2025-08-20"]).done();
    enrichment.write("segments/late.sql", "-- Late.\nDaysSinceLastEmail > 60\n");
    let came = "CustomerId,Change\nC1,came\nC2,came\n";
    assert_eq!(csv(&enrichment, &["diff", "late"]), came);
    let second = enrichment.runs().remove(1);
    assert_eq!(csv(&enrichment, &["diff", "late", "--since", &second]), "CustomerId,Change\n");
    enrichment.rapport(&["segment", "diff", "late", "-o", "diff.csv"]).done();
    assert_eq!(std::fs::read_to_string(enrichment.folder().join("diff.csv")).unwrap(), came);
    let error = enrichment.rapport(&["segment", "diff", "late", "--since", "2020"]).failed(1);
    assert!(error.contains("no run `2020` is kept\nhint: "), "{error}");
    let error = Enrichment::new().rapport(&["segment", "diff", "stale"]).failed(1);
    assert!(error.contains("nothing is published"), "{error}");
}

#[test]
fn segments_read_segments_and_measures_whatever_their_order() {
    let enrichment = Enrichment::accounts();
    for (name, condition) in [
        ("a", "CustomerId in (select CustomerId from B)"),
        ("b", "CustomerId in (select CustomerId from z where CustomerId <> 'C1')"),
        ("z", "EngagementScore >= (select MedianScore from median_score) or CustomerId = 'C4'"),
    ] {
        enrichment.write(&format!("segments/{name}.sql"), format!("-- It.\n{condition}\n"));
    }
    let members = csv(&enrichment, &["run", "a"]);
    assert_eq!(members, csv(&enrichment, &["run", "b"]));
    assert!(members.ends_with("\nC4\n") && !members.contains("C1"), "{members}");
}

#[test]
fn a_definition_elsewhere_has_its_own_segments() {
    let enrichment = Enrichment::accounts();
    enrichment.write("segments/mine.sql", "-- Mine.\ntrue\n");
    let path = enrichment.folder().join("enrichment.toml");
    let elsewhere = tempfile::tempdir().unwrap();
    let arguments = ["segment", "run", "mine", "--format", "csv", "-d", path.to_str().unwrap()];
    let text = rapport(elsewhere.path(), &arguments).done();
    assert_eq!(text, "CustomerId\nC1\nC2\nC3\nC4\n");
}
