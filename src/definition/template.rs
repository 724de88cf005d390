//! A proposal for an `enrichment.toml`, filled in from what lies in a folder.
//!
//! Writes nothing: the caller does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Error, reason};
use super::file::{real_path, tally, walk};
use super::own;
use super::table::{self, Format};
use crate::source::Kind;

/// A proposed definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The text of an `enrichment.toml`.
    pub text: String,
    /// What is still to be filled in; empty where the text is complete.
    pub missing: Vec<String>,
}

/// More files than this beside the definition are named as the folder, not one by one.
const MOST_SINGLE_FILES: usize = 12;

/// Proposes a definition for the folder `dir`.
pub fn template(dir: &Path) -> Result<Template, Error> {
    let metadata = fs::metadata(dir).map_err(|error| Error::new(dir, reason(&error)))?;
    if !metadata.is_dir() {
        return Err(Error::new(dir, "is a file, not a folder"));
    }
    let files = walk(dir, &dir.join("out")).map_err(|problem| Error::new(dir, problem))?.files;
    let files: Vec<PathBuf> = files
        .iter()
        .filter_map(|file| file.strip_prefix(dir).ok())
        .filter(|file| !file.as_os_str().is_empty())
        .map(Path::to_owned)
        .collect();
    let (exports, others): (Vec<PathBuf>, Vec<PathBuf>) =
        files.into_iter().partition(|file| Kind::of_path(file).is_some());
    let mut missing = Vec::new();
    let sources = sources(&exports, &mut missing);
    let has_groups = [Kind::GroupDetails, Kind::GroupMembers]
        .iter()
        .all(|kind| exports.iter().any(|file| Kind::of_path(file) == Some(*kind)));
    let own = own_people(dir, &others, has_groups, &mut missing);
    let contacts = contacts(dir, &others, &mut missing);
    let name = name(dir);
    let text = format!(
        r#"# The enrichment definition: which exports, which people, which customers.
# Paths are relative to the folder of this file.

name = "{name}"
output = "out"                # folder for imported activity, runs and published entities
# tenant = "..."              # the tenant's id
# administrators = ["..."]    # who may agree that mail and calendars are read: see `rapport consent`
# region = "europe"           # uk, europe or north-america
# schedule = "every 7 days"   # or a cron expression in the time zone below, as in "30 6 * * 1"
# reply_cap_days = 30         # slower replies are left out of the average
# keep_runs = 10              # past runs that are kept
# min_group = 5               # people and durations of fewer own people are not published; else all are
# memory_limit = "4 GiB"      # above it aggregation spills to disk; else half of the machine's memory

[window]
timezone = "UTC"              # IANA name, as in "Europe/London": days, weeks and months are local to it
# week_start = "monday"       # or "sunday"
# as_of = 2025-06-30          # last day of the figures, else today
# days = 365                  # 7 to 365

{own}
{contacts}
{sources}
# [score]                     # weights of the engagement score
# emails_from = 0.25
# emails_to = 0.15
# meetings = 0.30
# people = 0.15
# recency = 0.15

# [limits]
# bad_rows = 0.01             # share of unreadable rows above which nothing is published
# bad_files = 0               # unreadable files above which nothing is published
"#
    );
    Ok(Template { text, missing })
}

/// The folder's name with nothing that a definition's name may not hold.
fn name(dir: &Path) -> String {
    let real = real_path(dir);
    let name = real.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }
    };
    let name: String = name.chars().map(allowed).take(100).collect();
    match name.trim_matches('-') {
        "" => "enrichment".to_owned(),
        name => name.to_owned(),
    }
}

fn sources(exports: &[PathBuf], missing: &mut Vec<String>) -> String {
    let mut by_entry: BTreeMap<String, Vec<Kind>> = BTreeMap::new();
    for file in exports {
        let entry = file.components().next();
        let entry = entry.map(|c| c.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        by_entry.entry(entry).or_default().extend(Kind::of_path(file));
    }
    if by_entry.len() > MOST_SINGLE_FILES {
        let all = by_entry.into_values().flatten().collect();
        by_entry = BTreeMap::from([(".".to_owned(), all)]);
    }
    let kinds: Vec<Kind> = by_entry.values().flatten().copied().collect();
    if !kinds.contains(&Kind::Message) && !kinds.contains(&Kind::Event) {
        missing.push("`source.path`: no export of messages or events is in the folder".to_owned());
    }
    if by_entry.is_empty() {
        return "[[source]]\npath = \"exports\"              # fill in: a folder, a file or a glob\n"
            .to_owned();
    }
    let source = |(entry, kinds): (&String, &Vec<Kind>)| {
        let kinds: Vec<String> = tally(kinds.iter().copied())
            .iter()
            .map(|(kind, files)| format!("{files} {kind}"))
            .collect();
        format!("[[source]]\npath = {}    # {}\n", quoted(entry), kinds.join(", "))
    };
    by_entry.iter().map(source).collect::<Vec<String>>().join("\n")
}

fn own_people(
    dir: &Path,
    others: &[PathBuf],
    has_groups: bool,
    missing: &mut Vec<String>,
) -> String {
    let groups = match has_groups {
        true => "# groups = [\"Sales\"]          # display name, mail address or id\n",
        false => {
            "# groups = [\"Sales\"]          # needs the GroupDetails and GroupMembers exports\n"
        }
    };
    if let Some(list) = others.iter().find(|file| is_address_list(&dir.join(file))) {
        let list = quoted(&list.to_string_lossy());
        return format!("[own]\naddress_files = [{list}]    # one address a line\n{groups}");
    }
    missing.push("`own`: at least 2 addresses, or a group, of the own organisation".to_owned());
    format!(
        "[own]\naddresses = []                # fill in, as in [\"alice@north.example\"]\n\
         # address_files = [\"own.txt\"] # one address a line\n{groups}"
    )
}

/// A text file that holds addresses and nothing else.
fn is_address_list(path: &Path) -> bool {
    let is_text = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("txt"));
    let Some(text) = is_text.then(|| fs::read_to_string(path).ok()).flatten() else {
        return false;
    };
    let lines = || text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines().next().is_some() && lines().all(|line| own::address(line).is_ok())
}

struct Columns {
    contact_id: String,
    customer_id: String,
    addresses: Vec<String>,
}

fn contacts(dir: &Path, others: &[PathBuf], missing: &mut Vec<String>) -> String {
    let table = others.iter().find_map(|file| {
        let format = Format::of_path(file)?;
        let names = table::columns(&dir.join(file), format, &[]).ok()?;
        Some((file, guess(&names)?))
    });
    let Some((file, columns)) = table else {
        missing.push("`contacts`: no contact table is in the folder".to_owned());
        return "[contacts]                    # fill in: the table and the names of its columns\n\
                path = \"contacts.csv\"\ncontact_id = \"ContactId\"\ncustomer_id = \"CustomerId\"\n\
                addresses = [\"PrimaryEmail\"]\n"
            .to_owned();
    };
    let addresses: Vec<String> = columns.addresses.iter().map(|name| quoted(name)).collect();
    format!(
        "[contacts]                    # guessed from the header: please check\n\
         path = {}\ncontact_id = {}\ncustomer_id = {}\naddresses = [{}]\n",
        quoted(&file.to_string_lossy()),
        quoted(&columns.contact_id),
        quoted(&columns.customer_id),
        addresses.join(", ")
    )
}

/// What the columns of a contact table mean, if they look like one.
fn guess(names: &[String]) -> Option<Columns> {
    let plain = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let has = |name: &str, words: &[&str]| words.iter().any(|word| plain(name).contains(word));
    let addresses: Vec<String> = names
        .iter()
        .filter(|name| has(name, &["mail", "smtp"]))
        // `DoNotEmail`, `EmailOptOut`, `MailingStreet` are about mail and hold no address.
        .filter(|name| !has(name, &["donot", "optout", "allow", "status", "mailing", "count"]))
        .cloned()
        .collect();
    let rest = || names.iter().filter(|name| !has(name, &["mail", "smtp", "name"]));
    // A column that says `id` is the better guess.
    let best = |words: &[&str], not: Option<&str>| {
        let fits = |name: &&String| has(name, words) && Some(name.as_str()) != not;
        let with_id = rest().find(|name| fits(name) && has(name, &["id", "number", "key"]));
        with_id.or_else(|| rest().find(fits)).cloned()
    };
    let customer_id = best(&["customer", "account", "client", "company"], None)?;
    let contact_id = best(&["contact", "person"], Some(&customer_id))?;
    (!addresses.is_empty()).then_some(Columns { contact_id, customer_id, addresses })
}

/// A TOML text in quotes.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            sign if sign.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(sign))),
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}
