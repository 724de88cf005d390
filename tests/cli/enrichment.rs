//! `rapport enrichment`: list, copy, deactivate, delete.

use std::fs;

use crate::support::Enrichment;

#[test]
fn a_deactivated_enrichment_does_not_run() {
    let enrichment = Enrichment::published();
    let before = enrichment.set().run;
    assert!(enrichment.rapport(&["enrichment", "deactivate"]).done().contains("is deactivated"));
    assert!(enrichment.rapport(&["enrichment", "deactivate"]).done().contains("already"));
    for command in ["run", "import"] {
        let error = enrichment.rapport(&[command]).failed(1);
        assert!(error.contains("the enrichment is deactivated, by"), "{error}");
        assert!(error.contains("hint: `rapport enrichment activate`"), "{error}");
    }
    assert_eq!(enrichment.set().run, before);
    enrichment.rapport(&["enrichment", "activate"]).done();
    enrichment.run(&[]).done();
    let history = enrichment.history();
    let whats: Vec<_> = history.iter().map(|line| line["what"].as_str().unwrap()).collect();
    assert_eq!(whats, ["published", "deactivated", "activated", "published"]);
}

#[test]
fn a_copy_has_its_own_name_output_and_consent() {
    let enrichment = Enrichment::published();
    enrichment.define("[window]", "# name = \"north\"\n[window]");
    let told = enrichment.rapport(&["enrichment", "copy", "south"]).done();
    assert!(told.starts_with("wrote south.toml\n"), "{told}");
    let text = fs::read_to_string(enrichment.folder().join("south.toml")).unwrap();
    let expected = fs::read_to_string(enrichment.folder().join("enrichment.toml"))
        .unwrap()
        .replace("name = \"north\"\noutput = \"out\"", "name = \"south\"\noutput = \"out-south\"");
    assert_eq!(text, expected);
    for name in ["south", "north"] {
        let error = enrichment.rapport(&["enrichment", "copy", name]).failed(1);
        assert!(error.contains("hint: choose another name"), "{error}");
    }
    let error = enrichment.rapport(&["enrichment", "copy", "a/b"]).failed(1);
    assert!(error.contains("cannot stand in a name"), "{error}");
    let list = enrichment.rapport(&["enrichment", "list"]).done();
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 4, "{list}");
    assert_eq!((lines[0], lines[2]), ("north  enrichment.toml", "south  south.toml"));
    assert!(
        lines[1].contains("agreed, through") && lines[1].contains("as of 2025-06-30"),
        "{list}"
    );
    assert_eq!(lines[3], "    active; no consent was asked for; nothing published");
}

#[test]
fn a_deleted_enrichment_leaves_its_history() {
    let enrichment = Enrichment::published();
    let error = enrichment.rapport(&["enrichment", "delete"]).failed(1);
    assert!(error.contains("`--yes` deletes it"), "{error}");
    enrichment.rapport(&["enrichment", "delete", "--yes"]).done();
    assert!(!enrichment.folder().join("enrichment.toml").exists());
    let left: Vec<_> =
        fs::read_dir(enrichment.out()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["history.jsonl"]);
    assert_eq!(enrichment.history().last().unwrap()["what"], "deleted");
    // the exports are not Rapport's
    assert!(enrichment.folder().join("exports/Message_v1.json").exists());
}

#[test]
fn a_copy_that_would_not_be_another_enrichment_is_refused() {
    let enrichment = Enrichment::new();
    enrichment.define("name = \"north\"", "\"name\" = \"north\"");
    let error = enrichment.rapport(&["enrichment", "copy", "south"]).failed(1);
    assert!(error.contains("hint: write each on a line of its own"), "{error}");
    assert!(!enrichment.folder().join("south.toml").exists());
}

#[test]
fn an_enrichment_that_cannot_be_told_hides_no_other() {
    let enrichment = Enrichment::new();
    enrichment.rapport(&["enrichment", "copy", "south"]).done();
    enrichment.define(
        "addresses = [\"alice@north.example\",",
        "address_files = [\"gone.txt\"]\naddresses = [",
    );
    let list = enrichment.rapport(&["enrichment", "list"]).done();
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0] == "north  enrichment.toml" && lines[1].contains("gone.txt"), "{list}");
    assert!(list.contains("south  south.toml\n    active; no consent was asked for"), "{list}");
}
