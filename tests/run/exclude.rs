//! Who is excluded is in no figure and in no stored activity: as if the person had never been in the exports.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::support::export::{group, meeting, member, message, user};
use crate::support::{Enrichment, Outcome, Set, Table, Tree, start};

const ALICE: &str = "alice@north.example";
const ALIAS: &str = "a.smith@north.example";
const LEGACY: &str = "/o=ExchangeLabs/ou=Group (X)/cn=Recipients/cn=0a1b-Alice";
const ALICE_ID: &str = "5f1c0d52-0000-4000-8000-00000000a11c";
const BOB: &str = "bob@north.example";
const BEN: &str = "ben@north.example";
const CAROL: &str = "carol@c1.example";
const PEOPLE: [&str; 9] = [
    ALICE,
    "Alice@North.Example",
    ALIAS,
    LEGACY,
    BOB,
    BEN,
    CAROL,
    "dan@c2.example",
    "eve@elsewhere.example",
];

/// All that stands for Alice, in lower case.
fn is_alice(address: &str) -> bool {
    let address = address.to_lowercase();
    [ALICE.to_owned(), ALIAS.to_owned(), LEGACY.to_lowercase()].contains(&address)
}

fn mailbox(address: &str) -> Value {
    match address {
        BOB => json!("5f1c0d52-0000-4000-8000-000000000b0b"),
        BEN => json!("5f1c0d52-0000-4000-8000-000000000be2"),
        _ if is_alice(address) => json!(ALICE_ID.to_uppercase()),
        _ => json!("shared-mailbox"),
    }
}

/// Rows of one export file.
type Export = (&'static str, Vec<Value>);

fn traffic() -> Vec<Export> {
    let random = &mut ChaCha8Rng::seed_from_u64(5);
    let (mut messages, mut inbox, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..90 {
        let mut one = || PEOPLE[random.random_range(0..PEOPLE.len())];
        let (from, to) = (one(), [one(), one(), one()]);
        let day = random.random_range(1..=28);
        let month = random.random_range(4..=6);
        let at = format!("2025-0{month}-{day:02}T09:{:02}:00", number % 60);
        let mut row = message(&number.to_string(), from, &to[..1], &format!("{at}Z"));
        row["ccRecipients"] = message("", "", &to[1..], "")["toRecipients"].clone();
        row["isDraft"] = json!(number % 11 == 0);
        if number % 13 == 0 {
            row["internetMessageId"] = Value::Null;
        }
        if number > 5 && random.random_bool(0.4) {
            let named = message(&random.random_range(0..number).to_string(), "", &[], "");
            row["conversationId"] = named["conversationId"].clone();
            row["internetMessageHeaders"] =
                json!([{"name": "In-Reply-To", "value": named["internetMessageId"]}]);
        }
        for (place, holder) in [from, to[0], to[1]].into_iter().enumerate() {
            row["puser"] = mailbox(holder);
            if place == 0 { &mut messages } else { &mut inbox }.push(row.clone());
        }
        if number % 3 == 0 {
            let mut row = meeting(&format!("m{number}"), from, &to, &at);
            for holder in [from, to[0]] {
                row["puser"] = mailbox(holder);
                events.push(row.clone());
            }
        }
    }
    vec![("Message_v1.json", messages), ("Inbox_v1.json", inbox), ("Event_v1.json", events)]
}

/// The enrichment before any run.
fn enrichment() -> Enrichment {
    let enrichment = Enrichment::empty();
    enrichment.define(
        &format!("\"{ALICE}\", \"{BOB}\""),
        &format!("\"{ALICE}\", \"{ALIAS}\", \"{BOB}\", \"{BEN}\""),
    );
    let mut alice = user(ALICE_ID, ALICE);
    alice["proxyAddresses"] =
        json!([format!("SMTP:{ALICE}"), format!("smtp:{ALIAS}"), format!("X500:{LEGACY}")]);
    let id = |address| mailbox(address).as_str().unwrap().to_owned();
    enrichment.export("users.json", &[alice, user(&id(BOB), BOB), user(&id(BEN), BEN)]);
    let team = group("team", "The Team", "team@north.example");
    enrichment.export("GroupDetails_v0.json", &[team]);
    enrichment.export(
        "GroupMembers_v0.json",
        &[member("team", ALICE_ID, ALICE), member("team", "unknown", "left@north.example")],
    );
    traffic().iter().for_each(|(name, rows)| enrichment.export(name, rows));
    enrichment
}

/// The same, with Alice removed from every export and from the definition by hand.
fn without_alice() -> Enrichment {
    let enrichment = enrichment();
    let of = |person: &Value| is_alice(person["emailAddress"]["address"].as_str().unwrap());
    for (name, mut rows) in traffic() {
        rows.retain(|row| {
            let is_sender =
                ["from", "organizer"].iter().any(|by| row[by].is_object() && of(&row[by]));
            row["puser"] != ALICE_ID.to_uppercase() && !is_sender
        });
        for row in &mut rows {
            for list in ["toRecipients", "ccRecipients", "attendees"] {
                if let Some(list) = row[list].as_array_mut() {
                    list.retain(|person| !of(person));
                }
            }
        }
        enrichment.export(name, &rows);
    }
    let id = |address| mailbox(address).as_str().unwrap().to_owned();
    enrichment.export("users.json", &[user(&id(BOB), BOB), user(&id(BEN), BEN)]);
    enrichment.define(&format!("\"{ALICE}\", \"{ALIAS}\", "), "");
    enrichment
}

fn exclude(enrichment: &Enrichment, arguments: &[&str]) -> Outcome {
    enrichment.rapport(&[&["exclude"], arguments].concat())
}

/// A run's report and set.
#[track_caller]
fn run(enrichment: &Enrichment) -> (Value, Set) {
    (enrichment.report(&[]), enrichment.set())
}

#[track_caller]
fn assert_same_figures(one: &(Value, Set), other: &(Value, Set)) {
    one.1.assert_same_rows(&other.1);
    for of in ["coverage", "not_counted", "top_accounts", "unmatched_domains", "warnings"] {
        assert_eq!(one.0[of], other.0[of], "{of}");
    }
}

/// Every row of the activity as text, sorted.
fn rows(enrichment: &Enrichment) -> Vec<String> {
    let root = enrichment.out().join("activity");
    let tree = Tree::of(&root);
    let parts = tree.contents().filter(|(path, _)| path.extension().unwrap() == "parquet");
    let mut rows: Vec<String> = parts
        .flat_map(|(path, _)| Table::read(&root.join(path)).rows)
        .map(|row| format!("{row:?}"))
        .collect();
    rows.sort();
    rows
}

fn tally(enrichment: &Enrichment) -> Vec<Value> {
    let text = fs::read(enrichment.out().join("activity/ledger.json")).unwrap();
    let ledger: Value = serde_json::from_slice(&text).unwrap();
    ledger["files"].as_object().unwrap().values().map(|file| file["tally"].clone()).collect()
}

#[test]
fn figures_are_those_of_exports_without_the_person_whenever_it_is_excluded() {
    let by_hand = without_alice();
    let expected = run(&by_hand);
    assert!(expected.0["coverage"]["messages_counted"].as_i64().unwrap() > 5);

    let from_start = enrichment();
    let told = exclude(&from_start, &["add", " SMTP:Alice@north.EXAMPLE"]).done();
    assert_eq!(
        told,
        format!(
            "{ALICE}: excluded, with all addresses of the same user: {ALIAS}, {}\n\
             1 person more is excluded now; the next run or import takes them out of all stored activity, a run out of the figures\n",
            LEGACY.to_lowercase()
        )
    );
    let started = run(&from_start);
    assert_same_figures(&started, &expected);
    let excluded = started.0["imported"]["excluded"].as_i64().unwrap();
    assert!(excluded > 20, "{excluded}");
    let imported = |name: &str| started.0["imported"][name].as_i64().unwrap();
    assert_eq!(imported("rows"), imported("messages") + imported("meetings") + excluded);

    let later = enrichment();
    let before = run(&later);
    exclude(&later, &["add", "--group", "The Team"]).done();
    let retroactive = run(&later);
    assert_eq!(retroactive.0["files"]["read"], 0);
    assert_same_figures(&retroactive, &expected);
    assert_eq!(retroactive.0["imported"], started.0["imported"]);
    assert_eq!(rows(&later), rows(&from_start));
    assert_eq!(rows(&later), rows(&by_hand));
    assert_eq!(tally(&later), tally(&from_start));

    // in again: what was dropped comes back from the exports
    exclude(&later, &["remove", ALIAS]).done();
    exclude(&later, &["remove", "--group", "team"]).done();
    let restored = run(&later);
    assert_same_figures(&restored, &before);
    assert_eq!(restored.0["imported"], before.0["imported"]);
    assert_eq!(tally(&later), tally(&without_exclusions()));
    let events: Vec<Value> = later.history().iter().map(|line| line["what"].clone()).collect();
    assert_eq!(
        events,
        [
            "published",
            "excluded",
            "published",
            "exclusion_removed",
            "exclusion_removed",
            "published"
        ]
    );
}

fn without_exclusions() -> Enrichment {
    let enrichment = enrichment();
    enrichment.import(&[]);
    enrichment
}

#[test]
fn contacts_and_strangers_are_excluded_by_their_address() {
    let enrichment = without_exclusions();
    enrichment.write("out.csv", format!("\u{feff}{CAROL},Carol\n\"Eve@elsewhere.example\";2\n"));
    let told = exclude(&enrichment, &["add", "@out.csv", BEN, BEN]).done();
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], format!("{CAROL}: excluded"));
    assert_eq!(lines[1], "eve@elsewhere.example: excluded (it is neither own nor a contact's now)");
    assert_eq!(lines[2], format!("{BEN}: excluded"));
    let (report, set) = run(&enrichment);
    assert_eq!(set.year("C1", "NoOfEmails_ToAccount"), "");
    assert_eq!(report["unmatched_domains"], Value::Null);
    assert_eq!(report["coverage"]["own_addresses"], 3);
    let activity = rows(&enrichment).join("\n").to_lowercase();
    for gone in [CAROL, "eve@", BEN, mailbox(BEN).as_str().unwrap()] {
        assert!(!activity.contains(gone), "{gone}");
    }
    assert!(activity.contains(ALICE));
    // the list names nobody, and tells who is meant where that is known
    let list = fs::read_to_string(enrichment.out().join("state/exclusions.json")).unwrap();
    assert!(!list.contains('@'), "{list}");
    let listed = exclude(&enrichment, &["list"]).done();
    assert!(listed.contains(CAROL) && listed.contains(BEN), "{listed}");
    assert!(listed.contains("(an address that nothing here knows now)"), "{listed}");
    assert!(listed.ends_with("\n3 people are excluded\n"), "{listed}");
    for line in enrichment.history() {
        assert!(!line.to_string().contains('@'), "{line}");
    }
    assert_eq!(enrichment.history()[0]["people"], 3);
}

#[test]
fn what_is_no_address_is_refused_with_its_place() {
    let enrichment = enrichment();
    enrichment.write("out.txt", "bob@north.example\n\nMr. Bob\n");
    let error = exclude(&enrichment, &["add", "@out.txt"]).failed(1);
    assert_eq!(
        error,
        "error: out.txt:3: `Mr. Bob` is not an address\nhint: write one plain address, without a name\n"
    );
    let error = exclude(&enrichment, &["add", "--group", "The Taem"]).failed(1);
    assert!(
        error.contains("no group export knows `The Taem`\nhint: did you mean `The Team`"),
        "{error}"
    );
    let error = exclude(&enrichment, &["remove", BOB]).failed(1);
    assert!(error.contains(&format!("not excluded: `{BOB}`\nhint: ")), "{error}");
    assert!(!enrichment.out().join("state").exists());
    exclude(&enrichment, &["add", BOB]).done();
    enrichment.write("out/state/exclusions.json", "{");
    let error = enrichment.run(&[]).failed(1);
    assert!(error.contains("exclusions.json` is damaged\nhint: "), "{error}");
}

#[test]
fn what_came_from_files_that_are_gone_stays_without_the_person_and_is_told() {
    let enrichment = without_exclusions();
    exclude(&enrichment, &["add", ALICE]).done();
    enrichment.import(&[]);
    let before = rows(&enrichment);
    let gone = fs::read(enrichment.folder().join("exports/Inbox_v1.json")).unwrap();
    enrichment.remove_export("Inbox_v1.json");
    exclude(&enrichment, &["remove", ALICE]).done();
    exclude(&enrichment, &["add", BEN]).done();
    let text = enrichment.rapport(&["import"]).done();
    assert!(text.contains("\nnot restored           1 files"), "{text}");
    let warnings = enrichment.report(&[])["warnings"].to_string();
    assert!(warnings.contains("1 export file is gone: what was dropped from them"), "{warnings}");
    assert_ne!(rows(&enrichment), before);
    assert!(!rows(&enrichment).join("").contains(BEN));
    // it comes back, unchanged
    enrichment.write("exports/Inbox_v1.json", gone);
    let fresh = self::enrichment();
    exclude(&fresh, &["add", BEN]).done();
    assert_same_figures(&run(&enrichment), &run(&fresh));
    assert_eq!(rows(&enrichment), rows(&fresh));
}

#[test]
fn a_new_address_of_an_excluded_user_is_excluded_too() {
    let enrichment = enrichment();
    exclude(&enrichment, &["add", BOB]).done();
    enrichment.import(&[]);
    // Bob is known by another address now, which was Eve's
    let mut bob = user(mailbox(BOB).as_str().unwrap(), "eve@elsewhere.example");
    bob["proxyAddresses"] = json!([]);
    enrichment.export("users.json", &[bob, user("ben", BEN)]);
    enrichment.import(&[]);
    let activity = rows(&enrichment).join("\n");
    assert!(!activity.contains(BOB) && !activity.contains("eve@"));
    assert!(activity.contains(ALICE));
}

/// Panics if a file below the output names Alice, in its bytes or its decoded texts.
#[track_caller]
fn assert_not_named(enrichment: &Enrichment, names: &[&str]) {
    let tree = Tree::of(&enrichment.out());
    assert!(tree.files().len() > 10);
    for (path, bytes) in tree.contents() {
        let mut text = String::from_utf8_lossy(bytes).to_lowercase();
        if path.extension().is_some_and(|extension| extension == "parquet") {
            let table = Table::read(&enrichment.out().join(path));
            for value in table.rows.iter().flatten().flatten() {
                text.push_str(&value.to_lowercase());
            }
        }
        for name in names {
            let found = text.contains(&name.to_lowercase());
            assert!(!found, "`{name}` is in {}", path.display());
        }
    }
}

#[test]
fn nothing_is_left_of_who_is_erased() {
    let enrichment = enrichment();
    enrichment.run(&["--as-of", "2025-06-15"]).done();
    let first = enrichment.set();
    assert!(first.users.column("ActiveDirectoryId").contains(&ALICE_ID));
    enrichment.run(&[]).done();
    let text = enrichment.rapport(&["erase", ALIAS]).done();
    assert!(text.contains("\nremoved: 2 earlier runs that named the person: "), "{text}");
    assert!(text.contains("\nchecked: no file below `out` names the person\n"), "{text}");
    assert!(text.contains("\nnot reached: the export files themselves"), "{text}");
    assert_not_named(&enrichment, &[ALICE, ALIAS, LEGACY, ALICE_ID]);
    assert_eq!(enrichment.runs().len(), 1);
    let definition = fs::read_to_string(enrichment.out().join("current/enrichment.toml")).unwrap();
    assert!(definition.contains("[\"(address)\", "), "{definition}");
    let line = enrichment.history().pop().unwrap();
    assert_eq!((&line["what"], &line["keys"]), (&json!("erased"), &json!(3)));
    assert_eq!(line["run"], enrichment.set().run.as_str());
    let by_hand = without_alice();
    by_hand.run(&[]).done();
    enrichment.set().assert_same_rows(&by_hand.set());

    // a contact is in no kept run; those stay
    let text = enrichment.rapport(&["erase", CAROL]).done();
    assert!(text.contains("\nremoved: 0 earlier runs that named the person\n"), "{text}");
    assert_not_named(&enrichment, &[CAROL]);
    assert_eq!(enrichment.runs().len(), 2);

    let text = enrichment.rapport(&["erase", "nobody@nowhere.example"]).done();
    assert!(
        text.contains("\nin no stored activity and in no published set: nothing else"),
        "{text}"
    );
    assert!(exclude(&enrichment, &["list"]).done().ends_with("\n3 people are excluded\n"));
    assert_eq!(enrichment.runs().len(), 2);
}

#[test]
fn what_still_names_an_erased_person_is_told() {
    let enrichment = enrichment();
    enrichment.export(&format!("{ALICE}/Message_v1.json"), &traffic()[0].1[..5]);
    enrichment.import(&[]);
    let outcome = enrichment.rapport(&["erase", ALICE]);
    let error = outcome.failed(1);
    assert!(error.contains("names the person\n"), "{error}");
    assert!(error.contains("activity/ledger.json"), "{error}");
    assert!(
        error.contains("hint: if an export file's path names the person, rename it"),
        "{error}"
    );
}

#[test]
fn a_rewriting_that_is_killed_leaves_the_old_parts_or_the_new() {
    let stored = without_exclusions();
    exclude(&stored, &["add", ALICE]).done();
    let before = Tree::of(stored.folder());
    stored.import(&[]);
    let (expected, after) = (rows(&stored), Tree::of(&stored.out().join("activity")));

    // new parts stand, the ledger does not know them yet
    let killed = Enrichment::from_tree(&before);
    let new = after.only(|path| !path.ends_with("ledger.json"));
    new.write(&killed.out().join("activity"));
    killed.write("out/activity/message_copy/week=2025-06-01/.half.parquet.new", "PAR1");
    killed.import(&[]);
    assert_eq!(rows(&killed), expected);
    assert_no_file_is_unknown(&killed.out());

    let mut was_killed = false;
    for wait in 0..8 {
        let killed = Enrichment::from_tree(&before);
        let mut child = start(killed.folder(), &["import"]).spawn().unwrap();
        thread::sleep(Duration::from_millis(25 * wait));
        was_killed |= child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(killed.import(&[]).read, 0);
        assert_eq!(rows(&killed), expected, "{wait}");
        assert_no_file_is_unknown(&killed.out());
    }
    assert!(was_killed);
}

/// Every part is in the ledger.
#[track_caller]
fn assert_no_file_is_unknown(out: &Path) {
    let ledger = fs::read_to_string(out.join("activity/ledger.json")).unwrap();
    for file in Tree::of(&out.join("activity")).files() {
        assert!(file == "ledger.json" || ledger.contains(&file), "{file}");
    }
}

#[test]
fn what_is_published_after_an_erasure_has_the_same_window() {
    let enrichment = Enrichment::new();
    enrichment.run(&["--as-of", "2025-06-12"]).done();
    enrichment.rapport(&["erase", "bob@north.example"]).done();
    assert_eq!(enrichment.rows("select AsOfDate from run"), ["2025-06-12"]);
    assert_eq!(enrichment.rows("select CustomerId from customer"), ["C1"]);
}
