//! `rapport import`.

use crate::support::export::message;
use crate::support::{Enrichment, Tree, rapport};

#[test]
fn what_is_new_is_read_and_nothing_is_published() {
    let enrichment = Enrichment::new();
    let import =
        |arguments: &[&str]| rapport(enrichment.folder(), &[&["import"], arguments].concat());
    let squeeze = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let activity = "activity 6 message copies, 2 meeting copies, 0 masters of series, 0 bad rows";
    assert_eq!(
        squeeze(import(&[]).done()),
        format!("read now 2 files, 8 rows, 0 bad unchanged 0 files {activity}")
    );
    let of_out = Tree::of(&enrichment.out());
    assert!(
        of_out.files().iter().all(|file| ["activity/", "state/", ".lock"]
            .iter()
            .any(|known| file.starts_with(known)))
    );

    let again = squeeze(import(&[]).done());
    assert_eq!(again, format!("read now 0 files, 0 rows, 0 bad unchanged 2 files {activity}"));

    enrichment.remove_export("Event_v1.json");
    let gone =
        "read now 0 files, 0 rows, 0 bad unchanged 1 files gone 1 files, what came from them is";
    assert_eq!(squeeze(import(&[]).done()), format!("{gone} kept {activity}"));
    let forgotten = squeeze(import(&["--forget-missing"]).done());
    let activity = activity.replace("2 meeting", "0 meeting");
    assert_eq!(forgotten, format!("{gone} dropped {activity}"));
}

#[test]
fn a_bad_file_is_named_and_the_others_are_imported_all_the_same() {
    let enrichment = Enrichment::new();
    enrichment.write("exports/Message_v1-bad.json.gz", "no gzip");
    let outcome = rapport(enrichment.folder(), &["import"]);
    assert!(outcome.stdout.starts_with("read now "), "{}", outcome.stdout);
    assert_eq!(
        outcome.failed(1),
        "error: 1 export file cannot be read\n\
         `exports/Message_v1-bad.json.gz`: is named like gzip but holds no gzip data; \
         hint: rename the file by what it holds, or fetch it again\n"
    );
    assert_eq!(ledger(&enrichment), ["exports/Event_v1.json", "exports/Message_v1.json"]);

    // mended, it is the only one to be read
    let row = message("9", "alice@north.example", &["carol@c1.example"], "2025-06-02T09:00:00Z");
    enrichment.remove_export("Message_v1-bad.json.gz");
    enrichment.export("Message_v1-bad.json", &[row]);
    let imported = enrichment.import(&[]);
    assert_eq!((imported.read, imported.unchanged, imported.messages), (1, 2, 7));
}

fn ledger(enrichment: &Enrichment) -> Vec<String> {
    let text = std::fs::read(enrichment.out().join("activity/ledger.json")).unwrap();
    let ledger: serde_json::Value = serde_json::from_slice(&text).unwrap();
    ledger["files"].as_object().unwrap().keys().cloned().collect()
}
