//! What may be asked: reading statements over the relations of the session, and views of the session.
//!
//! A statement is looked at twice, as it is written and as it is planned. What is not known to be harmless is
//! refused. The session itself has nothing else to reach either (`engine::reader`).

use std::ops::ControlFlow;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{DdlStatement, Expr, LogicalPlan};
use datafusion::sql::parser;
use datafusion::sql::sqlparser::ast::{
    CreateView, DescribeAlias, ObjectType, Query, Select, Statement, TableFactor, Visit, Visitor,
};

use super::size;

/// Why a statement is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is not possible here\nhint: {hint}")]
pub struct Refused {
    what: String,
    hint: &'static str,
}

impl Refused {
    pub(super) fn new(what: impl Into<String>) -> Self {
        const HINT: &str = "the published set can be read: SELECT, WITH, EXPLAIN, SHOW, DESCRIBE, and CREATE VIEW for views of the session";
        Self { what: what.into(), hint: HINT }
    }

    /// A statement that would be planned for too long.
    pub(super) fn size(what: String) -> Self {
        Self { what, hint: "ask in several queries" }
    }
}

/// The statement reads, or makes or drops a view, and does nothing else.
pub fn check(statement: &parser::Statement) -> Result<(), Refused> {
    match statement {
        parser::Statement::Statement(statement) => check_statement(statement),
        parser::Statement::Explain(explain) => match explain.statement.as_ref() {
            parser::Statement::Statement(statement)
                if matches!(**statement, Statement::Query(_)) =>
            {
                check_statement(statement)
            }
            parser::Statement::Statement(statement) => Err(refused(statement)),
            _ => Err(Refused::new("EXPLAIN of this statement")),
        },
        parser::Statement::CreateExternalTable(_) => Err(Refused::new("CREATE EXTERNAL TABLE")),
        parser::Statement::CopyTo(_) => Err(Refused::new("COPY")),
        parser::Statement::Reset(_) => Err(Refused::new("RESET")),
    }
}

/// The same of a statement of standard SQL: it reads, or makes or drops a view, and does nothing else.
pub fn check_statement(statement: &Statement) -> Result<(), Refused> {
    match statement {
        Statement::Query(_) => {}
        Statement::Explain { statement, .. } => match statement.as_ref() {
            Statement::Query(_) => {}
            other => return Err(refused(other)),
        },
        Statement::ExplainTable { describe_alias, .. } => match describe_alias {
            DescribeAlias::Describe | DescribeAlias::Desc => {}
            DescribeAlias::Explain => return Err(Refused::new("EXPLAIN of a table")),
        },
        Statement::ShowTables { .. }
        | Statement::ShowColumns { .. }
        | Statement::ShowVariable { .. }
        | Statement::ShowFunctions { .. } => {}
        Statement::CreateView(CreateView { materialized: false, to: None, .. }) => {}
        Statement::Drop { object_type: ObjectType::View, .. } => {}
        other => return Err(refused(other)),
    }
    match statement.visit(&mut Suspicion { depth: 0 }) {
        ControlFlow::Break(refused) => Err(refused),
        ControlFlow::Continue(()) => size::check_text(statement),
    }
}

/// The same of what the statement became, subqueries included, which is of a [`size`] to walk through.
pub fn check_plan(plan: &LogicalPlan) -> Result<(), Refused> {
    let mut found = None;
    let visited = plan.apply_with_subqueries(|node| {
        found = match node {
            LogicalPlan::Ddl(DdlStatement::CreateView(_) | DdlStatement::DropView(_)) => None,
            LogicalPlan::Ddl(other) => Some(other.name().to_owned()),
            LogicalPlan::Dml(_) | LogicalPlan::Copy(_) => Some("writing".to_owned()),
            LogicalPlan::Statement(statement) => Some(statement.name().to_owned()),
            LogicalPlan::Extension(_) => Some("an extension".to_owned()),
            LogicalPlan::Window(window) => window.window_expr.iter().find_map(gathering),
            _ => None,
        };
        Ok(match found {
            Some(_) => TreeNodeRecursion::Stop,
            None => TreeNodeRecursion::Continue,
        })
    });
    match (visited, found) {
        (Ok(_), None) => Ok(()),
        (_, found) => Err(Refused::new(found.unwrap_or_else(|| "this statement".to_owned()))),
    }
}

/// The aggregate that makes a value of all rows for each row.
fn gathering(window: &Expr) -> Option<String> {
    let mut found = None;
    let visited = window.apply(|expression| {
        if let Expr::WindowFunction(call) = expression
            && let name @ ("array_agg" | "string_agg") = call.fun.name()
        {
            found = Some(format!("{name} over a window"));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    visited.ok().and(found)
}

/// Names the statement by its first words.
fn refused(statement: &Statement) -> Refused {
    let text = statement.to_string();
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphabetic()).take(2).collect();
    Refused::new(match words[..] {
        [first @ ("CREATE" | "DROP" | "ALTER"), second] => format!("{first} {second}"),
        [first, ..] if !first.is_empty() => first.to_owned(),
        _ => "this statement".to_owned(),
    })
}

/// Looks for what writes or opens something inside a statement that reads.
struct Suspicion {
    depth: usize,
}

impl Visitor for Suspicion {
    type Break = Refused;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<Refused> {
        // the statement itself, or that of EXPLAIN, has been looked at; another one stands inside a query
        let is_query = matches!(statement, Statement::Query(_));
        self.depth += 1;
        match self.depth {
            1 => ControlFlow::Continue(()),
            2 if is_query => ControlFlow::Continue(()),
            _ => ControlFlow::Break(refused(statement)),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refused> {
        match query.locks.is_empty() {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(Refused::new("SELECT FOR UPDATE")),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Refused> {
        match select.into {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(Refused::new("SELECT INTO")),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Refused> {
        match factor {
            TableFactor::Table { args: None, .. }
            | TableFactor::Derived { .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::UNNEST { .. } => ControlFlow::Continue(()),
            TableFactor::Table { .. }
            | TableFactor::TableFunction { .. }
            | TableFactor::Function { .. } => ControlFlow::Break(Refused::new("a table function")),
            _ => ControlFlow::Break(Refused::new("this form of FROM")),
        }
    }
}
