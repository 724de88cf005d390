//! Runs every folder of `tests/definition`: an `enrichment.toml`, the files it names, perhaps a
//! `directory.json` (the parsed directory exports), and `expected.txt`, the error or a summary.
//!
//! `generate.json` holds files too long to keep: `{"own.txt": ["u{}@north.example", 2501]}`.
//! A folder without `enrichment.toml` (its files lie in `in/`) tests the template instead.
//! `UPDATE_EXPECTED=1 cargo test` writes `expected.txt`; review the difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rapport::activity::{Group, Member, User};
use rapport::definition::own::Directory;
use rapport::definition::{self, Definition, Error, contact, own};
use serde_json::Value;

#[test]
fn every_case_gives_what_it_expects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/definition");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() >= 30, "only {} cases", cases.len());
    let mut failures = String::new();
    for case in cases {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("case");
        copy_folder(&case, &copy);
        // The answer is no file of the case.
        let _ = fs::remove_file(copy.join("expected.txt"));
        generate(&copy);
        let actual = match copy.join("enrichment.toml").exists() {
            true => outcome(&copy).unwrap_or_else(|error| error.to_string()),
            false => proposal(&copy.join("in")),
        };
        let temporary = format!("{}/", copy.display());
        let actual = format!("{}\n", actual.replace(&temporary, "").trim_end());
        let expected = case.join("expected.txt");
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            fs::write(&expected, &actual).unwrap();
        } else if fs::read_to_string(&expected).unwrap_or_default() != actual {
            let _ = write!(failures, "\n{}\n{actual}", case.display());
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn outcome(folder: &Path) -> Result<String, Error> {
    let path = folder.join("enrichment.toml");
    let definition = definition::load(&path)?;
    assert_eq!(definition.text, fs::read_to_string(&path).unwrap());
    let files = definition::files(&definition)?;
    let own = own::resolve(&definition, &directory(folder), &|_| false)?;
    let table = contact::match_own(&definition, contact::read(&definition, &|_| false)?, &own)?;
    let mut out = summary(&definition);
    for file in &files.found {
        let _ = writeln!(out, "file {} {}", file.kind, file.path.display());
    }
    for (group, gave) in &own.groups {
        let _ = writeln!(out, "group {group} gave {gave}");
    }
    let _ = writeln!(out, "listed {}", own.listed);
    for own in &own.addresses {
        let id = own.directory_id.as_deref().unwrap_or("-");
        let _ = writeln!(out, "own {} {} {id}", own.address, own.person);
    }
    for contact in &table.contacts {
        let (id, customer) = (&contact.contact_id, &contact.customer_id);
        let _ = writeln!(out, "contact {id} {customer} {}", contact.address);
    }
    let _ = writeln!(out, "customers {} rows {}", table.customers.join(" "), table.rows);
    for warning in files.warnings.iter().chain(&own.warnings).chain(&table.warnings) {
        let _ = writeln!(out, "warning {warning}");
    }
    Ok(out)
}

/// The settings; only those that differ between cases are worth a line.
fn summary(definition: &Definition) -> String {
    let mut out = format!("ok {} -> {}\n", definition.name, definition.output.display());
    let window = &definition.window;
    if definition.tenant.is_some() || definition.region.is_some() {
        let (tenant, region) = (&definition.tenant, definition.region.map(|r| r.as_str()));
        let _ = writeln!(out, "tenant {tenant:?} region {region:?}");
        let as_of = window.as_of.map(|day| day.to_string());
        let _ = writeln!(
            out,
            "window {} {} {as_of:?} {}",
            window.timezone, window.week_start, window.days
        );
        let _ = writeln!(out, "score {:?}", definition.score);
        let _ = writeln!(out, "limits {:?}", definition.limits);
        let (cap, keep) = (definition.reply_cap_days, definition.keep_runs);
        let memory = definition.memory_limit;
        let min_group = definition.min_group;
        let _ = writeln!(out, "min_group {min_group:?}");
        let _ = writeln!(out, "reply_cap_days {cap} keep_runs {keep} memory_limit {memory:?}");
    }
    out
}

fn proposal(folder: &Path) -> String {
    let proposed = match definition::template(folder) {
        Ok(proposed) => proposed,
        Err(error) => return error.to_string(),
    };
    let path = folder.join("enrichment.toml");
    fs::write(&path, &proposed.text).unwrap();
    let loaded = match outcome(folder) {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.to_string(),
    };
    assert!(!loaded.contains("not valid TOML"), "{loaded}\n{}", proposed.text);
    let missing: Vec<String> = proposed.missing.iter().map(|m| format!("missing {m}\n")).collect();
    format!("{}\n---\n{}loads: {loaded}", proposed.text, missing.concat())
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        match entry.is_dir() {
            true => copy_folder(&entry, &target),
            false => drop(fs::copy(&entry, &target).unwrap()),
        }
    }
}

fn generate(folder: &Path) {
    let Ok(text) = fs::read_to_string(folder.join("generate.json")) else {
        return;
    };
    let files: BTreeMap<String, (String, usize)> = serde_json::from_str(&text).unwrap();
    for (name, (pattern, number)) in files {
        let lines = (0..number).map(|n| pattern.replace("{}", &n.to_string()) + "\n");
        fs::write(folder.join(name), lines.collect::<String>()).unwrap();
    }
}

fn directory(folder: &Path) -> Directory {
    let Ok(text) = fs::read_to_string(folder.join("directory.json")) else {
        return Directory::default();
    };
    let all: Value = serde_json::from_str(&text).unwrap();
    let rows = |key: &str| all[key].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let texts = |row: &Value, key: &str| -> Vec<String> {
        let values = row[key].as_array().cloned().unwrap_or_default();
        values.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    Directory {
        users: rows("users")
            .iter()
            .map(|row| User {
                id: text(row, "id"),
                principal_name: text(row, "principal_name"),
                addresses: texts(row, "addresses"),
                legacy: Vec::new(),
            })
            .collect(),
        groups: rows("groups")
            .iter()
            .map(|row| Group {
                id: text(row, "id").unwrap(),
                display_name: text(row, "display_name"),
                mail: text(row, "mail"),
            })
            .collect(),
        members: rows("members")
            .iter()
            .map(|row| Member {
                group_id: text(row, "group_id").unwrap(),
                member_id: text(row, "member_id"),
                address: text(row, "address"),
                is_group: row["is_group"].as_bool().unwrap_or_default(),
            })
            .collect(),
    }
}
