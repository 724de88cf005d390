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
        assert!(error.contains("no function"), "{call}: {error}");
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
fn texts_that_multiply_are_refused_before_they_fill_the_memory() {
    let enrichment = Enrichment::published();
    // `x` has a thousand letters, and each step makes it thirty times as long
    let start =
        format!("with x0 as (select '{}' || max(PrimaryKey) as x from Office)", "a".repeat(1000));
    let thirty = |what: &str| {
        let mut query = start.clone();
        for at in 1..=8 {
            // what is added up is in no other expression's place
            write!(query, ", x{at} as (select max({what}) as x from x{})", at - 1).unwrap();
        }
        let error = enrichment.sql(&format!("{query} select length(x) from x8"), &[]).failed(1);
        assert!(error.contains("could make texts too long for memory"), "{what}: {error}");
    };
    thirty(&["x"; 30].join(" || "));
    thirty(&format!("concat({})", ["x"; 30].join(", ")));
    thirty(&format!("concat_ws('-', {})", ["x"; 30].join(", ")));
    thirty(&format!("array_to_string([{}], '-')", ["x"; 30].join(", ")));
    thirty(&format!("array_to_string(make_array({}), '-')", ["x"; 30].join(", ")));
    thirty("replace(x, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')");
    thirty("regexp_replace(x, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'g')");
    let error = enrichment
        .sql("select string_agg(PrimaryKey, ',') over (order by PrimaryKey) from Office", &[])
        .failed(1);
    assert!(error.contains("string_agg over a window is not possible"), "{error}");
    // what people write is answered
    for (query, expected) in [
        ("select CustomerId || '-' || null || 1 is null from customer limit 1", "true"),
        ("select CustomerId || '-' || 1 from customer order by 1 limit 1", "C1-1"),
        (
            "select replace(string_agg(CustomerId, '; ' order by CustomerId), ';', ' and') from customer",
            "C1 and C2",
        ),
        ("select array_to_string(['a', CustomerId], '/') from customer order by 1 limit 1", "a/C1"),
        ("select concat_ws('-', 'a', null, 'b')", "a-b"),
    ] {
        assert_eq!(enrichment.rows(query), [expected], "{query}");
    }
}

#[test]
fn what_would_be_planned_forever_is_refused() {
    let enrichment = Enrichment::published();
    let (mut twice, mut nested) = ("with a0 as (select 1 as x)".to_owned(), "select 1".to_owned());
    for at in 1..40 {
        write!(twice, ", a{at} as (select a.x from a{0} a, a{0} b)", at - 1).unwrap();
        if at < 15 {
            nested = format!("select max(EngagementScore) + ({nested}) from customer");
        }
    }
    for (query, problem) in [
        (format!("{twice} select count(*) from a39"), "more than 200 relations"),
        (nested, "more than 10 subqueries within each other"),
        (
            format!(
                "select {}",
                vec!["(select max(EngagementScore) from customer)"; 60].join(" + ")
            ),
            "more than 48 joins and subqueries",
        ),
    ] {
        let error = enrichment.sql(&query, &[]).failed(1);
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn columns_of_columns_that_would_be_planned_forever_are_refused() {
    let enrichment = Enrichment::published();
    let steps = |first: &str, step: &str, steps: usize, last: &str| {
        let mut query = format!("with t0 as ({first})");
        for at in 1..=steps {
            write!(query, ", t{at} as (select {step} as x from t{})", at - 1).unwrap();
        }
        format!("{query} select {last} from t{steps}")
    };
    let score = "select EngagementScore as x from customer";
    let columns: Vec<String> = (0..2_000).map(|at| format!("1 as a{at}")).collect();
    let cube: Vec<String> = (0..25).map(|at| format!("EngagementScore + {at}")).collect();
    for (query, problem) in [
        (steps(score, "x * x + x", 40, "max(x)"), "more than 5000 terms in an expression"),
        (
            steps(score, "case when x > 1 then x else x + 1 end", 40, "max(x)"),
            "more than 5000 terms in an expression",
        ),
        (
            format!("{} where x > 1", steps(score, "x + x", 40, "count(*)")),
            "more than 5000 terms in an expression",
        ),
        (
            format!("select 1 where exists ({})", &steps(score, "x + x", 40, "x")),
            "more than 5000 terms in an expression",
        ),
        (format!("select {} from Office", columns.join(", ")), "more than 1664 columns"),
        (
            format!("select count(*) from Office group by cube ({})", cube.join(", ")),
            "more than 256 sets of columns to group by",
        ),
    ] {
        let error = enrichment.sql(&query, &[]).failed(1);
        assert!(error.contains(problem), "{error}");
        assert!(error.contains("\nhint: ask in several queries"), "{error}");
    }
    // and what people write is answered
    assert_eq!(enrichment.rows(&steps("select 1 as x", "x + x", 9, "x")), ["512"]);
    let rollup = "select count(*) from Office group by rollup (AggregationLevel, CustomerId)";
    assert!(enrichment.rows(rollup).len() > 4);
}

#[test]
fn a_long_value_is_put_into_no_thousand_rows() {
    let enrichment = Enrichment::published();
    let letters = "a".repeat(70_000);
    let long =
        format!("(select string_agg(PrimaryKey || '{}', '') as x from Office)", "a".repeat(9_000));
    for query in [
        format!("select l.x, o.* from {long} l, Office o"),
        format!(
            "select max(l.x || o.CustomerId) from {long} l join Office o on length(l.x) > o.EngagementScore"
        ),
        format!("select (select x from {long}) as x from Office"),
        format!(
            "select max(x) over () as y from (select x from {long} union all select CustomerId from Office)"
        ),
        format!("select unnest([1, 2, 3]), x from {long}"),
        format!("select '{letters}' as x from Office"),
        format!("select case when EngagementScore > 1 then '{letters}' end as x from Office"),
        format!("select struct('{letters}', 1) as x from Office"),
    ] {
        let error = enrichment.piped(&["sql"], &query).failed(1);
        assert!(error.contains("bytes would be in every row\nhint: "), "{error}");
    }
    for (query, expected) in [
        (format!("select length(x) > 90000 from {long}"), "true"),
        (format!("select length(replace(x, 'a', 'bb')) > 180000 from {long}"), "true"),
    ] {
        let outcome = enrichment.piped(&["sql", "--format", "csv"], &query).done();
        assert_eq!(outcome.lines().nth(1), Some(expected), "{query}");
    }
    // so is what would compare each letter with each
    let error = enrichment.sql(&format!("select levenshtein(x, x) from {long}"), &[]).failed(1);
    assert!(error.contains("`levenshtein` could"), "{error}");
}

#[test]
fn a_fault_of_the_engine_ends_the_query_and_not_the_program() {
    let enrichment = Enrichment::published();
    let fault = "select sum(EngagementScore) over (order by CustomerId rows between 18446744073709551615 preceding and 18446744073709551615 following) from Office limit 1";
    let outcome = enrichment.sql(fault, &["-o", "rows.csv"]);
    assert!([Some(0), Some(1)].contains(&outcome.code), "{}", outcome.stderr);
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
    for (links, codes) in [(45, [0, 0]), (180, [0, 1]), (950, [0, 1]), (5000, [1, 1])] {
        for (kind, query) in chains(links) {
            // each view is planned, over all before it
            if kind == "views" && links > 180 {
                continue;
            }
            let outcome = attacked.enrichment.piped(&["sql"], &query);
            let outcome = attacked.is_harmless(kind, outcome);
            // a program that overflows its stack has no code
            let code = outcome.code.unwrap_or(-1);
            assert!(codes.contains(&code), "{links} {kind}: {code}, {}", outcome.stderr);
            if code == 1 {
                assert!(outcome.stderr.contains("more than"), "{links} {kind}: {}", outcome.stderr);
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
    assert!(
        error.contains("a query over more than 1000 others below each other is not possible"),
        "{error}"
    );
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
