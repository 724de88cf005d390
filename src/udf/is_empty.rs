//! `is_empty(list)`: a list has no element; so has none that is null.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// The function as DataFusion registers it.
pub(super) fn function() -> ScalarUDF {
    ScalarUDF::from(IsEmpty { signature: Signature::any(1, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct IsEmpty {
    signature: Signature,
}

impl ScalarUDFImpl for IsEmpty {
    fn name(&self) -> &str {
        "is_empty"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match &arguments[0] {
            DataType::List(_) => Ok(DataType::Boolean),
            other => plan_err!("is_empty takes a list, not {other}"),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let array = arguments.args[0].to_array(arguments.number_rows)?;
        let lists = array.as_list::<i32>();
        let ends = lists.value_offsets();
        let is_empty = |row: usize| lists.is_null(row) || ends[row] == ends[row + 1];
        let empty: BooleanArray = (0..lists.len()).map(|row| Some(is_empty(row))).collect();
        Ok(ColumnarValue::Array(Arc::new(empty)))
    }
}
