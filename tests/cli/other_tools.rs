//! What README says of other tools: its own texts are run, where the tool is there.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Enrichment, rapport};

/// The code block of README that begins with `first`, without that line.
fn block(first: &str) -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let (_, rest) = readme.split_once(&format!("\n{first}\n")).expect(first);
    rest.split_once("\n```").unwrap().0.to_owned()
}

/// Three months after the last activity, when both customers are stale.
fn stale() -> Enrichment {
    let enrichment = Enrichment::published();
    enrichment.run(&["--as-of", "2025-09-30"]).done();
    let asked = rapport(
        enrichment.folder(),
        &["sql", "--format", "csv", "-c", "select CustomerId from stale order by 1"],
    );
    assert_eq!(asked.done(), "CustomerId\nC1\nC2\n");
    enrichment
}

/// What the Python program prints in the folder; nothing where a module that it needs is missing.
fn python(module: &str, program: &str, folder: &Path) -> Option<String> {
    let has_module = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    if !has_module.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: python3 with the module `{module}` is not installed");
        return None;
    }
    let output =
        Command::new("python3").args(["-c", program]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn duckdb_finds_the_segment_in_the_published_files() {
    let enrichment = stale();
    for statement in block("-- DuckDB").split(';').filter(|text| !text.trim().is_empty()) {
        let program =
            format!("import duckdb; print(duckdb.sql(\"\"\"{statement}\"\"\").fetchall())");
        let Some(found) = python("duckdb", &program, enrichment.folder()) else { return };
        assert_eq!(found.trim(), "[('C1',), ('C2',)]", "{statement}");
    }
}

#[test]
fn pandas_finds_the_segment_in_the_published_files() {
    let enrichment = stale();
    // pandas reads Parquet by pyarrow
    let program = format!("import pyarrow\n{}", block("# pandas"));
    let Some(found) = python("pandas, pyarrow", &program, enrichment.folder()) else { return };
    assert_eq!(found, "['C1', 'C2']\n['C1', 'C2']\n");
}
