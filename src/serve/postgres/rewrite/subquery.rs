//! Subqueries in forms that DataFusion does not plan.

use std::convert::Infallible;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins, Value,
    VisitorMut,
};

use super::{expression_of, last, parsed};

/// Makes `exists (select ..)` a comparison of a count.
pub(super) struct Counter;

impl VisitorMut for Counter {
    type Break = Infallible;

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<Infallible> {
        if let Expr::Exists { subquery, negated } = expression {
            let sign = if *negated { '=' } else { '>' };
            let counted = format!("count(*) {sign} 0");
            let inner = match subquery.body.as_mut() {
                SetExpr::Select(select) if subquery.limit_clause.is_none() && is_by_row(select) => {
                    let counted = expression_of(&counted).map(SelectItem::UnnamedExpr);
                    select.projection = counted.into_iter().collect();
                    select.distinct = None;
                    subquery.order_by = None;
                    subquery.to_string()
                }
                _ => format!("SELECT {counted} FROM ({subquery}) AS found"),
            };
            if let Some(value) = expression_of(&format!("({inner})")) {
                *expression = value;
            }
        }
        ControlFlow::Continue(())
    }
}

/// It has a row for each row that it reads and that its conditions let through.
fn is_by_row(select: &Select) -> bool {
    let is_plain = |item: &SelectItem| match item {
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => true,
        SelectItem::UnnamedExpr(value) => {
            matches!(value, Expr::Value(_) | Expr::Identifier(_) | Expr::CompoundIdentifier(_))
        }
        _ => false,
    };
    !is_grouped(select) && select.having.is_none() && select.projection.iter().all(is_plain)
}

fn is_grouped(select: &Select) -> bool {
    !matches!(&select.group_by, GroupByExpr::Expressions(groups, _) if groups.is_empty())
}

/// Has a scalar subquery about the catalogue give one row, as the client knows that it does (SQLAlchemy, Npgsql).
pub(super) fn first(query: &mut Query) {
    const GATHER: [&str; 6] =
        ["array_agg(", "string_agg(", "count(", "max(", "min(", "first_value("];
    let SetExpr::Select(select) = query.body.as_mut() else { return };
    let is_catalogue = |table: &TableWithJoins| match &table.relation {
        TableFactor::Table { name, args: None, .. } => {
            name.0.last().is_some_and(|name| name.to_string().starts_with("pg_"))
        }
        _ => false,
    };
    let [SelectItem::UnnamedExpr(item) | SelectItem::ExprWithAlias { expr: item, .. }] =
        select.projection.as_slice()
    else {
        return;
    };
    let text = item.to_string();
    let is_gathered = GATHER.iter().any(|name| text.to_ascii_lowercase().contains(name));
    let is_first = query.limit_clause.is_none()
        && !select.from.is_empty()
        && select.from.iter().all(is_catalogue)
        && !is_grouped(select);
    if let Some(first) = expression_of(&format!("first_value({text})"))
        && is_first
        && !is_gathered
    {
        select.projection = vec![SelectItem::UnnamedExpr(first)];
        query.order_by = None;
    }
}

/// A subquery about catalogue tables without rows, or that makes JSON of catalogue tables (SQLAlchemy).
pub(super) fn is_nothing(query: &Query) -> bool {
    const EMPTY: [&str; 3] =
        ["pg_catalog.pg_attrdef", "pg_catalog.pg_sequence", "pg_catalog.pg_policy"];
    let SetExpr::Select(select) = query.body.as_ref() else { return false };
    let is_json =
        select.projection.iter().any(|item| item.to_string().contains("json_build_object("));
    let is_of =
        |name: &str| select.from.iter().any(|table| table.relation.to_string().starts_with(name));
    EMPTY.into_iter().any(is_of) || (is_json && is_of("pg_catalog.pg_"))
}

/// A subquery that gathers what `query` selects; null where that is what a table function has of one row.
pub(super) fn gathered(query: &mut Query) -> Option<Expr> {
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let is_of_row = |table: &TableFactor| match table {
        TableFactor::Table { name, args: Some(_), .. } => last(name) == "unnest",
        TableFactor::Function { name, .. } => name.to_string().ends_with("unnest"),
        TableFactor::UNNEST { .. } => true,
        _ => false,
    };
    if select.from.iter().any(|table| is_of_row(&table.relation)) {
        return Some(Expr::Value(Value::Null.into()));
    }
    let [SelectItem::UnnamedExpr(item) | SelectItem::ExprWithAlias { expr: item, .. }] =
        select.projection.as_slice()
    else {
        return None;
    };
    let item = format!("SELECT array_agg({item})");
    let gathered = parsed(&item)?;
    let SetExpr::Select(gathered) = *gathered.body else { return None };
    select.projection = gathered.projection;
    // one row has no order
    query.order_by = None;
    Some(Expr::Subquery(Box::new(query.clone())))
}
