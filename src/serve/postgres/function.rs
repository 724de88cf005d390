//! Functions that clients of Postgres ask the catalogue with, and those that are taken away or bounded.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::compute::kernels::length::length;
use arrow::datatypes::{DataType, FieldRef, UInt64Type};
use datafusion::common::{Result, ScalarValue, resources_err};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    TypeSignature, Volatility,
};
use datafusion::prelude::SessionContext;

use super::setting;
use crate::engine::WITHOUT_MEASURE;

/// They can multiply what they are given, and are useful.
const MULTIPLYING: &[&str] = &["replace", "regexp_replace"];

/// Bytes that one of them may make of a batch of rows.
const BYTES: usize = 256 << 20;

/// `true` for all that they are asked about.
const TRUE: &[&str] = &[
    "has_column_privilege",
    "has_function_privilege",
    "has_sequence_privilege",
    "has_tablespace_privilege",
    "has_type_privilege",
    "pg_collation_is_visible",
    "pg_conversion_is_visible",
    "pg_function_is_visible",
    "pg_has_role",
    "pg_opclass_is_visible",
    "pg_operator_is_visible",
    "pg_opfamily_is_visible",
    "pg_statistics_obj_is_visible",
    "pg_ts_config_is_visible",
    "pg_ts_dict_is_visible",
    "pg_ts_parser_is_visible",
    "pg_ts_template_is_visible",
    "pg_type_is_visible",
];

/// What they tell about is not there.
const NULL: &[&str] = &[
    "col_description",
    "inet_client_addr",
    "inet_server_addr",
    "json_build_object",
    "obj_description",
    "pg_advisory_unlock_all",
    "pg_get_function_arguments",
    "pg_get_function_identity_arguments",
    "pg_get_function_result",
    "pg_get_functiondef",
    "pg_get_indexdef",
    "pg_get_ruledef",
    "pg_get_serial_sequence",
    "pg_get_triggerdef",
    "pg_get_viewdef",
    "pg_size_pretty",
    "pg_tablespace_location",
    "shobj_description",
];

/// Leaves `context` with functions that can be served.
pub(super) fn register(context: &SessionContext) {
    // the catalogue brings some of them back
    for name in WITHOUT_MEASURE {
        context.deregister_udf(name);
    }
    for name in MULTIPLYING {
        if let Ok(function) = context.udf(name) {
            context.register_udf(ScalarUDF::from(Bounded { function }));
        }
    }
    let text = |text: &str| ScalarValue::Utf8(Some(text.to_owned()));
    let mut told = vec![
        ("getdatabaseencoding", text("UTF8")),
        ("pg_char_to_encoding", ScalarValue::Int32(Some(6))),
        ("pg_database_size", ScalarValue::Int64(None)),
        ("pg_indexes_size", ScalarValue::Int64(None)),
        ("pg_is_in_recovery", ScalarValue::Boolean(Some(false))),
        ("pg_is_other_temp_schema", ScalarValue::Boolean(Some(false))),
        ("pg_my_temp_schema", ScalarValue::Int32(Some(0))),
        ("to_regclass", ScalarValue::Int32(None)),
        ("to_regtype", ScalarValue::Int32(None)),
        ("pg_table_size", ScalarValue::Int64(None)),
        ("version", text(&format!("PostgreSQL {}", setting::SERVER_VERSION))),
    ];
    told.extend(TRUE.iter().map(|name| (*name, ScalarValue::Boolean(Some(true)))));
    told.extend(NULL.iter().map(|name| (*name, ScalarValue::Utf8(None))));
    for (name, value) in told {
        context.register_udf(ScalarUDF::from(Told { name, value, signature: any() }));
    }
    for name in ["current_setting", "set_config"] {
        context.register_udf(ScalarUDF::from(Setting { name, signature: any() }));
    }
}

fn any() -> Signature {
    let any = vec![TypeSignature::Nullary, TypeSignature::VariadicAny];
    Signature::one_of(any, Volatility::Stable)
}

/// The same whatever it is asked.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Told {
    name: &'static str,
    value: ScalarValue,
    signature: Signature,
}

impl ScalarUDFImpl for Told {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.value.data_type())
    }

    fn invoke_with_args(&self, _arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(ColumnarValue::Scalar(self.value.clone()))
    }
}

/// `current_setting(name)` tells what a setting is at first, `set_config(name, value, local)` repeats the value and
/// sets nothing.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Setting {
    name: &'static str,
    signature: Signature,
}

impl ScalarUDFImpl for Setting {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_set = self.name == "set_config";
        let value = match arguments.args.get(usize::from(is_set)) {
            Some(ColumnarValue::Scalar(value)) => value.cast_to(&DataType::Utf8)?,
            Some(ColumnarValue::Array(values)) if is_set => {
                return Ok(ColumnarValue::Array(cast(values, &DataType::Utf8)?));
            }
            _ => ScalarValue::Utf8(None),
        };
        let ScalarValue::Utf8(Some(name)) = &value else { return Ok(ColumnarValue::Scalar(value)) };
        let told = if is_set { Some(name.as_str()) } else { setting::first(name) };
        Ok(ColumnarValue::Scalar(ScalarValue::Utf8(told.map(str::to_owned))))
    }
}

/// A function of DataFusion's that is not called where its result could be too big.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    function: Arc<ScalarUDF>,
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn signature(&self) -> &Signature {
        self.function.signature()
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        self.function.return_type(arguments)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        self.function.return_field_from_args(arguments)
    }

    fn coerce_types(&self, arguments: &[DataType]) -> Result<Vec<DataType>> {
        self.function.coerce_types(arguments)
    }

    fn simplify(
        &self,
        arguments: Vec<Expr>,
        _info: &SimplifyContext,
    ) -> Result<ExprSimplifyResult> {
        Ok(ExprSimplifyResult::Original(arguments))
    }

    /// At worst each letter of the first text, and each gap between two, becomes the longest of the third.
    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let lengths = |at: usize| -> Result<Vec<usize>> {
            let values = arguments.args.get(at).map(|argument| match argument {
                ColumnarValue::Scalar(value) => value.to_array(),
                ColumnarValue::Array(values) => Ok(values.clone()),
            });
            values.map_or(Ok(vec![]), |values| lengths(&values?))
        };
        let given = match arguments.args.first() {
            Some(ColumnarValue::Scalar(_)) => {
                lengths(0)?.iter().sum::<usize>() * arguments.number_rows
            }
            _ => lengths(0)?.iter().sum(),
        };
        let by = lengths(2)?.into_iter().max().unwrap_or_default();
        if by > 1 && (given + arguments.number_rows).saturating_mul(by) > BYTES {
            return resources_err!("`{}` could make more than {BYTES} bytes", self.name());
        }
        self.function.invoke_with_args(arguments)
    }
}

/// Bytes of each text.
fn lengths(values: &ArrayRef) -> Result<Vec<usize>> {
    let lengths = cast(&length(&cast(values, &DataType::LargeUtf8)?)?, &DataType::UInt64)?;
    let lengths = lengths.as_primitive::<UInt64Type>().iter().flatten();
    Ok(lengths.map(|length| usize::try_from(length).unwrap_or(usize::MAX)).collect())
}
