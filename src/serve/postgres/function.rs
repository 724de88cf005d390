//! Functions that clients of Postgres ask the catalogue with.

use std::sync::Arc;

use arrow::array::{AsArray, StringArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature,
    Volatility,
};
use datafusion::prelude::SessionContext;

use super::setting;
use crate::engine;

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
    "inet_client_addr",
    "inet_server_addr",
    "json_build_object",
    "pg_advisory_unlock_all",
    "pg_get_function_arguments",
    "pg_get_function_identity_arguments",
    "pg_get_function_result",
    "pg_describe_object",
    "pg_get_constraintdef",
    "pg_get_function_sqlbody",
    "pg_get_functiondef",
    "pg_get_indexdef",
    "pg_get_partition_constraintdef",
    "pg_get_ruledef",
    "pg_get_serial_sequence",
    "pg_get_triggerdef",
    "pg_get_viewdef",
    "pg_size_pretty",
    "pg_tablespace_location",
    "shobj_description",
];

/// Leaves `context` with functions that can be served.
pub(super) fn register(context: &SessionContext) -> Result<()> {
    // the catalogue brings some back
    engine::bound_functions(&mut context.state_ref().write())?;
    let text = |text: &str| ScalarValue::Utf8(Some(text.to_owned()));
    let mut told = vec![
        ("getdatabaseencoding", text("UTF8")),
        ("pg_column_is_updatable", ScalarValue::Boolean(Some(false))),
        ("pg_relation_is_updatable", ScalarValue::Int32(Some(0))),
        ("pg_char_to_encoding", ScalarValue::Int32(Some(6))),
        ("pg_database_size", ScalarValue::Int64(None)),
        ("pg_indexes_size", ScalarValue::Int64(None)),
        ("pg_is_in_recovery", ScalarValue::Boolean(Some(false))),
        ("pg_is_other_temp_schema", ScalarValue::Boolean(Some(false))),
        ("pg_my_temp_schema", ScalarValue::Int32(Some(0))),
        ("to_regclass", ScalarValue::Int32(None)),
        ("to_regtype", ScalarValue::Int32(None)),
        ("pg_table_size", ScalarValue::Int64(None)),
        ("pg_tablespace_size", ScalarValue::Int64(None)),
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
    Ok(())
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
        let Some(asked) = arguments.args.get(usize::from(is_set)) else {
            return Ok(ColumnarValue::Scalar(ScalarValue::Utf8(None)));
        };
        let asked = asked.cast_to(&DataType::Utf8, None)?;
        if is_set {
            return Ok(asked);
        }
        let first = |name: Option<&str>| name.and_then(setting::first).map(str::to_owned);
        Ok(match asked {
            ColumnarValue::Scalar(value) => {
                let name = value.try_as_str().flatten();
                ColumnarValue::Scalar(ScalarValue::Utf8(first(name)))
            }
            ColumnarValue::Array(names) => {
                let values = names.as_string::<i32>().iter().map(first);
                ColumnarValue::Array(Arc::new(values.collect::<StringArray>()))
            }
        })
    }
}
