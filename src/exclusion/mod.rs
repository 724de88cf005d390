//! Exclusions: who has opted out, or was taken out, and what that means for a row of the activity.
//!
//! The list holds keys, which are hashes of addresses and directory ids, so that it names nobody itself. Here: the
//! list. `key` tells whether a text or row is excluded, `list` reads what is asked for, `trace` looks for what is left.
//! Not here: rewriting the activity (`import`), taking people out of a run (`run`).

mod key;
mod list;
mod trace;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::definition::own::DirectoryUser;
use crate::store::{self, Event, History};

pub use key::{Filter, Kept, Key, Keys};
pub use list::{address, addresses};
pub use trace::Trace;

/// Everybody who is excluded from one output.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusions {
    /// In the order in which they came.
    excluded: Vec<Exclusion>,
}

/// One person, or one address that no user export knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// When it was added.
    pub at: DateTime<Utc>,
    /// Who added it.
    pub who: String,
    /// A user of the directory, known again by its id; otherwise by its address.
    is_user: bool,
    /// All that stands for the person: addresses, directory id.
    pub keys: Keys,
}

/// What became of one that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    New,
    /// It was there, and more stands for it now.
    More,
    /// It was there.
    Known,
}

impl Exclusions {
    /// The list of the output at `root`; an empty one where there is none.
    pub fn load(root: &Path) -> Result<Self> {
        let path = path(root);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            text => text.with_context(|| format!("cannot read `{}`", path.display()))?,
        };
        serde_json::from_slice(&text).with_context(|| {
            format!(
                "`{}` is damaged\nhint: bring it back from a copy; without it everybody who opted out would be read again",
                path.display()
            )
        })
    }

    /// Replaces the stored list by this one, in one step with the history, which says that `who` did `what`.
    pub fn save(&self, root: &Path, at: DateTime<Utc>, who: &str, what: Event) -> Result<()> {
        History::open(root)?.change(&path(root), self, (at, who, what, None))
    }

    /// Replaces the stored list by this one, in which the directory knows more of the same people.
    pub fn write(&self, root: &Path) -> Result<()> {
        store::write_json(&path(root), self)
    }

    /// Nobody is excluded.
    pub fn is_empty(&self) -> bool {
        self.excluded.is_empty()
    }

    /// All who are.
    pub fn all(&self) -> &[Exclusion] {
        &self.excluded
    }

    /// What stands for all of them.
    pub fn keys(&self) -> Keys {
        self.excluded.iter().flat_map(|exclusion| exclusion.keys.iter()).collect()
    }

    /// Adds a user, with all that stands for it.
    pub fn add_user(&mut self, user: &DirectoryUser, at: DateTime<Utc>, who: &str) -> Added {
        self.add(of_user(user), user.id.is_some(), at, who)
    }

    /// Adds an address that belongs to no known user.
    pub fn add_address(&mut self, address: &str, at: DateTime<Utc>, who: &str) -> Added {
        self.add(Key::of(address).into_iter().collect(), false, at, who)
    }

    fn add(&mut self, keys: Keys, is_user: bool, at: DateTime<Utc>, who: &str) -> Added {
        let known = self.excluded.iter_mut().find(|known| known.keys.shares(&keys));
        let Some(known) = known else {
            self.excluded.push(Exclusion { at, who: who.to_owned(), is_user, keys });
            return Added::New;
        };
        known.is_user |= is_user;
        match known.keys.extend(&keys) {
            true => Added::More,
            false => Added::Known,
        }
    }

    /// Takes out the person whom `address` stands for; `None` if that is nobody.
    pub fn remove(&mut self, address: &str) -> Option<Exclusion> {
        let key = Key::of(address)?;
        let at = self.excluded.iter().position(|exclusion| exclusion.keys.contains(key))?;
        Some(self.excluded.remove(at))
    }

    /// Learns what else stands for the same people by now; whether there is anything.
    pub fn grow(&mut self, users: &[DirectoryUser]) -> bool {
        let mut has_grown = false;
        for user in users {
            let keys = of_user(user);
            let id = user.id.as_deref().and_then(Key::of);
            for exclusion in &mut self.excluded {
                // an address may have gone over to another user since
                let is_same = match (exclusion.is_user, id) {
                    (true, Some(id)) => exclusion.keys.contains(id),
                    (true, None) => false,
                    (false, _) => exclusion.keys.shares(&keys),
                };
                if is_same {
                    has_grown |=
                        exclusion.keys.extend(&keys) | (!exclusion.is_user && id.is_some());
                    exclusion.is_user |= id.is_some();
                }
            }
        }
        has_grown
    }
}

fn of_user(user: &DirectoryUser) -> Keys {
    let texts = user.addresses.iter().chain(&user.legacy).chain(&user.id);
    texts.filter_map(|text| Key::of(text)).collect()
}

fn path(root: &Path) -> PathBuf {
    root.join("state").join("exclusions.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: Option<&str>, addresses: &[&str]) -> DirectoryUser {
        DirectoryUser {
            id: id.map(str::to_owned),
            addresses: addresses.iter().map(|&address| address.to_owned()).collect(),
            legacy: Vec::new(),
        }
    }

    #[test]
    fn a_person_is_one_exclusion_whatever_address_is_named() {
        let at = DateTime::UNIX_EPOCH;
        let mut list = Exclusions::default();
        let ann = user(Some("ID-1"), &["a@x", "ann@x"]);
        assert_eq!(list.add_address("ann@x", at, "me"), Added::New);
        assert_eq!(list.add_user(&ann, at, "me"), Added::More);
        assert_eq!(list.add_address("A@x", at, "me"), Added::Known);
        assert!(list.keys().has("id-1") && list.keys().has("SMTP:a@X"));
        assert!(list.remove("b@x").is_none());
        assert!(list.remove("a@x").is_some());
        assert!(list.is_empty() && !list.keys().has("ann@x"));
    }

    #[test]
    fn a_user_keeps_being_excluded_under_new_addresses_and_nobody_inherits_it() {
        let at = DateTime::UNIX_EPOCH;
        let mut list = Exclusions::default();
        list.add_address("ann@x", at, "me");
        assert!(!list.grow(&[user(Some("2"), &["bob@x"])]));
        assert!(list.grow(&[user(Some("1"), &["ann@x"])]));
        assert!(list.grow(&[user(Some("1"), &["ann@x", "ann.new@x"])]));
        // the old address belongs to somebody else now
        let bob = user(Some("2"), &["ann@x", "bob@x"]);
        assert!(!list.grow(&[user(Some("1"), &["ann.new@x"]), bob]));
        assert!(list.keys().has("ann.new@x") && !list.keys().has("bob@x"));
    }
}
