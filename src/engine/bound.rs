//! Bounds for functions that make much from little: no memory limit counts the values that expressions make.
//!
//! What could grow without end is not there; what could multiply what it is given is told before it does so.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::compute::kernels::{concat_elements::concat_elements_utf8_many, length::length};
use arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::cast::as_string_array;
use datafusion::common::utils::list_ndims;
use datafusion::common::{DFSchema, DataFusionError, Result, ScalarValue, resources_err};
use datafusion::execution::{FunctionRegistry, SessionState};
use datafusion::functions_nested;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility,
};
use datafusion::sql::sqlparser::ast::BinaryOperator;

/// Bytes that a function may make of one batch of rows.
const BYTES: usize = 32 << 20;

/// Functions whose result can be larger than any memory.
const WITHOUT_MEASURE: [&str; 12] = [
    "repeat",
    "lpad",
    "rpad",
    "array_repeat",
    "list_repeat",
    "array_resize",
    "list_resize",
    "range",
    "generate_series",
    "gen_series",
    // leads to texts beyond two gigabytes
    "arrow_cast",
    "arrow_try_cast",
];

/// How long the results of a function can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Growth {
    /// As long as all arguments together, times this.
    Sum(usize),
    /// The same, times the longest value of the argument at this place.
    Product(usize),
}

/// Functions whose results can be longer than what they are given.
const GROWING: [(&str, Growth); 19] = [
    ("array_append", Growth::Sum(1)),
    ("array_concat", Growth::Sum(1)),
    ("array_prepend", Growth::Sum(1)),
    ("array_replace", Growth::Product(2)),
    ("array_replace_all", Growth::Product(2)),
    ("array_replace_n", Growth::Product(2)),
    ("array_to_string", Growth::Product(1)),
    ("concat", Growth::Sum(1)),
    ("concat_ws", Growth::Product(0)),
    ("encode", Growth::Sum(2)),
    // its time grows so
    ("levenshtein", Growth::Product(1)),
    (MAKE_ARRAY, Growth::Sum(1)),
    ("overlay", Growth::Sum(1)),
    ("quote_ident", Growth::Sum(2)),
    ("regexp_replace", Growth::Product(2)),
    ("replace", Growth::Product(2)),
    ("string_to_array", Growth::Sum(16)),
    ("to_char", Growth::Sum(8)),
    ("translate", Growth::Sum(4)),
];
const MAKE_ARRAY: &str = "make_array";

/// Leaves the registry with functions that cannot fill the memory; operators are [`Operators`]' concern.
pub fn functions(registry: &mut SessionState) -> Result<()> {
    for name in WITHOUT_MEASURE {
        registry.deregister_udf(name)?;
    }
    for (name, growth) in GROWING {
        if let Ok(function) = registry.udf(name) {
            registry.register_udf(Arc::new(Bounded { function, growth }.into()))?;
        }
    }
    Ok(())
}

/// Plans `||` and `[…]` with the same bounds.
#[derive(Debug)]
pub(super) struct Operators;

impl ExprPlanner for Operators {
    fn plan_binary_op(
        &self,
        expression: RawBinaryExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        let RawBinaryExpr { op, left, right } = expression;
        if op != BinaryOperator::StringConcat {
            return Ok(PlannerResult::Original(RawBinaryExpr { op, left, right }));
        }
        let lists = |side: &Expr| Ok::<_, DataFusionError>(list_ndims(&side.get_type(schema)?));
        let texts = match (lists(&left)?, lists(&right)?) {
            // a chain becomes one call: types of calls within calls take ever longer to find
            (0, 0) => [left, right].into_iter().flat_map(|side| match side {
                Expr::ScalarFunction(call) if call.func.name() == JOIN => call.args,
                side => vec![side],
            }),
            (left_lists, right_lists) => {
                let function = match left_lists.cmp(&right_lists) {
                    Ordering::Less => functions_nested::concat::array_prepend_udf(),
                    Ordering::Equal => functions_nested::concat::array_concat_udf(),
                    Ordering::Greater => functions_nested::concat::array_append_udf(),
                };
                return Ok(PlannerResult::Planned(sum(function, vec![left, right])));
            }
        };
        let signature = Signature::user_defined(Volatility::Immutable);
        let function = Arc::new(ScalarUDF::from(Join { signature }));
        Ok(PlannerResult::Planned(sum(function, texts.collect())))
    }

    fn plan_array_literal(
        &self,
        values: Vec<Expr>,
        _: &DFSchema,
    ) -> Result<PlannerResult<Vec<Expr>>> {
        let function = functions_nested::make_array::make_array_udf();
        Ok(PlannerResult::Planned(sum(function, values)))
    }
}

/// A call that makes as much as it is given.
fn sum(function: Arc<ScalarUDF>, arguments: Vec<Expr>) -> Expr {
    ScalarUDF::from(Bounded { function, growth: Growth::Sum(1) }).call(arguments)
}

/// A function that is not called where its result could be too long.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    function: Arc<ScalarUDF>,
    growth: Growth,
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn aliases(&self) -> &[String] {
        self.function.aliases()
    }

    fn schema_name(&self, arguments: &[Expr]) -> Result<String> {
        self.function.schema_name(arguments)
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

    fn simplify(&self, arguments: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        // into what would not be checked
        Ok(ExprSimplifyResult::Original(arguments))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows.max(1);
        let sizes = arguments.args.iter().map(|argument| Size::of(argument, rows));
        let sizes = sizes.collect::<Result<Vec<_>>>()?;
        let given = sizes.iter().map(|size| size.all).fold(0, usize::saturating_add);
        let all = match self.growth {
            Growth::Sum(times) => given.saturating_mul(times),
            // the value can stand between any two letters
            Growth::Product(by) => {
                let by = sizes.get(by).map_or(0, |size| size.longest);
                given.saturating_add(rows).saturating_mul(by + 1)
            }
        };
        match all <= BYTES {
            true => self.function.invoke_with_args(arguments),
            false => resources_err!(
                "`{}` could make texts too long for memory\nhint: give it shorter texts, or fewer rows",
                self.name()
            ),
        }
    }
}

/// Bytes of an argument.
struct Size {
    /// For all rows.
    all: usize,
    /// Of one value.
    longest: usize,
}

impl Size {
    fn of(argument: &ColumnarValue, rows: usize) -> Result<Self> {
        let (values, times) = match argument {
            ColumnarValue::Scalar(ScalarValue::Null) => return Ok(Self { all: 0, longest: 0 }),
            ColumnarValue::Scalar(value) => (value.to_array()?, rows),
            ColumnarValue::Array(values) => (values.clone(), 1),
        };
        let (all, longest) = match values.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                let lengths = cast(&length(&values)?, &DataType::Int64)?;
                let lengths = lengths.as_primitive::<Int64Type>().iter().flatten();
                let lengths = lengths.filter_map(|length| usize::try_from(length).ok());
                lengths.fold((0, 0), |(all, longest), one| (all + one, longest.max(one)))
            }
            _ => {
                let bytes = values.to_data().get_slice_memory_size()?;
                (bytes, bytes)
            }
        };
        Ok(Self { all: all.saturating_mul(times), longest })
    }
}

const JOIN: &str = "||";

/// `a || b || …` of texts; null where one of them is.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Join {
    signature: Signature,
}

impl ScalarUDFImpl for Join {
    fn name(&self) -> &str {
        JOIN
    }

    fn schema_name(&self, texts: &[Expr]) -> Result<String> {
        let names = texts.iter().map(|text| text.schema_name().to_string());
        Ok(names.collect::<Vec<_>>().join(" || "))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(vec![DataType::Utf8; types.len()])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let texts = ColumnarValue::values_to_arrays(&arguments.args)?;
        let texts = texts.iter().map(|texts| as_string_array(texts));
        let joined = concat_elements_utf8_many(&texts.collect::<Result<Vec<_>>>()?)?;
        let is_scalar = arguments.args.iter().all(|text| matches!(text, ColumnarValue::Scalar(_)));
        Ok(match is_scalar {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&joined, 0)?),
            false => ColumnarValue::Array(Arc::new(joined)),
        })
    }
}
