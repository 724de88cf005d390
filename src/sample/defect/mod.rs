//! Planted defects and formats other than plain JSON Lines, each with a place and an outcome for the README.
//!
//! Not here: the defects of rows (`rows`), the other formats (`format`). To plant one more, write it in one of
//! the two and return its [`Planted`]; the README lists it by itself.

mod format;
mod rows;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::company::Company;
use super::directory;

/// One planted thing.
#[derive(Debug)]
pub(super) struct Planted {
    /// What is wrong or unusual.
    pub(super) what: String,
    /// File below the sample's folder, with the line where one is meant.
    pub(super) place: String,
    /// What Rapport does with it.
    pub(super) outcome: String,
}

fn planted(
    what: impl Into<String>,
    place: impl Into<String>,
    outcome: impl Into<String>,
) -> Planted {
    Planted { what: what.into(), place: place.into(), outcome: outcome.into() }
}

/// Plants everything into a sample that was written before.
pub(super) fn plant(company: &Company, as_of: i64, dir: &Path) -> anyhow::Result<Vec<Planted>> {
    let mut all = format::vary(dir)?;
    all.extend(rows::messages(company, as_of, dir)?);
    all.extend(rows::events(company, as_of, dir)?);
    all.extend(contacts(company, dir)?);
    all.extend(groups(company, dir)?);
    all.extend(bystanders(dir)?);
    Ok(all)
}

/// Rows at the end of the contact table.
fn contacts(company: &Company, dir: &Path) -> anyhow::Result<Vec<Planted>> {
    let path = dir.join("contacts.csv");
    let mut text = read(&path)?;
    let repeated = text.lines().nth(1).unwrap_or_default().to_owned();
    let own = company
        .workers
        .last()
        .map_or("", |&worker| company.people[worker as usize].addresses[0].as_str());
    let account = &company.accounts[0].id;
    let mut all = Vec::new();
    for (line, what, outcome) in [
        (repeated, "contact row that is there twice", "the contact counts once"),
        (
            format!("CON-900001,{account},,"),
            "contact row without an address",
            "left out: a contact needs an address",
        ),
        (
            "CON-900002,,wanderer@nowhere-at-all.example,".to_owned(),
            "contact row without a customer",
            "left out: a contact needs a customer",
        ),
        (
            format!("CON-900003,{account},{own},"),
            "address that is own and a contact's",
            "it is own; the run warns",
        ),
        (
            format!(
                "\"CON-900004\",\"{account}\",\" quoted.row@{} \",\"\"",
                company.accounts[0].domain
            ),
            "contact row in quotation marks, with spaces around the address",
            "read like any other; the address is trimmed",
        ),
    ] {
        text.push_str(&line);
        text.push('\n');
        all.push(planted(what, format!("contacts.csv, line {}", text.lines().count()), outcome));
    }
    overwrite(&path, text.as_bytes())?;
    Ok(all)
}

/// A cycle of groups and a membership that is there twice.
fn groups(company: &Company, dir: &Path) -> anyhow::Result<Vec<Planted>> {
    let path = dir.join("exports/GroupMembers_v0.json");
    let mut text = read(&path)?;
    let repeated = text.lines().next().unwrap_or_default().to_owned();
    let cycle = directory::member(
        company,
        2,
        &directory::group_id(company, 0),
        None,
        "#microsoft.graph.group",
    );
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(&cycle));
    let line = text.lines().count();
    text.push('\n');
    text.push_str(&repeated);
    overwrite(&path, text.as_bytes())?;
    Ok(vec![
        planted(
            "group cycle: `Support desk` contains `Client teams`, which contains `Support desk`",
            format!("exports/GroupMembers_v0.json, line {line}"),
            "every group is resolved once",
        ),
        planted(
            "membership that is there twice",
            format!("exports/GroupMembers_v0.json, line {}", line + 1),
            "counts once",
        ),
    ])
}

/// Files that are no data.
fn bystanders(dir: &Path) -> anyhow::Result<Vec<Planted>> {
    let folder = dir.join("exports/metadata");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make folder `{}`", folder.display()))?;
    overwrite(&folder.join("Message_v1.json"), b"{\"jobId\":\"fictional\",\"rows\":0}")?;
    overwrite(&dir.join("exports/_SUCCESS"), b"")?;
    overwrite(&dir.join("exports/notes.txt"), b"Delivered by the night shift.\n")?;
    Ok(vec![
        planted(
            "folder of metadata, with a file named like a data set",
            "exports/metadata/Message_v1.json",
            "no data: passed over",
        ),
        planted("marker file", "exports/_SUCCESS", "no data: passed over"),
        planted("file of no known kind", "exports/notes.txt", "skipped with a warning"),
    ])
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

fn overwrite(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}

/// The parts of a data set in the order of their names, paths relative to the sample's folder.
fn parts(dir: &Path, data_set: &str) -> anyhow::Result<Vec<PathBuf>> {
    let folder = Path::new("exports").join(data_set);
    let mut all = Vec::new();
    if let Ok(entries) = std::fs::read_dir(dir.join(&folder)) {
        for entry in entries {
            all.push(folder.join(entry?.file_name()));
        }
    }
    all.sort();
    Ok(all)
}
