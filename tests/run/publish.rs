//! Whatever is killed when, a reader finds the old set or the new one, whole.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use rapport::definition;
use rapport::progress::Silent;
use rapport::run;
use rapport::run::state::{Cancel, How, Start, Steps};
use rapport::store::{Draft, Output, Step};

use crate::support::export::message;
use crate::support::{Enrichment, Set, Tree, consent, start};

const SIGKILL: i32 = 9;
/// The folder in which [`child`] works; it does nothing where this is not set.
const FOLDER: &str = "RAPPORT_TEST_FOLDER";
/// The step of publishing, from 1, at which [`child`] kills itself.
const STEP: &str = "RAPPORT_TEST_STEP";

/// Kills the process that it is called in, as `kill -9` does.
fn kill_myself() -> ! {
    let kill = format!("kill -9 {}", process::id());
    Command::new("sh").args(["-c", &kill]).status().unwrap();
    loop {
        thread::park();
    }
}

fn kill_at(wanted: usize) -> impl FnMut(Step) {
    let mut step = 0;
    move |_| {
        step += 1;
        if step == wanted {
            kill_myself();
        }
    }
}

/// Runs the test `name` of this module in a process of its own.
fn start_child(name: &str, folder: &Path, step: usize) -> ExitStatus {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", &format!("run::publish::{name}"), "--nocapture"]);
    child.env(FOLDER, folder).env(STEP, step.to_string());
    child.stdout(Stdio::null()).status().unwrap()
}

/// The folder and the step, in a process that [`start_child`] started.
fn in_child() -> Option<(String, usize)> {
    Some((env::var(FOLDER).ok()?, env::var(STEP).ok()?.parse().ok()?))
}

/// No test by itself: a run that is killed at a step.
#[test]
fn child() {
    let Some((folder, step)) = in_child() else { return };
    let definition = definition::load(&Path::new(&folder).join("enrichment.toml")).unwrap();
    let consent = consent::approval(&definition);
    let request = run::Request {
        consent: &consent,
        definition: &definition,
        as_of: definition.window.as_of.unwrap(),
        forget_missing: false,
        memory: 1 << 30,
        span_bytes: rapport::span::SPAN_BYTES,
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).build().unwrap();
    let start = Start {
        who: "somebody".to_owned(),
        how: How::ByHand,
        now: || "2025-07-01T00:00:00Z".parse().unwrap(),
        cancel: Cancel::default(),
        progress: &Silent,
    };
    let steps = Steps::queue(&request, start).unwrap();
    runtime.block_on(run::run(&request, &steps, &mut kill_at(step))).unwrap();
}

/// An enrichment with a published set and one more message to import, and the sets before and after.
fn before_and_after() -> (Tree, Set, Set) {
    let enrichment = Enrichment::published();
    let old = enrichment.set();
    let more = message("9", "bob@north.example", &["carol@c1.example"], "2025-06-20T09:00:00Z");
    enrichment.export("SentItem_v1.json", &[more]);
    enrichment.define("output = \"out\"", "output = \"out\"\nkeep_runs = 1");
    let tree = Tree::of(enrichment.folder());
    enrichment.run(&[]).done();
    let new = enrichment.set();
    assert_eq!(
        (old.year("C1", "NoOfEmails_ToAccount"), new.year("C1", "NoOfEmails_ToAccount")),
        ("3".into(), "4".into())
    );
    (tree, old, new)
}

#[test]
fn a_run_killed_at_any_step_leaves_a_whole_set() {
    let (tree, old, new) = before_and_after();
    let next = AtomicUsize::new(1);
    let sets = Mutex::new(BTreeMap::new());
    let work = || {
        loop {
            let step = next.fetch_add(1, Ordering::Relaxed);
            let enrichment = Enrichment::from_tree(&tree);
            let status = start_child("child", enrichment.folder(), step);
            let set = enrichment.set();
            let is_old = set.run == old.run;
            set.assert_same_rows(if is_old { &old } else { &new });
            assert!(is_old || set.run == "2025-07-01T00-00-00Z", "step {step}");
            sets.lock().unwrap().insert(step, (is_old, status.signal()));
            if status.success() {
                break;
            }
            // the next run finds everything imported, and cleans up
            let report = enrichment.report(&[]);
            assert_eq!(report["files"]["read"], 0, "step {step}");
            enrichment.set().assert_same_rows(&new);
            assert_eq!(enrichment.set().run, report["run"]);
            assert_is_clean(&enrichment.out(), 1);
        }
    };
    thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let mut sets: Vec<_> = sets.into_inner().unwrap().into_values().collect();
    // each thread ends with a run that is not killed any more
    assert_eq!(sets.pop(), Some((false, None)));
    let expected = [
        // the hidden folder, four entities, segments and measures, three texts, sealed
        [(true, Some(SIGKILL)); 10].as_slice(),
        // pointed, linked, pruned, done
        &[(false, Some(SIGKILL)), (false, Some(SIGKILL)), (false, Some(SIGKILL)), (false, None)],
    ];
    assert_eq!(sets, expected.concat());
}

/// Not only between steps: wherever the program happens to be.
#[test]
fn a_run_killed_at_any_moment_leaves_a_whole_set() {
    let (tree, old, new) = before_and_after();
    let enrichment = Enrichment::from_tree(&tree);
    for moment in [20, 100, 300, 600, 900, 1200, 1500, 2000] {
        let mut run = start(enrichment.folder(), &["run"]).spawn().unwrap();
        thread::sleep(Duration::from_millis(moment));
        run.kill().unwrap();
        run.wait().unwrap();
        let set = enrichment.set();
        set.assert_same_rows(if set.run == old.run { &old } else { &new });
    }
    enrichment.run(&[]).done();
    enrichment.set().assert_same_rows(&new);
    assert_is_clean(&enrichment.out(), 1);
}

/// Nothing is left of runs that did not end, and `runs` runs are kept.
#[track_caller]
fn assert_is_clean(out: &Path, runs: usize) {
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let mut top = names(out);
    top.retain(|name| {
        let own =
            ["activity", "quarantine", "span", "run", "state", "current", ".lock", "history.jsonl"];
        !own.contains(&&**name)
    });
    top.sort();
    let stable = [
        "Office.parquet",
        "Office_CustomerEntity.parquet",
        "Office_ScoreEntity.parquet",
        "Office_UserEntity.parquet",
        "measure",
        "segment",
    ];
    assert_eq!(top, stable);
    let kept = names(&out.join("run"));
    assert_eq!(kept.len(), runs, "{kept:?}");
    assert!(kept.iter().all(|name| !name.starts_with('.')), "{kept:?}");
}

const SMALL_SET: [&str; 3] = ["Office.parquet", "Office_ScoreEntity.parquet", "report.json"];

/// No test by itself: publishes a small set by hand.
#[test]
fn small_child() {
    let Some((folder, step)) = in_child() else { return };
    let output = Output::open(&Path::new(&folder).join("out"), "north").unwrap();
    let mut done = kill_at(step);
    let draft = Draft::begin(&output, "2025-07-01").unwrap();
    done(Step::Begun);
    for name in SMALL_SET {
        fs::write(draft.path(name), "new").unwrap();
        done(Step::Written);
    }
    draft.publish(&SMALL_SET[..2], 1, &mut done).unwrap();
}

/// As above where nothing was published before, and with other programs' files about.
#[test]
fn a_first_run_killed_at_any_step_leaves_a_whole_set_or_none() {
    let mut published = Vec::new();
    for step in 1.. {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        fs::create_dir_all(out.join("run")).unwrap();
        fs::write(out.join("run/.DS_Store"), "").unwrap();
        fs::write(out.join("run/notes.txt"), "").unwrap();
        let status = start_child("small_child", folder.path(), step);
        let is_published = fs::symlink_metadata(out.join("current")).is_ok();
        for name in SMALL_SET {
            let is_whole =
                fs::read_to_string(out.join("current").join(name)).ok() == Some("new".into());
            assert_eq!(is_whole, is_published, "step {step}: {name}");
            let stable = fs::read_to_string(out.join(name));
            assert!(is_published || stable.is_err(), "step {step}: {name}");
        }
        published.push(is_published);
        if status.success() {
            break;
        }
        assert_eq!(status.signal(), Some(SIGKILL), "step {step}");
        drop(Output::open(&out, "north").unwrap());
        let hidden = Tree::of(&out.join("run")).files();
        assert!(!hidden.iter().any(|path| path.starts_with(".2025")), "step {step}: {hidden:?}");
        assert!(out.join("run/notes.txt").is_file(), "it is not ours to remove");
    }
    assert_eq!(published, [[false; 5].as_slice(), &[true; 4]].concat());
}

#[test]
fn an_import_that_is_killed_doubles_and_loses_nothing() {
    let enrichment = Enrichment::new();
    for file in 0..24 {
        let row = |number: usize| {
            let id = format!("{file}-{number}");
            let (day, month) = (number % 28 + 1, number % 5 + 1);
            let sent = format!("2025-{month:02}-{day:02}T10:00:00Z");
            message(&id, "alice@north.example", &["carol@c1.example"], &sent)
        };
        let rows: Vec<_> = (0..150).map(row).collect();
        enrichment.export(&format!("Message_v1/part-{file:02}.json"), &rows);
    }
    let tree = Tree::of(enrichment.folder());
    enrichment.run(&[]).done();
    let expected = enrichment.set();
    assert_eq!(expected.year("C1", "NoOfEmails_ToAccount"), "3603");
    let complete = parts(&enrichment);

    let killed = Enrichment::from_tree(&tree);
    // when the import is killed this file is another one than afterwards
    let first = "exports/Message_v1/part-00.json";
    let whole = fs::read(killed.folder().join(first)).unwrap();
    killed.write(first, [b"\n", whole.as_slice()].concat());
    let mut import = start(killed.folder(), &["import"]).spawn().unwrap();
    let begun = Instant::now();
    while parts(&killed).len() < 20 {
        assert!(begun.elapsed() < Duration::from_secs(60), "no parts appear");
        thread::sleep(Duration::from_millis(1));
    }
    import.kill().unwrap();
    assert_eq!(import.wait().unwrap().signal(), Some(SIGKILL), "the import was too quick");
    assert!(!killed.out().join("activity/ledger.json").exists(), "the import was too quick");

    killed.write(first, whole);
    assert!(parts(&killed).iter().any(|part| !complete.contains(part)));
    let report = killed.report(&[]);
    assert_eq!((&report["files"]["read"], &report["files"]["failed"]), (&26.into(), &0.into()));
    assert_eq!(report["coverage"]["message_copies"], 3606);
    assert_eq!(report["coverage"]["message_duplicates"], 0);
    killed.set().assert_same_rows(&expected);
    assert_eq!(parts(&killed), complete, "parts of the killed import are left");
}

/// Parts of the imported activity, known to the ledger or not.
fn parts(enrichment: &Enrichment) -> Vec<String> {
    let folder = enrichment.out().join("activity");
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name();
    let paths = walk.into_iter().flatten().map(|entry| entry.path().display().to_string());
    let below = |path: String| path.split_once("/activity/").map(|(_, below)| below.to_owned());
    paths.filter(|path| path.ends_with(".parquet")).filter_map(below).collect()
}
