//! From text to a plan that the guard has passed.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use datafusion_postgres::pgwire::api::Type;
use datafusion_postgres::pgwire::error::PgWireResult;

use super::connection::Connection;
use super::error::{api, error, inside, not_planned, refused};
use super::{column, parameter, rewrite, setting};
use crate::query::{Session, guard};

/// A statement that may be executed.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    /// As the client sent it.
    pub(super) text: String,
    pub(super) statement: Statement,
    /// Nothing for what is answered without the engine.
    pub(super) plan: Option<LogicalPlan>,
    /// Columns of the answer.
    pub(super) columns: SchemaRef,
}

/// A text may have so many bytes.
const BYTES: usize = 1 << 20;
/// And so many words and signs besides values and commas: what is parsed may be as deep, and is walked recursively.
const DEPTH: usize = 2_000;

impl Connection {
    /// The statements of `text`, of which names have the case of what they name.
    ///
    /// A set that was published meanwhile is there from now on.
    pub(super) async fn parse(&self, text: &str) -> PgWireResult<Vec<Statement>> {
        if text.len() > BYTES {
            return Err(error("54000", &format!("a statement may have {BYTES} bytes")));
        }
        let session = self.session().await?;
        session.refresh().await.map_err(inside)?;
        self.server.catalog.refresh().await.map_err(inside)?;
        let text = rewrite::text(keywords_as_typed(text, session.names().folded(text)));
        let tokens = Tokenizer::new(&PostgreSqlDialect {}, &text)
            .tokenize()
            .map_err(|error| api(datafusion::sql::sqlparser::parser::ParserError::from(error)))?;
        let is_flat = |token: &&Token| {
            matches!(
                token,
                Token::Whitespace(_)
                    | Token::Comma
                    | Token::Number(..)
                    | Token::SingleQuotedString(_)
                    | Token::Placeholder(_)
            )
        };
        if tokens.iter().filter(|token| !is_flat(token)).count() > DEPTH {
            return Err(error("54001", "the statement is too complex"));
        }
        let statements = self.server.parser.parse(&text).map_err(api)?;
        let is_of_catalogue = |name: &str| self.server.catalog.has(name);
        let statements = statements.into_iter();
        Ok(statements.map(|it| rewrite::statement(it, &is_of_catalogue)).collect())
    }

    /// Checks and plans `statement`, of which `text` is the source; `hints` are types of its parameters.
    pub(super) async fn prepare(
        &self,
        text: &str,
        statement: Statement,
        hints: &[Option<Type>],
    ) -> PgWireResult<Prepared> {
        let mut plan = None;
        let columns = match &statement {
            Statement::ShowVariable { variable } if !is_relational(variable) => {
                let name = setting::shown(variable);
                Arc::new(Schema::new(vec![Field::new(name, DataType::Utf8, false)]))
            }
            Statement::Fetch { name, .. } => self.cursor_columns(&name.value)?,
            Statement::Declare { stmts } => {
                let [declare] = stmts.as_slice() else {
                    return Err(error("42601", "one cursor is declared at a time"));
                };
                let Some(query) = declare.for_query.clone() else {
                    return Err(error("42601", "a cursor is declared for a query"));
                };
                let query = self.server.parser.rewrite(Statement::Query(query));
                plan = Some(self.plan(query, hints).await?);
                Arc::new(Schema::empty())
            }
            statement if is_of_session(statement) => Arc::new(Schema::empty()),
            statement => {
                let planned = self.plan(statement.clone(), hints).await?;
                let columns = match &planned {
                    LogicalPlan::Ddl(_) => Arc::new(Schema::empty()),
                    planned => column::shown(planned.schema().as_arrow()),
                };
                plan = Some(planned);
                columns
            }
        };
        Ok(Prepared { text: text.to_owned(), statement, plan, columns })
    }

    async fn plan(
        &self,
        statement: Statement,
        hints: &[Option<Type>],
    ) -> PgWireResult<LogicalPlan> {
        guard::check_statement(&statement).map_err(refused)?;
        let session: &Session = self.session().await?;
        let parsed = Parsed::Statement(Box::new(statement));
        let plan = session.context().state().statement_to_plan(parsed).await;
        let plan = plan.map_err(|error| not_planned(session, error))?;
        session.check_plan(&plan).map_err(refused)?;
        parameter::hinted(plan, hints)
    }
}

/// Words that name nothing, in capitals as most clients type them.
const KEYWORDS: &[&str] = &[
    "ALL", "AND", "ANY", "ARRAY", "AS", "ASC", "BY", "CASE", "COLLATE", "DESC", "ELSE", "END",
    "EXISTS", "FALSE", "FROM", "GROUP", "HAVING", "IN", "INNER", "IS", "JOIN", "LEFT", "LIKE",
    "LIMIT", "NOT", "NULL", "ON", "OR", "ORDER", "SELECT", "THEN", "TRUE", "UNION", "USING",
    "WHEN", "WHERE", "WITH",
];

/// `cased`, which is as long as `typed`, with its keywords in their case: the parser knows questions about the
/// catalogue by it.
fn keywords_as_typed(typed: &str, mut cased: String) -> String {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut start = 0;
    for word in typed.split_inclusive(|letter| !is_word(letter)) {
        let end = start + word.trim_end_matches(|letter| !is_word(letter)).len();
        if KEYWORDS.contains(&&typed[start..end])
            && cased.is_char_boundary(start)
            && cased.is_char_boundary(end)
        {
            cased.replace_range(start..end, &typed[start..end]);
        }
        start += word.len();
    }
    cased
}

/// It is about the session or a transaction, and the engine never sees it.
fn is_of_session(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::StartTransaction { .. }
            | Statement::Commit { .. }
            | Statement::Rollback { .. }
            | Statement::Savepoint { .. }
            | Statement::ReleaseSavepoint { .. }
            | Statement::Set(_)
            | Statement::Reset(_)
            | Statement::Close { .. }
            | Statement::Deallocate { .. }
            | Statement::Discard { .. }
            | Statement::UNLISTEN { .. }
    )
}

/// `SHOW ALL` and the like list what the engine has.
pub(super) fn is_relational(variable: &[datafusion::sql::sqlparser::ast::Ident]) -> bool {
    matches!(variable, [word] if ["all", "functions"].contains(&&*word.value.to_ascii_lowercase()))
}
