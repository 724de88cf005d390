//! `min_by(value, at)`: the text that stands at the smallest `at`; among several of them, the smallest text.
//!
//! Rows whose value or `at` is null are passed over. `at` is an instant or an int.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, StringArray, StringBuilder,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::interner::Interner;
use super::one_group::OneGroup;

/// The function as DataFusion registers it.
pub(super) fn function() -> AggregateUDF {
    AggregateUDF::from(MinBy { signature: Signature::any(2, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct MinBy {
    signature: Signature,
}

impl AggregateUDFImpl for MinBy {
    fn name(&self) -> &str {
        "min_by"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [
                DataType::Utf8 | DataType::Utf8View | DataType::Null,
                DataType::Timestamp(..) | DataType::Int64,
            ] => Ok(DataType::Utf8),
            other => plan_err!("min_by takes a text, and an instant or an int, not {other:?}"),
        }
    }

    fn state_fields(&self, _arguments: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![
            Arc::new(Field::new("value", DataType::Utf8, true)),
            Arc::new(Field::new("at", DataType::Int64, true)),
        ])
    }

    fn accumulator(&self, _arguments: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OneGroup(Firsts::default())))
    }

    fn groups_accumulator_supported(&self, _arguments: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        _arguments: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Firsts::default()))
    }
}

/// For each group the smallest `at` so far and the number of the text there.
#[derive(Debug, Default)]
struct Firsts {
    texts: Interner,
    first: Vec<Option<(i64, u32)>>,
}

impl Firsts {
    fn offer(&mut self, group: usize, text: &str, at: i64) {
        if let Some((known_at, known)) = self.first[group]
            && (known_at, self.texts.text(known)) <= (at, text)
        {
            return;
        }
        self.first[group] = Some((at, self.texts.code(text)));
    }

    fn offer_all(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.first.resize(self.first.len().max(total), None);
        let [texts, ats] = values else { return Ok(()) };
        let ats = cast(ats, &DataType::Int64)?;
        let ats = ats.as_primitive::<Int64Type>();
        let counts = |row: usize| {
            ats.is_valid(row)
                && filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
        };
        let texts = cast(texts, &DataType::Utf8View)?;
        let texts = texts.as_string_view();
        for (row, &group) in groups.iter().enumerate() {
            if texts.is_valid(row) && counts(row) {
                self.offer(group, texts.value(row), ats.value(row));
            }
        }
        Ok(())
    }

    fn take(&mut self, emit: EmitTo) -> (StringArray, Int64Array) {
        let first = emit.take_needed(&mut self.first);
        let mut texts = StringBuilder::with_capacity(first.len(), 0);
        for entry in &first {
            texts.append_option(entry.map(|(_, code)| self.texts.text(code)));
        }
        (texts.finish(), first.iter().map(|entry| entry.map(|(at, _)| at)).collect())
    }
}

impl GroupsAccumulator for Firsts {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.offer_all(values, groups, filter, total)
    }

    fn merge_batch(&mut self, states: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.offer_all(states, groups, None, total)
    }

    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        Ok(Arc::new(self.take(emit).0))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (texts, ats) = self.take(emit);
        Ok(vec![Arc::new(texts), Arc::new(ats)])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut firsts = Self::default();
        firsts.offer_all(values, &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        firsts.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.texts.size() + self.first.capacity() * size_of::<Option<(i64, u32)>>()
    }
}
