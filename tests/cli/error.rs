//! What `rapport sql` says of a query that cannot be answered: words, place and hint.

use crate::support::Enrichment;

/// The line that is shown and the text above which the carets stand.
#[track_caller]
fn marked(error: &str) -> (String, String) {
    let lines: Vec<&str> = error.lines().collect();
    let at = lines.iter().position(|line| line.contains('^')).unwrap_or_else(|| panic!("{error}"));
    let (margin, carets) = lines[at].split_once("| ").unwrap();
    let (number, shown) = lines[at - 1].split_once("| ").unwrap();
    assert_eq!(margin.len(), number.len(), "{error}");
    let before = carets.chars().take_while(|c| *c != '^');
    let above: Vec<char> = shown.chars().collect();
    for (at, blank) in before.clone().enumerate() {
        // a tab stays one, so that both lines are cut alike
        assert_eq!(blank == '\t', above[at] == '\t', "{error}");
    }
    let begin = before.count();
    let width = carets.chars().filter(|c| *c == '^').count();
    (format!("{} {shown}", number.trim()), above[begin..begin + width].iter().collect())
}

#[test]
fn an_unknown_column_is_marked_and_the_nearest_suggested() {
    let enrichment = Enrichment::published();
    for (query, line, typed, near) in [
        ("select customrid from customer", 1, "customrid", "CustomerId"),
        ("SELECT CUSTOMRID FROM CUSTOMER", 1, "CUSTOMRID", "CustomerId"),
        (
            "select CustomerId\nfrom customer\n\twhere\tDaysSinceLastMail > 60",
            3,
            "DaysSinceLastMail",
            "DaysSinceLastEmail",
        ),
        (
            "select 'ä€😀', c.engagmentscore from customer c",
            1,
            "c.engagmentscore",
            "EngagementScore",
        ),
        ("select 1; select upper(customer_id) from customer;", 1, "customer_id", "CustomerId"),
    ] {
        let error = enrichment.sql(query, &[]).failed(1);
        let (shown, marked) = marked(&error);
        assert_eq!(marked, typed, "{error}");
        assert_eq!(shown, format!("{line} {}", query.lines().nth(line - 1).unwrap()));
        let name = typed.strip_prefix("c.").unwrap_or(typed);
        assert!(error.starts_with("error: no column `"), "{error}");
        assert!(error.contains(&format!("`{name}`")), "{error}");
        assert!(error.ends_with(&format!("\nhint: did you mean `{near}`?\n")), "{error}");
    }
}

#[test]
fn an_unknown_relation_is_marked_and_the_nearest_suggested() {
    let enrichment = Enrichment::published();
    for (query, typed, near) in [
        ("select 1 from custommer", "custommer", "customer"),
        ("select 1\nfrom customer\njoin STAEL using (CustomerId)", "STAEL", "stale"),
        (
            "select 'ü', (select 1 from office_scoreentitiy)",
            "office_scoreentitiy",
            "Office_ScoreEntity",
        ),
        ("select 1 from public.weeek", "public.weeek", "week"),
    ] {
        let error = enrichment.sql(query, &[]).failed(1);
        assert_eq!(marked(&error).1, typed, "{error}");
        assert!(error.ends_with(&format!("\nhint: did you mean `{near}`?\n")), "{error}");
    }
    let error = enrichment.sql("select 1 from zzz", &[]).failed(1);
    assert!(
        error.contains("no relation `zzz`") && error.contains("\nhint: there are `"),
        "{error}"
    );
}

#[test]
fn a_column_without_a_place_of_its_own_is_found_in_the_text() {
    let enrichment = Enrichment::published();
    for query in [
        "select 'a' || nothere from customer",
        "select CustomerId from customer group by nothere",
        "select CustomerId from customer\norder by nothere",
        "select 'nothere' /* nothere */, 'b' || NOTHERE from customer",
    ] {
        let error = enrichment.sql(query, &[]).failed(1);
        assert!(marked(&error).1.eq_ignore_ascii_case("nothere"), "{error}");
        let (_, hint) = error.split_once("hint: there are ").unwrap();
        let named: Vec<&str> = hint.split('`').skip(1).step_by(2).collect();
        let mut once = named.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(named.len(), once.len(), "{error}");
    }
}

#[test]
fn text_that_is_no_sql_is_marked_where_it_goes_wrong() {
    let enrichment = Enrichment::published();
    for (query, typed) in [
        ("selec 1", "s"),
        ("select 1;\nselect CustomerId\n\tfrom customer\n\twhre x", "x"),
        ("select 'ä€', 1 frm customer", "c"),
        ("select 'open", "'"),
    ] {
        let error = enrichment.sql(query, &[]).failed(1);
        assert_eq!(marked(&error).1, typed, "{error}");
    }
    let error = enrichment.sql("select (1", &[]).failed(1);
    assert!(error.starts_with("error: Expected: ), found the end\n"), "{error}");
    assert!(error.ends_with("1 | select (1\n  |          ^\n"), "{error}");
}

#[test]
fn a_function_that_is_not_there_is_marked() {
    let enrichment = Enrichment::published();
    let error = enrichment.sql("select upperr(CustomerId) from customer", &[]).failed(1);
    assert_eq!(marked(&error).1, "upperr");
    assert!(error.contains("`upper`") || error.contains("'upper'"), "{error}");
}

#[test]
fn a_function_that_does_not_take_what_it_is_given_is_marked() {
    let enrichment = Enrichment::published();
    for call in ["sum(CustomerId)", "sqrt(1, 2)"] {
        let error = enrichment.sql(&format!("select {call} from customer"), &[]).failed(1);
        assert!(error.starts_with("error: no function matches `"), "{error}");
        assert_eq!(call.split('(').next(), Some(marked(&error).1.as_str()), "{error}");
        assert!(!error.contains("bug"), "{error}");
    }
}

#[test]
fn a_file_of_statements_tells_its_name_and_its_lines() {
    let enrichment = Enrichment::published();
    enrichment.write(
        "asked.sql",
        "-- two\nselect 1 as x;\n\nselect 2 as y\n;\n  select nothing\nfrom week;\n",
    );
    let outcome = enrichment.rapport(&["sql", "-f", "asked.sql", "--format", "csv"]);
    assert_eq!(outcome.stdout, "x\n1\ny\n2\n");
    let error = outcome.failed(1);
    assert!(error.starts_with("error: asked.sql: no column `nothing`\n"), "{error}");
    assert_eq!(marked(&error), ("6   select nothing".to_owned(), "nothing".to_owned()));
    let error = enrichment.rapport(&["sql", "-f", "missing.sql"]).failed(1);
    assert!(error.starts_with("error: cannot read `missing.sql`: "), "{error}");
}

#[test]
fn a_copy_of_what_is_not_there_marks_it_or_nothing() {
    let enrichment = Enrichment::published();
    for (command, typed) in [
        ("\\copy stael to 'x.csv'", "stael"),
        ("\\copy (select nothere from week) to 'x.csv'", "nothere"),
    ] {
        let error = enrichment.sql(command, &[]).failed(1);
        assert!(error.contains(&format!("`{typed}`")), "{error}");
        if error.contains('^') {
            assert_eq!(marked(&error).1, typed, "{error}");
        }
        assert!(!enrichment.folder().join("x.csv").exists());
    }
}
