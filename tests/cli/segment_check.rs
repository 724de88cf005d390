//! `rapport segment check`: the file, the line and the column of whatever is wrong.

use crate::support::{Enrichment, Tree};

#[test]
fn a_place_is_that_of_the_file_whatever_stands_before_it() {
    let enrichment = Enrichment::new();
    for (name, text) in [
        ("columns", "-- Title.\n-- More.\n\nEngagementScore > 1\n  and EngagmentScore > 2\n"),
        ("first", "-- Title.\nnothing > 1\n"),
        ("selected", "-- Title.\nselect CustomerId\nfrom custmer\n"),
        ("tabs", "-- Title.\n\t\t'ä€' = nothing\n"),
        ("windows", "-- Title.\r\nEngagementScore > 1\r\n  and nothing > 2\r\n"),
    ] {
        enrichment.write(&format!("segments/{name}.sql"), text);
    }
    enrichment.write("measures/wrong.sql", "-- Title.\nselect nothing from customer\n");
    let before = Tree::of(enrichment.folder());
    let outcome = enrichment.rapport(&["segment", "check"]);
    assert_eq!(outcome.stdout, "");
    let error = outcome.failed(1);
    assert!(error.starts_with("error: 5 segments cannot be asked\n"), "{error}");
    for line in [
        "segments/columns.sql:5:7: no column `EngagmentScore`",
        "5 |   and EngagmentScore > 2",
        "  |       ^^^^^^^^^^^^^^",
        "segments/first.sql:2:1: no column `nothing`",
        "segments/selected.sql:3:6: no relation `custmer`",
        "segments/tabs.sql:2:10: no column `nothing`",
        "segments/windows.sql:3:7: no column `nothing`",
    ] {
        assert!(error.lines().any(|found| found == line), "no `{line}` in\n{error}");
    }
    assert!(!error.contains("measures"), "{error}");
    Tree::of(enrichment.folder()).assert_same(&before);
}

#[test]
fn what_is_no_segment_is_told_with_a_way_out() {
    let enrichment = Enrichment::new();
    let cases = [
        ("empty", "", "the file has no title\nhint: "),
        ("bare", "-- Title.\n", "there is nothing below the title\nhint: "),
        ("two", "-- Title.\ntrue; true", "2:1: there is more than one statement\n"),
        ("a-b", "-- Title.\ntrue", "`a-b` is no name of a segment\nhint: "),
        ("customerid", "-- Title.\ntrue", "`customerid` is the name of a relation or a column"),
        (
            "no_id",
            "-- Title.\nselect EngagementScore from customer",
            "2:1: a segment must give the column `CustomerId`\n  |\n2 | select EngagementScore from customer\n  | ^\nhint: this one gives `EngagementScore`",
        ),
        (
            "twice",
            "-- Title.\nselect w.CustomerId, c.CustomerId from week w, customer c",
            "two columns have the same name",
        ),
        (
            "writes",
            "-- Title.\nwith x as (delete from Office returning *) select CustomerId from x",
            "DELETE is not possible here",
        ),
        ("open", "-- Title.\nCustomerId = 'open", "Unterminated string literal"),
        ("itself", "-- Title.\nCustomerId in (select CustomerId from itself)", "reads itself"),
        ("latin", "", "line 1 is not UTF-8"),
        ("untitled", "EngagementScore > 1", "1:1: the file has no title\n"),
        (
            "ends",
            "-- Title.\nEngagementScore >\n",
            "2:18: Expected: an expression, found the end\n",
        ),
        (
            "breaks_out",
            "-- Title.\nfalse) or (true\n",
            "2:6: Expected: the end of the condition, found: )\n",
        ),
        (
            "sum",
            "-- Title.\n\nsum(EngagementScore) > 1",
            "3:1: Aggregate functions are not allowed",
        ),
        (
            "arguments",
            "-- Title.\nselect CustomerId, sum(CustomerId) as x from customer group by 1",
            "2:20: no function matches `sum(",
        ),
    ];
    for (name, text, _) in cases {
        enrichment.write(&format!("segments/{name}.sql"), text);
    }
    enrichment.write("segments/latin.sql", b"-- T\xe4tle.\ntrue\n");
    let error = enrichment.rapport(&["segment", "check"]).failed(1);
    for (name, _, problem) in cases {
        let (_, told) = error.split_once(&format!("\nsegments/{name}.sql:")).expect(name);
        let told = told.split("\nsegments/").next().unwrap();
        assert!(told.contains(problem), "{name}: {told}");
    }
}

#[test]
fn who_reads_a_broken_segment_is_told_too_and_who_is_beside_a_circle_is_not() {
    let enrichment = Enrichment::new();
    for (name, text) in [
        ("broken", "nothing"),
        ("reader", "select CustomerId\nfrom broken"),
        ("a", "CustomerId in (select CustomerId from b)"),
        ("b", "select CustomerId from C"),
        ("c", "select CustomerId from a"),
        ("outside", "select CustomerId from stale"),
    ] {
        enrichment.write(&format!("segments/{name}.sql"), format!("-- Title.\n{text}\n"));
    }
    let error = enrichment.rapport(&["segment", "check"]).failed(1);
    assert!(error.starts_with("error: 5 segments cannot be asked\n"), "{error}");
    for problem in [
        "segments/broken.sql:2:1: no column `nothing`",
        "segments/reader.sql:3:6: it reads `broken`, which cannot be asked",
        "segments/a.sql:2:1: the query reads itself",
        "segments/b.sql:2:1: the query reads itself",
        "segments/c.sql:2:1: the query reads itself",
    ] {
        assert!(error.contains(problem), "no `{problem}` in {error}");
    }
}

#[test]
fn what_is_no_file_keeps_the_others_from_nothing() {
    let enrichment = Enrichment::new();
    std::fs::create_dir_all(enrichment.folder().join("segments/folder.sql")).unwrap();
    enrichment.write("segments/wrong.sql", "-- Wrong.\nnothing\n");
    let error = enrichment.rapport(&["segment", "check"]).failed(1);
    assert!(error.starts_with("error: 2 segments cannot be asked\n"), "{error}");
    assert!(error.contains("\nsegments/folder.sql: cannot be read: "), "{error}");
    assert!(error.contains("\nsegments/wrong.sql:2:1: no column `nothing`"), "{error}");
}

#[test]
fn sound_segments_are_counted_and_need_no_published_set() {
    let enrichment = Enrichment::new();
    let check = || enrichment.rapport(&["segment", "check"]).done();
    assert_eq!(check(), "7 segments can be asked\n");
    enrichment
        .write("segments/mine.sql", "-- Mine.\n/* a block */ (EngagementScore > 1) -- end\n;\n");
    enrichment.write("segments/stale.sql", "-- Mine.\nSELECT customerid FROM Customer\n");
    enrichment.write("segments/marked.sql", "\u{feff}-- Title.\ntrue\n");
    enrichment.write("segments/notes.txt", "no SQL");
    assert_eq!(check(), "9 segments can be asked\n");
}
