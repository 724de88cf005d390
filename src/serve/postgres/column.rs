//! The columns of an answer under the names that Postgres gives them.
//!
//! Postgres names a column without `AS` after its function, and lets two columns have one name. DataFusion names it
//! after its text, and plans no two of one name: such columns are planned under marked names and shown without mark.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, OrderByKind, Query, SelectItem, SetExpr, Statement,
};

use super::rewrite::stand_in;

/// What no name ends with that anybody types.
const MARK: char = '\u{1}';
/// What `datafusion-pg-catalog` has a column begin with that stands beside `*`.
const BESIDE_ALL: &str = "__alias_";

/// Marks the columns of an answer that Postgres names otherwise than DataFusion.
pub(super) fn mark(statement: &mut Statement) {
    match statement {
        Statement::Query(query) => mark_query(query),
        Statement::Declare { stmts } => {
            stmts
                .iter_mut()
                .filter_map(|declare| declare.for_query.as_mut())
                .for_each(|query| mark_query(query));
        }
        _ => {}
    }
}

/// The columns as the client is told them.
pub(super) fn shown(columns: &Schema) -> SchemaRef {
    let fields = columns.fields().iter().map(|field| {
        let name = field.name().trim_end_matches(MARK);
        let name = name.strip_prefix(BESIDE_ALL).unwrap_or(name);
        field.as_ref().clone().with_name(name)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn mark_query(query: &mut Query) {
    mark_body(&mut query.body);
    // what orders by a column that is marked now, by its name or as it is written
    let Some(OrderByKind::Expressions(orders)) = query.order_by.as_mut().map(|it| &mut it.kind)
    else {
        return;
    };
    let SetExpr::Select(select) = query.body.as_ref() else { return };
    for order in orders {
        let marked = select.projection.iter().find_map(|item| match item {
            SelectItem::ExprWithAlias { expr, alias } if alias.value.ends_with(MARK) => {
                let is_named = matches!(&order.expr, Expr::Identifier(word)
                    if word.value == alias.value.trim_end_matches(MARK));
                (is_named || *expr == order.expr).then(|| alias.clone())
            }
            _ => None,
        });
        if let Some(marked) = marked {
            order.expr = Expr::Identifier(marked);
        }
    }
}

fn mark_body(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) => mark_items(&mut select.projection),
        SetExpr::Query(query) => mark_query(query),
        SetExpr::SetOperation { left, right, .. } => {
            mark_body(left);
            mark_body(right);
        }
        _ => {}
    }
}

fn mark_items(items: &mut [SelectItem]) {
    let mut taken = HashSet::new();
    let has_all = items
        .iter()
        .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
    for item in items {
        let (expression, name, is_free) = match &*item {
            SelectItem::UnnamedExpr(expression) => {
                let name = name(expression).map_or_else(|| "?column?".to_owned(), |(name, _)| name);
                let is_column =
                    matches!(expression, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
                let is_free = is_column && stand_in::column(&name).is_none();
                (expression, name, is_free)
            }
            // any column may be among all
            SelectItem::ExprWithAlias { expr, alias } => (expr, alias.value.clone(), !has_all),
            _ => continue,
        };
        let mut marked = if is_free { name } else { format!("{name}{MARK}") };
        while !taken.insert(marked.clone()) {
            marked.push(MARK);
        }
        if marked.ends_with(MARK) {
            let alias = Ident::with_quote('"', marked);
            *item = SelectItem::ExprWithAlias { expr: expression.clone(), alias };
        }
    }
}

/// The name that Postgres gives a column of this value, and whether it is more than a guess.
fn name(value: &Expr) -> Option<(String, bool)> {
    let sure = |name: &str| Some((name.to_owned(), true));
    match value {
        Expr::Identifier(word) => sure(&word.value),
        Expr::CompoundIdentifier(words) => words.last().and_then(|word| sure(&word.value)),
        Expr::Function(function) => {
            let name = function.name.0.last()?.as_ident()?;
            sure(&name.value.to_ascii_lowercase())
        }
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => name(inner),
        Expr::CompoundFieldAccess { root, .. } => name(root),
        Expr::Cast { expr, data_type, .. } => {
            name(expr).filter(|(_, is_sure)| *is_sure).or_else(|| {
                let kind = data_type.to_string().to_ascii_lowercase();
                let kind = kind.rsplit('.').next().unwrap_or(&kind);
                Some((kind.trim_end_matches("[]").to_owned(), false))
            })
        }
        Expr::Case { else_result, .. } => {
            let other = else_result.as_deref().and_then(name).filter(|(_, is_sure)| *is_sure);
            other.or_else(|| Some(("case".to_owned(), false)))
        }
        Expr::Subquery(query) => match query.body.as_ref() {
            SetExpr::Select(select) => match select.projection.as_slice() {
                [SelectItem::UnnamedExpr(inner)] => name(inner),
                [SelectItem::ExprWithAlias { alias, .. }] => sure(&alias.value),
                _ => None,
            },
            _ => None,
        },
        Expr::Exists { negated: false, .. } => sure("exists"),
        Expr::Array(_) => sure("array"),
        Expr::Extract { .. } => sure("extract"),
        Expr::Position { .. } => sure("position"),
        Expr::Substring { .. } => sure("substring"),
        Expr::Trim { .. } => sure("btrim"),
        Expr::Ceil { .. } => sure("ceil"),
        Expr::Floor { .. } => sure("floor"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    use super::*;

    fn names(sql: &str) -> Vec<String> {
        let mut statement = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap().remove(0);
        mark(&mut statement);
        let Statement::Query(query) = statement else { panic!("{sql}") };
        let SetExpr::Select(select) = *query.body else { panic!("{sql}") };
        let marked = select.projection.iter().map(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
            item => item.to_string(),
        });
        let marked: Vec<String> = marked.collect();
        assert_eq!(marked.iter().collect::<HashSet<_>>().len(), marked.len(), "{sql}");
        let fields = marked.into_iter().map(|name| Field::new(name, DataType::Utf8, true));
        let shown = shown(&Schema::new(fields.collect::<Vec<_>>()));
        shown.fields().iter().map(|field| field.name().clone()).collect()
    }

    #[test]
    fn columns_have_the_names_that_postgres_gives() {
        for (sql, expected) in [
            ("select count(*), count(*), max(x) as m", &["count", "count", "m"][..]),
            (
                "select 1, 1 + 1, 'a'::text, x::int, (x)",
                &["?column?", "?column?", "text", "x", "x"],
            ),
            ("select oid, oid, a as oid", &["oid", "oid", "oid"]),
            ("select case when a then 1 end, case when a then 1 else b end", &["case", "b"]),
            ("select (select max(a) from t), exists (select 1)", &["max", "exists"]),
            ("select pg_catalog.format_type(a, b), now()::date", &["format_type", "now"]),
        ] {
            assert_eq!(names(sql), expected, "{sql}");
        }
    }
}
