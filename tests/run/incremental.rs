//! Import is incremental, and the figures are those of one import from scratch.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::support::export::{meeting, message};
use crate::support::{Enrichment, Set, Tree};

#[test]
fn the_same_run_again_reads_and_rewrites_nothing() {
    let enrichment = Enrichment::published();
    let (set, activity) = (enrichment.set(), enrichment.activity_tree());
    let report = enrichment.report(&[]);
    assert_eq!((&report["files"]["read"], &report["files"]["unchanged"]), (&0.into(), &2.into()));
    assert_eq!(report["coverage"], set.report["coverage"]);
    assert_ne!(enrichment.set().run, set.run);
    enrichment.set().assert_same_rows(&set);
    // the ledger alone is saved again, as it was
    let parts = |tree: Tree| tree.only(|path| !path.ends_with("ledger.json"));
    let now = enrichment.activity_tree();
    parts(now.clone()).assert_same(&parts(activity.clone()));
    let ledger = |tree: &Tree| {
        tree.contents().find(|(path, _)| path.ends_with("ledger.json")).unwrap().1.to_vec()
    };
    assert_eq!(ledger(&now), ledger(&activity));
}

#[test]
fn a_changed_file_replaces_what_came_from_it() {
    let enrichment = Enrichment::published();
    let before = enrichment.activity_tree();
    // half of its rows are gone, one is new, one has become longer
    let [alice, bob] = ["alice@north.example", "bob@north.example"];
    let rows = [
        message("1", alice, &["carol@c1.example"], "2025-06-02T09:00:00Z"),
        message("5", "dan@c2.example", &[bob, alice], "2025-06-05T09:00:00Z"),
        message("8", "dora@c2.example", &[bob], "2025-06-07T09:00:00Z"),
    ];
    enrichment.export("Message_v1.json", &rows);
    let report = enrichment.report(&[]);
    assert_eq!((&report["files"]["read"], &report["files"]["unchanged"]), (&1.into(), &1.into()));
    assert_eq!(report["coverage"]["message_copies"], 3);
    let set = enrichment.set();
    assert_eq!(set.year("C1", "NoOfEmails_ToAccount"), "1");
    assert_eq!(set.year("C2", "NoOfEmails_FromAccount"), "2");
    set.assert_same_rows(&enrichment.set_anew());

    let after = enrichment.activity_tree();
    let is_meeting = |path: &std::path::Path| path.starts_with("meeting_copy");
    assert!(before.only(is_meeting) == after.clone().only(is_meeting), "meetings were rewritten");
    let weeks = ["2025-06-01"].map(|week| format!("message_copy/week={week}/"));
    let parts = after.files().into_iter().filter(|path| path.starts_with("message_copy"));
    let parts: Vec<String> = parts.collect();
    assert_eq!(parts.len(), weeks.len(), "{parts:?}");
    assert!(parts[0].starts_with(&weeks[0]), "{parts:?}");
}

#[test]
fn a_touched_file_is_hashed_and_not_read_again() {
    let enrichment = Enrichment::published();
    let before = enrichment.activity_tree().only(|path| !path.ends_with("ledger.json"));
    let path = enrichment.folder().join("exports/Message_v1.json");
    let later = fs::metadata(&path).unwrap().modified().unwrap() + Duration::from_secs(60);
    let touch = |time: SystemTime| {
        File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
    };
    touch(later);
    let imported = enrichment.import(&[]);
    assert_eq!((imported.read, imported.unchanged, imported.messages), (0, 2, 6));
    // a file with other bytes is read, even if its size and name are those of before
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("carol@c1", "karla@c1", 1)).unwrap();
    touch(later + Duration::from_secs(60));
    let imported = enrichment.import(&[]);
    assert_eq!((imported.read, imported.unchanged, imported.messages), (1, 1, 6));
    fs::write(&path, text).unwrap();
    assert_eq!(enrichment.import(&[]).read, 1);
    let after = enrichment.activity_tree().only(|path| !path.ends_with("ledger.json"));
    let names = |tree: &Tree| tree.files();
    assert_eq!(names(&before), names(&after));
}

#[test]
fn what_came_from_a_file_outlives_the_file_until_it_is_forgotten() {
    let enrichment = Enrichment::published();
    let before = enrichment.set();
    // renamed: read under its new name, and merged with what came from the old one
    let exports = enrichment.folder().join("exports");
    fs::rename(exports.join("Message_v1.json"), exports.join("Inbox_v1.json")).unwrap();
    let imported = enrichment.import(&[]);
    assert_eq!((imported.read, imported.gone, imported.messages), (1, 1, 12));
    let report = enrichment.report(&[]);
    assert_eq!((&report["files"]["read"], &report["files"]["missing"]), (&0.into(), &1.into()));
    assert_eq!(report["coverage"]["messages"], 6);
    assert_eq!(report["coverage"]["message_duplicates"], 6);
    let warning = "1 export file of earlier runs is gone; what came from it still counts (`--forget-missing` drops it)";
    assert_eq!(report["warnings"], json!([warning]));
    enrichment.set().assert_same_rows(&before);

    // removed: what came from it stays, until a run is told to forget it
    enrichment.remove_export("Event_v1.json");
    let report = enrichment.report(&["--forget-missing"]);
    assert_eq!(report["coverage"]["message_copies"], 6);
    assert_eq!(report["coverage"]["meeting_copies"], 0);
    assert_eq!(report["warnings"], Value::Null, "none");
    enrichment.set().assert_same_rows(&enrichment.set_anew());
    assert!(!enrichment.activity_tree().files().iter().any(|path| path.starts_with("meeting")));
}

#[test]
fn a_file_that_breaks_keeps_what_came_from_it_within_the_limit() {
    let enrichment = Enrichment::published();
    let before = enrichment.set();
    enrichment.write("exports/Message_v1.json", "broken by a copy that ended early");
    enrichment.define("[[source]]", "[limits]\nbad_files = 1\n\n[[source]]");
    let report = enrichment.report(&[]);
    assert_eq!((&report["files"]["failed"], &report["files"]["unchanged"]), (&1.into(), &1.into()));
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(
        warning.starts_with("`exports/Message_v1.json`: does not hold JSON objects"),
        "{warning}"
    );
    enrichment.set().assert_same_rows(&before);
}

#[test]
fn what_came_from_a_source_goes_with_the_source() {
    let enrichment = Enrichment::published();
    enrichment.define("path = \"exports\"", "path = \"exports/Message_v1.json\"");
    let imported = enrichment.import(&[]);
    assert_eq!((imported.read, imported.unchanged, imported.gone), (0, 1, 0));
    assert!(!enrichment.activity_tree().files().iter().any(|path| path.starts_with("meeting")));
    enrichment.define("exports/Message_v1.json", "exports");
    assert_eq!(enrichment.import(&[]).read, 1);
}

#[test]
fn copies_merge_over_files_and_runs() {
    let enrichment = Enrichment::published();
    assert_eq!(enrichment.set().year("C2", "NoOfEmails_ToAccount"), "1");
    // the sender's copy of a message that was known from elsewhere shows a recipient in bcc
    let mut sent = message("4", "bob@north.example", &["carol@c1.example"], "2025-05-05T09:00:00Z");
    sent["puser"] = json!("the sender's mailbox");
    sent["bccRecipients"] = json!([{"emailAddress": {"address": "Dora@C2.example"}}]);
    // an answer in a later export, and the meeting moved to another day
    let mut moved =
        meeting("m1", "alice@north.example", &["carol@c1.example"], "2025-06-12T09:00:00");
    moved["lastModifiedDateTime"] = json!("2025-06-09T00:00:00Z");
    enrichment.export("SentItem_v1.json", &[sent]);
    enrichment.export("Event_v1-later.json", &[moved]);
    let report = enrichment.report(&[]);
    assert_eq!((&report["files"]["read"], &report["files"]["unchanged"]), (&2.into(), &2.into()));
    let coverage = &report["coverage"];
    assert_eq!((&coverage["messages"], &coverage["message_duplicates"]), (&6.into(), &1.into()));
    assert_eq!((&coverage["meetings"], &coverage["meeting_versions"]), (&2.into(), &1.into()));
    let set = enrichment.set();
    assert_eq!(set.year("C1", "NoOfEmails_ToAccount"), "3");
    assert_eq!(set.year("C2", "NoOfEmails_ToAccount"), "2");
    assert_eq!(set.year("C2", "NoOfAccountContactsInvolved_Emails"), "2");
    assert_eq!(set.year("C1", "NoOfMeetings_ToAccount"), "1");
    assert_eq!(set.year("C1", "DaysSinceLastMeeting"), "18");
    set.assert_same_rows(&enrichment.set_anew());
}

#[test]
fn a_message_after_the_as_of_day_counts_once_a_later_day_reaches_it() {
    let enrichment = Enrichment::published();
    let report = enrichment.report(&["--as-of", "2025-06-05"]);
    let after = |activity: &str, items: u64| json!({"activity": activity, "reason": "after the as-of day", "items": items});
    assert_eq!(report["not_counted"], json!([after("meeting", 2), after("message", 1)]));
    let set = enrichment.set();
    assert_eq!(set.year("C2", "NoOfEmails_ToAccount"), "0");
    assert_eq!(set.year("C2", "DaysSinceLastEmail"), "0");
    assert_eq!(set.year("C2", "DaysSinceLastMeeting"), "");

    let report = enrichment.report(&["--as-of", "2025-06-06"]);
    assert_eq!(report["not_counted"], json!([after("meeting", 2)]));
    assert_eq!(report["files"]["read"], 0);
    assert_eq!(enrichment.set().year("C2", "NoOfEmails_ToAccount"), "1");
}

#[test]
fn the_newest_runs_are_kept_and_the_others_go() {
    let enrichment = Enrichment::published();
    enrichment.define("output = \"out\"", "output = \"out\"\nkeep_runs = 2");
    let mut runs = vec![enrichment.set().run];
    for as_of in ["2025-06-28", "2025-06-29"] {
        enrichment.run(&["--as-of", as_of]).done();
        runs.push(enrichment.set().run);
    }
    let mut kept: Vec<_> = fs::read_dir(enrichment.out().join("run"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    kept.sort();
    assert_eq!(kept, runs[1..]);
    let older = Set::in_folder(&enrichment.out().join("run").join(&runs[1]));
    assert_eq!(older.report["as_of"], "2025-06-28");
}

/// A file below `exports`, and its rows.
type Export = (String, Vec<Value>);

/// Exports in which every message and meeting may lie in several files, in different versions.
fn traffic(random: &mut ChaCha8Rng) -> Vec<Export> {
    let own = ["alice@north.example", "bob@north.example"];
    let mut files: Vec<Export> = (0..6)
        .map(|part| format!("Message_v1/part-{part}.json"))
        .chain((0..3).map(|part| format!("Event_v1/part-{part}.json")))
        .map(|name| (name, Vec::new()))
        .collect();
    for number in 0..150 {
        let contact =
            format!("p{}@c{}.example", random.random_range(0..3), random.random_range(0..4));
        let us = own[random.random_range(0..2)];
        let (from, to) = if random.random_bool(0.5) { (us, &*contact) } else { (&*contact, us) };
        let (month, day) = (random.random_range(1..=6), random.random_range(1..=28));
        for copy in 0..random.random_range(1..=3) {
            let sent = format!("2025-{month:02}-{day:02}T{:02}:00:0{copy}Z", number % 24);
            let mut row = message(&number.to_string(), from, &[to], &sent);
            row["conversationId"] = json!(format!("{}", number / 5));
            row["ccRecipients"] = json!([{"emailAddress": {"address": own[copy % 2]}}]);
            files[random.random_range(0..6)].1.push(row);
        }
    }
    for number in 0..40 {
        let contact =
            format!("p{}@c{}.example", random.random_range(0..3), random.random_range(0..4));
        for version in 0..random.random_range(1..=3) {
            let start = format!("2025-0{}-1{}T09:00:00", number % 6 + 1, random.random_range(0..9));
            let mut row = meeting(&number.to_string(), own[number % 2], &[&contact], &start);
            row["lastModifiedDateTime"] = json!(format!("2025-01-0{}T00:00:00Z", version + 1));
            row["isCancelled"] = json!(random.random_bool(0.2));
            row["puser"] = json!(format!("mailbox {}", random.random_range(0..2)));
            files[6 + random.random_range(0..3)].1.push(row);
        }
    }
    files
}

/// An enrichment with the contacts of [`traffic`], before any of it.
fn without_traffic() -> Enrichment {
    let contacts: String =
        (0..12).map(|n| format!("k{n},C{},p{}@c{}.example\n", n % 4, n / 4, n % 4)).collect();
    let enrichment = Enrichment::empty();
    enrichment.write("contacts.csv", format!("ContactId,CustomerId,Email\n{contacts}"));
    enrichment
}

/// Whatever the order in which files arrive, change and are taken away again, the figures are the same.
#[test]
fn slices_in_any_order_give_what_one_import_gives() {
    let files = traffic(&mut ChaCha8Rng::seed_from_u64(7));
    let whole = without_traffic();
    files.iter().for_each(|(name, rows)| whole.export(name, rows));
    let expected_report = whole.report(&[]);
    let expected = whole.set();
    assert_eq!(expected_report["coverage"]["customers_enriched"], 4);
    assert!(expected_report["coverage"]["message_duplicates"].as_u64() > Some(50));
    assert!(expected_report["coverage"]["meeting_versions"].as_u64() > Some(10));

    for seed in 0..3 {
        let random = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut files = files.clone();
        files.shuffle(random);
        let (first, rest) = files.split_at(random.random_range(2..5));
        let (second, third) = rest.split_at(random.random_range(1..3));
        let is_taken_away = seed == 2;

        let sliced = without_traffic();
        // a file of the first slice arrives unfinished, with rows in it that are not there in the end
        let (early, rows) = &first[0];
        let mut half = rows[..rows.len() / 2].to_vec();
        half.extend(files.last().unwrap().1.iter().take(3).cloned().map(|mut row| {
            row["internetMessageId"] = json!("<withdrawn@mail.example>");
            row["iCalUId"] = json!("withdrawn");
            row["id"] = json!("withdrawn");
            row
        }));
        let is_of_one_kind = early.split('/').next() == files.last().unwrap().0.split('/').next();
        half.truncate(if is_of_one_kind { half.len() } else { rows.len() / 2 });
        for slice in [first, second, third] {
            for (name, rows) in slice {
                sliced.export(name, if name == early { &half } else { rows });
            }
            let imported = sliced.import(&[]);
            assert_eq!(imported.read, slice.len() as u64, "seed {seed}");
            if is_taken_away {
                slice.iter().for_each(|(name, _)| sliced.remove_export(name));
            }
        }
        sliced.export(early, rows);
        let report = sliced.report(&[]);
        assert_eq!(report["files"]["read"], 1, "seed {seed}");
        assert_eq!(report["coverage"], expected_report["coverage"], "seed {seed}");
        assert_eq!(report["not_counted"], expected_report["not_counted"], "seed {seed}");
        sliced.set().assert_same_rows(&expected);
    }
}

/// Like [`traffic`], with what crosses months: copies sent in another month, meetings moved to another one,
/// answers that name a message of an earlier one.
fn crossing_traffic(random: &mut ChaCha8Rng) -> Vec<Export> {
    let mut files = traffic(random);
    for (_, rows) in &mut files {
        for row in rows {
            let number: u32 = row["internetMessageId"].as_str().map_or(0, |id| {
                id.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0)
            });
            if number % 7 == 3 && random.random_bool(0.5) {
                row["sentDateTime"] =
                    json!(format!("2025-0{}-15T10:00:00Z", random.random_range(1..=4)));
            }
            if number > 3 && random.random_bool(0.5) {
                let named = message(&random.random_range(0..number).to_string(), "", &[], "");
                row["internetMessageHeaders"] =
                    json!([{"name": "In-Reply-To", "value": named["internetMessageId"]}]);
            }
            if row["start"].is_object() && random.random_bool(0.3) {
                let day = format!("2025-0{}-10", random.random_range(1..=4));
                row["start"]["dateTime"] = json!(format!("{day}T09:00:00"));
                row["end"]["dateTime"] = json!(format!("{day}T10:00:00"));
            }
        }
    }
    files
}

/// Each month is a span of its own, files arrive in ten slices, and what is kept by span must not show.
#[test]
fn ten_slices_span_by_span_give_what_one_import_gives() {
    let random = &mut ChaCha8Rng::seed_from_u64(11);
    let mut slices: Vec<Export> = Vec::new();
    for (name, rows) in crossing_traffic(random) {
        let (name, half) = (name.trim_end_matches(".json"), rows.len() / 2);
        slices.push((format!("{name}-a.json"), rows[..half].to_vec()));
        slices.push((format!("{name}-b.json"), rows[half..].to_vec()));
    }
    slices.shuffle(random);
    let whole = without_traffic();
    slices.iter().for_each(|(name, rows)| whole.export(name, rows));
    let expected_report = whole.report(&[]);
    let expected = whole.set();

    let sliced = without_traffic();
    let by_week = ["--span-bytes", "0"];
    let (replaced, its_rows) = &slices[0];
    for (number, slice) in slices.chunks(slices.len().div_ceil(10)).enumerate() {
        for (name, rows) in slice {
            let is_early = name == replaced;
            sliced.export(name, if is_early { &rows[rows.len() / 3..] } else { rows });
        }
        match number {
            1 | 5 => drop(sliced.report(&by_week)),
            _ => drop(sliced.import(&[])),
        }
    }
    sliced.export(replaced, its_rows);
    let report = sliced.report(&by_week);
    assert_eq!(report["coverage"], expected_report["coverage"]);
    assert_eq!(report["not_counted"], expected_report["not_counted"]);
    sliced.set().assert_same_rows(&expected);
    let straddling = |name: &str| sliced.out().join("span").join(name).read_dir().unwrap().count();
    assert!(straddling("straddling.merged_message") > 2, "no message straddles");
    assert!(straddling("straddling.meeting_item") > 2, "no meeting was moved");
}

#[test]
fn a_new_day_leaves_what_is_kept_of_other_weeks() {
    let enrichment = Enrichment::new();
    let by_week = ["--span-bytes", "0"];
    enrichment.report(&by_week);
    let spans = || Tree::of(&enrichment.out().join("span"));
    let before = spans();
    // as of another day, with other weights: nothing by span depends on them
    enrichment.define("[window]", "[score]\npeople = 0.5\n\n[window]");
    enrichment.report(&[&by_week[..], &["--as-of", "2025-06-29"]].concat());
    before.assert_same(&spans());

    let late = message("9", "bob@north.example", &["carol@c1.example"], "2025-06-28T09:00:00Z");
    enrichment.export("SentItem_v1.json", &[late]);
    enrichment.report(&by_week);
    let of_may = |path: &std::path::Path| path.to_string_lossy().contains("/2025-05-");
    let may = before.clone().only(of_may);
    assert!(may.files().len() > 10);
    may.assert_same(&spans().only(of_may));
    let emails_of_june =
        |path: &std::path::Path| path.to_string_lossy().contains("account.email/2025-06-");
    assert_ne!(before.only(emails_of_june).files(), spans().only(emails_of_june).files());
    enrichment.set().assert_same_rows(&enrichment.set_anew());

    // later weeks look for questions in May: what comes of it is the same, and so is what is computed from that
    let before = spans();
    let late = message("10", "bob@north.example", &["carol@c1.example"], "2025-05-06T09:00:00Z");
    enrichment.export("Inbox_v1.json", &[late]);
    enrichment.report(&by_week);
    let days_of_june =
        |path: &std::path::Path| path.to_string_lossy().contains("account.day/2025-06-");
    let named_in_june =
        |path: &std::path::Path| path.to_string_lossy().contains("account.named_question/2025-06-");
    assert_ne!(before.clone().only(named_in_june).files(), spans().only(named_in_june).files());
    let before = before.only(days_of_june);
    assert!(!before.files().is_empty());
    before.assert_same(&spans().only(days_of_june));
    enrichment.set().assert_same_rows(&enrichment.set_anew());
}

#[test]
fn little_memory_is_enough() {
    let enrichment = Enrichment::published();
    let expected = enrichment.set();
    enrichment.define("output = \"out\"", "output = \"out\"\nmemory_limit = \"64 MiB\"");
    fs::remove_dir_all(enrichment.out().join("span")).unwrap();
    enrichment.report(&[]);
    enrichment.set().assert_same_rows(&expected);
}
