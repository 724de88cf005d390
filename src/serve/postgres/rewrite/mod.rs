//! Questions about the catalogue that DataFusion cannot plan as they are, each with what it is planned as.
//!
//! What `datafusion-pg-catalog` rewrites has been rewritten before. An entry goes when DataFusion knows the form.

mod call;
pub(super) mod stand_in;
mod subquery;

use std::convert::Infallible;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, FunctionArguments, Ident, ObjectName, ObjectNamePart, Query,
    Select, SelectItem, SetExpr, Statement, TableFactor, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::column;

/// Parts of questions, in the letter case in which their clients send them, and what stands for them.
const PARTS: &[(&str, &str)] = &[
    // PgJDBC, and DBeaver with it: such columns hold names of functions, not their numbers
    ("'pg_catalog.array_in'::regproc", "'array_in'"),
    // words beyond the standard, of which PgJDBC asks
    ("pg_catalog.pg_get_keywords()", "(select 'ilike' as word) as keywords"),
    // Npgsql's list of columns
    ("udt_name::regtype::text", "data_type"),
];

/// Columns that hold names of functions here, and numbers of functions in Postgres.
const OF_FUNCTIONS: &[&str] =
    &["amproc", "oprcode", "typinput", "typoutput", "typreceive", "typsend"];

/// Types of Postgres that hold texts.
const TEXTS: &[&str] =
    &["name", "\"char\"", "bpchar", "cstring", "json", "jsonb", "uuid", "xml", "inet", "cidr"];
/// Types of Postgres for what is told here by its name.
const NAMES: &[&str] = &["regproc", "regprocedure", "regoper", "regoperator"];
/// The same text with parts that cannot be planned replaced.
pub(super) fn text(mut text: String) -> String {
    for (part, stand_in) in PARTS {
        if text.contains(part) {
            text = text.replace(part, stand_in);
        }
    }
    text
}

/// The same question in a form that can be planned; `is_of_catalogue` knows the relations of `pg_catalog`.
pub(super) fn statement(
    mut statement: Statement,
    is_of_catalogue: &dyn Fn(&str) -> bool,
) -> Statement {
    column::mark(&mut statement);
    let _: ControlFlow<Infallible> = statement.visit(&mut Rewriter { is_of_catalogue });
    statement
}

struct Rewriter<'a> {
    is_of_catalogue: &'a dyn Fn(&str) -> bool,
}

impl VisitorMut for Rewriter<'_> {
    type Break = Infallible;

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<Infallible> {
        // `array(select x from ..)` (psql's `\du`): `array_agg` as a scalar subquery
        let mut is_list = false;
        if let Expr::Function(function) = expression
            && function.name.to_string().eq_ignore_ascii_case("array")
            && let FunctionArguments::Subquery(query) = &mut function.args
            && let Some(query) = subquery::gathered(query)
        {
            *expression = query;
            is_list = true;
        }
        if let Expr::Subquery(query) = expression {
            subquery::first(query);
        }
        let stand_in = match &*expression {
            Expr::Subquery(query) if subquery::is_nothing(query) => {
                Some(if is_list { "CAST(NULL AS TEXT[])" } else { "NULL" }.to_owned())
            }
            column @ (Expr::CompoundIdentifier(_) | Expr::Identifier(_)) => {
                word(column).and_then(|word| stand_in::column(&word)).map(str::to_owned)
            }
            Expr::Function(function) => call::function(function),
            Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
                by_name(left, right).or_else(|| as_flag(left, right))
            }
            // a piece of options, of which there are none (pgAdmin)
            Expr::Substring { expr, .. } => {
                let is_of_null = expr.to_string().starts_with("array_to_string(CAST(NULL ");
                is_of_null.then(|| "CAST(NULL AS TEXT)".to_owned())
            }
            // an element of a list that is null
            Expr::CompoundFieldAccess { access_chain, .. }
                if matches!(access_chain.first(), Some(AccessExpr::Dot(Expr::Cast { .. }))) =>
            {
                Some("CAST(NULL AS SMALLINT)".to_owned())
            }
            // `(row).field`
            Expr::CompoundFieldAccess { root, access_chain } => {
                access_chain.iter().try_fold(root.to_string(), |row, access| match access {
                    AccessExpr::Dot(Expr::Identifier(field)) => {
                        Some(format!("get_field({row}, '{}')", field.value.replace('\'', "''")))
                    }
                    _ => None,
                })
            }
            Expr::Cast { expr, data_type, .. } => {
                let kind = data_type.to_string().to_ascii_lowercase();
                let kind = kind.strip_prefix("pg_catalog.").unwrap_or(&kind);
                match (TEXTS.contains(&kind), expr.as_ref()) {
                    (true, inner) => Some(format!("CAST({inner} AS TEXT)")),
                    (_, Expr::Value(_)) => None,
                    (_, inner) => NAMES.contains(&kind).then(|| inner.to_string()),
                }
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

    /// `exists (select ..)` as a column: DataFusion plans it as a condition alone.
    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Infallible> {
        for item in &mut select.projection {
            if let SelectItem::UnnamedExpr(value) | SelectItem::ExprWithAlias { expr: value, .. } =
                item
            {
                let _: ControlFlow<Infallible> = value.visit(&mut subquery::Counter);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<Infallible> {
        let TableFactor::Table { name, alias, args, .. } = table else {
            return ControlFlow::Continue(());
        };
        // Postgres searches `pg_catalog` without being told
        if let ([ObjectNamePart::Identifier(word)], None) = (name.0.as_slice(), &args)
            && (self.is_of_catalogue)(&word.value)
        {
            name.0.insert(0, ObjectNamePart::Identifier(Ident::new("pg_catalog")));
        }
        let Some(arguments) = args else { return ControlFlow::Continue(()) };
        let rows = call::table(name, &arguments.args, alias.as_ref());
        if let Some(subquery) = rows.and_then(|sql| parsed(&sql)) {
            let alias = alias.take();
            *table = TableFactor::Derived { lateral: false, subquery, alias, sample: None };
        }
        ControlFlow::Continue(())
    }
}

/// `function.oid = type.typreceive` as a comparison of names.
fn by_name(left: &Expr, right: &Expr) -> Option<String> {
    let is_named = |side| word(side).is_some_and(|word| OF_FUNCTIONS.contains(&word.as_str()));
    let is_number = |side| word(side).as_deref() == Some("oid");
    let (number, named) = match (is_number(left), is_number(right)) {
        (true, _) if is_named(right) => (left, right),
        (_, true) if is_named(left) => (right, left),
        _ => return None,
    };
    let name = number.to_string();
    Some(format!("{}proname = {named}", name.strip_suffix("oid")?))
}

/// `i.indisprimary = 't'` as a condition.
fn as_flag(column: &Expr, flag: &Expr) -> Option<String> {
    let is_flag = word(column).is_some_and(|word| word.starts_with("indis"));
    match (is_flag, flag.to_string().as_str()) {
        (true, "'t'") => Some(column.to_string()),
        (true, "'f'") => Some(format!("NOT {column}")),
        _ => None,
    }
}

/// The name of a column without its relation.
fn word(column: &Expr) -> Option<String> {
    match column {
        Expr::CompoundIdentifier(words) => words.last().map(|word| word.value.clone()),
        Expr::Identifier(word) => Some(word.value.clone()),
        _ => None,
    }
}

/// The name of a function without its schema.
fn last(name: &ObjectName) -> String {
    let last = name.0.last().map(ToString::to_string).unwrap_or_default();
    last.to_ascii_lowercase()
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
