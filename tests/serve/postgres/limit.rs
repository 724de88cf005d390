//! Who is let in, how much a query may take, and how the server follows what is published and ends.

use std::process::Command;
use std::time::{Duration, Instant};

use super::Server;
use super::wire::Client;
use crate::support::{Enrichment, rapport};

/// It would take hours.
const ENDLESS: &str = "select count(*) from Office_ScoreEntity a, Office_ScoreEntity b, Office_ScoreEntity c, \
    Office_ScoreEntity d, Office_ScoreEntity e, Office_ScoreEntity f where a.Value + b.Value > c.Value + d.Value + e.Value + f.Value";

#[test]
fn a_new_set_is_there_with_the_next_query() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.ask("create view mine as select RunId from run");
    let before = client.ask("select * from mine").rows;
    let report = server.enrichment.report(&["--as-of", "2025-06-20"]);
    assert_eq!(client.ask("select RunId from run").values(), [report["run"].as_str().unwrap()]);
    assert_eq!(client.ask("select distinct AsOfDate from run").values(), ["2025-06-20"]);
    let after = client.ask("select * from mine").rows;
    assert_ne!(before, after);
    assert_eq!(after[0][0].as_deref(), report["run"].as_str());
}

#[test]
fn a_query_ends_when_its_time_is_over() {
    let server = Server::start(&["--query-time", "1"]);
    let mut client = server.connect();
    for _ in 0..2 {
        let begun = Instant::now();
        assert_eq!(client.ask(ENDLESS).code(), "57014");
        assert!(begun.elapsed() < Duration::from_secs(60));
    }
    assert_eq!(client.ask("select 1").values(), ["1"]);
}

#[test]
fn a_query_has_the_memory_it_may_use_and_no_more() {
    let server = Server::start(&["--query-memory", "100 kB"]);
    let mut client = server.connect();
    let hungry = "select a.PrimaryKey, count(*) from Office_ScoreEntity a, Office_ScoreEntity b group by 1 order by 2, 1";
    assert_eq!(client.ask(hungry).code(), "53200");
    assert_eq!(client.ask("select 1").values(), ["1"]);
}

#[test]
fn connections_beyond_the_limit_are_refused() {
    let server = Server::start(&["--connections", "1"]);
    let first = server.connect();
    let (_, refused) = Client::try_connect(server.address);
    assert_eq!(refused.code(), "53300");
    drop(first);
    let begun = Instant::now();
    while !Client::try_connect(server.address).1.errors.is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "its place is never free again");
    }
}

#[test]
fn a_password_is_asked_for_where_there_is_one() {
    let enrichment = Enrichment::published();
    enrichment.write("password", "secret\n");
    let server = Server::over(enrichment, &["--password-file", "password"]);
    let (mut client, asked) = Client::try_connect(server.address);
    assert_eq!(asked.code(), "password");
    // whoever does not give it is told nothing
    let answer = client.ask("select CustomerId from customer");
    assert_eq!(answer.rows, [[]; 0]);
    assert!(!answer.errors.is_empty());
}

#[test]
fn other_machines_need_a_password_and_a_certificate() {
    let enrichment = Enrichment::published();
    enrichment.write("password", "secret\n");
    for arguments in [&[][..], &["--password-file", "password"]] {
        let arguments = [&["serve", "--postgres", "0.0.0.0:0"], arguments].concat();
        let error = rapport(enrichment.folder(), &arguments).failed(1);
        assert!(error.contains("needs a password and TLS"), "{error}");
    }
    enrichment.write("broken.pem", "nothing");
    let broken = ["--tls-certificate", "broken.pem", "--tls-key", "broken.pem"];
    let arguments = [&["serve", "--postgres", "127.0.0.1:0"], &broken[..]].concat();
    let error = rapport(enrichment.folder(), &arguments).failed(1);
    assert!(error.contains("broken.pem"), "{error}");
    enrichment.write("password", "\n");
    let arguments = ["serve", "--postgres", "127.0.0.1:0", "--password-file", "password"];
    assert!(rapport(enrichment.folder(), &arguments).failed(1).contains("no password"));
}

#[test]
fn a_client_can_stop_its_query() {
    let server = Server::start(&["--query-time", "3600"]);
    let mut client = server.connect();
    client.begin(ENDLESS);
    std::thread::sleep(Duration::from_millis(500));
    client.cancel();
    assert_eq!(client.answer().code(), "57014");
    assert_eq!(client.ask("select 1").values(), ["1"]);
}

#[test]
fn a_client_that_goes_takes_its_query_with_it() {
    let server = Server::start(&["--query-time", "3600", "--concurrent-queries", "1"]);
    let (mut first, mut second) = (server.connect(), server.connect());
    first.begin(ENDLESS);
    std::thread::sleep(Duration::from_millis(500));
    // no more run than may: this one waits until its time is over
    second.ask("set statement_timeout = '1s'");
    assert_eq!(second.ask("select 1").code(), "57014");
    second.ask("reset statement_timeout");
    drop(first);
    assert_eq!(second.ask("select 1").values(), ["1"]);
}

#[test]
fn what_multiplies_texts_has_bounds() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let steps = (1..60).map(|at| format!(", t{at} as (select max(x || x) x from t{})", at - 1));
    let steps: String = steps.collect();
    let doubled = format!(
        "with t0 as (select string_agg(primarykey, '') x from office){steps} select length(x) from t59"
    );
    assert_eq!(client.ask(&doubled).code(), "53200");
    assert_eq!(client.ask(&doubled.replace("x || x", "concat(x, x)")).code(), "53200");
    assert_eq!(
        client.ask("select 'a' || 1, concat('a', null, 'b')").rows,
        [[Some("a1".to_owned()), Some("ab".to_owned())]]
    );
}

#[test]
fn the_server_ends_when_it_is_told_to() {
    let mut server = Server::start(&["--query-time", "3600"]);
    let mut client = server.connect();
    assert_eq!(client.ask("select 1").values(), ["1"]);
    server.connect().begin(ENDLESS);
    let pid = server.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(server.process.wait().unwrap().success());
}
