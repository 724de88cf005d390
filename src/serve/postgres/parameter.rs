//! Parameters of a prepared statement: the types that clients are told, and the values that they send.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, ParamValues};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion_postgres::arrow_pg::datatypes::{
    PG_OID_ALIAS_KEY, df, into_pg_type, pg_type_for_alias_kind,
};
use datafusion_postgres::pgwire::api::Type;
use datafusion_postgres::pgwire::api::portal::Portal;
use datafusion_postgres::pgwire::error::PgWireResult;

use super::error::{api, error};
use super::statement::Prepared;

/// More than any protocol message can hold.
const MOST: usize = 65_535;

/// Values may have so many bytes together.
const BYTES: usize = 1 << 20;

/// One parameter as the plan uses it.
#[derive(Clone, Default)]
struct Used {
    kind: Option<DataType>,
    /// Where the wire has another type than `kind` has.
    wire: Option<Type>,
}

/// The types of `$1`, `$2` and so on, `unknown` where any may be meant.
pub(super) fn types(plan: &LogicalPlan) -> PgWireResult<Vec<Type>> {
    used(plan)?.iter().map(Used::wire).collect()
}

/// The values that `portal` has for the parameters of `plan`.
pub(super) fn values(plan: &LogicalPlan, portal: &Portal<Prepared>) -> PgWireResult<ParamValues> {
    let used = used(plan)?;
    if portal.parameters.iter().flatten().map(|value| value.len()).sum::<usize>() > BYTES {
        return Err(error("54000", &format!("parameters may have {BYTES} bytes")));
    }
    if used.len() > portal.parameter_len() {
        let text = format!(
            "{} parameters are asked for, {} are given",
            used.len(),
            portal.parameter_len()
        );
        return Err(error("08P01", &text));
    }
    let mut wires = used.iter().map(Used::wire).collect::<PgWireResult<Vec<_>>>()?;
    wires.resize(portal.parameter_len(), Type::UNKNOWN);
    for (at, wire) in wires.iter_mut().enumerate() {
        // a null of no type would be left out, and the values after it would move up
        if *wire == Type::UNKNOWN {
            *wire = Type::TEXT;
        }
        let hint = portal.statement.parameter_types.get(at).and_then(Option::as_ref);
        if hint == Some(&Type::UNKNOWN) && portal.parameters[at].is_none() {
            let text = format!("could not determine data type of parameter ${}", at + 1);
            return Err(error("42P18", &text));
        }
    }
    let kinds: Vec<_> = used.iter().map(|used| used.kind.as_ref()).collect();
    df::deserialize_parameters_with_server_types(
        portal,
        &kinds,
        &wires.iter().map(Some).collect::<Vec<_>>(),
    )
}

impl Used {
    fn wire(&self) -> PgWireResult<Type> {
        match (&self.wire, &self.kind) {
            (Some(wire), _) => Ok(wire.clone()),
            (None, Some(DataType::Null) | None) => Ok(Type::UNKNOWN),
            (None, Some(kind)) => into_pg_type(kind),
        }
    }
}

fn used(plan: &LogicalPlan) -> PgWireResult<Vec<Used>> {
    let mut used: Vec<Used> = Vec::new();
    for (id, kind) in plan.get_parameter_types().map_err(api)? {
        at(&mut used, &id)?.kind = kind;
    }
    let mut visit = |expression: &Expr| -> Result<TreeNodeRecursion, DataFusionError> {
        let (placeholder, cast) = match expression {
            Expr::Cast(cast) => match cast.expr.as_ref() {
                Expr::Placeholder(placeholder) => (placeholder, Some(cast.field.data_type())),
                _ => return Ok(TreeNodeRecursion::Continue),
            },
            Expr::Placeholder(placeholder) => (placeholder, None),
            _ => return Ok(TreeNodeRecursion::Continue),
        };
        let Ok(used) = at(&mut used, &placeholder.id) else { return Ok(TreeNodeRecursion::Stop) };
        if used.kind.is_none() {
            used.kind = cast.cloned();
        }
        // an oid is stored as Int32, and clients send it as what it is
        let alias =
            placeholder.field.as_ref().filter(|field| *field.data_type() == DataType::Int32);
        let alias = alias.and_then(|field| field.metadata().get(PG_OID_ALIAS_KEY));
        if let Some(wire) = alias.and_then(|alias| pg_type_for_alias_kind(alias)) {
            used.wire = Some(wire);
        }
        Ok(TreeNodeRecursion::Continue)
    };
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| expression.apply(&mut visit))
    })
    .map_err(api)?;
    Ok(used)
}

/// The place of `$n`, made where it is not there yet.
fn at<'a>(used: &'a mut Vec<Used>, id: &str) -> PgWireResult<&'a mut Used> {
    let number = id.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
    let Some(number) = number.filter(|number| (1..=MOST).contains(number)) else {
        return Err(error("42P02", &format!("there is no parameter {id}")));
    };
    if used.len() < number {
        used.resize(number, Used::default());
    }
    Ok(&mut used[number - 1])
}

/// The same plan with the types that the client has named for parameters that could have any.
pub(super) fn hinted(plan: LogicalPlan, hints: &[Option<Type>]) -> PgWireResult<LogicalPlan> {
    if hints.iter().all(Option::is_none) {
        return Ok(plan);
    }
    let hinted = plan.transform_up_with_subqueries(|node| {
        let node = node.map_expressions(|expression| {
            expression.transform_up(|expression| match expression {
                Expr::Placeholder(mut placeholder) if placeholder.field.is_none() => {
                    let number = placeholder.id.trim_start_matches('$').parse::<usize>().ok();
                    let hint =
                        number.and_then(|number| hints.get(number.checked_sub(1)?)?.as_ref());
                    let kind = hint.and_then(kind);
                    placeholder.field =
                        kind.map(|kind| Arc::new(Field::new(&placeholder.id, kind, true)));
                    Ok(Transformed::yes(Expr::Placeholder(placeholder)))
                }
                expression => Ok(Transformed::no(expression)),
            })
        })?;
        node.transform_data(|node| Ok(Transformed::yes(node.recompute_schema()?)))
    });
    Ok(hinted.map_err(api)?.data)
}

fn kind(hint: &Type) -> Option<DataType> {
    Some(match *hint {
        Type::BOOL => DataType::Boolean,
        Type::INT2 => DataType::Int16,
        Type::INT4 => DataType::Int32,
        Type::INT8 => DataType::Int64,
        Type::FLOAT4 => DataType::Float32,
        Type::FLOAT8 => DataType::Float64,
        Type::TEXT | Type::VARCHAR => DataType::Utf8,
        Type::DATE => DataType::Date32,
        _ => return None,
    })
}
