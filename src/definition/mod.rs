//! The enrichment definition: what an `enrichment.toml` says, typed and checked.
//!
//! Here: the types. `parse` reads the TOML, `file` finds the exports, `own` and `contact` resolve
//! people, `template` proposes a definition. Not here: reading exports (`source`, `import`).

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::schedule::Schedule;
use crate::source::Kind;

pub mod contact;
mod error;
mod file;
pub(crate) mod near;
pub mod own;
mod parse;
mod place;
mod table;
mod template;

pub use error::Error;
pub(crate) use file::real_path;
pub use file::{Files, SourceFile, files};
pub(crate) use near::count;
pub use parse::{check, load};
pub use place::Placed;
pub use template::{Template, template};

/// A checked enrichment definition; paths are resolved against the definition's folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The definition file, as given to [`load`].
    pub path: PathBuf,
    /// The definition's source text, unchanged.
    pub text: String,
    /// Name of the definition: ASCII letters, digits, `-` and `_`.
    pub name: String,
    /// Folder for imported activity, runs and published entities.
    pub output: PathBuf,
    /// The tenant's id, of which consent is asked.
    pub tenant: Option<String>,
    /// Those who may agree that the activity is read.
    pub administrators: Vec<String>,
    /// The region that the data may not leave.
    pub region: Option<Region>,
    /// When runs are due.
    pub schedule: Schedule,
    /// Time zone and days of the figures.
    pub window: Window,
    /// How own addresses are selected.
    pub own: Selection,
    /// The contact table and its mapping.
    pub contacts: Mapping,
    /// Where exports lie, in the order of the definition.
    pub sources: Vec<Source>,
    /// Weights of the score's components.
    pub score: Weights,
    /// Replies that took longer, in days, are left out.
    pub reply_cap_days: u32,
    /// Number of past runs that are kept.
    pub keep_runs: u32,
    /// Fewest own people of whom a row tells how many people there were and how long things took; `None` for any.
    pub min_group: Option<u32>,
    /// Bytes of memory that aggregation may use before it spills to disk; `None` for a share of the machine's.
    pub memory_limit: Option<u64>,
    /// How much unreadable input a run tolerates.
    pub limits: Limits,
}

impl Definition {
    /// The folder of the definition file; empty for a bare file name.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The text for people who may see what is published: without the addresses in it.
    pub fn published_text(&self) -> String {
        let is_part = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | ',' | '[' | ']');
        let mut text = String::with_capacity(self.text.len());
        for piece in self.text.split_inclusive(|c| !is_part(c)) {
            let word = piece.trim_end_matches(|c| !is_part(c));
            text.push_str(if word.contains('@') { "(address)" } else { word });
            text.push_str(&piece[word.len()..]);
        }
        text
    }

    /// An error at a place of this definition.
    pub(crate) fn error(&self, line: usize, key: &str, problem: impl Into<String>) -> Error {
        Error::new(&self.path, problem).line(line).key(key)
    }
}

/// Where the data of a tenant is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// `uk`
    Uk,
    /// `europe`
    Europe,
    /// `north-america`
    NorthAmerica,
}

impl Region {
    /// Every region, in the order in which messages list them.
    pub const ALL: [Region; 3] = [Region::Uk, Region::Europe, Region::NorthAmerica];

    /// The name used in definitions.
    pub fn as_str(self) -> &'static str {
        match self {
            Region::Uk => "uk",
            Region::Europe => "europe",
            Region::NorthAmerica => "north-america",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// First day of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeekStart {
    /// `monday`
    Monday,
    /// `sunday`
    Sunday,
}

impl WeekStart {
    /// Both habits.
    pub const ALL: [WeekStart; 2] = [WeekStart::Monday, WeekStart::Sunday];

    /// The name used in definitions.
    pub fn as_str(self) -> &'static str {
        match self {
            WeekStart::Monday => "monday",
            WeekStart::Sunday => "sunday",
        }
    }
}

impl fmt::Display for WeekStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `[window]`: time zone and days of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Days, weeks and months are local to this zone.
    pub timezone: Tz,
    /// First day of a week.
    pub week_start: WeekStart,
    /// Last day of the window; `None`: today in the time zone.
    pub as_of: Option<NaiveDate>,
    /// Length of the window, 7 to 365.
    pub days: u32,
}

impl Default for Window {
    fn default() -> Self {
        Window { timezone: Tz::UTC, week_start: WeekStart::Monday, as_of: None, days: 365 }
    }
}

/// `[own]`: how own addresses are selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Line of `[own]`.
    pub line: usize,
    /// Addresses in normal form.
    pub addresses: Vec<Placed<String>>,
    /// Files with one address a line.
    pub address_files: Vec<Placed<PathBuf>>,
    /// Groups by display name, mail address or id.
    pub groups: Vec<Placed<String>>,
}

/// `[contacts]`: the contact table and which of its columns mean what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The table.
    pub path: Placed<PathBuf>,
    /// Column with the contact id.
    pub contact_id: Placed<String>,
    /// Column with the customer (account) id.
    pub customer_id: Placed<String>,
    /// Columns with addresses, at least one.
    pub addresses: Vec<Placed<String>>,
}

/// One `[[source]]`: a folder, a file or a glob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path or glob.
    pub path: PathBuf,
    /// What its files hold; `None`: their names tell.
    pub kind: Option<Kind>,
    /// Where they are kept, which is the definition's region; `None`: not told.
    pub region: Option<Region>,
    /// Line of `path`.
    pub line: usize,
}

/// `[score]`: weights of the score's components, non-negative and not all zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Messages from the account.
    pub emails_from: f64,
    /// Messages to the account.
    pub emails_to: f64,
    /// Meetings with the account.
    pub meetings: f64,
    /// People on both sides.
    pub people: f64,
    /// Day of the last activity.
    pub recency: f64,
}

impl Weights {
    /// The sum of all weights.
    pub fn sum(&self) -> f64 {
        self.emails_from + self.emails_to + self.meetings + self.people + self.recency
    }
}

impl Default for Weights {
    fn default() -> Self {
        Weights { emails_from: 0.25, emails_to: 0.15, meetings: 0.30, people: 0.15, recency: 0.15 }
    }
}

/// `[limits]`: how much unreadable input a run tolerates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Share of rows, 0 to 1.
    pub bad_rows: f64,
    /// Number of files.
    pub bad_files: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bad_rows: 0.01, bad_files: 0 }
    }
}
