//! `percentile(value) over (partition by …)`: the share of the partition's rows whose value is not greater; 0 where the value is 0.
//!
//! What `cume_dist() over (… order by value)` gives, without sorting whole rows once for each value.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    LimitEffect, PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::PhysicalExpr;

/// The function as DataFusion registers it.
pub(super) fn function() -> WindowUDF {
    WindowUDF::from(Percentile { signature: Signature::any(1, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Percentile {
    signature: Signature,
}

impl WindowUDFImpl for Percentile {
    fn name(&self) -> &str {
        "percentile"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(
        &self,
        _arguments: PartitionEvaluatorArgs,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Ranks))
    }

    fn field(&self, arguments: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(arguments.name(), DataType::Float64, true)))
    }

    fn limit_effect(&self, _arguments: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        LimitEffect::Unknown
    }
}

#[derive(Debug)]
struct Ranks;

impl PartitionEvaluator for Ranks {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let values = cast(&values[0], &DataType::Float64)?;
        let values = values.as_primitive::<Float64Type>();
        let mut sorted: Vec<f64> = values.iter().flatten().collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let shares: Float64Array = values
            .iter()
            .map(|value| value.map(|value| share_not_greater(&sorted, value, rows)))
            .collect();
        Ok(Arc::new(shares))
    }

    fn evaluate(
        &mut self,
        values: &[ArrayRef],
        range: &std::ops::Range<usize>,
    ) -> Result<ScalarValue> {
        let all = self.evaluate_all(values, values[0].len())?;
        ScalarValue::try_from_array(&all, range.start)
    }
}

fn share_not_greater(sorted: &[f64], value: f64, rows: usize) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    sorted.partition_point(|other| *other <= value) as f64 / rows as f64
}
