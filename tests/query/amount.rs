//! Queries that are too much: they end with an error, and the program with them in order.

use std::fmt::Write as _;

use super::attack::Attacked;
use crate::support::Enrichment;

#[test]
fn functions_that_make_much_of_little_are_not_there() {
    let attacked = Attacked::new();
    for call in [
        "repeat('a', 2000000000)",
        "lpad('a', 2000000000)",
        "rpad('a', 2000000000, 'b')",
        "array_repeat(1, 2000000000)",
        "list_repeat(1, 2000000000)",
        "array_resize([1], 2000000000, 1)",
        "list_resize([1], 2000000000, 1)",
        "range(1, 2000000000)",
        "generate_series(1, 2000000000)",
        "REPEAT('a', 2000000000)",
        "\"repeat\"('a', 2000000000)",
        "length(repeat('a', EngagementScore * 1000000000))",
    ] {
        let error = attacked.is_refused(&format!("select {call} from customer"));
        assert!(error.contains("Invalid function"), "{call}: {error}");
    }
}

#[test]
fn memory_beyond_the_limit_is_refused() {
    let enrichment = Enrichment::published();
    enrichment.define("output = \"out\"", "output = \"out\"\nmemory_limit = \"64 MiB\"");
    let many = "Office a, Office b, Office c, Office d, Office e, Office f, Office g";
    for query in [
        format!(
            "select count(*) from (select distinct a.PrimaryKey, b.PrimaryKey as b, c.PrimaryKey as c, d.PrimaryKey as d, e.PrimaryKey as e, f.PrimaryKey as f, g.PrimaryKey as g from {many})"
        ),
        format!(
            "select * from {many} order by a.EngagementScore + b.EngagementScore * c.EngagementScore - d.EngagementScore, e.PrimaryKey, f.PrimaryKey, g.PrimaryKey"
        ),
    ] {
        let outcome = enrichment.sql(&query, &["-o", "rows.csv"]);
        let error = outcome.failed(1);
        assert!(error.to_lowercase().contains("memory"), "{error}");
        assert!(!enrichment.folder().join("rows.csv").exists());
    }
    // and what fits is answered
    assert_eq!(enrichment.rows("select count(*) from Office a, Office b, Office c"), ["1000"]);
}

#[test]
fn nesting_that_is_too_deep_is_an_error() {
    let attacked = Attacked::new();
    for depth in [60, 1000, 5000] {
        for query in [
            format!("select {}1{}", "(".repeat(depth), ")".repeat(depth)),
            format!("{}select 1{}", "(".repeat(depth), ")".repeat(depth)),
            format!("select * from {}select 1{}", "(".repeat(depth), ")".repeat(depth)),
            format!("{}select 1 as a{}", "select * from (".repeat(depth), ")".repeat(depth)),
            format!("select {}1", "- ".repeat(depth)),
            format!("select {}1{}", "upper(".repeat(depth), ")".repeat(depth)),
            format!("select {}1{}", "case when true then ".repeat(depth), " end".repeat(depth)),
            format!("select {}1{}", "[".repeat(depth), "]".repeat(depth)),
        ] {
            let outcome = attacked.enrichment.piped(&["sql"], &query);
            let error = attacked.is_harmless("nesting", outcome).failed(1);
            assert!(
                ["nested too deeply", "Expected", "more than 1000"]
                    .iter()
                    .any(|problem| error.contains(problem)),
                "{error}"
            );
        }
    }
}

/// Queries with `links` links: none of their parts lies deeper in the text than another.
fn chains(links: usize) -> Vec<(&'static str, String)> {
    let terms = |join: &str, term: &dyn Fn(usize) -> String| -> String {
        (0..links).map(term).collect::<Vec<_>>().join(join)
    };
    let mut with = "with a0 as (select 1 as x)".to_owned();
    let mut views = "create view v0 as select 1 as x;\n".to_owned();
    for at in 1..links {
        write!(with, ", a{at} as (select x from a{})", at - 1).unwrap();
        writeln!(views, "create view v{at} as select x from v{};", at - 1).unwrap();
    }
    let last = links - 1;
    vec![
        (
            "or",
            format!(
                "select 1 from customer where {}",
                terms(" or ", &|at| format!("EngagementScore = {at}"))
            ),
        ),
        ("plus", format!("select {}", terms(" + ", &|at| at.to_string()))),
        ("concat", format!("select {}", terms(" || ", &|at| format!("'{at}'")))),
        ("union", terms(" union all ", &|at| format!("select {at}"))),
        (
            "cross join",
            format!("select 1 from {}", terms(" cross join ", &|at| format!("run r{at}"))),
        ),
        ("comma", format!("select 1 from {}", terms(", ", &|at| format!("run r{at}")))),
        ("cast", format!("select 1{}", "::int".repeat(links))),
        ("is null", format!("select 1{}", " is null".repeat(links))),
        ("with", format!("{with} select * from a{last}")),
        ("views", format!("{views}select * from v{last};")),
    ]
}

#[test]
fn chains_are_answered_or_refused_whatever_their_length() {
    let attacked = Attacked::new();
    for (links, is_slow, codes) in
        [(180, true, [0, 0]), (950, false, [0, 1]), (5000, false, [1, 1])]
    {
        for (kind, query) in chains(links) {
            // what many joins take is time
            if ["cross join", "comma", "views"].contains(&kind) && !is_slow {
                continue;
            }
            let outcome = attacked.enrichment.piped(&["sql"], &query);
            let outcome = attacked.is_harmless(kind, outcome);
            // a program that overflows its stack has no code
            let code = outcome.code.unwrap_or(-1);
            assert!(codes.contains(&code), "{links} {kind}: {code}, {}", outcome.stderr);
            if code == 1 {
                assert!(
                    outcome.stderr.contains("more than 1000"),
                    "{links} {kind}: {}",
                    outcome.stderr
                );
            }
        }
    }
}

#[test]
fn views_over_views_without_end_are_refused() {
    let enrichment = Enrichment::published();
    let mut script = "create view v0 as select 1 as x;\n".to_owned();
    for at in 1..600 {
        writeln!(script, "create view v{at} as select x from v{};", at - 1).unwrap();
    }
    let error = enrichment.piped(&["sql"], &script).failed(1);
    assert!(error.contains("a query over more than 1000 others is not possible"), "{error}");
}

#[test]
fn long_lists_are_answered() {
    let enrichment = Enrichment::published();
    let list: Vec<String> = (0..20_000).map(|at| format!("'C{at}'")).collect();
    let query = format!(
        "select CustomerId from customer where CustomerId in ({}) order by 1",
        list.join(", ")
    );
    let outcome = enrichment.piped(&["sql", "--format", "csv"], &query);
    assert_eq!(outcome.done(), "CustomerId\nC1\nC2\n");
    let cases: String = (0..1000).map(|at| format!(" when 'C{at}' then {at}")).collect();
    let query = format!("select case CustomerId{cases} end as n from customer order by 1");
    assert_eq!(enrichment.piped(&["sql", "--format", "csv"], &query).done(), "n\n1\n2\n");
}
