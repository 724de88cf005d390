//! Texts as small numbers: each different text stands once, in one buffer.

use super::xxh3::xxh3;
use hashbrown::HashTable;

/// Numbers texts in the order in which they are first seen.
#[derive(Debug, Default)]
pub(super) struct Interner {
    codes: HashTable<u32>,
    bytes: String,
    ends: Vec<usize>,
}

impl Interner {
    /// The number of `text`.
    pub(super) fn code(&mut self, text: &str) -> u32 {
        let Self { codes, bytes, ends } = self;
        let hash = xxh3(text);
        let found = codes.entry(
            hash,
            |&code| text_at(bytes, ends, code) == text,
            |&code| xxh3(text_at(bytes, ends, code)),
        );
        *found
            .or_insert_with(|| {
                bytes.push_str(text);
                ends.push(bytes.len());
                (ends.len() - 1) as u32
            })
            .get()
    }

    /// The number of `text`, if it has one.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        let is_it = |&code: &u32| self.text(code) == text;
        self.codes.find(xxh3(text), is_it).copied()
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a number that [`code`](Self::code) gave.
    pub(super) fn text(&self, code: u32) -> &str {
        text_at(&self.bytes, &self.ends, code)
    }

    /// Memory held, bytes.
    pub(super) fn size(&self) -> usize {
        self.codes.allocation_size()
            + self.bytes.capacity()
            + self.ends.capacity() * size_of::<usize>()
    }
}

fn text_at<'a>(bytes: &'a str, ends: &[usize], code: u32) -> &'a str {
    let code = code as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &bytes[start..ends[code]]
}
