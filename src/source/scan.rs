//! The quick way through a row: a deserializer for clean JSON that steps over what nobody asks for.
//!
//! It takes less than JSON allows (one line, no control characters, few levels), and what it takes means
//! the same as to `serde_json`. Anything else is [`Unusual`] and left to that; so it never judges a row.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use wide::u8x16;

/// The row has to be read by a full parser, which may or may not accept it.
#[derive(Debug, thiserror::Error)]
#[error("not a plain row")]
pub(super) struct Unusual;

impl de::Error for Unusual {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}

/// The row of one line as text; `None` where it holds control characters or is not UTF-8.
pub(super) fn plain(line: &[u8]) -> Option<&str> {
    // Every byte is asked, so that the compiler asks many at a time.
    let has_control = line.iter().fold(false, |found, &byte| found | (byte < b' '));
    if has_control { None } else { std::str::from_utf8(line).ok() }
}

/// A place in a row of one line.
pub(super) struct Scanner<'de> {
    text: &'de str,
    at: usize,
    marks: Marks,
    /// Where the last text with escapes began; 0 before the first.
    escaped: usize,
}

impl<'de> Scanner<'de> {
    /// `text` holds no control characters: see [`plain`].
    pub(super) fn new(text: &'de str) -> Self {
        Self { text, at: 0, marks: Marks::new(text.as_bytes()), escaped: 0 }
    }

    /// Nothing may stand behind the row.
    pub(super) fn end(&self) -> Result<(), Unusual> {
        if self.at == self.text.len() { Ok(()) } else { Err(Unusual) }
    }

    /// The byte here; 0, which stands nowhere, at the end.
    #[inline]
    fn here(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// The next byte that is no space.
    #[inline]
    fn peek(&mut self) -> u8 {
        while self.here() == b' ' {
            self.at += 1;
        }
        self.here()
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Unusual> {
        if self.peek() != byte {
            return Err(Unusual);
        }
        self.at += 1;
        Ok(())
    }

    #[inline]
    fn literal(&mut self, word: &str) -> Result<(), Unusual> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Unusual);
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes a text: where its inside begins.
    #[inline]
    fn pass_text(&mut self) -> Result<usize, Unusual> {
        let bytes = self.text.as_bytes();
        if self.peek() != b'"' {
            return Err(Unusual);
        }
        // Every mark is taken in its turn, so this is the opening quote.
        self.marks.next(bytes);
        let begin = self.at + 1;
        let mark = self.marks.next(bytes).ok_or(Unusual)?;
        self.at = mark + 1;
        if bytes[mark] == b'\\' {
            self.escaped = begin;
            self.pass_escapes()?;
        }
        Ok(begin)
    }

    /// Passes the rest of a text whose first backslash is passed.
    fn pass_escapes(&mut self) -> Result<(), Unusual> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b'"' | b'\\') => _ = self.marks.next(bytes),
                Some(b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                Some(b'u') => {
                    let digits = bytes.get(self.at + 1..self.at + 5).ok_or(Unusual)?;
                    if !digits.iter().all(u8::is_ascii_hexdigit) {
                        return Err(Unusual);
                    }
                }
                _ => return Err(Unusual),
            }
            let mark = self.marks.next(bytes).ok_or(Unusual)?;
            self.at = mark + 1;
            if bytes[mark] == b'"' {
                return Ok(());
            }
        }
    }

    fn text(&mut self) -> Result<Cow<'de, str>, Unusual> {
        let begin = self.pass_text()?;
        if self.escaped == begin {
            let quoted = self.text.get(begin - 1..self.at).ok_or(Unusual)?;
            return serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| Unusual);
        }
        self.text.get(begin..self.at - 1).map(Cow::Borrowed).ok_or(Unusual)
    }

    fn pass_digits(&mut self) -> Result<(), Unusual> {
        let begin = self.at;
        while self.here().is_ascii_digit() {
            self.at += 1;
        }
        if self.at > begin { Ok(()) } else { Err(Unusual) }
    }

    fn pass_number(&mut self) -> Result<(), Unusual> {
        if self.here() == b'-' {
            self.at += 1;
        }
        if self.here() == b'0' {
            self.at += 1;
        } else {
            self.pass_digits()?;
        }
        if self.here() == b'.' {
            self.at += 1;
            self.pass_digits()?;
        }
        if matches!(self.here(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.here(), b'+' | b'-') {
                self.at += 1;
            }
            self.pass_digits()?;
        }
        Ok(())
    }

    /// Passes a field's name and its colon.
    #[inline]
    fn pass_name(&mut self) -> Result<(), Unusual> {
        self.pass_text()?;
        self.expect(b':')
    }

    /// Passes a value of any depth up to 63.
    fn pass_value(&mut self) -> Result<(), Unusual> {
        // A bit for each open container, the innermost lowest, 1 for an object, behind a 1 that marks the end.
        let mut open: u64 = 1;
        loop {
            match self.peek() {
                b'"' => _ = self.pass_text()?,
                begin @ (b'{' | b'[') => {
                    self.at += 1;
                    let is_object = begin == b'{';
                    if self.peek() == if is_object { b'}' } else { b']' } {
                        self.at += 1;
                    } else {
                        if open.leading_zeros() == 0 {
                            return Err(Unusual);
                        }
                        open = open << 1 | u64::from(is_object);
                        if is_object {
                            self.pass_name()?;
                        }
                        continue;
                    }
                }
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                b'-' | b'0'..=b'9' => self.pass_number()?,
                _ => return Err(Unusual),
            }
            // A value has ended, and with it perhaps what it stands in.
            loop {
                if open == 1 {
                    return Ok(());
                }
                let is_object = open & 1 == 1;
                match self.peek() {
                    b',' => {
                        self.at += 1;
                        if is_object {
                            self.pass_name()?;
                        }
                        break;
                    }
                    b'}' if is_object => open >>= 1,
                    b']' if !is_object => open >>= 1,
                    _ => return Err(Unusual),
                }
                self.at += 1;
            }
        }
    }
}

/// Quotes and backslashes in their order, found in blocks of 64 bytes.
struct Marks {
    block: usize,
    /// A bit for each byte of the block that is one and was not taken yet.
    bits: u64,
}

impl Marks {
    const BLOCK: usize = 64;

    fn new(bytes: &[u8]) -> Self {
        Self { block: 0, bits: Self::look(bytes, 0) }
    }

    /// Takes the next one: its place.
    #[inline]
    fn next(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.bits == 0 && !self.look_on(bytes) {
            return None;
        }
        let at = self.block + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(at)
    }

    /// Goes on to the next block with one; `false` at the end.
    #[inline(never)]
    fn look_on(&mut self, bytes: &[u8]) -> bool {
        while self.bits == 0 {
            self.block += Self::BLOCK;
            if self.block >= bytes.len() {
                return false;
            }
            self.bits = Self::look(bytes, self.block);
        }
        true
    }

    #[inline]
    fn look(bytes: &[u8], block: usize) -> u64 {
        let rest = bytes.get(block..).unwrap_or_default();
        match rest.first_chunk() {
            Some(whole) => Self::bits(whole),
            None => {
                let mut last = [0; Self::BLOCK];
                last[..rest.len()].copy_from_slice(rest);
                Self::bits(&last)
            }
        }
    }

    #[inline]
    fn bits(block: &[u8; Self::BLOCK]) -> u64 {
        let mut bits = 0;
        for (at, part) in block.as_chunks::<16>().0.iter().enumerate() {
            let part = u8x16::from(*part);
            let found = part.simd_eq(u8x16::splat(b'"')) | part.simd_eq(u8x16::splat(b'\\'));
            bits |= u64::from(found.to_bitmask()) << (at * 16);
        }
        bits
    }
}

impl<'de> Deserializer<'de> for &mut Scanner<'de> {
    type Error = Unusual;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        match self.peek() {
            b'"' => self.deserialize_str(visitor),
            b'{' => {
                self.at += 1;
                visitor.visit_map(Items { scanner: self, end: b'}', is_first: true })
            }
            b'[' => {
                self.at += 1;
                visitor.visit_seq(Items { scanner: self, end: b']', is_first: true })
            }
            b't' => {
                self.literal("true")?;
                visitor.visit_bool(true)
            }
            b'f' => {
                self.literal("false")?;
                visitor.visit_bool(false)
            }
            b'n' => {
                self.literal("null")?;
                visitor.visit_unit()
            }
            _ => Err(Unusual),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        self.pass_value()?;
        visitor.visit_unit()
    }

    /// A field's name, as bytes where it holds no escapes.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        let begin = self.pass_text()?;
        if self.escaped == begin {
            return Err(Unusual);
        }
        visitor.visit_borrowed_bytes(&self.text.as_bytes()[begin..self.at - 1])
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        match self.text()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum
    }
}

/// The inside of an object or list. A visitor that does not read it to its end leaves a row that `end` refuses.
struct Items<'a, 'de> {
    scanner: &'a mut Scanner<'de>,
    end: u8,
    is_first: bool,
}

impl Items<'_, '_> {
    /// Whether an item follows; its comma, or the end, is passed.
    #[inline]
    fn has_next(&mut self) -> Result<bool, Unusual> {
        let is_first = std::mem::replace(&mut self.is_first, false);
        match self.scanner.peek() {
            byte if byte == self.end => {
                self.scanner.at += 1;
                Ok(false)
            }
            b',' if !is_first => {
                self.scanner.at += 1;
                Ok(true)
            }
            _ if is_first => Ok(true),
            _ => Err(Unusual),
        }
    }
}

impl<'de> MapAccess<'de> for Items<'_, 'de> {
    type Error = Unusual;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unusual> {
        if !self.has_next()? {
            return Ok(None);
        }
        let name = seed.deserialize(&mut *self.scanner)?;
        self.scanner.expect(b':')?;
        Ok(Some(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unusual> {
        seed.deserialize(&mut *self.scanner)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Unusual;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unusual> {
        if self.has_next()? { seed.deserialize(&mut *self.scanner).map(Some) } else { Ok(None) }
    }
}
