//! The relations of `sql/`: folder = layer, file stem = relation, one SELECT a file.
//!
//! Not here: running them (`engine`) and what comes before them, the schemas `activity` and `run`.

mod header;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use anyhow::{Context, Result, bail};
use datafusion::common::TableReference;
use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value, visit_expressions,
};
use include_dir::{Dir, include_dir};

pub use header::{Column, Header, Keeping, of_saved};

static SQL: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/sql");

/// Schemas of relations that a span is given besides its own: of the spans before it, of those of them that
/// lie within the cap on reply delays, and of what several spans have copies of.
pub const OTHER_SPANS: [&str; 3] = ["earlier", "recent", STRADDLING];

/// The schema whose relations are named without it: what is published, and what is asked of that.
pub const NAMED_ALONE: &str = "entity";

/// Folders besides `entity` whose relations stand in that schema.
const STANDING_THERE: [&str; 3] = ["view", "segment", "measure"];

/// The schema of what cards tell.
pub const CARD: &str = "card";

/// The schema of what all customers tell together.
pub const OVERVIEW: &str = "overview";

/// The schema of what several spans have copies of.
pub const STRADDLING: &str = "straddling";

/// One relation of `sql/`.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Folder: `stage`, `straddling`, `account`, `score`, `entity`, `view`, `segment`, `measure`, `card`, `overview`, `check` or `report`.
    pub layer: &'static str,
    /// File stem.
    pub name: &'static str,
    /// The file's text.
    pub sql: &'static str,
    /// What the file's header comment says.
    pub header: Header,
    /// What its SELECT names: relations of `sql/` and those that a run is given, `layer.name`.
    pub reads: Vec<String>,
    /// Those of them that it names as literals, for functions to look up in.
    pub looks_up: Vec<String>,
}

impl Relation {
    /// `schema.name`, as the SQL of other relations names it.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.schema(), self.name)
    }

    /// The folder, or the one schema of what is published and asked of that.
    pub fn schema(&self) -> &'static str {
        if STANDING_THERE.contains(&self.layer) { NAMED_ALONE } else { self.layer }
    }

    /// It is asked of the published set; a run does not compute it.
    pub fn is_asked_of_entities(&self) -> bool {
        [CARD, OVERVIEW].contains(&self.layer) || STANDING_THERE.contains(&self.layer)
    }

    /// One of `relations` has a function look up in it.
    pub fn is_looked_up(&self, relations: &[Relation]) -> bool {
        relations.iter().any(|other| other.looks_up.contains(&self.full_name()))
    }

    /// The same as DataFusion's reference.
    pub fn reference(&self) -> TableReference {
        TableReference::partial(self.schema(), self.name)
    }
}

/// Every relation of `sql/`, each after those that it reads.
///
/// Fails where a file does not parse, has no proper header, or relations read each other in a circle.
pub fn relations() -> Result<Vec<Relation>> {
    let mut waiting = BTreeMap::new();
    for folder in SQL.dirs() {
        for file in folder.files() {
            let path = file.path();
            if path.extension().is_none_or(|extension| extension != "sql") {
                continue;
            }
            let relation = relation(path, file.contents_utf8())
                .with_context(|| format!("sql/{}", path.display()))?;
            waiting.insert(relation.full_name(), relation);
        }
    }
    with_columns_of_others(in_reading_order(waiting)?)
}

/// Gives relations whose header names another one for its columns these columns.
fn with_columns_of_others(mut relations: Vec<Relation>) -> Result<Vec<Relation>> {
    for at in 0..relations.len() {
        let Some(name) = &relations[at].header.columns_of else {
            continue;
        };
        let other = relations.iter().find(|relation| relation.name == name);
        let columns =
            other.with_context(|| format!("no relation `{name}`"))?.header.columns.clone();
        relations[at].header.columns = columns;
    }
    Ok(relations)
}

/// The relations of one layer among `relations`.
pub fn layer<'a>(
    relations: &'a [Relation],
    layer: &'a str,
) -> impl Iterator<Item = &'a Relation> + 'a {
    relations.iter().filter(move |relation| relation.layer == layer)
}

fn relation(path: &'static std::path::Path, text: Option<&'static str>) -> Result<Relation> {
    let sql = text.context("not UTF-8")?;
    let mut parts = path.iter().filter_map(|part| part.to_str());
    let (Some(layer), Some(name)) = (parts.next(), path.file_stem().and_then(|stem| stem.to_str()))
    else {
        bail!("not of the form layer/relation.sql");
    };
    let mut statements = DFParser::parse_sql(sql)?;
    let (Some(statement), true) = (statements.pop_front(), statements.is_empty()) else {
        bail!("not exactly one statement");
    };
    let (references, _) = resolve_table_references(&statement, false)?;
    let looks_up = looks_up(&statement);
    let reads = references.iter().map(|reference| match reference.schema() {
        Some(_) => reference.to_string(),
        None => format!("{NAMED_ALONE}.{reference}"),
    });
    let reads = reads.chain(looks_up.iter().cloned());
    Ok(Relation { layer, name, sql, header: header::parse(sql)?, reads: reads.collect(), looks_up })
}

/// Functions whose first argument is the name of a relation.
const LOOKUPS: [&str; 3] = ["lookup", "stranger_domains", "known_attendees"];

/// The relations that `statement` names as literals, for functions to look up in.
fn looks_up(statement: &Statement) -> Vec<String> {
    let mut names = BTreeSet::new();
    if let Statement::Statement(statement) = statement {
        let _: ControlFlow<()> = visit_expressions(statement.as_ref(), |expression| {
            if let Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) =
                expression
                && LOOKUPS.contains(&name.to_string().as_str())
                && let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))) =
                    list.args.first()
                && let Value::SingleQuotedString(name) = &value.value
            {
                names.insert(name.clone());
            }
            ControlFlow::Continue(())
        });
    }
    names.into_iter().collect()
}

fn in_reading_order(mut waiting: BTreeMap<String, Relation>) -> Result<Vec<Relation>> {
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = waiting
            .iter()
            .find(|(_, relation)| relation.reads.iter().all(|name| !is_waiting(&waiting, name)))
            .map(|(name, _)| name.clone());
        match ready.and_then(|name| waiting.remove(&name)) {
            Some(relation) => ordered.push(relation),
            None => {
                let names: Vec<_> = waiting.into_keys().collect();
                bail!("relations read each other in a circle: {}", names.join(", "));
            }
        }
    }
    Ok(ordered)
}

/// `name`, or what it is made of where it is a relation of other spans, is still to come.
fn is_waiting(waiting: &BTreeMap<String, Relation>, name: &str) -> bool {
    let is_other_span = |layer: &&str| OTHER_SPANS.contains(layer);
    match name.split_once('.') {
        Some((layer, stem)) if is_other_span(&layer) => {
            let is_source = |relation: &Relation| {
                relation.name == stem
                    // merged again is what the copies give that straddle
                    || layer == STRADDLING && relation.layer == STRADDLING && !stem.ends_with("_key")
            };
            waiting.values().any(is_source)
        }
        _ => waiting.contains_key(name),
    }
}
