//! What the server refuses, by either protocol and by cursors, and that nothing else shows.

use std::fs;

use super::Server;
use crate::support::Tree;

const REFUSED: [&str; 30] = [
    "copy customer to '/tmp/rapport-stolen.csv'",
    "copy customer from '/etc/passwd'",
    "create external table t stored as csv location '/etc/passwd'",
    "create table t as select 1",
    "create schema s",
    "create database d",
    "create function f() returns int return 1",
    "insert into Office select * from Office",
    "update Office set CustomerId = 'x'",
    "delete from Office",
    "truncate Office",
    "drop table Office",
    "drop view customer",
    "create view customer as select 1 as x",
    "create or replace view \"Customer\" as select 1 as x",
    "alter table Office rename to x",
    "prepare p as insert into Office select * from Office",
    "explain analyze insert into Office select * from Office",
    "explain analyze copy customer to '/tmp/rapport-stolen.csv'",
    "with x as (insert into Office select * from Office returning 1) select * from x",
    "select * into t from customer",
    "select * from '/etc/passwd'",
    "select * from \"file:///etc/passwd\"",
    "select * from \"rapport://run/../activity/ledger.json\"",
    "select * from read_parquet('out/Office.parquet')",
    "select * from generate_series(1, 1000)",
    "select * from activity.message_copy",
    "select repeat('x', 2000000000)",
    "set datafusion.execution.target_partitions = 1",
    "do $$ begin end $$",
];

#[test]
fn nothing_but_reading_is_done() {
    let server = Server::start(&[]);
    let before = Tree::of(&server.enrichment.out());
    let mut client = server.connect();
    for sql in REFUSED {
        let cursor = format!("declare c cursor for {sql}");
        for answer in [client.ask(sql), client.ask_prepared(sql), client.ask(&cursor)] {
            assert_eq!(answer.errors.len(), 1, "{sql}: {answer:?}");
            assert_eq!(answer.rows, [[]; 0], "{sql}");
        }
        // the connection goes on
        assert_eq!(client.ask("select 1").values(), ["1"], "{sql}");
    }
    assert!(fs::metadata("/tmp/rapport-stolen.csv").is_err());
    Tree::of(&server.enrichment.out()).assert_same(&before);
}

#[test]
fn a_bad_statement_ends_the_message_it_stands_in() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let answer = client.ask("select 1; delete from Office; select 2");
    assert_eq!(answer.code(), "42501");
    assert!(!answer.rows.contains(&vec![Some("2".to_owned())]), "{answer:?}");
}

#[test]
fn errors_have_the_codes_of_postgres() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    for (sql, code) in [
        ("selct 1", "42601"),
        ("select x from customer", "42703"),
        ("select * from custmer", "42P01"),
        ("delete from Office", "42501"),
        ("select nothing_of_the_sort(1)", "42883"),
    ] {
        assert_eq!(client.ask(sql).code(), code, "{sql}");
        assert_eq!(client.ask_prepared(sql).code(), code, "{sql}");
    }
}

#[test]
fn views_are_of_their_connection() {
    let server = Server::start(&[]);
    let (mut one, mut other) = (server.connect(), server.connect());
    one.ask("create view mine as select CustomerId from customer order by 1");
    assert_eq!(one.ask("select customerid from MINE").values(), ["C1", "C2"]);
    assert_eq!(other.ask("select * from mine").code(), "42P01");
}

#[test]
fn a_very_long_or_deep_statement_ends_itself_alone() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let long = format!("select 1 where {}", vec!["1 = 1"; 50_000].join(" or "));
    let deep = format!("select {}1{}", "(".repeat(50_000), ")".repeat(50_000));
    for sql in [&long, &deep] {
        assert_eq!(client.ask(sql).errors.len(), 1);
        assert_eq!(client.ask_prepared(sql).errors.len(), 1);
        assert_eq!(client.ask("select 1").values(), ["1"]);
    }
}
