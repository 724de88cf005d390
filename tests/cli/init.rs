//! `rapport init`.

use std::fs;

use crate::support::{Enrichment, Tree, rapport};

#[test]
fn an_empty_folder_gets_a_definition_and_is_told_what_to_fill_in() {
    let folder = tempfile::tempdir().unwrap();
    let text = rapport(folder.path(), &["init"]).done();
    assert_eq!(text.lines().next(), Some("wrote ./enrichment.toml"));
    assert!(text.contains("\nfill in: "), "{text}");
    assert!(text.ends_with("\nthen: rapport check --definition ./enrichment.toml\n"), "{text}");
    assert_eq!(Tree::of(folder.path()).files(), ["enrichment.toml"]);

    // as it stands, the definition is refused for what is to be filled in, not for how it is written
    let error = rapport(folder.path(), &["check"]).failed(1);
    assert!(error.starts_with("error: enrichment.toml:"), "{error}");
    assert!(!error.contains("TOML"), "{error}");
}

#[test]
fn exports_and_a_contact_table_are_found_and_the_definition_then_runs() {
    let enrichment = Enrichment::new();
    let folder = enrichment.folder();
    fs::remove_file(folder.join("enrichment.toml")).unwrap();
    enrichment.write("own.txt", "alice@north.example\nbob@north.example\n");
    let text = rapport(folder.parent().unwrap(), &["init", folder.to_str().unwrap()]).done();
    let path = folder.join("enrichment.toml");
    assert!(text.starts_with(&format!("wrote {}\n", path.display())), "{text}");

    let definition = fs::read_to_string(&path).unwrap();
    for line in [
        "path = \"exports\"",
        "path = \"contacts.csv\"",
        "contact_id = \"ContactId\"",
        "customer_id = \"CustomerId\"",
        "addresses = [\"Email\"]",
        "address_files = [\"own.txt\"]",
    ] {
        let starts = definition.lines().any(|written| written.starts_with(line));
        assert!(starts, "`{line}` is not in\n{definition}");
    }
    let report = enrichment.report(&["--as-of", "2025-06-30"]);
    assert_eq!(report["coverage"]["customers_enriched"], 2);
}

#[test]
fn a_definition_is_never_overwritten() {
    let enrichment = Enrichment::empty();
    let before = Tree::of(enrichment.folder());
    let error = rapport(enrichment.folder(), &["init"]).failed(1);
    let expected =
        "error: `./enrichment.toml` exists already\nhint: edit it, or move it away first\n";
    assert_eq!(error, expected);
    assert!(before == Tree::of(enrichment.folder()));
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let enrichment = Enrichment::empty();
    for (dir, path) in [("nowhere", "nowhere"), ("contacts.csv", "contacts.csv")] {
        let error = rapport(enrichment.folder(), &["init", dir]).failed(1);
        let expected =
            format!("error: `{path}` is no folder\nhint: name the folder that holds the exports\n");
        assert_eq!(error, expected);
    }
}
