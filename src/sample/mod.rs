//! `rapport sample`: the exports of a company that does not exist, drawn from a seed.
//!
//! The same request writes the same bytes on any machine: chance comes from a seeded stream of whole numbers
//! (`dice`), nothing reads a clock, and no floating point is involved.
//! Memory holds tables of people, accounts and contacts, the mail that is still to be answered (bounded) and one
//! open part file for each data set; messages themselves are written day by day and forgotten.
//!
//! Not here: anything that reads exports.

mod calendar;
mod clock;
mod company;
mod defect;
mod definition;
mod dice;
mod directory;
mod event_row;
mod mail;
mod message_row;
mod names;
mod part;
mod readme;
mod row;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chrono::{Datelike as _, NaiveDate};

use company::{DAYS_AFTER, DAYS_BEFORE};

/// What to write.
#[derive(Debug, Clone)]
pub struct Request {
    /// The folder; made if it is not there, refused if it holds anything.
    pub dir: PathBuf,
    /// Decides all that is left to chance.
    pub seed: u64,
    /// Customers in the contact table, at least 1.
    pub accounts: u32,
    /// Own people, 3 to 2,000.
    pub people: u32,
    /// Distinct messages, over 425 days.
    pub messages: u64,
    /// The as-of day of the definition; mail goes on for a few days after it.
    pub end: NaiveDate,
    /// Plants named defects, and formats other than plain JSON Lines.
    pub defects: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Files in the folder.
    pub files: u64,
    /// Their sizes added up.
    pub bytes: u64,
    /// Distinct messages, planted ones aside.
    pub messages: u64,
    /// Rows that are copies of messages, planted and duplicated ones aside.
    pub message_rows: u64,
    /// Distinct meetings, planted ones aside.
    pub meetings: u64,
    /// Rows that are copies of meetings or masters of series, planted ones aside.
    pub meeting_rows: u64,
    /// Users in the user export.
    pub users: u64,
    /// Rows of the contact table, planted ones aside.
    pub contacts: u64,
}

/// Writes a company's exports, contact table and enrichment definition.
pub fn write(request: &Request) -> anyhow::Result<Report> {
    check(request)?;
    let exports = request.dir.join("exports");
    std::fs::create_dir_all(&exports)
        .with_context(|| format!("cannot make folder `{}`", exports.display()))?;
    let as_of = i64::from(request.end.num_days_from_ce())
        - i64::from(NaiveDate::default().num_days_from_ce());
    let (first, last) = (as_of - DAYS_BEFORE, as_of + DAYS_AFTER);

    let company = company::found(request.seed, request.people, request.accounts);
    let users = directory::write(&company, &exports)?;
    let contacts = directory::write_contacts(&company, &request.dir.join("contacts.csv"))?;
    let mail = mail::write(&company, request.seed, request.messages, first, last, &exports)?;
    let calendar =
        calendar::write(&company, request.seed, request.messages / 10, first, as_of, &exports)?;
    text_file(&request.dir.join("enrichment.toml"), &definition::text(&company, request.end))?;
    if request.defects {
        let planted = defect::plant(&company, as_of, &request.dir)?;
        text_file(&request.dir.join("README.md"), &readme::text(request, &company, &planted))?;
    }

    let (files, bytes) = size(&request.dir)?;
    Ok(Report {
        files,
        bytes,
        messages: mail.messages,
        message_rows: mail.rows,
        meetings: calendar.meetings,
        meeting_rows: calendar.rows,
        users,
        contacts,
    })
}

fn check(request: &Request) -> anyhow::Result<()> {
    if !(3..=2000).contains(&request.people) {
        bail!(
            "`--people` is `{}`, but a definition takes 3 to 2,000 people\nhint: a person has up to three addresses, and 2,500 are allowed",
            request.people
        );
    }
    if !(1..=500_000).contains(&request.accounts) {
        bail!("`--accounts` is `{}`\nhint: give a number from 1 to 500,000", request.accounts);
    }
    if !(1992..=9000).contains(&request.end.year()) {
        bail!("`--end` is `{}`\nhint: give a day from 1992 on, as `2025-06-30`", request.end);
    }
    match std::fs::read_dir(&request.dir) {
        Ok(mut entries) => match entries.next() {
            Some(_) => bail!(
                "folder `{}` is not empty\nhint: name a folder that does not exist yet",
                request.dir.display()
            ),
            None => Ok(()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error)
            .with_context(|| format!("cannot use `{}` as a folder", request.dir.display())),
    }
}

fn text_file(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Files below a folder, and their bytes.
fn size(folder: &Path) -> anyhow::Result<(u64, u64)> {
    let mut total = (0, 0);
    for entry in std::fs::read_dir(folder)
        .with_context(|| format!("cannot read folder `{}`", folder.display()))?
    {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let (files, bytes) =
            if metadata.is_dir() { size(&entry.path())? } else { (1, metadata.len()) };
        total = (total.0 + files, total.1 + bytes);
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A folder that is gone at the end.
    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn request(name: &str, seed: u64, defects: bool) -> (Folder, Request) {
        let dir =
            std::env::temp_dir().join(format!("rapport-sample-{}-{name}", std::process::id()));
        let end = NaiveDate::from_ymd_opt(2025, 6, 30).unwrap();
        let request = Request {
            dir: dir.clone(),
            seed,
            accounts: 25,
            people: 20,
            messages: 1200,
            end,
            defects,
        };
        (Folder(dir), request)
    }

    fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        let mut folders = vec![dir.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    all.insert(
                        path.strip_prefix(dir).unwrap().to_owned(),
                        std::fs::read(&path).unwrap(),
                    );
                }
            }
        }
        all
    }

    #[test]
    fn a_seed_decides_every_byte() {
        let [(_a, first), (_b, second), (_c, other)] =
            [request("first", 7, true), request("second", 7, true), request("other", 8, true)];
        let reports = [write(&first).unwrap(), write(&second).unwrap()];
        write(&other).unwrap();
        assert_eq!(reports[0], reports[1]);
        assert_eq!(files(&first.dir), files(&second.dir));
        let (first, other) = (files(&first.dir), files(&other.dir));
        for name in [
            "contacts.csv",
            "exports/User_v1.json",
            "exports/Message_v1/part-2025-06.json",
            "exports/Event_v1/part-2025-06.json",
        ] {
            assert_ne!(first[Path::new(name)], other[Path::new(name)], "{name}");
        }
    }

    #[test]
    fn rows_are_json_lines_about_example_domains() {
        let (_folder, request) = request("lines", 3, false);
        let report = write(&request).unwrap();
        assert_eq!(report.messages, 1200);
        let mut rows = 0;
        for (path, bytes) in files(&request.dir) {
            let text = String::from_utf8(bytes).unwrap();
            for host in text.split('@').skip(1) {
                let host = host
                    .split(|c: char| !(c.is_ascii_alphanumeric() || "-.".contains(c)))
                    .next()
                    .unwrap();
                assert!(host.to_lowercase().ends_with(".example"), "{host} in {}", path.display());
            }
            if path.extension().is_some_and(|extension| extension == "json") {
                for line in text.lines() {
                    let row: serde_json::Value = serde_json::from_str(line).unwrap();
                    assert!(row["rowinformation"].is_object());
                    rows += u64::from(
                        row["rowinformation"]["isUserSummaryRow"] == false
                            && path.components().count() == 3,
                    );
                }
            }
        }
        assert_eq!(rows, report.message_rows + report.meeting_rows);
    }

    #[test]
    fn planted_places_are_there() {
        let (_folder, request) = request("places", 7, true);
        write(&request).unwrap();
        let readme = std::fs::read_to_string(request.dir.join("README.md")).unwrap();
        let mut checked = 0;
        for row in readme.lines().filter(|line| line.starts_with("| ") && !line.contains('*')) {
            let Some(place) = row.split(" | ").nth(2).filter(|_| !row.starts_with("| no.")) else {
                continue;
            };
            for place in place.split("; ") {
                let (path, line) = place.split_once(", line ").unwrap_or((place, "0"));
                let bytes = std::fs::read(request.dir.join(path)).unwrap();
                let lines = bytes.split(|&byte| byte == b'\n').count();
                assert!(lines >= line.parse::<usize>().unwrap(), "{place}");
                checked += 1;
            }
        }
        assert!(checked > 30);
    }

    #[test]
    fn a_folder_with_anything_in_it_is_refused() {
        let (folder, request) = request("full", 1, false);
        std::fs::create_dir_all(&folder.0).unwrap();
        std::fs::write(folder.0.join("mine.txt"), "").unwrap();
        assert!(write(&request).unwrap_err().to_string().contains("is not empty"));
    }

    #[test]
    fn the_smallest_companies_can_be_written() {
        for (index, messages) in [0, 1, 50].into_iter().enumerate() {
            let (_folder, small) = request(&format!("small{index}"), 5, index == 2);
            let report = write(&Request { accounts: 1, people: 3, messages, ..small }).unwrap();
            assert_eq!(report.messages, messages);
        }
    }
}
