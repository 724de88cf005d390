//! Errors as clients understand them: a code, a message, a hint.

use std::error::Error;

use arrow::error::ArrowError;
use datafusion::common::{DataFusionError, SchemaError};
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion_postgres::pgwire::error::{ErrorInfo, PgWireError};

use crate::query::guard::Refused;
use crate::query::{Kind, Session};

const HINT: &str = "\nhint: ";

/// An error that ends a statement; lines that begin with `hint:` are told as hint.
pub(super) fn error(code: &str, text: &str) -> PgWireError {
    PgWireError::UserError(Box::new(info("ERROR", code, text)))
}

/// An error that ends the connection.
pub(super) fn fatal(code: &str, text: &str) -> PgWireError {
    PgWireError::UserError(Box::new(info("FATAL", code, text)))
}

/// An error that has its code found by [`told`].
pub(super) fn api(error: impl Error + Send + Sync + 'static) -> PgWireError {
    PgWireError::ApiError(Box::new(error))
}

/// An error of ours that the client cannot help.
pub(super) fn inside(cause: anyhow::Error) -> PgWireError {
    match cause.downcast::<DataFusionError>() {
        Ok(cause) => api(cause),
        Err(cause) => error("XX000", &format!("{cause:#}")),
    }
}

/// What the guard refuses.
pub(super) fn refused(refused: Refused) -> PgWireError {
    error("42501", &refused.to_string())
}

/// The one place where what went wrong becomes what the client is told.
pub(super) fn told(error: PgWireError) -> ErrorInfo {
    match error {
        PgWireError::ApiError(cause) => {
            if let Some(cause) = cause.downcast_ref::<DataFusionError>() {
                info("ERROR", code(cause), &cause.strip_backtrace())
            } else if let Some(cause) = cause.downcast_ref::<ParserError>() {
                info("ERROR", "42601", &cause.to_string())
            } else {
                info("ERROR", "XX000", &cause.to_string())
            }
        }
        PgWireError::InvalidPassword(_) => info("FATAL", "28P01", "password authentication failed"),
        error => error.into(),
    }
}

fn info(severity: &str, code: &str, text: &str) -> ErrorInfo {
    let (text, hint) = match text.split_once(HINT) {
        Some((text, hint)) => (text, Some(hint.to_owned())),
        None => (text, None),
    };
    let mut info = ErrorInfo::new(severity.to_owned(), code.to_owned(), text.to_owned());
    info.severity_nonlocalized = Some(severity.to_owned());
    info.hint = hint;
    info
}

fn code(error: &DataFusionError) -> &'static str {
    match error.find_root() {
        DataFusionError::SQL(..) => "42601",
        DataFusionError::SchemaError(error, _) => match error.as_ref() {
            SchemaError::FieldNotFound { .. } => "42703",
            SchemaError::AmbiguousReference { .. } => "42702",
            SchemaError::DuplicateQualifiedField { .. }
            | SchemaError::DuplicateUnqualifiedField { .. } => "42701",
        },
        DataFusionError::Plan(text) => planning(text),
        DataFusionError::ResourcesExhausted(_) => "53200",
        DataFusionError::NotImplemented(_) => "0A000",
        DataFusionError::Collection(errors) => errors.first().map_or("XX000", code),
        DataFusionError::ArrowError(error, _) => match error.as_ref() {
            ArrowError::DivideByZero => "22012",
            ArrowError::ArithmeticOverflow(_) => "22003",
            ArrowError::CastError(_) | ArrowError::ParseError(_) => "22P02",
            ArrowError::MemoryError(_) => "53200",
            _ => "XX000",
        },
        _ => "XX000",
    }
}

/// A query that the session could not plan, with the names that may have been meant.
pub(super) fn not_planned(session: &Session, wrong: DataFusionError) -> PgWireError {
    let told = session.error(&wrong, "");
    let code = match told.kind {
        Kind::Relation => "42P01",
        Kind::Column => "42703",
        _ => return api(wrong),
    };
    error(code, &told.to_string())
}

/// DataFusion tells these by their text alone.
fn planning(text: &str) -> &'static str {
    let has = |part| text.contains(part);
    if has("not found") && text.starts_with("table ") {
        "42P01"
    } else if has("Invalid function")
        || has("failed to match any signature")
        || has("No function matches")
    {
        "42883"
    } else if has("coerce") || has("common type") {
        "42804"
    } else {
        "42000"
    }
}
