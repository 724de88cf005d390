//! `previous(value) over (order by …)`: the value of the row before; null in the first row.
//!
//! What `lag(value)` gives, a column at a time instead of a row at a time.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::compute::kernels::window::shift;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    LimitEffect, PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::PhysicalExpr;

/// The function as DataFusion registers it.
pub(super) fn function() -> WindowUDF {
    WindowUDF::from(Previous { signature: Signature::any(1, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Previous {
    signature: Signature,
}

impl WindowUDFImpl for Previous {
    fn name(&self) -> &str {
        "previous"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(
        &self,
        _arguments: PartitionEvaluatorArgs,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Shift))
    }

    fn field(&self, arguments: WindowUDFFieldArgs) -> Result<FieldRef> {
        let input = arguments.get_input_field(0);
        let kind = input.map_or(DataType::Null, |field| field.data_type().clone());
        Ok(Arc::new(Field::new(arguments.name(), kind, true)))
    }

    fn limit_effect(&self, _arguments: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        LimitEffect::Unknown
    }
}

#[derive(Debug)]
struct Shift;

impl PartitionEvaluator for Shift {
    fn evaluate_all(&mut self, values: &[ArrayRef], _rows: usize) -> Result<ArrayRef> {
        Ok(shift(&values[0], 1)?)
    }

    fn evaluate(&mut self, values: &[ArrayRef], range: &Range<usize>) -> Result<ScalarValue> {
        match range.start.checked_sub(1) {
            Some(before) => ScalarValue::try_from_array(&values[0], before),
            None => ScalarValue::try_from(values[0].data_type()),
        }
    }
}
