//! Transactions: begun and ended as clients expect, with nothing to undo since nothing is written.

use datafusion::sql::sqlparser::ast::Statement;
use datafusion_postgres::pgwire::api::results::{Response, Tag};
use datafusion_postgres::pgwire::error::PgWireResult;
use datafusion_postgres::pgwire::messages::response::TransactionStatus;

use super::error::error;

/// Answers what begins, ends or divides a transaction; nothing where `statement` is about something else.
///
/// In a transaction that has failed all else is refused with `25P02`.
pub(super) fn answer(
    status: TransactionStatus,
    statement: &Statement,
) -> PgWireResult<Option<Response>> {
    let has_failed = status == TransactionStatus::Error;
    Ok(Some(match statement {
        Statement::Commit { .. } if has_failed => Response::TransactionEnd(Tag::new("ROLLBACK")),
        Statement::Commit { .. } => Response::TransactionEnd(Tag::new("COMMIT")),
        Statement::Rollback { savepoint: None, .. } => {
            Response::TransactionEnd(Tag::new("ROLLBACK"))
        }
        // the protocol's library knows no way from a failed transaction back into it
        Statement::Rollback { .. } if has_failed => Response::TransactionEnd(Tag::new("ROLLBACK")),
        Statement::Rollback { .. } => Response::Execution(Tag::new("ROLLBACK")),
        _ if has_failed => {
            return Err(error(
                "25P02",
                "current transaction is aborted, commands ignored until end of transaction block",
            ));
        }
        Statement::StartTransaction { .. } => Response::TransactionStart(Tag::new("BEGIN")),
        Statement::Savepoint { .. } => Response::Execution(Tag::new("SAVEPOINT")),
        Statement::ReleaseSavepoint { .. } => Response::Execution(Tag::new("RELEASE")),
        _ => return Ok(None),
    }))
}
