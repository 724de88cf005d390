//! How much a query may be: nothing can end planning, so what would be planned for long is told before.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::common::DFSchema;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::sql::sqlparser::ast::{
    self, GroupByExpr, GroupByWithModifier, Query, Select, Statement, TableFactor, Visit, Visitor,
};

use super::guard::Refused;

/// Links of a text, and levels of a plan, that a stack of 64 MiB surely holds: planning calls itself for each.
pub(super) const MOST_LEVELS: usize = 1000;
/// Relations of a query, each as often as it is read.
const MOST_RELATIONS: usize = 200;
/// Joins and subqueries of a query together.
const MOST_JOINS: usize = 48;
/// Subqueries within each other.
const MOST_NESTED: usize = 10;
/// Columns of a SELECT, as in PostgreSQL.
const MOST_COLUMNS: usize = 1_664;
/// Terms of an expression, those of the columns that it reads included.
const MOST_TERMS: usize = 5_000;
/// Sets of columns that rows are grouped by, of which `cube` makes two to the power of its columns.
const MOST_SETS: usize = 256;

/// The plan is of a size that is planned in seconds: nothing can end planning, and its time grows with the square
/// of the joins and doubles with each level of subqueries.
///
/// Views and common table expressions count as often as they are read, which can be more often than a walk over
/// all of them would ever see: it ends with the first that is too much.
pub(super) fn check_plan(plan: &LogicalPlan) -> Result<(), Refused> {
    Size::default().add(plan, 0)?;
    terms(plan).map(drop)
}

/// How many terms each column of `plan` stands for, which is no deeper than is allowed: planning may put the
/// expressions that columns are made of in their place, and one that reads a column twice is twice as long.
fn terms(plan: &LogicalPlan) -> Result<Vec<usize>, Refused> {
    let mut read: Vec<usize> = Vec::new();
    let mut schema: Option<DFSchema> = None;
    for input in plan.inputs() {
        let theirs = terms(input)?;
        match (plan, schema.take()) {
            (LogicalPlan::Union(_), Some(before)) => {
                read = read.iter().zip(&theirs).map(|(one, other)| *one.max(other)).collect();
                schema = Some(before);
            }
            (_, None) => (read, schema) = (theirs, Some(input.schema().as_ref().clone())),
            (_, Some(before)) => {
                read.extend(theirs);
                schema = before.join(input.schema()).ok();
            }
        }
    }
    let most = read.iter().copied().max().unwrap_or(1);
    let length = |expression: &Expr| -> usize {
        let mut length = 0_usize;
        let visited = expression.apply(|part| {
            let terms = match (part, &schema) {
                (Expr::Column(column), Some(schema)) => {
                    schema.maybe_index_of_column(column).and_then(|at| read.get(at).copied())
                }
                (Expr::Column(_), None) => Some(most),
                // lists of them may be long
                (Expr::Literal(..), _) => Some(0),
                _ => None,
            };
            length = length.saturating_add(terms.unwrap_or(1));
            Ok(TreeNodeRecursion::Continue)
        });
        visited.map_or(usize::MAX, |_| length)
    };
    let mut checked = Ok(());
    let visited = plan.apply_expressions(|expression| {
        checked = within(length(expression), MOST_TERMS, "terms in an expression");
        Ok(if checked.is_ok() { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    visited.map_err(|_| Refused::new("this statement"))?;
    checked?;
    let mut checked = Ok(());
    let visited = plan.apply_subqueries(|subquery| {
        checked = terms(subquery).map(drop);
        Ok(if checked.is_ok() { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    visited.map_err(|_| Refused::new("this statement"))?;
    checked?;
    let columns = plan.schema().fields().len();
    within(columns, MOST_COLUMNS, "columns")?;
    Ok(match plan {
        LogicalPlan::Projection(projection) => projection.expr.iter().map(length).collect(),
        LogicalPlan::Aggregate(aggregate) => {
            let groups = aggregate.group_expr.iter().map(length);
            groups.chain(aggregate.aggr_expr.iter().map(|_| 1)).collect()
        }
        _ if columns == read.len() => read,
        _ => vec![most; columns],
    })
}

/// What planning will have to do with.
#[derive(Default)]
struct Size {
    relations: usize,
    joins: usize,
}

impl Size {
    /// Adds `plan`, which lies within so many subqueries.
    fn add(&mut self, plan: &LogicalPlan, nested: usize) -> Result<(), Refused> {
        let mut waiting = vec![(plan, 1)];
        while let Some((plan, level)) = waiting.pop() {
            self.relations += usize::from(plan.inputs().is_empty());
            self.joins += usize::from(matches!(plan, LogicalPlan::Join(_)));
            within(level, MOST_LEVELS, "others below each other")?;
            within(self.relations, MOST_RELATIONS, "relations")?;
            waiting.extend(plan.inputs().into_iter().map(|input| (input, level + 1)));
            let mut checked = Ok(());
            let visited = plan.apply_subqueries(|subquery| {
                self.joins += 1;
                checked = within(nested + 1, MOST_NESTED, "subqueries within each other")
                    .and_then(|()| self.add(subquery, nested + 1));
                Ok(match checked {
                    Ok(()) => TreeNodeRecursion::Continue,
                    Err(_) => TreeNodeRecursion::Stop,
                })
            });
            visited.map_err(|_| Refused::new("this statement"))?;
            checked?;
            within(self.joins, MOST_JOINS, "joins and subqueries")?;
        }
        Ok(())
    }
}

/// The statement has no more columns and reads no more relations than is allowed, each common table expression
/// counted as often as it is read: a chain that doubles would be planned forever.
pub(super) fn check_text(statement: &Statement) -> Result<(), Refused> {
    match statement.visit(&mut Relations::default()) {
        ControlFlow::Break(refused) => Err(refused),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Counts the relations of a statement.
#[derive(Default)]
struct Relations {
    /// Names of common table expressions by their queries, which are met later.
    named: HashMap<*const Query, String>,
    /// What a common table expression reads, by its name.
    known: HashMap<String, usize>,
    /// What each query that is under way reads so far.
    open: Vec<usize>,
}

impl Visitor for Relations {
    type Break = Refused;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Refused> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.named.insert(&raw const *cte.query, cte.alias.name.value.to_lowercase());
        }
        self.open.push(0);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Refused> {
        let checked = within(select.projection.len(), MOST_COLUMNS, "columns").and_then(|()| {
            within(sets(&select.group_by), MOST_SETS, "sets of columns to group by")
        });
        match checked {
            Ok(()) => ControlFlow::Continue(()),
            Err(refused) => ControlFlow::Break(refused),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Refused> {
        if let TableFactor::Table { name, .. } = factor
            && let Some(open) = self.open.last_mut()
        {
            *open += self.known.get(&name.to_string().to_lowercase()).unwrap_or(&1);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<Refused> {
        let reads = self.open.pop().unwrap_or_default();
        if let Err(refused) = within(reads, MOST_RELATIONS, "relations") {
            return ControlFlow::Break(refused);
        }
        match (self.named.remove(&(&raw const *query)), self.open.last_mut()) {
            (Some(name), _) => drop(self.known.insert(name, reads.max(1))),
            (None, Some(open)) => *open += reads,
            (None, None) => {}
        }
        ControlFlow::Continue(())
    }
}

/// How many sets of columns rows are grouped by.
fn sets(group_by: &GroupByExpr) -> usize {
    let cube = |columns: usize| 1_usize.checked_shl(columns as u32).unwrap_or(usize::MAX);
    let GroupByExpr::Expressions(columns, modifiers) = group_by else { return 1 };
    let listed = columns.iter().map(|column| match column {
        ast::Expr::Cube(columns) => cube(columns.len()),
        ast::Expr::Rollup(columns) => columns.len() + 1,
        ast::Expr::GroupingSets(sets) => sets.len(),
        _ => 1,
    });
    let modified = modifiers.iter().map(|modifier| match modifier {
        GroupByWithModifier::Cube => cube(columns.len()),
        GroupByWithModifier::Rollup => columns.len() + 1,
        _ => 1,
    });
    listed.chain(modified).fold(1, usize::saturating_mul)
}

fn within(number: usize, most: usize, what: &str) -> Result<(), Refused> {
    match number <= most {
        true => Ok(()),
        false => Err(Refused::size(format!("a query over more than {most} {what}"))),
    }
}
