//! Runs every worked case of `tests/case` and compares `Office` with the answer, figure by figure.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Enrichment, Set, Tree};

const AVERAGES: [&str; 2] =
    ["AverageDuration_Of_Meetings", "AverageDuration_Of_AccountEmailReplies"];

#[test]
fn hard_1() {
    check(&Enrichment::from_tree(&Tree::of(&case("hard-1"))));
}

#[test]
fn hard_2() {
    check(&Enrichment::from_tree(&Tree::of(&case("hard-2"))));
}

/// The shipped company: as it is, and with changed input.
#[test]
fn fennimore() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let tree = Tree::of(&data).only(|path| !path.starts_with("out"));
    let enrichment = Enrichment::from_tree(&tree);
    Tree::of(&case("fennimore")).write(enrichment.folder());
    check(&enrichment);

    let part = "exports/SentItem_v1/part-2025-06.json";
    let text = fs::read_to_string(enrichment.folder().join(part)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() > 3);
    enrichment.write(part, lines[lines.len() / 2..].join("\n"));
    enrichment.write("exports/SentItem_v1/part-more.json", lines[..2].join("\n"));
    let report = enrichment.report(&[]);
    let files = &report["files"];
    assert_eq!(
        (&files["read"], &files["failed"], &files["missing"]),
        (&2.into(), &0.into(), &0.into())
    );
    enrichment.set().assert_same_rows(&enrichment.set_anew());
}

#[test]
fn no_case_is_forgotten() {
    let folders = fs::read_dir(case("")).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = folders.filter(|path| path.is_dir()).collect();
    cases.sort();
    let tested = ["fennimore", "hard-1", "hard-2", "mgdc"].map(case);
    assert_eq!(cases, tested, "a case without a test of its own here");
}

/// Microsoft's own sample rows, which are not part of the repository.
#[test]
fn mgdc() {
    let shared = std::env::var_os("RAPPORT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let (exports, answer) = (shared.join("mgdc"), shared.join("cases/mgdc"));
    if !exports.is_dir() || !answer.is_dir() {
        eprintln!("SKIPPED: {} is not there; set RAPPORT_SHARED", exports.display());
        return;
    }
    let enrichment = Enrichment::from_tree(&Tree::of(&case("mgdc")));
    Tree::of(&answer).write(enrichment.folder());
    Tree::of(&exports).write(&enrichment.folder().join("mgdc"));
    check(&enrichment);
}

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/case").join(name)
}

/// Runs the case and holds `Office` against its answer.
#[track_caller]
fn check(case: &Enrichment) {
    case.run(&[]).done();
    let set = case.set();
    let points = points(&set);
    let expected = csv(&case.folder().join("expected-Office.csv"));
    let found = rows(&set);

    let mut wrong = Vec::new();
    for key in expected.keys().filter(|key| !found.contains_key(*key)) {
        wrong.push(format!("{key}: missing"));
    }
    for (key, row) in &found {
        let Some(expected) = expected.get(key) else {
            wrong.push(format!("{key}: nothing is expected"));
            continue;
        };
        assert_eq!(row.len(), expected.len(), "columns");
        for ((column, value), (name, answer)) in row.iter().zip(expected) {
            assert_eq!(column, name, "columns");
            if !is_right(column, value, answer, points[key.as_str()]) {
                wrong.push(format!("{key}: {column} is `{value}`, expected `{answer}`"));
            }
        }
    }
    let shown = wrong.iter().take(20).map(|line| format!("\n{line}")).collect::<String>();
    assert!(wrong.is_empty(), "{} differences:{shown}", wrong.len());
}

fn is_right(column: &str, value: &str, answer: &str, points: f64) -> bool {
    let number = |text: &str| text.parse::<f64>().unwrap();
    if value == answer {
        return true;
    }
    if AVERAGES.contains(&column) && !value.is_empty() && !answer.is_empty() {
        let (value, answer) = (number(value), number(answer));
        return (value - answer).abs() <= 1e-6 * answer.abs();
    }
    let is_half = (points.fract() - 0.5).abs() < 1e-6;
    column == "EngagementScore" && is_half && (number(value) - number(answer)).abs() <= 1.0
}

/// Column and value, in the order of the columns.
type Cells = Vec<(String, String)>;

fn rows(set: &Set) -> BTreeMap<String, Cells> {
    let office = &set.office;
    let cells = office.rows.iter().map(|row| -> Cells {
        let values = row.iter().map(|value| value.clone().unwrap_or_default());
        office.columns.iter().cloned().zip(values).collect()
    });
    cells.map(|cells| (cells[0].1.clone(), cells)).collect()
}

fn csv(path: &Path) -> BTreeMap<String, Cells> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| -> Cells {
        let row = row.unwrap();
        columns.iter().cloned().zip(row.iter().map(str::to_owned)).collect()
    });
    rows.map(|cells| (cells[0].1.clone(), cells)).collect()
}

/// The points of each `Office` row before rounding, from its components.
fn points(set: &Set) -> BTreeMap<&str, f64> {
    let mut sums = BTreeMap::new();
    let points = set.score.column("Points");
    for (key, points) in set.score.column("PrimaryKey").into_iter().zip(points) {
        *sums.entry(key).or_insert(0.0) += points.parse::<f64>().unwrap();
    }
    sums
}
