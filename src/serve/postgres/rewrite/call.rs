//! Calls of functions that DataFusion does not know.

use datafusion::sql::sqlparser::ast::{
    Function, FunctionArg, FunctionArguments, ObjectName, TableAlias,
};

use super::last;
use super::stand_in::{self, NO_ROWS};

/// `generate_series` may have so many rows: columns of a key (PgJDBC).
const SERIES: u64 = 100;

/// What a call is planned as.
pub(super) fn function(function: &Function) -> Option<String> {
    let name = last(&function.name);
    match name.as_str() {
        "format" => concatenated(function),
        // the columns of a key (psqlODBC)
        "generate_series" => {
            let is_null = function.args.to_string().contains("CAST(NULL ");
            is_null.then(|| NO_ROWS.to_owned())
        }
        "quote_literal" => arguments(function)?.pop().map(|text| quoted(&text)),
        name => stand_in::function(name).map(str::to_owned),
    }
}

/// The rows of a table function.
pub(super) fn table(
    name: &ObjectName,
    arguments: &[FunctionArg],
    alias: Option<&TableAlias>,
) -> Option<String> {
    let name = last(name);
    match name.as_str() {
        "generate_series" => {
            series(arguments, &alias.map_or(name.clone(), |alias| alias.name.to_string()))
        }
        name => stand_in::table(name).map(str::to_owned),
    }
}

/// A series of numbers that are written out, or of the schemas that are searched (PgJDBC), which are one.
fn series(arguments: &[FunctionArg], column: &str) -> Option<String> {
    const SEARCHED: &str = "array_upper(current_schemas(false), 1)";
    let [first, last] = arguments else { return None };
    let first: u64 = first.to_string().parse().ok()?;
    let last: u64 = match last.to_string().to_ascii_lowercase() {
        last if last == SEARCHED => 1,
        last => last.parse().ok()?,
    };
    if last.saturating_sub(first) >= SERIES {
        return None;
    }
    let rows: Vec<String> = (first..=last).map(|number| format!("({number})")).collect();
    Some(format!("SELECT column1 AS {column} FROM (VALUES {}) AS series", rows.join(", ")))
}

fn arguments(function: &Function) -> Option<Vec<String>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    Some(list.args.iter().map(ToString::to_string).collect())
}

/// A text as a literal.
fn quoted(text: &str) -> String {
    format!("concat('''', replace({text}, '''', ''''''), '''')")
}

/// `format('%I.%s', a, b)` as `concat(quote_ident(a), '.', b)`.
fn concatenated(format: &Function) -> Option<String> {
    let mut arguments = arguments(format)?.into_iter();
    let pattern = arguments.next()?;
    let mut parts = pattern.strip_prefix('\'')?.strip_suffix('\'')?.split('%');
    let mut pieces = vec![format!("'{}'", parts.next()?)];
    while let Some(part) = parts.next() {
        if part.is_empty() {
            // `%%`
            pieces.push(format!("'%{}'", parts.next()?));
            continue;
        }
        let (kind, rest) = part.split_at_checked(1)?;
        let value = format!("CAST({} AS TEXT)", arguments.next()?);
        pieces.push(match kind {
            "s" => value,
            "I" => format!("quote_ident({value})"),
            "L" => quoted(&value),
            _ => return None,
        });
        pieces.push(format!("'{rest}'"));
    }
    Some(format!("concat({})", pieces.join(", ")))
}
