//! `set_union(x)`: the different values of a group, as one sorted list; null values are passed over.
//!
//! `x` is an int, a text, or a list of one of them, so sets of days merge into the set of a month:
//! `set_union` of `[1, 3]` and `[1, 2]` is `[1, 2, 3]`. A group without values gets an empty list.
//!
//! A value is held as 32 bits, an int as it is and a text by its number in an [`Interner`], beside the 32 bits of
//! its group: one sorted vector for all groups instead of a hash set for each.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int32Builder, ListArray, ListBuilder,
    StringBuilder, StringViewArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int32Type};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::interner::Interner;
use super::one_group::OneGroup;

/// The function as DataFusion registers it.
pub(super) fn function() -> AggregateUDF {
    AggregateUDF::from(SetUnion { signature: Signature::any(1, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SetUnion {
    signature: Signature,
}

impl AggregateUDFImpl for SetUnion {
    fn name(&self) -> &str {
        "set_union"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::new_list(element(&arguments[0])?, true))
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn state_fields(&self, arguments: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new("set", arguments.return_type().clone(), true))])
    }

    fn accumulator(&self, arguments: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OneGroup(Sets::of(arguments.return_field.data_type())?)))
    }

    fn groups_accumulator_supported(&self, _arguments: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        arguments: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Sets::of(arguments.return_field.data_type())?))
    }
}

/// The type of a set's values, for an argument that is a value or a list of values.
fn element(argument: &DataType) -> Result<DataType> {
    match argument {
        // before the branches of a union have one type, a column may still be of none
        DataType::Int32 | DataType::Null => Ok(DataType::Int32),
        DataType::Utf8 | DataType::Utf8View => Ok(DataType::Utf8),
        DataType::List(field) if !field.data_type().is_nested() => element(field.data_type()),
        other => plan_err!("set_union knows ints, texts and lists of them, not {other}"),
    }
}

/// The sets of all groups.
#[derive(Debug)]
struct Sets {
    /// For sets of texts, the texts.
    texts: Option<Interner>,
    /// Group in the upper half, value in the lower; sorted, each once, up to `settled`.
    pairs: Vec<u64>,
    settled: usize,
    groups: usize,
}

/// Pairs added before the first settling.
const FIRST_SETTLING: usize = 1 << 16;

impl Sets {
    fn of(list: &DataType) -> Result<Self> {
        Ok(Self::empty(element(list)? == DataType::Utf8))
    }

    fn empty(is_of_texts: bool) -> Self {
        let texts = is_of_texts.then(Interner::default);
        Self { texts, pairs: Vec::new(), settled: 0, groups: 0 }
    }

    /// Adds the values of `elements` at `places` to `group`.
    fn add(&mut self, elements: &Elements, places: std::ops::Range<usize>, group: usize) {
        let group = (group as u64) << 32;
        match (elements, &mut self.texts) {
            (Elements::Int(values), _) => {
                for place in places.filter(|&place| values.is_valid(place)) {
                    self.pairs.push(group | u64::from(ordered(values.value(place))));
                }
            }
            (Elements::Text(values), Some(texts)) => {
                for place in places.filter(|&place| values.is_valid(place)) {
                    self.pairs.push(group | u64::from(texts.code(values.value(place))));
                }
            }
            (_, None) => {}
        }
    }

    fn add_all(
        &mut self,
        values: &ArrayRef,
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.groups = self.groups.max(total);
        let counts =
            |row: usize| filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
        if let Some(lists) = values.as_list_opt::<i32>() {
            let elements = Elements::of(lists.values())?;
            for (row, &group) in groups.iter().enumerate() {
                if lists.is_valid(row) && counts(row) {
                    let ends = lists.value_offsets();
                    self.add(&elements, ends[row] as usize..ends[row + 1] as usize, group);
                }
            }
        } else {
            let elements = Elements::of(values)?;
            for (row, &group) in groups.iter().enumerate() {
                if counts(row) {
                    self.add(&elements, row..row + 1, group);
                }
            }
        }
        if self.pairs.len() > FIRST_SETTLING.max(2 * self.settled) {
            self.settle();
        }
        Ok(())
    }

    fn settle(&mut self) {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        self.settled = self.pairs.len();
    }

    /// The sets of the groups that `emit` names, taken out; later groups move up.
    fn take(&mut self, emit: EmitTo) -> ListArray {
        self.settle();
        let count = match emit {
            EmitTo::All => self.groups,
            EmitTo::First(count) => count,
        };
        let end = self.pairs.partition_point(|pair| (pair >> 32) < count as u64);
        let sets = match &self.texts {
            None => ints(&self.pairs[..end], count),
            Some(interner) => texts(&self.pairs[..end], count, interner),
        };
        self.pairs.drain(..end);
        for pair in &mut self.pairs {
            *pair -= (count as u64) << 32;
        }
        self.settled = self.pairs.len();
        self.groups -= count;
        sets
    }
}

/// The slice of `pairs` that belongs to each group below `count`, in turn.
fn each_group<'a>(pairs: &'a [u64], count: usize, mut visit: impl FnMut(&'a [u64])) {
    let mut rest = pairs;
    for group in 0..count as u64 {
        let length = rest.iter().take_while(|&&pair| pair >> 32 == group).count();
        let (set, after) = rest.split_at(length);
        visit(set);
        rest = after;
    }
}

fn ints(pairs: &[u64], count: usize) -> ListArray {
    let values = Int32Builder::with_capacity(pairs.len());
    let mut lists = ListBuilder::with_capacity(values, count);
    each_group(pairs, count, |set| {
        for &pair in set {
            lists.values().append_value(int(pair as u32));
        }
        lists.append(true);
    });
    lists.finish()
}

fn texts(pairs: &[u64], count: usize, texts: &Interner) -> ListArray {
    let mut lists = ListBuilder::with_capacity(StringBuilder::new(), count);
    let mut sorted: Vec<&str> = Vec::new();
    each_group(pairs, count, |set| {
        sorted.clear();
        sorted.extend(set.iter().map(|&pair| texts.text(pair as u32)));
        sorted.sort_unstable();
        for text in &sorted {
            lists.values().append_value(text);
        }
        lists.append(true);
    });
    lists.finish()
}

/// Bits that sort as the int does.
fn ordered(value: i32) -> u32 {
    value.cast_unsigned() ^ (1 << 31)
}

fn int(ordered: u32) -> i32 {
    (ordered ^ (1 << 31)).cast_signed()
}

/// An array of values, its type told once.
enum Elements {
    Int(Int32Array),
    Text(StringViewArray),
}

impl Elements {
    fn of(array: &ArrayRef) -> Result<Self> {
        match array.data_type() {
            DataType::Int32 => Ok(Self::Int(array.as_primitive::<Int32Type>().clone())),
            DataType::Utf8 | DataType::Utf8View => {
                Ok(Self::Text(cast(array, &DataType::Utf8View)?.as_string_view().clone()))
            }
            other => exec_err!("set_union knows ints and texts, not {other}"),
        }
    }
}

impl GroupsAccumulator for Sets {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.add_all(&values[0], groups, filter, total)
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.groups = self.groups.max(total);
        states.iter().try_for_each(|sets| self.add_all(sets, groups, None, total))
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        Ok(Arc::new(self.take(emit)))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![Arc::new(self.take(emit))])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut sets = Self::empty(self.texts.is_some());
        sets.add_all(&values[0], &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        sets.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.pairs.capacity() * size_of::<u64>() + self.texts.as_ref().map_or(0, Interner::size)
    }
}
