//! Asking the published set: a session that reads it and nothing else, for the shell, segments and servers.

mod error;
pub mod guard;
mod name;
mod relation;
mod rows;
pub mod saved;
pub mod segment;
mod size;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, Result};
use datafusion::catalog::SchemaProvider;
use datafusion::common::TableReference;
use datafusion::common::config::Dialect;
use datafusion::datasource::MemTable;
use datafusion::logical_expr::{DdlStatement, LogicalPlan};
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast;

use crate::engine::{self, Folder};
use crate::store::Set;

pub use error::{Error, Kind, Place};
pub use name::Names;
use relation::GIVEN;
pub use relation::{Shown, ShownColumn, Sort};
pub use rows::rows;
use saved::{Problem, Saved};
pub use text::statements;

/// What to open.
#[derive(Debug, Clone)]
pub struct Source {
    /// The output of an enrichment.
    pub output: PathBuf,
    /// A kept run; the published one where it is none.
    pub run: Option<String>,
    /// Segments and measures, which become views.
    pub saved: Vec<Saved>,
    /// Bytes of memory that the session's queries may use.
    pub memory: usize,
    /// The imported activity too, which holds addresses.
    pub with_activity: bool,
}

impl Source {
    /// The published set in `output` with these saved queries, and without the activity.
    pub fn published(output: PathBuf, saved: Vec<Saved>, memory: usize) -> Self {
        Self { output, run: None, saved, memory, with_activity: false }
    }
}

/// A session over one published set.
pub struct Session {
    context: SessionContext,
    source: Source,
    opened: RwLock<Arc<Opened>>,
}

/// What a session has opened.
#[derive(Debug, Clone, Default)]
struct Opened {
    set: Option<Set>,
    names: Names,
    shown: BTreeMap<String, Shown>,
    problems: Vec<Problem>,
}

impl Session {
    /// Opens the set that `source` asks for.
    ///
    /// Fails where nothing is published, or no such run is kept.
    pub async fn open(source: Source) -> Result<Self> {
        let set = Set::open(&source.output, source.run.as_deref())?;
        Self::over(source, Some(set)).await
    }

    /// Opens `set`, which need not be published yet; without one every relation is empty.
    pub async fn over(source: Source, set: Option<Set>) -> Result<Self> {
        let (runs, activity) = (relation::runs(&source.output), source.output.join("activity"));
        let mut folders = Vec::new();
        if set.is_some() {
            folders.push(Folder { name: "run", path: &runs });
        }
        if source.with_activity && activity.is_dir() {
            folders.push(Folder { name: "activity", path: &activity });
        }
        let context = engine::reader(&folders, source.memory)?;
        let session = Self { context, source, opened: RwLock::default() };
        session.register(set).await?;
        Ok(session)
    }

    /// A session like this one over the run kept before its set, where there is one.
    pub async fn before(&self) -> Result<Option<Self>> {
        let before = self.set().map(|set| set.before(&self.source.output)).transpose()?.flatten();
        match before {
            Some(set) => Ok(Some(Self::over(self.source.clone(), Some(set)).await?)),
            None => Ok(None),
        }
    }

    /// DataFusion's session.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The output that the set is of.
    pub fn output(&self) -> &Path {
        &self.source.output
    }

    /// The opened set.
    pub fn set(&self) -> Option<Set> {
        self.opened().set.clone()
    }

    /// What keeps saved queries from being asked.
    pub fn problems(&self) -> Vec<Problem> {
        self.opened().problems.clone()
    }

    /// The saved queries of a kind that can be asked.
    pub fn saved(&self, kind: saved::Kind) -> Vec<Saved> {
        let (opened, sort) = (self.opened(), relation::sort(kind));
        let is_asked = |saved: &&Saved| {
            saved.kind == kind && opened.shown.get(&saved.name).is_some_and(|it| it.sort == sort)
        };
        self.source.saved.iter().filter(is_asked).cloned().collect()
    }

    /// The relations by name.
    pub fn shown(&self) -> BTreeMap<String, Shown> {
        self.opened().shown.clone()
    }

    /// The columns of the relation of this name in any letter case, and its name as it is written.
    pub async fn columns(&self, name: &str) -> Result<(String, Vec<ShownColumn>), Error> {
        let opened = self.opened();
        let unknown = || Error::unknown_relation(name, &opened.names);
        let written = opened.names.written(name).ok_or_else(unknown)?;
        let table = self.context.table_provider(reference(written)).await.map_err(|_| unknown())?;
        let columns = relation::columns(&table.schema(), opened.shown.get(written));
        Ok((written.to_owned(), columns))
    }

    /// Relations and columns as they are written.
    pub fn names(&self) -> Names {
        self.opened().names.clone()
    }

    /// `sql` with names in the letter case in which they are written; see [`Names::in_their_case`].
    pub fn in_their_case(&self, sql: &str) -> String {
        self.opened().names.in_their_case(sql)
    }

    /// Plans one statement, having made sure that it only reads.
    pub async fn plan(&self, sql: &str) -> Result<LogicalPlan, Error> {
        if text::links(sql) > size::MOST_LEVELS {
            return Err(Error::too_long());
        }
        let text = self.in_their_case(sql);
        let statement = self.context.state().sql_to_statement(&text, &Dialect::PostgreSQL);
        let statement = statement.map_err(|error| self.error(&error, sql))?;
        self.plan_statement(statement, sql).await
    }

    /// Plans a statement of `sql` that has been parsed, having made sure that it only reads.
    pub async fn plan_statement(
        &self,
        mut statement: Statement,
        sql: &str,
    ) -> Result<LogicalPlan, Error> {
        guard::check(&statement).map_err(|refused| Error::refused(&refused))?;
        if let Statement::Statement(inner) = &mut statement
            && let ast::Statement::CreateView(view) = inner.as_mut()
        {
            // every view lasts as long as the session
            view.temporary = false;
        }
        let plan = self.context.state().statement_to_plan(statement).await;
        let plan = plan.map_err(|error| self.error(&error, sql))?;
        self.check_plan(&plan).map_err(|refused| Error::refused(&refused))?;
        Ok(plan)
    }

    /// The plan reads, or makes or drops a view of this session.
    pub fn check_plan(&self, plan: &LogicalPlan) -> Result<(), guard::Refused> {
        size::check_plan(plan)?;
        guard::check_plan(plan)?;
        let name = match plan {
            LogicalPlan::Ddl(DdlStatement::CreateView(view)) => &view.name,
            LogicalPlan::Ddl(DdlStatement::DropView(view)) => &view.name,
            _ => return Ok(()),
        };
        let opened = self.opened();
        // letter case tells no two relations apart, and a dot ends the name of a schema
        let shown = opened.names.written(name.table()).and_then(|name| opened.shown.get(name));
        let is_own = shown.is_none_or(|shown| shown.sort == Sort::Session);
        let is_own = is_own && !name.table().contains('.');
        let is_here = name.schema().is_none_or(|schema| schema == SCHEMA);
        match is_own && is_here {
            true => Ok(()),
            false => Err(guard::Refused::new(format!("a view in the place of `{name}`"))),
        }
    }

    /// Plans one statement; running it is the caller's. A view that it makes is there afterwards.
    pub async fn query(&self, sql: &str) -> Result<DataFrame, Error> {
        let plan = self.plan(sql).await?;
        let is_view = matches!(plan, LogicalPlan::Ddl(_));
        let rows = self.context.execute_logical_plan(plan).await;
        let rows = rows.map_err(|error| self.error(&error, sql))?;
        if is_view {
            self.note_views().await.map_err(|error| Error::of_text(format!("{error:#}")))?;
        }
        Ok(rows)
    }

    /// The rows of a relation of the session, by its name as it is written.
    pub async fn relation(&self, name: &str) -> Result<DataFrame> {
        Ok(self.context.table(reference(name)).await?)
    }

    /// Computes the relation of this name once, and keeps it in memory for whatever asks for it while this set is open.
    pub async fn keep(&self, name: &str) -> Result<()> {
        let rows = self.relation(name).await?;
        let schema = Arc::new(rows.schema().as_arrow().clone());
        let table = MemTable::try_new(schema, vec![rows.collect().await?])?;
        self.context.deregister_table(reference(name))?;
        self.context.register_table(reference(name), Arc::new(table))?;
        Ok(())
    }

    /// The error as people should read it, of a query that has failed while it ran.
    pub fn error(&self, error: &datafusion::common::DataFusionError, sql: &str) -> Error {
        Error::new(error, sql, &self.opened().names)
    }

    /// The opened set is the one that is published now, or the session is of a run that was asked for.
    pub fn is_current(&self) -> Result<bool> {
        Ok(self.source.run.is_some() || self.set() == Some(Set::open(&self.source.output, None)?))
    }

    /// Opens the set that is published now, where the session is not of a run that was asked for.
    ///
    /// Views of the session stay, made anew over the new set.
    pub async fn refresh(&self) -> Result<()> {
        if self.source.run.is_some() {
            return self.note_views().await;
        }
        let set = Set::open(&self.source.output, None)?;
        if self.opened().set.as_ref() == Some(&set) {
            return self.note_views().await;
        }
        let schema = self.schema()?;
        let mut views = Vec::new();
        for name in schema.table_names() {
            let table = schema.deregister_table(&name)?;
            let is_session =
                self.opened().shown.get(&name).is_none_or(|shown| shown.sort == Sort::Session);
            let sql = table.and_then(|table| table.get_table_definition().map(str::to_owned));
            views.extend(sql.filter(|_| is_session));
        }
        self.register(Some(set)).await?;
        for sql in views {
            // what the view was made of may have gone, and the view with it
            let _ = self.context.sql(&sql).await;
        }
        self.note_views().await
    }

    async fn register(&self, set: Option<Set>) -> Result<()> {
        let (root, activity) = (&self.source.output, self.source.output.join("activity"));
        let folder = relation::runs(root);
        let runs = Folder { name: "run", path: &folder };
        let mut kept = match &set {
            Some(set) => Set::kept_until(root, &set.run)?,
            None => Vec::new(),
        };
        // a set that is not published yet is none of the kept ones
        kept.extend(set.clone().filter(|set| !kept.contains(set)));
        let mut shown = relation::register(&self.context, runs, set.as_ref(), &kept).await?;
        if self.source.with_activity && activity.is_dir() {
            let activity = Folder { name: "activity", path: &activity };
            shown.extend(relation::register_activity(&self.context, activity)?);
        }
        self.open_as(Opened { set, shown, ..Opened::default() });
        self.note_views().await?;
        self.register_saved().await
    }

    /// Registers saved queries as views, each after those that it names.
    async fn register_saved(&self) -> Result<()> {
        let mut waiting: Vec<&Saved> = self.source.saved.iter().collect();
        let mut problems = Vec::new();
        let mut broken = BTreeSet::new();
        while !waiting.is_empty() {
            let names: BTreeSet<&str> = waiting.iter().map(|saved| saved.name.as_str()).collect();
            let is_ready = |saved: &&Saved| {
                let reads = self.references(&saved.sql());
                !reads.iter().any(|name| *name == saved.name || names.contains(name.as_str()))
            };
            let (ready, rest): (Vec<_>, Vec<_>) = waiting.iter().copied().partition(is_ready);
            if ready.is_empty() {
                for saved in rest {
                    let message = "the query reads itself, through others or directly".to_owned();
                    problems.extend(problem(saved, Error::of_text(message)));
                }
                break;
            }
            for saved in ready {
                let reads = self.references(&saved.sql());
                let made = match reads.iter().find(|name| broken.contains(*name)) {
                    Some(name) => {
                        let message = format!("it reads `{name}`, which cannot be asked");
                        Err(Error::of_text(message).at_word(name, &saved.text))
                    }
                    None => self.register_one(saved).await?,
                };
                if let Err(error) = made {
                    broken.insert(saved.name.clone());
                    problems.extend(problem(saved, error));
                }
            }
            waiting = rest;
        }
        self.open_as(Opened { problems, ..Opened::clone(&self.opened()) });
        Ok(())
    }

    async fn register_one(&self, saved: &Saved) -> Result<Result<(), Error>> {
        let sql = saved.sql();
        let plan = match self.plan(&sql).await {
            Ok(plan) => plan,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = saved.check(&plan) {
            return Ok(Err(error));
        }
        let mut opened = Opened::clone(&self.opened());
        opened.shown.insert(saved.name.clone(), relation::of_saved(saved));
        let columns = plan.schema().fields().iter().map(|field| field.name().clone());
        opened.names.add(&saved.name, columns.collect());
        relation::register_view(&self.context, &saved.name, plan, Some(&sql))?;
        self.open_as(opened);
        Ok(Ok(()))
    }

    /// The relations without a schema that `sql` names, in lower case; none where it does not parse.
    fn references(&self, sql: &str) -> Vec<String> {
        if text::links(sql) > size::MOST_LEVELS {
            return Vec::new();
        }
        let state = self.context.state();
        let statement = state.sql_to_statement(sql, &Dialect::PostgreSQL);
        let references = statement.and_then(|statement| state.resolve_table_references(&statement));
        let names = references.unwrap_or_default().into_iter();
        names.map(|reference| reference.table().to_ascii_lowercase()).collect()
    }

    /// Takes note of views that the session has made or dropped.
    async fn note_views(&self) -> Result<()> {
        let opened = self.opened();
        let tables: BTreeSet<String> = self.schema()?.table_names().into_iter().collect();
        let known = |name: &String| opened.names.written(name) == Some(name);
        let is_gone = |name: &&String| !name.contains('.') && !tables.contains(*name);
        if tables.iter().all(known) && !opened.shown.keys().any(|name| is_gone(&name)) {
            return Ok(());
        }
        let mut shown = opened.shown.clone();
        shown.retain(|name, _| !is_gone(&name));
        for name in tables {
            let made = || relation::given(Sort::Session, "Made in this session.");
            shown.entry(name).or_insert_with(made);
        }
        let names = self.names_now(&shown).await?;
        self.open_as(Opened { shown, names, ..Opened::clone(&opened) });
        Ok(())
    }

    async fn names_now(&self, shown: &BTreeMap<String, Shown>) -> Result<Names> {
        let mut names = Names::default();
        for name in shown.keys() {
            let table = self.context.table_provider(reference(name)).await?;
            let columns =
                table.schema().fields().iter().map(|field| field.name().clone()).collect();
            names.add(name, columns);
        }
        Ok(names)
    }

    fn schema(&self) -> Result<Arc<dyn SchemaProvider>> {
        let catalog = self.context.catalog("rapport").context("the session has no catalog")?;
        catalog.schema(SCHEMA).context("the session has no schema")
    }

    fn opened(&self) -> Arc<Opened> {
        self.opened.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn open_as(&self, opened: Opened) {
        *self.opened.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(opened);
    }
}

/// The schema of what is published.
const SCHEMA: &str = "public";

/// `name` or `schema.name`, with no letter case changed.
fn reference(name: &str) -> TableReference {
    match name.split_once('.') {
        Some((schema, name)) => TableReference::partial(schema, name),
        None => TableReference::bare(name),
    }
}

fn problem(saved: &Saved, error: Error) -> Option<Problem> {
    Some(Problem { path: saved.path.clone()?, error: error.at_statement(&saved.text) })
}
