//! Runs by the schedule: `rapport run --if-due` and `rapport daemon`.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use rapport::store::Output;

use crate::support::{Enrichment, consent, start_as_is};

/// An enrichment whose consent was given so many hours ago.
fn agreed(hours_ago: i64) -> Enrichment {
    let enrichment = Enrichment::new();
    consent::give_at(enrichment.folder(), hours_ago);
    enrichment
}

fn daemon(enrichment: &Enrichment) -> Child {
    start_as_is(enrichment.folder(), &["daemon"]).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until so many runs are recorded as ended.
fn wait_for_runs(enrichment: &Enrichment, runs: usize) {
    let begun = Instant::now();
    loop {
        let records = enrichment.rapport(&["runs", "--format", "json"]).done();
        let records: Vec<serde_json::Value> = serde_json::from_str(&records).unwrap();
        if records.iter().filter(|record| record["ended_at"].is_string()).count() >= runs {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{records:?}");
        thread::sleep(Duration::from_millis(300));
    }
}

fn terminate(mut child: Child) -> (Option<i32>, String) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut told = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut told).unwrap();
    (child.wait().unwrap().code(), told)
}

#[test]
fn a_run_is_made_where_one_is_due_and_not_twice() {
    let enrichment = agreed(5);
    let told = enrichment.rapport(&["run", "--if-due"]).done();
    assert!(told.starts_with("the next run is due "), "{told}");
    assert!(!enrichment.out().join("activity").exists());

    let enrichment = agreed(7);
    assert!(enrichment.rapport(&["run", "--if-due"]).done().contains("2 of 2"));
    let told = enrichment.rapport(&["run", "--if-due"]).done();
    assert!(told.starts_with("the next run is due "), "{told}");
    assert_eq!(enrichment.runs().len(), 1);
    let records = enrichment.rapport(&["runs", "--format", "json"]).done();
    assert!(records.contains("\"schedule\""), "{records}");
}

#[test]
fn the_daemon_runs_once_for_all_that_was_missed_and_ends_when_told() {
    // four weeks have gone by since the first run was due
    let enrichment = agreed(24 * 28);
    let child = daemon(&enrichment);
    wait_for_runs(&enrichment, 1);
    thread::sleep(Duration::from_secs(2));
    let (code, told) = terminate(child);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("as of 2025-06-30: 2 customers enriched"), "{told}");
    assert!(told.contains("the next run is due ") && told.ends_with("stopped\n"), "{told}");
    assert_eq!(enrichment.runs().len(), 1);
    // it survives a restart, and is not due again
    let child = daemon(&enrichment);
    thread::sleep(Duration::from_secs(2));
    assert_eq!(terminate(child).0, Some(0));
    assert_eq!(enrichment.runs().len(), 1);
}

#[test]
fn two_daemons_make_one_run() {
    let enrichment = agreed(7);
    let both = [daemon(&enrichment), daemon(&enrichment)];
    wait_for_runs(&enrichment, 1);
    thread::sleep(Duration::from_secs(3));
    for child in both {
        assert_eq!(terminate(child).0, Some(0));
    }
    assert_eq!(enrichment.runs().len(), 1);
}

#[test]
fn without_consent_the_daemon_waits() {
    let enrichment = Enrichment::new();
    let child = daemon(&enrichment);
    thread::sleep(Duration::from_secs(2));
    let (code, told) = terminate(child);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("no consent was asked for"), "{told}");
    assert_eq!(told.matches("no consent").count(), 1, "{told}");
    assert!(!enrichment.out().join("activity").exists());
}

#[test]
fn a_run_that_is_killed_is_made_up_for_when_the_daemon_is_back() {
    let enrichment = agreed(7);
    let mut child = daemon(&enrichment);
    let begun = Instant::now();
    while !fs::read_dir(enrichment.out().join("state/run")).is_ok_and(|runs| runs.count() > 0) {
        assert!(begun.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let child = daemon(&enrichment);
    wait_for_runs(&enrichment, 1);
    thread::sleep(Duration::from_secs(1));
    let (code, told) = terminate(child);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(enrichment.runs().len(), 1);
    assert!(enrichment.rapport(&["run", "--if-due"]).done().starts_with("the next run is due "));
}

#[test]
fn where_somebody_is_at_work_no_run_is_due_and_none_has_failed() {
    let enrichment = agreed(7);
    let lock = Output::open(&enrichment.out(), "north").unwrap();
    let told = enrichment.rapport(&["run", "--if-due"]).done();
    assert_eq!(told, "another run is at work, and none is started\n");
    assert_eq!(enrichment.rapport(&["runs", "--format", "json"]).done(), "[]\n");
    drop(lock);
    assert!(enrichment.rapport(&["run", "--if-due"]).done().contains("2 of 2"));
}

#[test]
fn what_keeps_the_daemon_from_running_is_told_once_and_names_nobody() {
    let enrichment = agreed(7);
    enrichment.write("out/state/run", "a file where records should be");
    let child = daemon(&enrichment);
    thread::sleep(Duration::from_secs(3));
    let (code, told) = terminate(child);
    assert_eq!((code, told.matches("error: ").count()), (Some(0), 1), "{told}");

    let enrichment = agreed(7);
    enrichment.write("contacts.csv", "ContactId,CustomerId,Email\nk1,C1,eve@nowhere.example\n");
    let child = daemon(&enrichment);
    wait_for_runs(&enrichment, 1);
    let (_, told) = terminate(child);
    assert!(
        told.contains("error: ") && !told.contains('@') && !told.contains("c1.example"),
        "{told}"
    );
}

#[test]
fn the_status_tells_what_is_to_come() {
    let enrichment = Enrichment::new();
    let lines = |enrichment: &Enrichment| {
        let text = enrichment.rapport(&["status"]).done();
        text.lines().skip_while(|line| !line.starts_with("consent")).map(str::to_owned).collect()
    };
    let told: Vec<String> = lines(&enrichment);
    let expected =
        ["consent       no consent was asked for", "next run      none, without consent"];
    assert_eq!(told, expected);
    consent::give_at(enrichment.folder(), 2);
    let told: Vec<String> = lines(&enrichment);
    assert!(
        told[0].starts_with("consent       `admin@north.example` agreed, through "),
        "{told:?}"
    );
    assert!(told[1].starts_with("next run      due 20"), "{told:?}");
    assert!(told[1].ends_with(" UTC (every 7 days)"), "{told:?}");
    enrichment.rapport(&["enrichment", "deactivate"]).done();
    let told: Vec<String> = lines(&enrichment);
    assert_eq!(told[1], "next run      none, while the enrichment is deactivated");
    let status = enrichment.rapport(&["status", "--format", "json"]).done();
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!((&status["is_active"], &status["next_run_due_at"]), (&false.into(), &().into()));
}
