//! `set_union(x)`: the different values of a group, as one sorted list; null values are passed over.
//!
//! `x` is an int, a bigint, a text, or a list of one of them, so sets of days merge into the set of a month:
//! `set_union` of `[1, 3]` and `[1, 2]` is `[1, 2, 3]`. A group without values gets an empty list.
//!
//! A value is held as 32 bits, an int as it is and a text by its number in an [`Interner`], beside the 32 bits of
//! its group: one sorted vector for all groups instead of a hash set for each. For a bigint both have 64 bits.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, ListArray, ListBuilder,
    StringBuilder, StringViewArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int32Type, Int64Type};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::interner::Interner;
use super::lists::list_of;
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
        Ok(match element(arguments.return_field.data_type())? {
            DataType::Int64 => Box::new(OneGroup(Sets::<u128>::default())),
            other => Box::new(OneGroup(Sets::<u64>::of(&other))),
        })
    }

    fn groups_accumulator_supported(&self, _arguments: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        arguments: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(match element(arguments.return_field.data_type())? {
            DataType::Int64 => Box::new(Sets::<u128>::default()),
            other => Box::new(Sets::<u64>::of(&other)),
        })
    }
}

/// The type of a set's values, for an argument that is a value or a list of values.
fn element(argument: &DataType) -> Result<DataType> {
    match argument {
        // before the branches of a union have one type, a column may still be of none
        DataType::Int32 | DataType::Null => Ok(DataType::Int32),
        DataType::Int64 => Ok(DataType::Int64),
        DataType::Utf8 | DataType::Utf8View => Ok(DataType::Utf8),
        DataType::List(field) if !field.data_type().is_nested() => element(field.data_type()),
        other => plan_err!("set_union knows ints, bigints, texts and lists of them, not {other}"),
    }
}

/// A group and one of its values, an int or the number of a text, in an order by group, then by value.
trait Pair: Copy + Ord + Send + Sync + std::fmt::Debug + 'static {
    fn new(group: usize, value: i64) -> Self;
    fn group(self) -> usize;
    fn value(self) -> i64;
    /// The same value in the group that is so many places before.
    fn moved(self, groups: usize) -> Self;
}

impl Pair for u64 {
    fn new(group: usize, value: i64) -> Self {
        (group as u64) << 32 | u64::from((value as i32).cast_unsigned() ^ 1 << 31)
    }

    fn group(self) -> usize {
        (self >> 32) as usize
    }

    fn value(self) -> i64 {
        i64::from((self as u32 ^ 1 << 31).cast_signed())
    }

    fn moved(self, groups: usize) -> Self {
        self - ((groups as u64) << 32)
    }
}

impl Pair for u128 {
    fn new(group: usize, value: i64) -> Self {
        (group as u128) << 64 | u128::from(value.cast_unsigned() ^ 1 << 63)
    }

    fn group(self) -> usize {
        (self >> 64) as usize
    }

    fn value(self) -> i64 {
        (self as u64 ^ 1 << 63).cast_signed()
    }

    fn moved(self, groups: usize) -> Self {
        self - ((groups as u128) << 64)
    }
}

/// The sets of all groups.
#[derive(Debug)]
struct Sets<P> {
    /// For sets of texts, the texts.
    texts: Option<Interner>,
    /// Sorted, each once, up to `settled`.
    pairs: Vec<P>,
    settled: usize,
    groups: usize,
}

impl<P> Default for Sets<P> {
    fn default() -> Self {
        Self { texts: None, pairs: Vec::new(), settled: 0, groups: 0 }
    }
}

/// Pairs added before the first settling.
const FIRST_SETTLING: usize = 1 << 16;

impl Sets<u64> {
    fn of(element: &DataType) -> Self {
        Self { texts: (*element == DataType::Utf8).then(Interner::default), ..Self::default() }
    }
}

impl<P: Pair> Sets<P> {
    /// Adds the values of `elements` at `places` to `group`.
    fn add(&mut self, elements: &Elements, places: std::ops::Range<usize>, group: usize) {
        match (elements, &mut self.texts) {
            (Elements::Int(values), _) => {
                for place in places.filter(|&place| values.is_valid(place)) {
                    self.pairs.push(P::new(group, values.value(place).into()));
                }
            }
            (Elements::Bigint(values), _) => {
                for place in places.filter(|&place| values.is_valid(place)) {
                    self.pairs.push(P::new(group, values.value(place)));
                }
            }
            (Elements::Text(values), Some(texts)) => {
                for place in places.filter(|&place| values.is_valid(place)) {
                    self.pairs.push(P::new(group, texts.code(values.value(place)).into()));
                }
            }
            (Elements::Text(_), None) => {}
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
    fn take(&mut self, emit: EmitTo) -> Result<ListArray> {
        self.settle();
        let count = match emit {
            EmitTo::All => self.groups,
            EmitTo::First(count) => count,
        };
        let end = self.pairs.partition_point(|pair| pair.group() < count);
        let pairs = &self.pairs[..end];
        let mut lengths = vec![0; count];
        for pair in pairs {
            lengths[pair.group()] += 1;
        }
        let sets = match &self.texts {
            None => ints(pairs, lengths),
            Some(interner) => Ok(texts(pairs, lengths, interner)),
        };
        self.pairs.drain(..end);
        for pair in &mut self.pairs {
            *pair = pair.moved(count);
        }
        self.settled = self.pairs.len();
        self.groups -= count;
        sets
    }
}

fn ints<P: Pair>(pairs: &[P], lengths: Vec<usize>) -> Result<ListArray> {
    let values = pairs.iter().map(|pair| pair.value());
    let values: ArrayRef = match size_of::<P>() == size_of::<u64>() {
        true => Arc::new(Int32Array::from_iter_values(values.map(|value| value as i32))),
        false => Arc::new(Int64Array::from_iter_values(values)),
    };
    list_of(values, lengths)
}

fn texts<P: Pair>(pairs: &[P], lengths: Vec<usize>, texts: &Interner) -> ListArray {
    let mut lists = ListBuilder::with_capacity(StringBuilder::new(), lengths.len());
    let mut sorted: Vec<&str> = Vec::new();
    let mut rest = pairs;
    for length in lengths {
        let (set, after) = rest.split_at(length);
        sorted.extend(set.iter().map(|pair| texts.text(pair.value() as u32)));
        sorted.sort_unstable();
        sorted.drain(..).for_each(|text| lists.values().append_value(text));
        lists.append(true);
        rest = after;
    }
    lists.finish()
}

/// An array of values, its type told once.
enum Elements {
    Int(Int32Array),
    Bigint(Int64Array),
    Text(StringViewArray),
}

impl Elements {
    fn of(array: &ArrayRef) -> Result<Self> {
        match array.data_type() {
            DataType::Int32 => Ok(Self::Int(array.as_primitive::<Int32Type>().clone())),
            DataType::Int64 => Ok(Self::Bigint(array.as_primitive::<Int64Type>().clone())),
            DataType::Utf8 | DataType::Utf8View => {
                Ok(Self::Text(cast(array, &DataType::Utf8View)?.as_string_view().clone()))
            }
            other => exec_err!("set_union knows ints, bigints and texts, not {other}"),
        }
    }
}

impl<P: Pair> GroupsAccumulator for Sets<P> {
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
        Ok(Arc::new(self.take(emit)?))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![Arc::new(self.take(emit)?)])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        // the states of lists are lists, sorted or not
        if let (None, Some(lists)) = (filter, values[0].as_list_opt::<i32>()) {
            let element = match self.texts {
                Some(_) => DataType::Utf8,
                None => lists.value_type(),
            };
            return Ok(vec![cast(&values[0], &DataType::new_list(element, true))?]);
        }
        let rows = values[0].len();
        let texts = self.texts.as_ref().map(|_| Interner::default());
        let mut sets = Self { texts, ..Self::default() };
        sets.add_all(&values[0], &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        sets.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.pairs.capacity() * size_of::<P>() + self.texts.as_ref().map_or(0, Interner::size)
    }
}
