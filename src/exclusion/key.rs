//! Keys: what an address or directory id is known by without being told, and what is excluded by them.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::activity::{MeetingCopy, MessageCopy, normal_form};

/// How many texts a filter remembers; most of a company's mail is among fewer.
const REMEMBERED: usize = 64 * 1024;

/// The first 128 bits of the SHA-256 hash of an address or directory id in normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(u128);

impl Key {
    /// The key of an address, in whatever form, or of a directory id; `None` if the text is empty.
    pub fn of(text: &str) -> Option<Self> {
        let text = normal_form(text)?;
        // Exchange's own form comes with its type or without
        let legacy = ["x500:", "ex:"].iter().find_map(|prefix| text.strip_prefix(prefix));
        let text = legacy.filter(|rest| rest.starts_with("/o=")).unwrap_or(&text);
        let hash = Sha256::digest(text.as_bytes());
        hash.first_chunk().map(|bytes| Self(u128::from_be_bytes(*bytes)))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let is_whole = text.len() == 32;
        let key = u128::from_str_radix(&text, 16).ok().filter(|_| is_whole);
        key.map(Self).ok_or_else(|| "a key has 32 hexadecimal digits".to_owned())
    }
}

/// A set of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Keys(BTreeSet<Key>);

impl Keys {
    /// Those of nobody.
    pub const NONE: &'static Self = &Self(BTreeSet::new());

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All in their order.
    pub fn iter(&self) -> impl Iterator<Item = Key> {
        self.0.iter().copied()
    }

    /// The key is among them.
    pub fn contains(&self, key: Key) -> bool {
        self.0.contains(&key)
    }

    /// The key of the text is among them.
    pub fn has(&self, text: &str) -> bool {
        !self.is_empty() && Key::of(text).is_some_and(|key| self.contains(key))
    }

    /// One of them is among the others.
    pub fn shares(&self, others: &Self) -> bool {
        !self.0.is_disjoint(&others.0)
    }

    /// All of them are among the others.
    pub fn is_within(&self, others: &Self) -> bool {
        self.0.is_subset(&others.0)
    }

    /// Those that are not among the others.
    pub fn without(&self, others: &Self) -> Self {
        Self(self.0.difference(&others.0).copied().collect())
    }

    /// Adds the others; whether one of them is new.
    pub fn extend(&mut self, others: &Self) -> bool {
        let before = self.len();
        self.0.extend(others.iter());
        self.len() > before
    }

    /// A name for the set: the same for the same keys, empty for none.
    pub fn fingerprint(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let mut hash = Sha256::new();
        self.iter().for_each(|key| hash.update(key.0.to_be_bytes()));
        hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl FromIterator<Key> for Keys {
    fn from_iter<T: IntoIterator<Item = Key>>(keys: T) -> Self {
        Self(keys.into_iter().collect())
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It has nobody excluded in it.
    Whole,
    /// Somebody excluded was taken out of it.
    Part,
    /// It is not to be kept.
    Nothing,
}

/// Takes excluded people out of rows, one thread's worth of them.
pub struct Filter<'a> {
    keys: &'a Keys,
    /// What was asked before.
    known: HashMap<String, bool>,
}

impl<'a> Filter<'a> {
    /// For rows in which `keys` stand for people.
    pub fn new(keys: &'a Keys) -> Self {
        Self { keys, known: HashMap::new() }
    }

    /// The text stands for somebody excluded.
    pub fn has(&mut self, text: &str) -> bool {
        if self.keys.is_empty() {
            return false;
        }
        if let Some(&is_excluded) = self.known.get(text) {
            return is_excluded;
        }
        let is_excluded = self.keys.has(text);
        if self.known.len() == REMEMBERED {
            self.known.clear();
        }
        self.known.insert(text.to_owned(), is_excluded);
        is_excluded
    }

    /// A message from an excluded mailbox or sender is dropped; recipients are taken out.
    pub fn message(&mut self, row: &mut MessageCopy) -> Kept {
        if self.keys.is_empty() {
            return Kept::Whole;
        }
        let mut of_row = row.mailbox.iter().chain(&row.sender);
        if of_row.any(|text| self.has(text)) {
            return Kept::Nothing;
        }
        let before = row.recipients.len();
        row.recipients.retain(|recipient| !self.has(recipient));
        if row.recipients.len() < before { Kept::Part } else { Kept::Whole }
    }

    /// A meeting from an excluded mailbox or organizer is dropped; attendees are taken out.
    pub fn meeting(&mut self, row: &mut MeetingCopy) -> Kept {
        if self.keys.is_empty() {
            return Kept::Whole;
        }
        if self.has(&row.mailbox) || row.organizer.as_ref().is_some_and(|text| self.has(text)) {
            return Kept::Nothing;
        }
        let before = row.attendees.len();
        row.attendees.retain(|attendee| !self.has(&attendee.address));
        if row.attendees.len() < before { Kept::Part } else { Kept::Whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(texts: &[&str]) -> Keys {
        texts.iter().filter_map(|text| Key::of(text)).collect()
    }

    #[test]
    fn a_key_is_of_the_normal_form() {
        let key = Key::of("alice@north.example");
        for form in
            [" Alice@North.Example", "SMTP:alice@north.example", "mailto:ALICE@north.example"]
        {
            assert_eq!(Key::of(form), key, "{form}");
        }
        assert_ne!(Key::of("alice@north.example.uk"), key);
        let legacy = Key::of("/o=ExchangeLabs/ou=x/cn=Recipients/cn=1-Alice");
        assert_eq!(Key::of("X500:/O=EXCHANGELABS/OU=x/CN=recipients/cn=1-alice"), legacy);
        assert_eq!(Key::of("EX:/o=exchangelabs/ou=x/cn=recipients/cn=1-alice"), legacy);
        assert_eq!(Key::of("  "), None);
        let text = key.map(String::from).expect("a key");
        assert_eq!(Key::try_from(text).ok(), key);
        assert!(Key::try_from("ab".to_owned()).is_err());
    }

    #[test]
    fn rows_lose_who_is_excluded() {
        let keys = keys(&["a@x", "box-of-a"]);
        let mut filter = Filter::new(&keys);
        let row = |mailbox: &str, sender: &str, recipients: &[&str]| MessageCopy {
            mailbox: Some(mailbox.to_owned()),
            message_id: None,
            sent_at: 0,
            sender: Some(sender.to_owned()),
            recipients: recipients.iter().map(|&text| text.to_owned()).collect(),
            conversation: None,
            in_reply_to: None,
            is_draft: false,
            is_meeting_traffic: false,
            is_automatic: false,
        };
        assert_eq!(filter.message(&mut row("m", "a@x", &["b@x"])), Kept::Nothing);
        assert_eq!(filter.message(&mut row("Box-of-A", "b@x", &["c@x"])), Kept::Nothing);
        assert_eq!(filter.message(&mut row("m", "b@x", &["c@x"])), Kept::Whole);
        let mut some = row("m", "b@x", &["a@x", "c@x"]);
        assert_eq!(filter.message(&mut some), Kept::Part);
        assert_eq!(some.recipients, ["c@x"]);
        assert_eq!(Filter::new(&Keys::default()).message(&mut row("", "a@x", &[])), Kept::Whole);
    }

    #[test]
    fn a_fingerprint_is_of_the_set() {
        assert_eq!(keys(&["a", "b"]).fingerprint(), keys(&["b", "A"]).fingerprint());
        assert_ne!(keys(&["a"]).fingerprint(), keys(&["a", "b"]).fingerprint());
        assert_eq!(Keys::default().fingerprint(), "");
    }
}
