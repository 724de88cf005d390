//! Questions about the catalogue that DataFusion cannot plan as they are, each with what it is planned as.
//!
//! What `datafusion-pg-catalog` rewrites has been rewritten before. An entry goes when DataFusion knows the form.

use std::convert::Infallible;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArguments, GroupByExpr, Ident, Query, SelectItem, SetExpr, Statement, TableAlias,
    TableFactor, TableWithJoins, Value, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;

/// Parts of questions, in the letter case in which their clients send them, and what stands for them.
const PARTS: &[(&str, &str)] = &[
    // PgJDBC, and DBeaver with it: such columns hold names of functions, not their numbers
    ("'pg_catalog.array_in'::regproc", "'array_in'"),
    // words of SQL, of which PgJDBC knows enough
    ("pg_catalog.pg_get_keywords()", "(select 'select' as word) as keywords"),
    // Npgsql
    ("proc.oid = typ.typreceive", "proc.proname = typ.typreceive"),
    ("elemproc.oid = elemtyp.typreceive", "elemproc.proname = elemtyp.typreceive"),
];

/// Columns of catalogue tables that `datafusion-pg-catalog` does not have, or not as lists (psql's `\d+` and `\dp`):
/// always null.
const NULL: &[&str] = &[
    "reloptions",
    "relacl",
    "attoptions",
    "attacl",
    "nspacl",
    "spcacl",
    "proacl",
    "typacl",
    "datacl",
];

const NO_LIST: &str = "CAST(NULL AS TEXT[])";

/// Ends of what lists the columns of a key or an index.
const KEYS: &[&str] = &["conkey)", "confkey)", "indkey)", "indclass)", "indoption)"];

/// Views of `information_schema` that DataFusion does not have, and their columns: no relation has keys (Power BI).
const ABSENT: &[(&str, &str)] = &[
    ("character_sets", "'UTF8' AS character_set_name"),
    (
        "key_column_usage",
        "'' AS constraint_catalog, '' AS constraint_schema, '' AS constraint_name, '' AS table_catalog, \
         '' AS table_schema, '' AS table_name, '' AS column_name, 0 AS ordinal_position, \
         0 AS position_in_unique_constraint",
    ),
    (
        "referential_constraints",
        "'' AS constraint_catalog, '' AS constraint_schema, '' AS constraint_name, \
         '' AS unique_constraint_catalog, '' AS unique_constraint_schema, '' AS unique_constraint_name, \
         '' AS match_option, '' AS update_rule, '' AS delete_rule",
    ),
    (
        "table_constraints",
        "'' AS constraint_catalog, '' AS constraint_schema, '' AS constraint_name, '' AS table_catalog, \
         '' AS table_schema, '' AS table_name, '' AS constraint_type, '' AS is_deferrable, \
         '' AS initially_deferred, '' AS enforced",
    ),
];

/// The same text with parts that cannot be planned replaced.
pub(super) fn text(mut text: String) -> String {
    for (part, stand_in) in PARTS {
        if text.contains(part) {
            text = text.replace(part, stand_in);
        }
    }
    text
}

/// The same question in a form that can be planned.
pub(super) fn statement(mut statement: Statement) -> Statement {
    let _: ControlFlow<Infallible> = statement.visit(&mut Rewriter);
    statement
}

struct Rewriter;

impl VisitorMut for Rewriter {
    type Break = Infallible;

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<Infallible> {
        // `array(select x from ..)` (psql's `\du`): `array_agg` as a scalar subquery
        let mut is_list = false;
        if let Expr::Function(function) = expression
            && function.name.to_string().eq_ignore_ascii_case("array")
            && let FunctionArguments::Subquery(query) = &mut function.args
            && let Some(query) = gathered(query)
        {
            *expression = query;
            is_list = true;
        }
        if let Expr::Subquery(query) = expression {
            first(query);
        }
        let stand_in = match &*expression {
            Expr::Subquery(query) if is_nothing(query) => {
                Some(if is_list { NO_LIST } else { "NULL" }.to_owned())
            }
            Expr::CompoundIdentifier(words) => words.last().and_then(missing),
            Expr::Identifier(word) => missing(word),
            // keys and indexes, which no relation has, as lists (SQLAlchemy)
            Expr::Function(function) => {
                let text = function.to_string().to_ascii_lowercase();
                let is_of_key = text.starts_with("generate_subscripts(")
                    || (text.starts_with("unnest(") && KEYS.iter().any(|key| text.ends_with(key)));
                is_of_key.then(|| "unnest(CAST(NULL AS INT[]))".to_owned())
            }
            // any letter may escape
            Expr::Like { negated, expr, pattern, escape_char: Some(escape), any: false } => {
                let not = if *negated { "NOT " } else { "" };
                let pattern = format!("replace(replace({pattern}, '\\', '\\\\'), {escape}, '\\')");
                Some(format!("({expr} {not}LIKE {pattern})"))
            }
            _ => None,
        };
        if let Some(stand_in) = stand_in.and_then(|sql| expression_of(&sql)) {
            *expression = stand_in;
        }
        ControlFlow::Continue(())
    }

    /// The schemas that are searched (PgJDBC, and DBeaver with it), which are one.
    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<Infallible> {
        const SEARCHED: &str = "generate_series(1, array_upper(current_schemas(false), 1))";
        if let TableFactor::Table { name, alias, args: None, .. } = table
            && let Some(name) =
                name.to_string().to_ascii_lowercase().strip_prefix("information_schema.")
            && let Some((_, columns)) = ABSENT.iter().find(|(absent, _)| *absent == name)
            && let Some(subquery) = parsed(&format!("SELECT {columns} WHERE false"))
        {
            let alias = alias.take().or_else(|| {
                let name = Ident::new(name);
                Some(TableAlias { explicit: true, name, columns: vec![], at: None })
            });
            *table = TableFactor::Derived { lateral: false, subquery, alias, sample: None };
            return ControlFlow::Continue(());
        }
        if let TableFactor::Table { alias, args: Some(_), .. } = table {
            let alias = alias.take();
            let is_searched = table.to_string().to_ascii_lowercase().ends_with(SEARCHED);
            match (is_searched, parsed("SELECT 1 AS r")) {
                (true, Some(subquery)) => {
                    *table = TableFactor::Derived { lateral: false, subquery, alias, sample: None };
                }
                _ => {
                    if let TableFactor::Table { alias: kept, .. } = table {
                        *kept = alias;
                    }
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// A null in the place of a column that is not there.
fn missing(column: &Ident) -> Option<String> {
    NULL.contains(&column.value.as_str()).then(|| NO_LIST.to_owned())
}

/// Has a scalar subquery about the catalogue give one row, as the client knows that it does (SQLAlchemy, Npgsql).
fn first(query: &mut Query) {
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
        && matches!(&select.group_by, GroupByExpr::Expressions(groups, _) if groups.is_empty());
    if let Some(first) = expression_of(&format!("first_value({text})"))
        && is_first
        && !is_gathered
    {
        select.projection = vec![SelectItem::UnnamedExpr(first)];
        query.order_by = None;
    }
}

/// A subquery about catalogue tables without rows, or that makes JSON of catalogue tables (SQLAlchemy).
fn is_nothing(query: &Query) -> bool {
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
fn gathered(query: &mut Query) -> Option<Expr> {
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let is_of_row = |table: &TableFactor| match table {
        TableFactor::Table { name, args: Some(_), .. } => name.to_string().ends_with("unnest"),
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

fn expression_of(sql: &str) -> Option<Expr> {
    let SetExpr::Select(select) = *parsed(&format!("SELECT {sql}"))?.body else { return None };
    match select.projection.into_iter().next()? {
        SelectItem::UnnamedExpr(expression) => Some(expression),
        _ => None,
    }
}

fn parsed(sql: &str) -> Option<Box<Query>> {
    let parsed = Parser::parse_sql(&PostgreSqlDialect {}, sql).ok()?.pop()?;
    match parsed {
        Statement::Query(query) => Some(query),
        _ => None,
    }
}
