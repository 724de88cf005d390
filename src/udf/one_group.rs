//! A groups accumulator for queries without groups.

use arrow::array::{Array, ArrayRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{Accumulator, EmitTo, GroupsAccumulator};

/// Serves `select f(x) from t`, where all rows are one group.
#[derive(Debug)]
pub(super) struct OneGroup<G>(pub(super) G);

impl<G: GroupsAccumulator + std::fmt::Debug + Sync> Accumulator for OneGroup<G> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = vec![0; values[0].len()];
        self.0.update_batch(values, &rows, None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.0.merge_batch(&[], &[], 1)?;
        ScalarValue::try_from_array(&self.0.evaluate(EmitTo::All)?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.0.merge_batch(&[], &[], 1)?;
        let states = self.0.state(EmitTo::All)?;
        states.iter().map(|state| ScalarValue::try_from_array(state, 0)).collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = vec![0; states[0].len()];
        self.0.merge_batch(states, &rows, 1)
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}
