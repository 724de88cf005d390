//! States of runs: what is recorded of each, and how a run ends that is asked to, killed, or fails.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{fs, thread};

use rapport::definition;
use rapport::progress::Silent;
use rapport::run;
use rapport::run::state::{Cancel, Cancelled, How, Start, Steps};
use rapport::store;
use serde_json::{Value, json};

use crate::support::export::message;
use crate::support::{Enrichment, Outcome, Tree, consent, rapport, start};

/// How long a run may take to get somewhere.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a run may take to end that is asked to.
const SECONDS: Duration = Duration::from_secs(10);

/// An enrichment that is large enough to be met at work, with bad rows and other defects; nothing is imported.
fn large() -> Enrichment {
    static TREE: OnceLock<Tree> = OnceLock::new();
    let tree = TREE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let arguments = ["sample", "large", "--messages", "6000", "--defects"];
        rapport(folder.path(), &arguments).done();
        Tree::of(&folder.path().join("large"))
    });
    Enrichment::from_tree(tree)
}

/// What a run gives that nobody disturbs.
fn undisturbed() -> &'static Tree {
    static TREE: OnceLock<Tree> = OnceLock::new();
    TREE.get_or_init(|| {
        let enrichment = large();
        enrichment.run(&[]).done();
        entities(&enrichment)
    })
}

/// The published entities, without their times.
fn entities(enrichment: &Enrichment) -> Tree {
    let folder = tempfile::tempdir().unwrap();
    let current = fs::canonicalize(enrichment.out().join("current")).unwrap();
    for (path, bytes) in Tree::of(&current).contents() {
        if path.extension().is_some_and(|extension| extension == "parquet") {
            let path = folder.path().join(path.file_name().unwrap());
            fs::write(&path, bytes).unwrap();
            fs::File::options()
                .append(true)
                .open(&path)
                .unwrap()
                .set_modified(std::time::UNIX_EPOCH)
                .unwrap();
        }
    }
    Tree::of(folder.path())
}

/// What `rapport runs` tells, newest first.
#[track_caller]
fn runs(enrichment: &Enrichment) -> Vec<Value> {
    serde_json::from_str(&enrichment.rapport(&["runs", "--format", "json"]).done()).unwrap()
}

#[track_caller]
fn status(enrichment: &Enrichment) -> Value {
    serde_json::from_str(&enrichment.rapport(&["status", "--format", "json"]).done()).unwrap()
}

fn states(record: &Value) -> Vec<&str> {
    let steps = record["steps"].as_array().unwrap();
    steps.iter().map(|step| step["state"].as_str().unwrap()).collect()
}

/// The newest record as it stands on disk.
fn newest(enrichment: &Enrichment) -> Option<Value> {
    let entries = fs::read_dir(enrichment.out().join("state/run")).ok()?;
    let paths = entries.map(|entry| entry.unwrap().path());
    let newest = paths.filter(|path| path.extension().is_some_and(|kind| kind == "json")).max()?;
    serde_json::from_slice(&fs::read(newest).ok()?).ok()
}

/// A run that has come to the step at `index`, and knows how much there is to do.
#[track_caller]
fn run_to(enrichment: &Enrichment, index: usize) -> Child {
    let before = newest(enrichment).map(|record| record["id"].clone());
    let mut child = start(enrichment.folder(), &["run"]).spawn().unwrap();
    let begun = Instant::now();
    loop {
        if let Some(record) = newest(enrichment).filter(|new| Some(&new["id"]) != before.as_ref()) {
            let step = &record["steps"][index];
            if step["state"] == "running" && step["total"].is_u64() {
                return child;
            }
        }
        assert!(begun.elapsed() < PATIENCE && child.try_wait().unwrap().is_none());
        thread::sleep(Duration::from_millis(2));
    }
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
}

/// How the run ends, within seconds.
#[track_caller]
fn end(child: Child) -> Outcome {
    let begun = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(begun.elapsed() < SECONDS, "it took {:?}", begun.elapsed());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Nothing half-written is left, and a run goes on from what there is to what an undisturbed one gives.
#[track_caller]
fn assert_sound(enrichment: &Enrichment) {
    assert_nothing_half_written(&enrichment.out());
    enrichment.run(&[]).done();
    entities(enrichment).assert_same(undisturbed());
    assert_nothing_half_written(&enrichment.out());
    assert_names_nobody(enrichment);
}

#[track_caller]
fn assert_nothing_half_written(out: &Path) {
    assert!(!out.join("scratch").exists());
    assert!(!out.join("state/cancel").exists());
    for file in Tree::of(out).files() {
        let name = file.rsplit('/').next().unwrap();
        assert!(!name.starts_with('.') || name == ".lock", "{file}");
    }
    let runs = fs::read_dir(out.join("run")).into_iter().flatten();
    for run in runs {
        assert!(!run.unwrap().file_name().to_str().unwrap().starts_with('.'));
    }
}

/// No record holds an address, a name or a subject of the exports.
#[track_caller]
fn assert_names_nobody(enrichment: &Enrichment) {
    let mut named = BTreeSet::new();
    let exports = Tree::of(&enrichment.folder().join("exports"));
    // groups are no individuals: warnings name them
    let exports = exports.only(|path| !path.to_str().unwrap().starts_with("Group"));
    for (_, bytes) in exports.contents() {
        for row in String::from_utf8_lossy(bytes).lines().flat_map(serde_json::from_str) {
            name(&row, &mut named);
        }
    }
    assert!(named.len() > 100, "{}", named.len());
    let records = Tree::of(&enrichment.out().join("state/run"));
    assert!(!records.files().is_empty());
    for (path, bytes) in records.contents() {
        let text = String::from_utf8_lossy(bytes);
        assert!(!text.contains('@'), "{}: {text}", path.display());
        for name in &named {
            assert!(!text.contains(name), "`{name}` is in {}", path.display());
        }
    }
}

/// Adds what names individuals in `value`, or what they write about.
fn name(value: &Value, named: &mut BTreeSet<String>) {
    const NAMING: [&str; 6] =
        ["address", "name", "subject", "internetMessageId", "displayName", "mail"];
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                match value.as_str() {
                    // shorter ones are words too
                    Some(text) if NAMING.contains(&field.as_str()) && text.len() >= 8 => {
                        named.insert(text.to_owned());
                    }
                    _ => name(value, named),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| name(value, named)),
        _ => {}
    }
}

#[test]
fn a_run_tells_of_its_steps() {
    let enrichment = Enrichment::new();
    assert_eq!(runs(&enrichment), [Value::Null; 0]);
    assert_eq!(status(&enrichment)["run"], Value::Null);
    let id = enrichment.report(&[])["run"].clone();
    let [record] = &runs(&enrichment)[..] else { panic!("not one run") };
    assert_eq!(record["id"], id);
    assert_eq!(states(record), ["succeeded"; 5]);
    assert_eq!((&record["state"], &record["how"]), (&"succeeded".into(), &"by hand".into()));
    assert_eq!((&record["as_of"], &record["customers"]), (&"2025-06-30".into(), &2.into()));
    assert_eq!(record["who"], enrichment.history()[0]["who"]);
    assert_eq!(record["steps"][0]["rows"], 8);
    for step in record["steps"].as_array().unwrap() {
        assert!(step["began_at"].is_string() && step["seconds"].is_f64(), "{step}");
    }

    let status = status(&enrichment);
    assert_eq!(status["run"], *record);
    let made_at = &record["ended_at"];
    assert_eq!(status["published"], json!({"run": id, "as_of": "2025-06-30", "made_at": made_at}));
    assert_eq!(status["failures"], json!([]));
    let text = enrichment.rapport(&["status"]).done();
    assert!(text.contains("last run") && text.contains("as of 2025-06-30, made "), "{text}");

    let id = id.as_str().unwrap();
    let one = enrichment.rapport(&["runs", id, "--format", "json"]).done();
    assert_eq!(serde_json::from_str::<Value>(&one).unwrap(), *record);
    let text = enrichment.rapport(&["runs", id]).done();
    assert!(text.contains("\nimport      succeeded ") && text.contains("  8 rows\n"), "{text}");
    let near = enrichment.rapport(&["runs", &id[..id.len() - 1]]).failed(1);
    assert!(near.contains(&format!("hint: there is `{id}`")), "{near}");
}

#[test]
fn warnings_stand_at_the_step_that_gave_them() {
    let enrichment = Enrichment::new();
    enrichment.define("[[source]]", "[limits]\nbad_rows = 0.5\n\n[[source]]");
    let [alice, carol] = ["alice@north.example", "carol@c1.example"];
    let mut bad = message("9", alice, &[carol], "2025-06-02T09:00:00Z");
    bad["toRecipients"] = json!("nobody");
    let good = message("10", alice, &[carol], "2025-06-02T09:00:00Z");
    enrichment.export("Message_v1-b.json", &[bad, good]);
    let report = enrichment.report(&[]);
    let record = &runs(&enrichment)[0];
    assert_eq!(record["state"], "succeeded with warnings");
    let but_first = ["succeeded"; 4];
    assert_eq!(states(record), [&["succeeded with warnings"], &but_first[..]].concat());
    assert_eq!(record["steps"][0]["warnings"], report["warnings"]);
}

#[test]
fn a_failure_tells_why_and_stands_until_something_is_published() {
    let enrichment = Enrichment::published();
    enrichment.write("exports/Message_v1-bad.json.gz", "no gzip");
    let error = enrichment.run(&[]).failed(1);
    let record = runs(&enrichment).remove(0);
    assert_eq!(record["state"], "failed");
    assert_eq!(states(&record), ["failed", "skipped", "skipped", "skipped", "skipped"]);
    let told = record["steps"][0]["errors"][0].as_str().unwrap();
    assert!(error.contains(told) && told.contains("Message_v1-bad.json.gz"), "{told}");
    assert_eq!(record["steps"][1]["why"], "the run failed");
    let last = enrichment.history().pop().unwrap();
    assert_eq!((&last["what"], &last["run"]), (&"failed".into(), &record["id"]));
    let told = status(&enrichment);
    assert_eq!((&told["run"], &told["failures"]), (&record, &json!([record])));
    let text = enrichment.rapport(&["status"]).done();
    assert!(text.contains("failures      1 since then\n"), "{text}");

    enrichment.remove_export("Message_v1-bad.json.gz");
    enrichment.run(&[]).done();
    assert_eq!(status(&enrichment)["failures"], json!([]));
    assert_eq!(runs(&enrichment).len(), 3);
}

#[test]
fn a_refusal_tells_no_row_and_no_domain() {
    let enrichment = Enrichment::published();
    enrichment.write("contacts.csv", "ContactId,CustomerId,Email\nk1,C1,eve@nowhere.example\n");
    let error = enrichment.run(&[]).failed(1);
    assert!(error.contains("c1.example"), "{error}");
    let record = runs(&enrichment).remove(0);
    assert_eq!(states(&record)[3..], ["failed", "skipped"]);
    let text = fs::read_to_string(
        enrichment.out().join(format!("state/run/{}.json", record["id"].as_str().unwrap())),
    );
    let text = text.unwrap();
    assert!(text.contains("on opposite sides") && !text.contains(".example"), "{text}");
}

#[test]
fn a_run_that_is_killed_has_failed() {
    let enrichment = large();
    let mut child = run_to(&enrichment, 0);
    let told = status(&enrichment);
    assert_eq!((&told["run"]["state"], &told["published"]), (&"running".into(), &Value::Null));
    let text = enrichment.rapport(&["status"]).done();
    assert!(text.contains("under way") && text.contains("running, import  "), "{text}");
    child.kill().unwrap();
    child.wait().unwrap();

    let told = status(&enrichment);
    assert_eq!(told["run"]["state"], "failed");
    assert_eq!(told["run"]["steps"][0]["errors"][0], "the process ended without a word");
    assert_eq!(newest(&enrichment).unwrap()["state"], "running", "reading changes nothing");
    let error = enrichment.rapport(&["cancel"]).failed(1);
    assert!(error.contains("is under way"), "{error}");
    enrichment.run(&[]).done();
    let [new, old] = &runs(&enrichment)[..] else { panic!("not two runs") };
    assert_eq!(
        (&old["state"], &new["state"]),
        (&"failed".into(), &"succeeded with warnings".into())
    );
    let what: Vec<_> = enrichment.history().iter().map(|line| line["what"].clone()).collect();
    assert_eq!(what, ["failed", "published"]);
    entities(&enrichment).assert_same(undisturbed());
    assert_names_nobody(&enrichment);
}

#[test]
fn ctrl_c_ends_the_import_of_a_file_and_keeps_the_others() {
    let enrichment = large();
    let exports = enrichment.folder().join("exports");
    let mut all = Vec::new();
    let mut rest = Vec::new();
    for (path, bytes) in Tree::of(&exports).contents() {
        if path.to_str().unwrap().starts_with("Message")
            && path.to_str().unwrap().ends_with(".json")
        {
            all.extend_from_slice(bytes);
            rest.push(path.to_owned());
        }
    }
    assert!(all.len() > 1 << 20, "{rest:?}");
    rest.iter().for_each(|path| fs::remove_file(exports.join(path)).unwrap());
    let before = enrichment.import(&[]).read;
    let ledger = enrichment.activity_tree();
    enrichment.write("exports/Message_v1.json", all);

    let child = run_to(&enrichment, 0);
    signal(&child, "-INT");
    let error = end(child).failed(130);
    assert!(error.contains("was cancelled by Ctrl-C: nothing is published"), "{error}");
    let record = runs(&enrichment).remove(0);
    assert_eq!(
        (&record["state"], &record["cancelled_by"]),
        (&"cancelled".into(), &"Ctrl-C".into())
    );
    assert_eq!(states(&record), ["cancelled", "skipped", "skipped", "skipped", "skipped"]);
    assert_eq!(enrichment.history().pop().unwrap()["what"], "cancelled");
    assert_nothing_half_written(&enrichment.out());
    let files = |tree: &Tree| tree.files().len();
    assert_eq!(files(&enrichment.activity_tree()), files(&ledger));
    let report = enrichment.report(&[]);
    let counts = [&report["files"]["read"], &report["files"]["unchanged"]];
    assert_eq!(counts, [&json!(1), &json!(before)]);
    entities(&enrichment).assert_same(undisturbed());
    assert_names_nobody(&enrichment);
}

#[test]
fn sigterm_ends_the_aggregation() {
    let enrichment = large();
    for step in [1, 2] {
        let child = run_to(&enrichment, step);
        signal(&child, "-TERM");
        let error = end(child).failed(130);
        assert!(error.contains("was cancelled by SIGTERM"), "{error}");
        let record = runs(&enrichment).remove(0);
        assert_eq!(record["state"], "cancelled");
        assert_eq!(states(&record)[step], "cancelled");
        assert_nothing_half_written(&enrichment.out());
    }
    assert_eq!(enrichment.report(&[])["files"]["read"], 0);
    assert_sound(&enrichment);
}

#[test]
fn another_process_asks_the_run_under_way_to_end() {
    let enrichment = large();
    let child = run_to(&enrichment, 0);
    let id = newest(&enrichment).unwrap()["id"].as_str().unwrap().to_owned();
    // a second run is none, and not the one that is asked
    let error = enrichment.run(&[]).failed(1);
    let told = format!("another run is at work on `out`: run `{id}` of ");
    assert!(error.contains(&told) && error.contains(" since 2"), "{error}");
    let text = enrichment.rapport(&["cancel"]).done();
    assert_eq!(text, format!("run {id} is asked to end; `rapport status` tells when it has\n"));
    let error = end(child).failed(130);
    assert!(error.contains("(`rapport cancel`)"), "{error}");
    let [second, first] = &runs(&enrichment)[..] else { panic!("not two runs") };
    assert_eq!((&first["id"], &first["state"]), (&id.into(), &"cancelled".into()));
    assert_eq!(second["state"], "failed");
    assert_sound(&enrichment);
}

/// At any step of publishing before the pointer is moved the old set stays, and from then on the run has succeeded.
#[test]
fn a_run_is_cancelled_until_it_is_published() {
    let published = Enrichment::published();
    let more = message("9", "bob@north.example", &["carol@c1.example"], "2025-06-20T09:00:00Z");
    published.export("SentItem_v1.json", &[more]);
    let old = published.set();
    let tree = Tree::of(published.folder());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).build().unwrap();
    let mut ended = Vec::new();
    // the hidden folder; the last entity; the last text; sealed, pointed
    for wanted in [1, 5, 9, 10, 11] {
        let enrichment = Enrichment::from_tree(&tree);
        let path = enrichment.folder().join("enrichment.toml");
        let definition = definition::load(&path).unwrap();
        let consent = consent::approval(&definition);
        let request = run::Request {
            definition: &definition,
            consent: &consent,
            as_of: definition.window.as_of.unwrap(),
            forget_missing: false,
            memory: 1 << 30,
            span_bytes: rapport::span::SPAN_BYTES,
        };
        let cancel = Cancel::default();
        let start = Start {
            who: "somebody".to_owned(),
            how: How::Schedule,
            now: || "2099-01-01T00:00:00Z".parse().unwrap(),
            cancel: cancel.clone(),
            progress: &Silent,
        };
        let steps = Steps::queue(&request, start).unwrap();
        let mut step = 0;
        let mut done = |_: store::Step| {
            step += 1;
            if step == wanted {
                cancel.ask("somebody");
            }
        };
        let result = runtime.block_on(run::run(&request, &steps, &mut done));
        let is_cancelled = match result {
            Ok(_) => false,
            Err(error) => error.is::<Cancelled>(),
        };
        assert_eq!(enrichment.set().run == old.run, is_cancelled, "step {wanted}");
        let record = newest(&enrichment).unwrap();
        assert_eq!(record["state"], if is_cancelled { "cancelled" } else { "succeeded" });
        assert_eq!(record["id"], "2099-01-01T00-00-00Z");
        assert_nothing_half_written(&enrichment.out());
        ended.push(is_cancelled);
    }
    assert_eq!(ended, [true, true, true, false, false]);
}

#[test]
fn nothing_is_read_by_a_consent_that_was_taken_back_since() {
    let enrichment = Enrichment::new();
    let definition = definition::load(&enrichment.folder().join("enrichment.toml")).unwrap();
    let consent = consent::approval(&definition);
    fs::remove_file(enrichment.out().join("state/consent.json")).unwrap();
    let files = definition::files(&definition).unwrap();
    let output = store::Output::open(&definition.output, "north").unwrap();
    let error = run::import(&definition, &consent, &files, &output, false, &Silent).unwrap_err();
    assert_eq!(error.to_string(), "nothing is read: the consent was revoked by a purge");
    assert!(!enrichment.out().join("activity").exists());
}
