//! A column of lists of bigints, or of ints that become bigints, without nulls in the lists.

use arrow::array::{Array, ArrayRef, AsArray, ListArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, exec_err};

/// The numbers of each row.
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
