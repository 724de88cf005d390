//! The ledger: which export files were read, as what, and which parts of the activity came from each.
//!
//! It is the activity's one pointer: a part that no entry names does not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::exclusion::Keys;
use crate::source::Kind;
use crate::store;

/// Raised whenever the columns or the meaning of the imported activity change.
const VERSION: u32 = 3;
const FILE: &str = "ledger.json";

/// All files read into one output, by path relative to the definition's folder where below it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ledger {
    version: u32,
    /// Entries by path.
    pub files: BTreeMap<String, Entry>,
    /// The sets of excluded people without whom activity was written, by their fingerprints.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    exclusions: BTreeMap<String, Keys>,
}

/// One export file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it was read as.
    pub kind: Kind,
    /// Size in bytes.
    pub size: u64,
    /// Modification time, nanoseconds since 1970.
    pub modified_ns: u128,
    /// XXH3-128 of the bytes, hexadecimal.
    pub hash: String,
    /// What was found in it.
    pub tally: Tally,
    /// Parts of the activity that came from it, relative to the activity's folder.
    pub parts: Vec<String>,
    /// Fingerprint of the set of excluded people without whom they were written; empty for nobody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    exclusions: String,
    /// Something is missing in them because of that set.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_filtered: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Entry {
    /// A file of which nothing is read yet.
    pub(super) fn new(kind: Kind, size: u64, modified_ns: u128) -> Self {
        Self {
            kind,
            size,
            modified_ns,
            hash: String::new(),
            tally: Tally::default(),
            parts: Vec::new(),
            exclusions: String::new(),
            is_filtered: false,
        }
    }
}

/// Rows of one or more files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows of any sort.
    pub rows: u64,
    /// Copies of messages.
    pub messages: u64,
    /// Copies of single meetings, occurrences and exceptions.
    pub meetings: u64,
    /// Masters of series, which count by their occurrences.
    pub series_masters: u64,
    /// Rows without data: summaries of a mailbox, removals.
    pub no_data: u64,
    /// Rows that went to the quarantine.
    pub rejects: u64,
    /// Rows that were not kept because of who is excluded.
    #[serde(default)]
    pub excluded: u64,
}

impl Tally {
    /// Adds the rows of another file.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.messages += other.messages;
        self.meetings += other.meetings;
        self.series_masters += other.series_masters;
        self.no_data += other.no_data;
        self.rejects += other.rejects;
        self.excluded += other.excluded;
    }
}

impl Ledger {
    /// Reads the ledger of the activity in `folder`; an empty one where there is none yet.
    pub fn load(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let empty = Self { version: VERSION, files: BTreeMap::new(), exclusions: BTreeMap::new() };
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(empty),
            text => text.with_context(|| format!("cannot read `{}`", path.display()))?,
        };
        match serde_json::from_slice::<Self>(&text) {
            Ok(ledger) if ledger.version == VERSION => Ok(ledger),
            Ok(ledger) => bail!(
                "`{}` has layout {}, this program writes layout {VERSION}\nhint: with all exports still at hand, remove the folder `{}`; the next run reads them again",
                path.display(),
                ledger.version,
                folder.display()
            ),
            Err(error) => bail!(
                "`{}` is damaged: {error}\nhint: remove the folder `{}`; the next run reads all exports again",
                path.display(),
                folder.display()
            ),
        }
    }

    /// Sets the entry of a file whose activity is written without `keys`.
    pub(super) fn insert(&mut self, name: String, mut entry: Entry, keys: &Keys) {
        entry.exclusions = keys.fingerprint();
        if !keys.is_empty() && !self.exclusions.contains_key(&entry.exclusions) {
            self.exclusions.insert(entry.exclusions.clone(), keys.clone());
        }
        self.files.insert(name, entry);
    }

    /// Without whom the activity of a file is written.
    pub(super) fn written_without(&self, entry: &Entry) -> &Keys {
        self.exclusions.get(&entry.exclusions).unwrap_or(Keys::NONE)
    }

    /// Activity of the file is missing because of somebody who is not among `keys`.
    pub(super) fn misses_more(&self, entry: &Entry, keys: &Keys) -> bool {
        entry.is_filtered && !self.written_without(entry).is_within(keys)
    }

    /// Replaces the stored ledger by this one.
    pub fn save(&mut self, folder: &Path) -> Result<()> {
        let used: BTreeSet<&String> = self.files.values().map(|entry| &entry.exclusions).collect();
        self.exclusions.retain(|fingerprint, _| used.contains(fingerprint));
        let text = serde_json::to_vec_pretty(self)?;
        Ok(store::write_whole(&folder.join(FILE), &text)?)
    }

    /// Rows of all files together.
    pub fn tally(&self) -> Tally {
        let mut all = Tally::default();
        for entry in self.files.values() {
            all.add(&entry.tally);
        }
        all
    }

    /// Parts of the activity's table `name`, as paths below `folder`.
    pub fn parts(&self, folder: &Path, name: &str) -> Vec<PathBuf> {
        let below = format!("{name}/");
        self.files
            .values()
            .flat_map(|entry| &entry.parts)
            .filter(|part| part.starts_with(&below))
            .map(|part| folder.join(part))
            .collect()
    }
}
