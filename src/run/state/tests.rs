//! Records as they are written and read again.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::*;
use crate::consent::{self, Consent};

const ENRICHMENT: &str = "north";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

/// A run that began, of this process.
fn record(id: &str) -> Record {
    let step = |step| StepRecord {
        step,
        state: State::Queued,
        why: None,
        began_at: None,
        seconds: None,
        rows: None,
        done: None,
        total: None,
        errors: Vec::new(),
        warnings: Vec::new(),
    };
    let mut steps = Step::ALL.map(step).to_vec();
    steps[0].state = State::Running;
    steps[0].began_at = Some(at(10));
    Record {
        id: id.to_owned(),
        enrichment: ENRICHMENT.to_owned(),
        state: State::Running,
        who: "somebody".to_owned(),
        how: How::Schedule,
        as_of: NaiveDate::from_ymd_opt(2025, 6, 30).unwrap(),
        versions: Versions { rapport: "1".to_owned(), functions: 2, definition: "3".to_owned() },
        process: Process::own(),
        queued_at: at(9),
        began_at: Some(at(10)),
        ended_at: None,
        cancelled_by: None,
        customers: None,
        steps,
    }
}

fn states(record: &Record) -> Vec<State> {
    record.steps.iter().map(|step| step.state).collect()
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let root = tempfile::tempdir().unwrap();
    let mut one = record("1");
    one.close(State::Cancelled, Some(at(12)), None);
    one.cancelled_by = Some("Ctrl-C".to_owned());
    one.write(root.path()).unwrap();
    assert_eq!(records(root.path()).unwrap(), [one]);
    let text = fs::read_to_string(path(root.path(), "1")).unwrap();
    for told in
        ["\"cancelled\"", "\"schedule\"", "\"import\"", "\"skipped\"", "1970-01-01T00:00:10Z"]
    {
        assert!(text.contains(told), "no {told} in {text}");
    }
}

#[test]
fn the_step_under_way_ends_as_the_run_and_the_others_are_skipped() {
    use State::{Failed, Skipped, Succeeded, SucceededWithWarnings};
    let mut failed = record("1");
    failed.close(Failed, Some(at(12)), Some("why".to_owned()));
    assert_eq!(states(&failed), [Failed, Skipped, Skipped, Skipped, Skipped]);
    assert_eq!((failed.error(), failed.seconds()), (Some("why"), Some(2.0)));
    assert_eq!(failed.steps[1].why.as_deref(), Some("the run failed"));

    let mut done = record("1");
    done.steps.iter_mut().for_each(|step| step.state = Succeeded);
    done.steps[4].state = State::Running;
    done.close(Succeeded, Some(at(12)), None);
    assert_eq!((done.state, done.error()), (Succeeded, None));
    done.steps[4].state = State::Running;
    done.steps[4].warnings.push("odd".to_owned());
    done.close(Succeeded, Some(at(12)), None);
    assert_eq!((done.state, done.steps[4].state), (SucceededWithWarnings, SucceededWithWarnings));
}

#[test]
fn a_run_whose_process_is_gone_has_failed() {
    let root = tempfile::tempdir().unwrap();
    let gone = |record: Record| {
        record.write(root.path()).unwrap();
        let found = find(root.path(), &record.id).unwrap();
        assert_eq!(found.error().is_some(), found.state == State::Failed);
        found.state == State::Failed
    };
    // its process is there, and does not hold the lock
    assert!(gone(record("1")));
    assert_eq!(find(root.path(), "1").unwrap().error(), Some(WITHOUT_A_WORD));
    let lock = store::Output::open(root.path(), ENRICHMENT).unwrap();
    assert!(!gone(record("1")));
    // another process, or a later one of the same number, holds it
    let mut other = record("2");
    other.process.started -= 60;
    assert!(gone(other.clone()));
    other.process.host = "elsewhere".to_owned();
    assert!(!gone(other.clone()));
    drop(lock);
    assert!(gone(other));
    // one that waits needs no lock
    let mut queued = record("3");
    queued.state = State::Queued;
    assert!(!gone(queued.clone()));
    queued.process.started -= 60;
    assert!(gone(queued));
}

#[test]
fn who_holds_the_lock_writes_down_what_became_of_others_and_keeps_the_newest() {
    let root = tempfile::tempdir().unwrap();
    for number in 0..RECORDS + 3 {
        let mut record = record(&format!("{number:04}"));
        if number > 2 {
            record.close(State::Succeeded, None, None);
        }
        record.write(root.path()).unwrap();
    }
    settle(root.path(), "0002", at(20)).unwrap();
    let stored = stored(root.path()).unwrap();
    assert_eq!(stored.len(), RECORDS + 1, "its own is not another's");
    assert!(stored.iter().all(|record| record.state.is_success() || record.id == "0002"));
    let history = fs::read_to_string(root.path().join(store::HISTORY)).unwrap();
    let line = "{\"at\":\"1970-01-01T00:00:20Z\",\"who\":\"somebody\",\"what\":\"failed\",\"run\":\"0001\"}";
    assert!(history.lines().any(|told| told == line), "{history}");
}

#[test]
fn an_unknown_run_is_an_error_that_names_near_ones() {
    let root = tempfile::tempdir().unwrap();
    let error = |id| find(root.path(), id).unwrap_err().to_string();
    assert_eq!(error("x"), "no run `x` is recorded: nothing was run yet");
    for id in ["2025-07-01T00-00-00Z", "2025-07-02T00-00-00Z"] {
        record(id).write(root.path()).unwrap();
    }
    fs::write(path(root.path(), "claimed"), "").unwrap();
    assert!(error("2025-07-02T00-00-0Z").contains("there is `2025-07-02T00-00-00Z`"));
    assert!(error("x").contains("there is `2025-07-02T00-00-00Z`, `2025-07-01T00-00-00Z`"));
}

#[tokio::test]
async fn whoever_asks_first_has_cancelled() {
    let cancel = Cancel::default();
    let other = cancel.clone();
    let waits = tokio::spawn(async move { other.asked().await });
    tokio::task::yield_now().await;
    assert_eq!(cancel.asked_by(), None);
    cancel.ask("one");
    cancel.ask("other");
    waits.await.unwrap();
    cancel.asked().await;
    assert_eq!(cancel.asked_by(), Some("one"));
}

#[test]
fn a_request_to_end_is_for_the_run_that_it_names() {
    let root = tempfile::tempdir().unwrap();
    agree(root.path());
    let [one, other] = [Cancel::default(), Cancel::default()];
    let _watches = [("1", &one), ("2", &other)]
        .map(|(id, cancel)| cancel::Watch::begin(root.path(), Some(id), cancel));
    ask(root.path(), "2", "somebody", at(0)).unwrap();
    while other.asked_by().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert_eq!((one.asked_by(), other.asked_by()), (None, Some("somebody (`rapport cancel`)")));
    cancel::clear(root.path(), "1").unwrap();
    assert!(root.path().join("state/cancel").exists());
    cancel::clear(root.path(), "2").unwrap();
    assert!(!root.path().join("state/cancel").exists());
}

const ADMINISTRATOR: &str = "ada@north.example";

/// Gives consent to the output at `root`.
fn agree(root: &Path) -> Consent {
    let scope = consent::Scope {
        tenant: "t".to_owned(),
        region: None,
        sources: Default::default(),
        addresses: Default::default(),
        groups: Default::default(),
        publishes: Vec::new(),
        keeps_runs: 1,
        min_group: None,
    };
    let mut consent = Consent::default();
    consent.request(at(0), "somebody", scope.clone());
    let administrators = [ADMINISTRATOR.to_owned()];
    consent.grant(at(1), ADMINISTRATOR, None, &administrators, Tz::UTC, &scope).unwrap();
    save(root, &consent);
    consent
}

fn save(root: &Path, consent: &Consent) {
    store::write_json(&consent::file(root), consent).unwrap();
}

#[test]
fn a_revocation_asks_for_the_end_of_runs_and_imports() {
    let root = tempfile::tempdir().unwrap();
    let mut consent = agree(root.path());
    let [run, import] = [Cancel::default(), Cancel::default()];
    let _watches = [(Some("1"), &run), (None, &import)]
        .map(|(id, cancel)| cancel::Watch::begin(root.path(), id, cancel));
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!((run.asked_by(), import.asked_by()), (None, None));
    consent.revoke(at(2), ADMINISTRATOR, &[ADMINISTRATOR.to_owned()]).unwrap();
    save(root.path(), &consent);
    for cancel in [run, import] {
        while cancel.asked_by().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let by = cancel.asked_by().unwrap();
        assert_eq!(by, "ada@north.example (`rapport consent revoke`)");
    }
}

#[test]
fn an_interrupted_run_is_made_up_for_once_and_no_run_is_of_the_future() {
    let began = |seconds: i64, end: Option<State>| {
        let mut record = record(&format!("{seconds:04}"));
        record.began_at = Some(at(seconds));
        record.close(end.unwrap_or(State::Failed), end.map(|_| at(seconds + 1)), None);
        record
    };
    let last = |records: &[Record]| last_start(records, at(100)).map(|start| start.timestamp());
    let done = began(10, Some(State::Succeeded));
    let killed = |seconds| began(seconds, None);
    assert_eq!(last(&[]), None);
    assert_eq!(last(&[killed(20)]), None);
    assert_eq!(last(&[killed(20), done.clone()]), Some(10));
    assert_eq!(last(&[killed(30), killed(20), done.clone()]), Some(30));
    // what failed or was cancelled by somebody is done with
    assert_eq!(last(&[began(20, Some(State::Failed)), done.clone()]), Some(20));
    let mut cancelled = began(20, Some(State::Cancelled));
    cancelled.cancelled_by = Some("somebody (`rapport cancel`)".to_owned());
    assert_eq!(last(&[cancelled.clone(), done.clone()]), Some(20));
    for by in [SIGTERM, DAEMON_ENDED] {
        cancelled.cancelled_by = Some(by.to_owned());
        assert_eq!(last(&[cancelled.clone(), done.clone()]), Some(10));
    }
    // the clock was wrong
    assert_eq!(last(&[began(200, Some(State::Succeeded)), done]), Some(10));
}
