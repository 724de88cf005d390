//! `xxh3(text)`: the lower 64 bits of a text's XXH3-128 hash, an id by which long texts are joined and sorted cheaply.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, UInt64Array};
use arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use twox_hash::XxHash3_128;

/// The function as DataFusion registers it.
pub(super) fn function() -> ScalarUDF {
    ScalarUDF::from(Xxh3 { signature: Signature::any(1, Volatility::Immutable) })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Xxh3 {
    signature: Signature,
}

impl ScalarUDFImpl for Xxh3 {
    fn name(&self) -> &str {
        "xxh3"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match &arguments[0] {
            DataType::Utf8 | DataType::Utf8View => Ok(DataType::UInt64),
            other => plan_err!("xxh3 takes a text, not {other}"),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        Ok(ColumnarValue::Array(hashes(&arrays[0])))
    }
}

/// The lower 64 bits of the XXH3-128 hash.
pub(super) fn xxh3(text: &str) -> u64 {
    XxHash3_128::oneshot(text.as_bytes()) as u64
}

fn hashes(texts: &ArrayRef) -> ArrayRef {
    let hashes: UInt64Array = match texts.as_string_view_opt() {
        Some(texts) => texts.iter().map(|text| text.map(xxh3)).collect(),
        None => texts.as_string::<i32>().iter().map(|text| text.map(xxh3)).collect(),
    };
    Arc::new(hashes)
}
