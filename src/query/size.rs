//! How much a query may be: nothing can end planning, so what would be planned for long is told before.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::{Query, Statement, TableFactor, Visit, Visitor};

use super::guard::Refused;

/// Links of a text, and levels of a plan, that a stack of 64 MiB surely holds: planning calls itself for each.
pub(super) const MOST_LEVELS: usize = 1000;
/// Relations of a query, each as often as it is read.
const MOST_RELATIONS: usize = 200;
/// Joins and subqueries of a query together.
const MOST_JOINS: usize = 48;
/// Subqueries within each other.
const MOST_NESTED: usize = 10;

/// The plan is of a size that is planned in seconds: nothing can end planning, and its time grows with the square
/// of the joins and doubles with each level of subqueries.
///
/// Views and common table expressions count as often as they are read, which can be more often than a walk over
/// all of them would ever see: it ends with the first that is too much.
pub(super) fn check_plan(plan: &LogicalPlan) -> Result<(), Refused> {
    Size::default().add(plan, 0)
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

/// The statement reads no more relations than is allowed, each common table expression counted as often as it is
/// read: a chain that doubles would be planned forever.
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

fn within(number: usize, most: usize, what: &str) -> Result<(), Refused> {
    match number <= most {
        true => Ok(()),
        false => Err(Refused::new(format!("a query over more than {most} {what}"))),
    }
}
