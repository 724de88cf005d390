//! A row of Arrow arrays as a deserializer, so that Parquet is read by the same shapes as JSON.
//!
//! Nothing is turned into text but times; what a value means to a shape is what its JSON would mean.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListArray, StringArray, StructArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type, TimeUnit};
use arrow::datatypes::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow::temporal_conversions::as_datetime;
use chrono::{Datelike, NaiveDateTime, Timelike};
use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// A column of a batch, its type looked up once.
pub(super) enum Column<'a> {
    Text(&'a StringArray),
    Flag(&'a BooleanArray),
    /// Whole numbers: all that matters is that they are numbers.
    Number(&'a dyn Array),
    Float32(&'a arrow::array::Float32Array),
    Float64(&'a arrow::array::Float64Array),
    Time {
        array: &'a ArrayRef,
        unit: TimeUnit,
        is_utc: bool,
    },
    Object {
        array: &'a StructArray,
        fields: Fields<'a>,
    },
    List {
        array: &'a ListArray,
        items: Box<Column<'a>>,
    },
}

/// Columns by name.
pub(super) type Fields<'a> = Vec<(&'a str, Column<'a>)>;

/// Whether values of the type can be read here.
pub(super) fn is_known(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::Boolean | DataType::Float32 | DataType::Float64 => true,
        DataType::Timestamp(_, zone) => zone.as_deref().is_none_or(|zone| zone == "UTC"),
        DataType::Struct(fields) => fields.iter().all(|field| is_known(field.data_type())),
        DataType::List(item) => is_known(item.data_type()),
        other => other.is_integer(),
    }
}

/// The columns of a struct or batch; a column of an unknown type is taken for a number.
pub(super) fn fields(array: &StructArray) -> Fields<'_> {
    let names = array.fields().iter().map(|field| field.name().as_str());
    names.zip(array.columns().iter().map(column)).collect()
}

fn column(array: &ArrayRef) -> Column<'_> {
    match array.data_type() {
        DataType::Utf8 => Column::Text(array.as_string()),
        DataType::Boolean => Column::Flag(array.as_boolean()),
        DataType::Float32 => Column::Float32(array.as_primitive::<Float32Type>()),
        DataType::Float64 => Column::Float64(array.as_primitive::<Float64Type>()),
        DataType::Timestamp(unit, zone) => {
            Column::Time { array, unit: *unit, is_utc: zone.is_some() }
        }
        DataType::Struct(_) => {
            let array = array.as_struct();
            Column::Object { array, fields: fields(array) }
        }
        DataType::List(_) => {
            let array = array.as_list();
            Column::List { array, items: Box::new(column(array.values())) }
        }
        _ => Column::Number(array),
    }
}

impl Column<'_> {
    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Text(array) => array.is_null(row),
            Self::Flag(array) => array.is_null(row),
            Self::Number(array) => array.is_null(row),
            Self::Float32(array) => array.is_null(row),
            Self::Float64(array) => array.is_null(row),
            Self::Time { array, .. } => array.is_null(row),
            Self::Object { array, .. } => array.is_null(row),
            Self::List { array, .. } => array.is_null(row),
        }
    }
}

/// One row of a batch: an object of its columns.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) fields: &'a Fields<'a>,
    pub(super) row: usize,
}

/// One value.
struct Cell<'a> {
    column: &'a Column<'a>,
    row: usize,
}

impl<'de> Deserializer<'de> for Row<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Items { fields: self.fields.iter(), row: self.row, value: None })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> Deserializer<'de> for Cell<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self { column, row } = self;
        if column.is_null(row) {
            return visitor.visit_unit();
        }
        match column {
            Column::Text(array) => visitor.visit_borrowed_str(array.value(row)),
            Column::Flag(array) => visitor.visit_bool(array.value(row)),
            // JSON has no other way to write what is no number
            Column::Float32(array) if !array.value(row).is_finite() => visitor.visit_unit(),
            Column::Float64(array) if !array.value(row).is_finite() => visitor.visit_unit(),
            Column::Number(_) | Column::Float32(_) | Column::Float64(_) => visitor.visit_u64(0),
            Column::Time { array, unit, is_utc } => match time(array, *unit, row) {
                Some(time) => visitor.visit_string(time_text(time, *is_utc)),
                None => visitor.visit_u64(0),
            },
            Column::Object { fields, .. } => Row { fields, row }.deserialize_any(visitor),
            Column::List { array, items } => {
                let offsets = array.value_offsets();
                let place = |at: usize| usize::try_from(offsets[at]).unwrap_or_default();
                visitor.visit_seq(List { items, rows: place(row)..place(row + 1) })
            }
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// The fields of an object that have a value.
struct Items<'a> {
    fields: std::slice::Iter<'a, (&'a str, Column<'a>)>,
    row: usize,
    value: Option<Cell<'a>>,
}

impl<'a> MapAccess<'a> for Items<'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let row = self.row;
        let Some((name, column)) = self.fields.find(|(_, column)| !column.is_null(row)) else {
            return Ok(None);
        };
        self.value = Some(Cell { column, row });
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => Err(serde::de::Error::custom("a value before its name")),
        }
    }
}

struct List<'a> {
    items: &'a Column<'a>,
    rows: std::ops::Range<usize>,
}

impl<'a> SeqAccess<'a> for List<'a> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let next = self.rows.next().map(|row| Cell { column: self.items, row });
        next.map(|cell| seed.deserialize(cell)).transpose()
    }
}

fn time(array: &ArrayRef, unit: TimeUnit, row: usize) -> Option<NaiveDateTime> {
    match unit {
        TimeUnit::Second => as_datetime::<TimestampSecondType>(
            array.as_primitive::<TimestampSecondType>().value(row),
        ),
        TimeUnit::Millisecond => as_datetime::<TimestampMillisecondType>(
            array.as_primitive::<TimestampMillisecondType>().value(row),
        ),
        TimeUnit::Microsecond => as_datetime::<TimestampMicrosecondType>(
            array.as_primitive::<TimestampMicrosecondType>().value(row),
        ),
        TimeUnit::Nanosecond => as_datetime::<TimestampNanosecondType>(
            array.as_primitive::<TimestampNanosecondType>().value(row),
        ),
    }
}

/// `2024-03-01T10:00:00`, with as many thousandths as there are, and `Z` where it is UTC.
fn time_text(time: NaiveDateTime, is_utc: bool) -> String {
    let zone = if is_utc { "Z" } else { "" };
    let Ok(year @ 1000..=9999) = u32::try_from(time.year()) else {
        return format!("{time:?}{zone}");
    };
    let mut text = String::with_capacity(30);
    let mut put = |number: u32, digits: u32, behind: &str| {
        for digit in (0..digits).rev() {
            let digit = number / 10_u32.pow(digit) % 10;
            text.extend(char::from_digit(digit, 10));
        }
        text.push_str(behind);
    };
    put(year, 4, "-");
    put(time.month(), 2, "-");
    put(time.day(), 2, "T");
    put(time.hour(), 2, ":");
    put(time.minute(), 2, ":");
    match time.nanosecond() {
        0 => put(time.second(), 2, zone),
        nanos => {
            put(time.second(), 2, ".");
            match nanos {
                _ if nanos % 1_000_000 == 0 => put(nanos / 1_000_000, 3, zone),
                _ if nanos % 1_000 == 0 => put(nanos / 1_000, 6, zone),
                _ => put(nanos, 9, zone),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        Float64Array, Int32Array, RecordBatch, TimestampNanosecondArray, TimestampSecondArray,
    };
    use arrow::datatypes::{Field, Schema};
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    /// What a row means here is what arrow's own JSON of it means.
    #[test]
    fn rows_are_read_like_their_json() {
        let times = [0, 1, -1, 1_700_000_000_123_456_789, 1_700_000_000_120_000_000, 1_000_000];
        let utc = TimestampNanosecondArray::from_iter_values(times).with_timezone("UTC");
        let seconds = TimestampSecondArray::from(vec![
            Some(0),
            Some(-62_135_596_801),
            Some(253_402_300_799),
            Some(253_402_300_800),
            None,
            Some(-70_000_000_000),
        ]);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("utc", Arc::new(utc)),
            ("seconds", Arc::new(seconds)),
            ("text", Arc::new(StringArray::from(vec!["a", "\"", "\u{1}", "é", "", "\\"]))),
            (
                "float",
                Arc::new(Float64Array::from(vec![0.0, f64::NAN, 0.0, 0.0, f64::INFINITY, 0.0])),
            ),
            ("int", Arc::new(Int32Array::from(vec![Some(0), None, Some(0), None, None, None]))),
        ];
        let object = StructArray::from(
            columns
                .iter()
                .map(|(name, array)| {
                    (Arc::new(Field::new(*name, array.data_type().clone(), true)), array.clone())
                })
                .collect::<Vec<_>>(),
        );
        let item = Arc::new(Field::new("item", object.data_type().clone(), true));
        let offsets = arrow::buffer::OffsetBuffer::from_lengths([2, 0, 1, 0, 3, 0]);
        let list = ListArray::new(item.clone(), offsets, Arc::new(object.clone()), None);
        let schema = Schema::new(vec![
            Field::new("object", object.data_type().clone(), true),
            Field::new_list("list", item, true),
        ]);
        let batch =
            RecordBatch::try_new(Arc::new(schema), vec![Arc::new(object), Arc::new(list)]).unwrap();
        let mut writer = arrow::json::LineDelimitedWriter::new(Vec::new());
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
        let json = String::from_utf8(writer.into_inner()).unwrap();

        assert!(batch.columns().iter().all(|column| is_known(column.data_type())));
        let rows = StructArray::from(batch);
        let fields = fields(&rows);
        for (row, line) in json.lines().enumerate() {
            let read = Value::deserialize(Row { fields: &fields, row }).unwrap();
            // whole numbers are told from others by nobody
            let expected = line.replace(":0.0", ":0");
            assert_eq!(read, serde_json::from_str::<Value>(&expected).unwrap());
        }
        assert_eq!(json.lines().count(), 6);
    }
}
