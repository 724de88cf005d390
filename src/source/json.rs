//! Reads rows of unknown cleanliness: field names in any case, values of any type.
//!
//! A value of the wrong type is kept as such (`Field::Wrong`) instead of failing the parse, so that
//! the row's reject can name the field and serde's messages, which quote values, are never shown.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Reason;
use crate::activity;

/// One field of a row.
#[derive(Debug, Default)]
pub(super) enum Field<T> {
    /// The row does not carry it.
    #[default]
    Absent,
    /// It is `null`.
    Null,
    /// It is of another type than expected.
    Wrong,
    /// Its value.
    Is(T),
}

impl<T> Field<T> {
    /// The value, `None` where the field is absent or `null`.
    pub(super) fn get(self, name: &'static str) -> Result<Option<T>, Reason> {
        match self {
            Self::Absent | Self::Null => Ok(None),
            Self::Wrong => Err(Reason::WrongType(name)),
            Self::Is(value) => Ok(Some(value)),
        }
    }

    /// Whether the row carries the field with a value, of whatever type.
    pub(super) fn has_value(&self) -> bool {
        matches!(self, Self::Wrong | Self::Is(_))
    }
}

impl Field<Text<'_>> {
    /// The trimmed text, `None` where it is absent, `null` or empty.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, Reason> {
        match self {
            Self::Absent | Self::Null => Ok(None),
            Self::Wrong => Err(Reason::WrongType(name)),
            Self::Is(text) => Ok(Some(activity::trim(text)).filter(|text| !text.is_empty())),
        }
    }

    /// The trimmed text as an own one.
    pub(super) fn string(&self, name: &'static str) -> Result<Option<String>, Reason> {
        Ok(self.text(name)?.map(str::to_owned))
    }
}

/// A text, borrowed from the row where it holds no escapes.
pub(super) type Text<'a> = Cow<'a, str>;

/// How a value is read from the types that JSON has; `None` is the wrong type.
pub(super) trait Shape<'de>: Sized {
    fn from_text(_text: Text<'de>) -> Option<Self> {
        None
    }

    fn from_flag(_flag: bool) -> Option<Self> {
        None
    }

    fn from_object<A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

impl<'de> Shape<'de> for Text<'de> {
    fn from_text(text: Text<'de>) -> Option<Self> {
        Some(text)
    }
}

impl<'de> Shape<'de> for bool {
    fn from_text(text: Text<'de>) -> Option<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("true") {
            Some(true)
        } else if text.eq_ignore_ascii_case("false") {
            Some(false)
        } else {
            None
        }
    }

    fn from_flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
}

impl<'de, T: Shape<'de>> Shape<'de> for Vec<Field<T>> {
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut values = Self::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Some(values))
    }
}

/// Anything: only whether it is there matters.
#[derive(Debug)]
pub(super) struct Anything;

impl<'de> Shape<'de> for Anything {
    fn from_text(_text: Text<'de>) -> Option<Self> {
        Some(Self)
    }
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor(PhantomData))
    }
}

struct FieldVisitor<T>(PhantomData<T>);

fn field<T>(value: Option<T>) -> Field<T> {
    value.map_or(Field::Wrong, Field::Is)
}

impl<'de, T: Shape<'de>> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Field<T>, E> {
        Ok(field(T::from_text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Field<T>, E> {
        Ok(field(T::from_text(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Field<T>, E> {
        Ok(field(T::from_flag(flag)))
    }

    fn visit_unit<E>(self) -> Result<Field<T>, E> {
        Ok(Field::Null)
    }

    fn visit_i64<E>(self, _number: i64) -> Result<Field<T>, E> {
        Ok(Field::Wrong)
    }

    fn visit_u64<E>(self, _number: u64) -> Result<Field<T>, E> {
        Ok(Field::Wrong)
    }

    fn visit_f64<E>(self, _number: f64) -> Result<Field<T>, E> {
        Ok(Field::Wrong)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Field<T>, A::Error> {
        T::from_object(object).map(field)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Field<T>, A::Error> {
        T::from_list(list).map(field)
    }
}

/// Reads a field name and hands it to the function without allocating it.
pub(super) struct Name<F>(pub(super) F);

impl<'de, T, F: FnOnce(&[u8]) -> T> DeserializeSeed<'de> for Name<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T, F: FnOnce(&[u8]) -> T> Visitor<'_> for Name<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<T, E> {
        Ok((self.0)(name.as_bytes()))
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<T, E> {
        Ok((self.0)(name))
    }
}

/// The names of an object's fields, found in any case.
pub(super) struct Names<const COUNT: usize> {
    names: [&'static str; COUNT],
    /// For each length of a name, which of the names have it.
    by_length: [u32; 32],
}

impl<const COUNT: usize> Names<COUNT> {
    pub(super) const fn new(names: [&'static str; COUNT]) -> Self {
        let mut by_length = [0; 32];
        let mut at = 0;
        while at < COUNT {
            by_length[names[at].len()] |= 1 << at;
            at += 1;
        }
        Self { names, by_length }
    }

    /// The place of `name` among the names.
    #[inline]
    pub(super) fn find(&self, name: &[u8]) -> Option<usize> {
        let mut left = self.by_length.get(name.len()).copied().unwrap_or(0);
        while left != 0 {
            let at = left.trailing_zeros() as usize;
            let known = self.names[at].as_bytes();
            // The first letter tells most of one length apart, and most exports write names as declared here.
            if known[0].eq_ignore_ascii_case(&name[0])
                && (known == name || known.eq_ignore_ascii_case(name))
            {
                return Some(at);
            }
            left &= left - 1;
        }
        None
    }
}

/// Declares an object by the fields that matter; their names match in any case, others are skipped.
macro_rules! object {
    (@ $alias:literal $known:expr) => { $known };
    ($(#[$meta:meta])* $object:ident { $($field:ident: $shape:ty = $name:literal $(| $alias:literal)*,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(super) struct $object<'a> {
            $(pub(super) $field: $crate::source::json::Field<$shape>,)+
            lifetime: std::marker::PhantomData<&'a ()>,
        }

        impl<'a> $crate::source::json::Shape<'a> for $object<'a> {
            fn from_object<A: serde::de::MapAccess<'a>>(
                mut object: A,
            ) -> Result<Option<Self>, A::Error> {
                #[allow(non_camel_case_types)]
                #[derive(Clone, Copy)]
                enum Known { $($field,)+ }
                const KNOWN: &[Known] = &[$(Known::$field, $($crate::source::json::object!(@ $alias Known::$field),)*)+];
                static NAMES: $crate::source::json::Names<{ KNOWN.len() }> =
                    $crate::source::json::Names::new([$($name, $($alias,)*)+]);
                let known = |name: &[u8]| NAMES.find(name).map(|at| KNOWN[at]);
                let mut row = Self::default();
                while let Some(known) = object.next_key_seed($crate::source::json::Name(known))? {
                    match known {
                        $(Some(Known::$field) => row.$field = object.next_value()?,)+
                        None => {
                            object.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok(Some(row))
            }
        }
    };
}

pub(super) use object;
