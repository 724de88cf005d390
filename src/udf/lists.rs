//! Columns of lists: reading those of numbers, and making any.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type};
use datafusion::common::{Result, exec_err};

/// Lists of bigints, or of ints that become bigints, without nulls in the lists.
pub(super) struct Bigints(ListArray);

impl Bigints {
    /// A column of this type has them.
    pub(super) fn can_be(kind: &DataType) -> bool {
        let is_int =
            |kind: &DataType| matches!(kind, DataType::Int32 | DataType::Int64 | DataType::Null);
        match kind {
            DataType::List(item) => is_int(item.data_type()),
            other => *other == DataType::Null,
        }
    }

    pub(super) fn of(lists: &ArrayRef) -> Result<Self> {
        let lists = cast(lists, &DataType::new_list(DataType::Int64, true))?;
        let lists = lists.as_list::<i32>();
        match lists.values().null_count() {
            0 => Ok(Self(lists.clone())),
            _ => exec_err!("a null in a list of numbers"),
        }
    }

    /// The numbers in a row's list; none where it is null.
    pub(super) fn row(&self, row: usize) -> &[i64] {
        let ends = self.0.value_offsets();
        let places = ends[row] as usize..ends[row + 1] as usize;
        match self.0.is_valid(row) {
            true => &self.0.values().as_primitive::<Int64Type>().values()[places],
            false => &[],
        }
    }
}

/// Lists of these lengths, which together have `values`.
pub(super) fn list_of(values: ArrayRef, lengths: Vec<usize>) -> Result<ListArray> {
    let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
    Ok(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), values, None)?)
}

/// Sorts what stands in `values` from `start` on, each once.
pub(super) fn settle<T: Ord + Copy>(values: &mut Vec<T>, start: usize) {
    if values.len() - start < 2 {
        return;
    }
    values[start..].sort_unstable();
    let mut end = start + 1;
    for place in start + 1..values.len() {
        if values[place] != values[end - 1] {
            values[end] = values[place];
            end += 1;
        }
    }
    values.truncate(end);
}
