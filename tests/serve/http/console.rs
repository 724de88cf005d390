//! The SQL console: what the shell answers, in its limits.

use std::time::{Duration, Instant};

use super::{Server, text};
use crate::support::http::Reply;

/// It would take hours.
const ENDLESS: &str = "select count(*) from Office_ScoreEntity a, Office_ScoreEntity b, Office_ScoreEntity c, \
    Office_ScoreEntity d, Office_ScoreEntity e, Office_ScoreEntity f where a.Value + b.Value > c.Value + d.Value + e.Value + f.Value";

fn ask(server: &Server, sql: &str) -> Reply {
    server.post("/sql", &[("sql", sql), ("as", "table")])
}

#[test]
fn rows_are_shown_and_downloaded() {
    let server = Server::start(&[]);
    let sql = "select customerid, DAYSSINCELASTMEETING from customer order by 1";
    let page = ask(&server, sql).ok();
    let told = text(&page);
    assert!(told.contains("4 rows") && told.contains("DaysSinceLastMeeting"), "{told}");
    assert!(told.contains("C4 null"), "{told}");
    assert!(page.contains(">\nselect customerid"), "the statement stays in its place: {page}");
    let file = server.post("/sql", &[("sql", sql), ("as", "csv")]);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").starts_with("attachment"));
    let body = server.enrichment.sql(sql, &["--format", "csv"]).done();
    assert_eq!(file.ok(), body);
    // statements before the last one make what it reads
    let several =
        "create view v as select CustomerId from customer;\n select count(*) as n from v;";
    assert!(text(&ask(&server, several).ok()).contains("1 row"));
    assert!(text(&ask(&server, "create view v as select 1 as n").ok()).contains("Done"));
    assert!(text(&ask(&server, "select * from v").body).contains("no relation `v`"));
}

#[test]
fn what_may_not_be_asked_is_refused_as_in_the_shell() {
    let server = Server::start(&[]);
    for (sql, told) in [
        ("delete from Office", "DELETE is not possible here"),
        ("copy Office to '/tmp/x'", "COPY is not possible here"),
        (
            "create external table x stored as csv location '/etc/passwd'",
            "CREATE EXTERNAL TABLE is not possible here",
        ),
        ("select * from '/etc/passwd'", ""),
        ("select * from activity.message_copy", "no relation"),
        ("select CustomerIdd from customer", "did you mean `CustomerId`?"),
        ("select 1;\nselect from where", "2 |"),
        ("", "there is no statement"),
        ("-- nothing", "there is no statement"),
    ] {
        for form in ["table", "csv"] {
            let reply = server.post("/sql", &[("sql", sql), ("as", form)]);
            assert_eq!(reply.status, 422, "{sql}");
            assert!(text(&reply.body).contains(told), "{sql}: {}", text(&reply.body));
        }
    }
}

#[test]
fn a_page_shows_the_first_thousand_rows_and_a_file_all() {
    let server = Server::start(&[]);
    let sql = "select row_number() over () as n from Office_ScoreEntity a, Office_ScoreEntity b limit 2500";
    let page = ask(&server, sql).ok();
    assert!(text(&page).contains("The first 1,000 rows"), "{}", text(&page));
    assert_eq!(page.matches("<tr>").count(), 1 + 1_000);
    let file = server.post("/sql", &[("sql", sql), ("as", "csv")]).ok();
    assert_eq!(file.lines().count(), 2501);
    let long = ask(
        &server,
        "select string_agg(a.PrimaryKey, '') as x from Office_ScoreEntity a, Office_ScoreEntity b",
    )
    .ok();
    assert!(long.len() < 50_000);
}

#[test]
fn a_statement_has_the_time_and_memory_of_a_query_and_no_more() {
    let server = Server::start(&["--query-time", "1", "--concurrent-queries", "1"]);
    let begun = Instant::now();
    for form in ["table", "csv"] {
        let reply = server.post("/sql", &[("sql", ENDLESS), ("as", form)]);
        assert!(
            reply.status == 422 && reply.body.contains("--query-time"),
            "{form}: {}",
            reply.body
        );
    }
    assert!(begun.elapsed() < Duration::from_secs(60));
    // its permit is free again
    assert!(text(&ask(&server, "select 41 + 1 as n").ok()).contains(" 42 "));
    let server = Server::start(&["--query-memory", "100 kB"]);
    let hungry = "select a.PrimaryKey, count(*) from Office_ScoreEntity a, Office_ScoreEntity b group by 1 order by 2, 1";
    let reply = ask(&server, hungry);
    assert!(
        reply.status == 422 && text(&reply.body).contains("hint: ask for fewer"),
        "{}",
        text(&reply.body)
    );
}
