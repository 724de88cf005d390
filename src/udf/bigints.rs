//! A column of lists of bigints, or of ints that become bigints.

use arrow::array::{Array, ArrayRef, AsArray, ListArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::Result;

/// The numbers of each row.
pub(super) struct Bigints(ListArray);

impl Bigints {
    pub(super) fn of(lists: &ArrayRef) -> Result<Self> {
        let lists = cast(lists, &DataType::new_list(DataType::Int64, true))?;
        Ok(Self(lists.as_list().clone()))
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
