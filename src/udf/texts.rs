//! A column of texts, or of lists of texts, that are often the same.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, ListArray, StringArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use datafusion::common::Result;

/// The texts of each row.
pub(super) struct Texts {
    texts: Values,
    lists: Option<ListArray>,
}

enum Values {
    Dictionary(Int32Array, StringArray),
    Plain(StringViewArray),
}

impl Texts {
    /// A column of this type has texts.
    pub(super) fn can_be(kind: &DataType) -> bool {
        match kind {
            DataType::Utf8 | DataType::Utf8View | DataType::Null => true,
            DataType::Dictionary(_, text) => Self::can_be(text),
            DataType::List(item) => !item.data_type().is_nested() && Self::can_be(item.data_type()),
            _ => false,
        }
    }

    /// `array` is texts or lists of texts; either can be a dictionary.
    pub(super) fn of(array: &ArrayRef) -> Result<Self> {
        match array.as_list_opt::<i32>() {
            Some(lists) => {
                Ok(Self { texts: Values::of(lists.values())?, lists: Some(lists.clone()) })
            }
            None => Ok(Self { texts: Values::of(array)?, lists: None }),
        }
    }

    /// Calls `visit` with what `find` gives for each text of a row; the same text of a dictionary is looked for
    /// once while the same `memo` is given.
    pub(super) fn each<F: Clone>(
        &self,
        row: usize,
        memo: &mut Vec<Option<F>>,
        mut find: impl FnMut(&str) -> F,
        mut visit: impl FnMut(F),
    ) {
        match &self.texts {
            Values::Plain(texts) => {
                for place in self.places(row).filter(|&place| texts.is_valid(place)) {
                    visit(find(texts.value(place)));
                }
            }
            Values::Dictionary(keys, texts) => {
                memo.resize(texts.len(), None);
                for place in self.places(row).filter(|&place| keys.is_valid(place)) {
                    let key = keys.value(place) as usize;
                    if texts.is_valid(key) {
                        visit(memo[key].get_or_insert_with(|| find(texts.value(key))).clone());
                    }
                }
            }
        }
    }

    fn places(&self, row: usize) -> Range<usize> {
        match &self.lists {
            None => row..row + 1,
            Some(lists) if lists.is_null(row) => 0..0,
            Some(lists) => {
                let ends = lists.value_offsets();
                ends[row] as usize..ends[row + 1] as usize
            }
        }
    }
}

impl Values {
    fn of(array: &ArrayRef) -> Result<Self> {
        let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() else {
            return Ok(Self::Plain(cast(array, &DataType::Utf8View)?.as_string_view().clone()));
        };
        let texts = cast(dictionary.values(), &DataType::Utf8)?;
        Ok(Self::Dictionary(dictionary.keys().clone(), texts.as_string().clone()))
    }
}
