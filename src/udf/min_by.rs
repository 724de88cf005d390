//! `min_by(value, at)`: the text that stands at the smallest `at`; among several of them, the smallest text.
//! `min_text(value)`: the smallest text, in byte order.
//!
//! Rows whose value or `at` is null are passed over. `at` is an instant or an int. Texts are not copied: what is
//! gathered are views of them, as [`Views`].

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use super::one_group::OneGroup;
use super::views::Views;

/// `min_by` as DataFusion registers it.
pub(super) fn min_by() -> AggregateUDF {
    let signature = Signature::any(2, Volatility::Immutable);
    AggregateUDF::from(MinBy { name: "min_by", signature })
}

/// `min_text` as DataFusion registers it.
pub(super) fn min_text() -> AggregateUDF {
    let signature = Signature::any(1, Volatility::Immutable);
    AggregateUDF::from(MinBy { name: "min_text", signature })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct MinBy {
    name: &'static str,
    signature: Signature,
}

impl AggregateUDFImpl for MinBy {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        let (text, at) = (&arguments[0], arguments.get(1).unwrap_or(&DataType::Int64));
        if !matches!(text, DataType::Utf8 | DataType::Utf8View | DataType::Null) {
            return plan_err!("{} takes a text, not {text}", self.name);
        }
        if !matches!(at, DataType::Timestamp(..) | DataType::Int64) {
            return plan_err!("{} takes a text, and an instant or an int, not {at}", self.name);
        }
        Ok(DataType::Utf8View)
    }

    fn state_fields(&self, arguments: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let value = Arc::new(Field::new("value", DataType::Utf8View, true));
        let at = Arc::new(Field::new("at", DataType::Int64, true));
        Ok(if arguments.input_fields.len() == 1 { vec![value] } else { vec![value, at] })
    }

    fn accumulator(&self, arguments: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OneGroup(Firsts::new(arguments.exprs.len() > 1))))
    }

    fn groups_accumulator_supported(&self, _arguments: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        arguments: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Firsts::new(arguments.exprs.len() > 1)))
    }
}

/// For each group the text at the smallest `at` so far.
#[derive(Debug)]
struct Firsts {
    texts: Views,
    /// The smallest `at` of each group, where it matters.
    ats: Option<Vec<i64>>,
}

impl Firsts {
    fn new(is_by: bool) -> Self {
        Self { texts: Views::default(), ats: is_by.then(Vec::new) }
    }

    fn offer_all(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.texts.resize(total);
        if let Some(ats) = &mut self.ats {
            ats.resize(ats.len().max(total), i64::MAX);
        }
        let Some(texts) = values.first() else { return Ok(()) };
        let texts = cast(texts, &DataType::Utf8View)?;
        let texts = texts.as_string_view();
        let shift = self.texts.hold(texts);
        let rows = groups.iter().enumerate().filter(|&(row, _)| {
            texts.is_valid(row)
                && filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
        });
        let Some(ats) = &mut self.ats else {
            for (row, &group) in rows {
                self.texts.set_smaller(group, texts, row, shift);
            }
            return Ok(());
        };
        let new = cast(&values[1], &DataType::Int64)?;
        let new = new.as_primitive::<Int64Type>();
        for (row, &group) in rows.filter(|&(row, _)| new.is_valid(row)) {
            let at = new.value(row);
            if at < ats[group] || !self.texts.is_set(group) {
                ats[group] = at;
                self.texts.set(group, texts, row, shift);
            } else if at == ats[group] {
                self.texts.set_smaller(group, texts, row, shift);
            }
        }
        Ok(())
    }

    fn take(&mut self, emit: EmitTo) -> Result<(StringViewArray, Option<Int64Array>)> {
        let texts = self.texts.take(emit)?;
        let ats = self.ats.as_mut().map(|ats| {
            let ats = emit.take_needed(ats);
            Int64Array::new(ats.into(), texts.nulls().cloned())
        });
        Ok((texts, ats))
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
        Ok(Arc::new(self.take(emit)?.0))
    }

    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let (texts, ats) = self.take(emit)?;
        let texts: ArrayRef = Arc::new(texts);
        Ok([texts].into_iter().chain(ats.map(|ats| Arc::new(ats) as ArrayRef)).collect())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut firsts = Self::new(self.ats.is_some());
        firsts.offer_all(values, &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        firsts.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        let ats = self.ats.as_ref().map_or(0, Vec::capacity);
        self.texts.size() + ats * size_of::<i64>()
    }
}
