//! `rapport sample`.

use std::path::Path;

use serde_json::Value;

use crate::support::{Row, Set, Table, Tree, rapport};

const SMALL: [&str; 6] = ["--accounts", "5", "--people", "6", "--messages", "300"];

fn sample(folder: &Path, name: &str, arguments: &[&str]) -> String {
    rapport(folder, &[&["sample", name], arguments].concat()).done()
}

/// The files of a folder with their bytes, whenever they were written.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let tree = Tree::of(folder);
    tree.contents().map(|(path, bytes)| (path.display().to_string(), bytes.to_vec())).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let folder = tempfile::tempdir().unwrap();
    let text = sample(folder.path(), "a", &SMALL);
    assert!(
        text.ends_with(
            "\nthen: rapport run --i-am-the-administrator --definition a/enrichment.toml\n"
        ),
        "{text}"
    );
    sample(folder.path(), "b", &SMALL);
    sample(folder.path(), "c", &[&SMALL[..], &["--seed", "2"]].concat());
    let [a, b, c] = ["a", "b", "c"].map(|name| contents(&folder.path().join(name)));
    assert!(a.len() > 4, "{:?}", a.iter().map(|(path, _)| path).collect::<Vec<_>>());
    assert!(a == b, "the same seed gives other bytes");
    assert!(a != c, "another seed gives the same bytes");
}

/// `data/README.md` names the command that wrote the shipped company.
#[test]
fn the_shipped_company_is_what_its_readme_says() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let readme = std::fs::read_to_string(data.join("README.md")).unwrap();
    let command = readme.lines().find_map(|line| line.strip_prefix("rapport sample DIR ")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path(), "again", &command.split(' ').collect::<Vec<_>>());
    let again = contents(&folder.path().join("again"));
    let mut shipped = contents(&data);
    shipped.retain(|(path, _)| !path.starts_with("out/"));
    let differ = |path: &str| {
        let find = |files: &[(String, Vec<u8>)]| files.iter().find(|file| file.0 == path).cloned();
        find(&again) != find(&shipped)
    };
    let mut paths: Vec<&String> = again.iter().chain(&shipped).map(|(path, _)| path).collect();
    paths.retain(|path| differ(path));
    assert_eq!(paths, [""; 0], "differ");
}

#[test]
fn a_sample_runs_and_has_the_size_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path(), "a", &[&SMALL[..], &["--end", "2024-03-31"]].concat());
    let report = report(&folder.path().join("a"));
    assert_eq!(report["as_of"], "2024-03-31");
    assert_eq!(report["coverage"]["customers"], 5);
    let messages = report["coverage"]["messages"].as_u64().unwrap();
    assert!((240..=360).contains(&messages), "{messages} messages");
    assert!(report["coverage"]["meetings"].as_u64() > Some(0));
    assert_eq!(report["imported"]["rejects"], 0);
}

#[test]
fn planted_defects_leave_a_sample_that_runs_and_a_list_of_them() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path(), "a", &["--people", "6", "--messages", "2000", "--defects"]);
    assert!(folder.path().join("a/README.md").is_file());
    let report = report(&folder.path().join("a"));
    assert!(report["imported"]["rejects"].as_u64() > Some(0), "no bad row is planted");
    assert!(report["coverage"]["draft_copies"].as_u64() > Some(0), "no draft is planted");
    let reasons: Vec<&str> = report["not_counted"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["reason"].as_str().unwrap())
        .collect();
    for reason in
        ["automatic", "meeting traffic", "before 1990", "cancelled", "after the as-of day"]
    {
        assert!(reasons.contains(&reason), "nothing is `{reason}`: {reasons:?}");
    }
}

#[test]
fn neither_the_text_in_rows_nor_compression_changes_what_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let variants = [
        ("preview", "none", "part-2025-05.json"),
        ("none", "zstd", "part-2025-05.json.zst"),
        ("body", "gzip", "part-2025-05.json.gz"),
    ];
    let mut sizes = Vec::new();
    let mut imported = Vec::new();
    for (text, compression, file) in variants {
        let options = ["--days", "90", "--text", text, "--compress", compression];
        sample(folder.path(), text, &[&SMALL[..], &options].concat());
        let dir = folder.path().join(text);
        sizes.push(decompressed(&dir.join("exports/Message_v1").join(file)));
        rapport(&dir, &["import"]).done();
        imported.push(activity(&dir.join("out/activity")));
    }
    let [preview, none, body] = sizes[..] else { panic!("{sizes:?}") };
    assert!(none * 3 < preview * 2 && preview * 2 < body, "{none}, {preview}, {body} bytes");
    assert!(imported[0].len() > 400, "{} rows", imported[0].len());
    assert!(imported.iter().all(|rows| *rows == imported[0]), "other rows");
}

#[test]
fn the_days_after_bring_new_mail_late_copies_and_changed_meetings() {
    let folder = tempfile::tempdir().unwrap();
    let size = ["--accounts", "5", "--people", "20", "--messages", "4000", "--meetings", "600"];
    let days = ["--end", "2025-06-25", "--days", "30", "--next-days", "2"];
    let text = sample(folder.path(), "a", &[&size[..], &days].concat());
    assert!(text.contains("\nand in a/next the days after: "), "{text}");
    let dir = folder.path().join("a");
    let before = report(&dir);
    for day in ["2025-06-26", "2025-06-27"] {
        for data_set in ["Message_v1", "Event_v1", "CalendarView_v0"] {
            let part = format!("next/{day}/{data_set}/part-{day}.json");
            assert!(dir.join(&part).is_file(), "no `{part}`");
        }
        std::fs::rename(dir.join("next").join(day), dir.join("exports").join(day)).unwrap();
    }
    let after = report(&dir);
    assert_eq!(after["imported"]["rejects"], 0);
    for more in ["messages", "message_duplicates", "meetings", "meeting_versions"] {
        let [before, after] = [&before, &after].map(|report| report["coverage"][more].as_u64());
        assert!(after > before, "the days after bring no {more}");
    }
}

#[test]
fn contacts_meetings_and_days_are_as_many_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--contacts", "10", "--meetings", "200", "--days", "29"];
    let size = ["--accounts", "100", "--messages", "500"];
    let text = sample(folder.path(), "a", &[&size[..], &options].concat());
    assert!(text.contains(": 500 messages in "), "{text}");
    let number_before = |what: &str| -> u64 {
        let (before, _) = text.split_once(what).unwrap();
        before.rsplit(' ').next().unwrap().parse().unwrap()
    };
    let (contacts, meetings) = (number_before(" contacts"), number_before(" meetings"));
    assert!((800..1200).contains(&contacts) && (120..300).contains(&meetings), "{text}");
    let months = Tree::of(&folder.path().join("a/exports/Message_v1"));
    assert_eq!(months.files(), ["part-2025-06.json"]);
}

#[test]
fn the_readme_names_the_command_that_wrote_it() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        ["--people", "6", "--messages", "500", "--days", "400", "--next-days", "1", "--defects"];
    sample(folder.path(), "a", &options);
    let readme = std::fs::read_to_string(folder.path().join("a/README.md")).unwrap();
    assert!(readme.contains("in the 400 days that end with 2025-06-30"), "{readme}");
    let command = readme.lines().find_map(|line| line.strip_prefix("rapport sample DIR ")).unwrap();
    sample(folder.path(), "b", &command.split(' ').collect::<Vec<_>>());
    let [a, b] = ["a", "b"].map(|name| contents(&folder.path().join(name)));
    assert!(a == b, "`{command}` gives other bytes");
}

/// All imported rows, sorted.
fn activity(folder: &Path) -> Vec<Row> {
    let tree = Tree::of(folder).only(|path| path.extension().is_some_and(|end| end == "parquet"));
    let files = tree.files();
    let mut rows: Vec<Row> =
        files.iter().flat_map(|file| Table::read(&folder.join(file)).rows).collect();
    rows.sort();
    rows
}

/// Bytes of a file once it is decompressed.
fn decompressed(path: &Path) -> u64 {
    let file = std::fs::File::open(path).unwrap();
    let mut reader: Box<dyn std::io::Read> = match path.extension().unwrap().to_str() {
        Some("gz") => Box::new(flate2::read::GzDecoder::new(file)),
        Some("zst") => Box::new(zstd::Decoder::new(file).unwrap()),
        _ => Box::new(file),
    };
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap()
}

#[test]
fn every_address_is_fictional() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path(), "a", &SMALL);
    let mut addresses = 0;
    for (path, bytes) in contents(&folder.path().join("a")) {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        for (at, _) in text.match_indices('@') {
            let is_of_domain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            let domain = text[at + 1..].split(|c| !is_of_domain(c)).next().unwrap();
            // `@odata.type` and the like are names of fields
            if !domain.starts_with("odata.") && !domain.starts_with("removed") {
                assert!(
                    domain.to_lowercase().trim_end_matches('.').ends_with(".example"),
                    "{path}: `{domain}`"
                );
                addresses += 1;
            }
        }
    }
    assert!(addresses > 300, "{addresses} addresses");
}

#[test]
fn a_folder_that_holds_anything_and_impossible_sizes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine"), "").unwrap();
    let error = rapport(folder.path(), &["sample", "."]).failed(1);
    assert!(error.contains("is not empty\nhint: "), "{error}");
    for (option, value) in [
        ("--people", "1"),
        ("--people", "2501"),
        ("--accounts", "0"),
        ("--contacts", "0"),
        ("--days", "0"),
        ("--next-days", "400"),
    ] {
        let error = rapport(folder.path(), &["sample", "new", option, value]).failed(1);
        assert!(error.starts_with(&format!("error: `{option}` is `{value}`")), "{error}");
        assert!(error.contains("\nhint: "), "{error}");
    }
    assert_eq!(Tree::of(folder.path()).files(), ["mine"]);
}

fn report(folder: &Path) -> Value {
    let text = rapport(folder, &["run", "--format", "json"]).done();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert!(Set::published(&folder.join("out")).is_some());
    report
}
