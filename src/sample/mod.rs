//! `rapport sample`: the exports of a company that does not exist, drawn from a seed.
//!
//! The same request writes the same bytes on any machine: chance comes from a seeded stream of whole numbers
//! (`dice`), nothing reads a clock, and no floating point is involved.
//! Memory holds tables of people, accounts and contacts, the mail that is still to be answered (bounded) and one
//! open part file for each data set; messages themselves are written day by day and forgotten. Mail and calendar
//! are written side by side, each file by a thread of its own.
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
mod output;
mod part;
mod readme;
mod row;
mod span;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use chrono::{Datelike as _, NaiveDate};

pub use company::TENANT;
pub use output::Compression;
use part::Exports;
pub use span::Counts;
use span::Span;

/// As many own addresses as a definition takes.
const MOST_PEOPLE: u32 = 2500;

/// What to write.
#[derive(Debug, Clone)]
pub struct Request {
    /// The folder; made if it is not there, refused if it holds anything.
    pub dir: PathBuf,
    /// Decides all that is left to chance.
    pub seed: u64,
    /// Customers in the contact table, at least 1.
    pub accounts: u32,
    /// Own people, 3 to 2,500.
    pub people: u32,
    /// Contacts of a customer, on average; otherwise 2 to 3, and more for the biggest.
    pub contacts: Option<u32>,
    /// Distinct messages; their copies in several mailboxes and folders are more rows.
    pub messages: u64,
    /// Distinct meetings, about; otherwise a tenth of the messages.
    pub meetings: Option<u64>,
    /// The as-of day of the definition.
    pub end: NaiveDate,
    /// Days of mail, the last of them `end`; otherwise 421 days, and four more after `end`.
    pub days: Option<u32>,
    /// Days after the exports, each written to a folder of its own, `next/DATE`.
    pub next_days: u32,
    /// How much text the rows carry.
    pub text: Text,
    /// How the export files are compressed.
    pub compression: Compression,
    /// Plants named defects, and formats other than plain JSON Lines.
    pub defects: bool,
}

/// How much text rows carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// None, and no column that an enrichment does not read.
    None,
    /// Subjects and previews.
    Preview,
    /// Subjects, previews and bodies of some thousand characters.
    Body,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Files in the folder.
    pub files: u64,
    /// Their sizes added up.
    pub bytes: u64,
    /// Distinct messages, and rows that are copies of them; planted and duplicated ones aside.
    pub messages: Counts,
    /// Distinct meetings, and rows that are copies of them or masters of series; planted ones aside.
    pub meetings: Counts,
    /// New messages of the days after the exports, and rows, late copies of earlier messages included.
    pub next_messages: Counts,
    /// New meetings of those days, and rows, changes of earlier meetings included.
    pub next_meetings: Counts,
    /// Users in the user export.
    pub users: u64,
    /// Rows of the contact table, planted ones aside.
    pub contacts: u64,
}

/// Writes a company's exports, contact table and enrichment definition.
pub fn write(request: &Request) -> anyhow::Result<Report> {
    check(request)?;
    let folder = request.dir.join("exports");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make folder `{}`", folder.display()))?;
    let span = Span::of(request);
    let exports =
        Exports { dir: &request.dir, compression: request.compression, text: request.text };

    let company = company::found(request.seed, request.people, request.accounts, request.contacts);
    let users = directory::write(&company, &folder)?;
    let contacts = directory::write_contacts(&company, &request.dir.join("contacts.csv"))?;
    let meetings = request.meetings.unwrap_or(request.messages / 10);
    let (mail, calendar) = std::thread::scope(|scope| {
        let calendar =
            scope.spawn(|| calendar::write(&company, request.seed, meetings, span, exports));
        let mail = mail::write(&company, request.seed, request.messages, span, exports);
        (mail, calendar.join().unwrap_or_else(|_| Err(anyhow!("writing meetings failed"))))
    });
    let ((messages, next_messages), (meetings, next_meetings)) = (mail?, calendar?);
    text_file(&request.dir.join("enrichment.toml"), &definition::text(&company, request.end))?;
    if request.defects {
        let planted = defect::plant(&company, span.as_of, &request.dir)?;
        text_file(&request.dir.join("README.md"), &readme::text(request, &company, &planted))?;
    }

    let (files, bytes) = size(&request.dir)?;
    Ok(Report { files, bytes, messages, meetings, next_messages, next_meetings, users, contacts })
}

fn check(request: &Request) -> anyhow::Result<()> {
    if !(3..=MOST_PEOPLE).contains(&request.people) {
        bail!(
            "`--people` is `{}`, but a definition takes 3 to 2,500 people\nhint: give a number from 3 to 2,500",
            request.people
        );
    }
    if let Some(contacts) = request.contacts.filter(|contacts| !(1..=1000).contains(contacts)) {
        bail!("`--contacts` is `{contacts}`\nhint: give a number from 1 to 1,000");
    }
    if let Some(days) = request.days.filter(|days| !(1..=3660).contains(days)) {
        bail!("`--days` is `{days}`\nhint: give a number from 1 to 3,660");
    }
    if request.next_days > 366 {
        bail!("`--next-days` is `{}`\nhint: give a number up to 366", request.next_days);
    }
    if request.defects
        && (request.compression != Compression::None || request.text != Text::Preview)
    {
        bail!(
            "`--defects` goes with neither `--compress` nor `--text`\nhint: it plants compressed files of its own"
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
            contacts: None,
            messages: 1200,
            meetings: None,
            end,
            days: None,
            next_days: 0,
            text: Text::Preview,
            compression: Compression::None,
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
        assert_eq!(report.messages.items, 1200);
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
        assert_eq!(rows, report.messages.rows + report.meetings.rows);
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
            assert_eq!(report.messages.items, messages);
        }
    }
}
