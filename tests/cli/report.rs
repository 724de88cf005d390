//! `rapport report`: pages that link to each other and to nothing else, whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Enrichment, Tree};

/// All files below `folder`, relative to it.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => waiting.push(path),
                false => drop(found.insert(path.strip_prefix(folder).unwrap().to_owned())),
            }
        }
    }
    found
}

/// Where the links of the page `file` lead, relative to the top; fails where one leads out.
fn links(folder: &Path, file: &Path) -> BTreeSet<PathBuf> {
    let page = fs::read_to_string(folder.join(file)).unwrap();
    assert!(!page.contains("<script") && !page.contains(" style="), "{}", file.display());
    assert!(!page.contains("src=\""), "{}", file.display());
    let parts = page.split("href=\"").skip(1).map(|part| part.split('"').next().unwrap());
    let mut found = BTreeSet::new();
    for address in parts.filter(|address| !address.starts_with(['#']) && *address != "data:,") {
        assert!(
            !address.contains(':') && !address.starts_with('/'),
            "{}: {address}",
            file.display()
        );
        let mut path = file.parent().unwrap().to_owned();
        for part in address.split('/') {
            match part {
                ".." => assert!(path.pop(), "{}: {address}", file.display()),
                part => path.push(part),
            }
        }
        found.insert(path);
    }
    found
}

#[test]
fn every_link_resolves_and_every_page_is_linked() {
    let enrichment = Enrichment::accounts();
    enrichment.report(&["--as-of", "2025-02-28"]);
    // one that leaves segments has no card any more
    let contacts = fs::read_to_string(enrichment.folder().join("contacts.csv")).unwrap();
    enrichment.write("contacts.csv", contacts.replace("k5,C4,frank@c4.example\n", ""));
    enrichment.report(&[]);
    let told = enrichment.rapport(&["report", "pages"]).done();
    assert!(told.contains("pages/index.html: 4 customers and 7 segments"), "{told}");
    let folder = enrichment.folder().join("pages");
    let all = files(&folder);
    let pages = all.iter().filter(|path| path.extension().is_some_and(|ending| ending == "html"));
    let linked: BTreeSet<PathBuf> = pages.flat_map(|page| links(&folder, page)).collect();
    let missing: Vec<_> = linked.difference(&all).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let strays: Vec<_> = all.difference(&linked).collect();
    assert_eq!(strays, [Path::new("rapport-report.txt")]);
    assert_eq!(all.iter().filter(|path| path.starts_with("customer")).count(), 4);
    let index = fs::read_to_string(folder.join("index.html")).unwrap();
    assert!(index.contains("C1") && !index.contains("alice"), "{index}");
}

#[test]
fn an_earlier_run_is_shown_where_it_is_asked_for() {
    let enrichment = Enrichment::accounts();
    enrichment.report(&["--as-of", "2025-02-28"]);
    let runs = enrichment.runs();
    for (run, as_of) in [(&runs[0], "2025-06-30"), (&runs[1], "2025-02-28")] {
        enrichment.rapport(&["report", "pages", "--run", run]).done();
        let index = fs::read_to_string(enrichment.folder().join("pages/index.html")).unwrap();
        assert!(index.contains(run.as_str()) && index.contains(as_of), "{run}");
    }
    let error = enrichment.rapport(&["report", "pages", "--run", "none"]).failed(1);
    assert!(error.contains("no run `none` is kept"), "{error}");
}

#[test]
fn a_report_replaces_a_report_and_nothing_else() {
    let enrichment = Enrichment::published();
    enrichment.rapport(&["report", "pages"]).done();
    let first = files(&enrichment.folder().join("pages"));
    enrichment.write("pages/customer/of-before.html", "old");
    enrichment.rapport(&["report", "pages/"]).done();
    assert_eq!(files(&enrichment.folder().join("pages")), first);
    fs::create_dir(enrichment.folder().join("empty")).unwrap();
    enrichment.rapport(&["report", "empty"]).done();
    let before = Tree::of(enrichment.folder());
    for (dir, told) in [
        ("exports", "holds something that is no report"),
        (".", "holds something that is no report"),
        ("contacts.csv", "cannot write"),
        ("/", ""),
        ("contacts.csv/x", "cannot write"),
    ] {
        let error = enrichment.rapport(&["report", dir]).failed(1);
        assert!(error.contains(told), "{dir}: {error}");
    }
    // nothing is left beside it either
    assert!(Tree::of(enrichment.folder()) == before, "something is left");
    let error = Enrichment::new().rapport(&["report", "pages"]).failed(1);
    assert!(error.contains("nothing is published"), "{error}");
}

#[test]
fn hostile_ids_have_files_of_their_own_within_the_folder() {
    let enrichment = Enrichment::new();
    let long = "x".repeat(300);
    let ids = [
        "..",
        "../../out",
        "a/b",
        "a\\b",
        "CON",
        "con",
        "Con",
        "<b>\"'&",
        "\u{202e}x",
        "\u{7}",
        ".",
        "nul.txt",
        &long,
    ];
    enrichment.write_to_customers(&ids);
    enrichment.run(&[]).done();
    let before = Tree::of(enrichment.folder());
    enrichment.rapport(&["report", "deep/pages"]).done();
    let folder = enrichment.folder().join("deep/pages");
    let all = files(&folder);
    let cards: Vec<&str> = all
        .iter()
        .filter(|path| path.starts_with("customer"))
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(cards.len(), ids.len());
    let lower: BTreeSet<String> = cards.iter().map(|name| name.to_ascii_lowercase()).collect();
    assert_eq!(lower.len(), ids.len(), "they would be one where capitals do not count");
    assert!(cards.iter().all(|name| name.len() < 80 && name.is_ascii()), "{cards:?}");
    for page in all.iter().filter(|path| path.extension().is_some_and(|ending| ending == "html")) {
        assert!(links(&folder, page).is_subset(&all), "{}", page.display());
        let text = fs::read_to_string(folder.join(page)).unwrap();
        assert!(
            !text.contains("<b>\"") && !text.contains('\u{202e}') && !text.contains('\u{7}'),
            "{}",
            page.display()
        );
    }
    fs::remove_dir_all(enrichment.folder().join("deep")).unwrap();
    assert!(Tree::of(enrichment.folder()) == before, "something is left");
}
