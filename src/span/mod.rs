//! Spans of the activity, and what is computed from each and kept as long as it stays true.
//!
//! A relation with `Kept: by span` is computed for each span from what its SQL names, as that stands for the span:
//! `activity.…` its own parts, other relations by span their own rows of it, `earlier.…` and `recent.…` those of the
//! spans before it, `straddling.…` what several spans have copies of. A fingerprint over the SQL and over what is in
//! all of these names the file, so a file that is there needs no computing: a run costs what changed.

mod cut;
mod straddle;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use arrow::datatypes::SchemaRef;
use chrono::{Days, NaiveDate, NaiveTime};
use datafusion::common::{ScalarValue, TableReference};
use datafusion::prelude::{SessionContext, ident, lit};
use tokio::task::JoinSet;
use twox_hash::XxHash3_128;

use crate::activity::table::{MeetingTable, MessageTable, Table, as_read};
use crate::catalog::{Keeping, Relation, STRADDLING};
use crate::engine::{self, Resources};
use crate::import::Ledger;
use crate::store::sweep;
use cut::Span;

pub use cut::SPAN_BYTES;

/// Raised whenever a function of `udf` gives other results than before.
pub const VERSION: u32 = 1;

/// Parquet files that stand for a relation, and a fingerprint of what is in them.
#[derive(Debug, Clone)]
pub struct Files {
    /// Columns.
    pub schema: SchemaRef,
    /// Where they are; none where the relation is empty.
    pub paths: Vec<PathBuf>,
    /// The same for the same rows.
    pub fingerprint: u128,
}

/// What a name in the SQL of a relation stands for.
#[derive(Debug, Clone)]
enum Source {
    Files(Files),
    /// Of the rows in the files those that are not older, by the column `sent_at`.
    Since(Files, NaiveDate),
    View(String),
}

/// What is the same for all spans.
pub struct Given {
    /// `run.…` and what is computed from it alone, by full name.
    pub files: BTreeMap<String, Files>,
    /// `run.…` that is a SELECT over literals, by full name.
    pub views: BTreeMap<String, String>,
    /// Answers later than this many days do not count.
    pub reply_cap_days: u32,
}

/// The spans of one run.
pub struct Spans<'a> {
    relations: &'a [Relation],
    resources: &'a Resources,
    /// Where files are kept from run to run.
    folder: PathBuf,
    given: Given,
    spans: Vec<Span>,
    /// Relations by span and straddling relations: the files of each span.
    kept: HashMap<String, Vec<Files>>,
}

impl<'a> Spans<'a> {
    /// Cuts the activity in `activity` into spans of at most `span_bytes` where weeks allow it.
    pub fn of(
        relations: &'a [Relation],
        resources: &'a Resources,
        folder: PathBuf,
        given: Given,
        (ledger, activity): (&Ledger, PathBuf),
        span_bytes: u64,
    ) -> Result<Self> {
        let spans = cut::spans(ledger, &activity, span_bytes)?;
        Ok(Self { relations, resources, folder, given, spans, kept: HashMap::new() })
    }

    /// Computes `relation`, which is kept by span, for each span that has no true file of it, and registers it
    /// with `context`, where it has the rows of all spans.
    pub async fn compute(&mut self, context: &SessionContext, relation: &Relation) -> Result<()> {
        self.straddle(context, relation).await?;
        let mut wanted = Vec::with_capacity(self.spans.len());
        let mut stale = Vec::new();
        for (index, span) in self.spans.iter().enumerate() {
            if self.is_without_straddling(relation, index) {
                wanted.push(None);
                continue;
            }
            let (inputs, fingerprint) = self.inputs(relation, index)?;
            let path = self.path(&relation.full_name(), span, fingerprint);
            if !path.exists() {
                stale.push(Stale { inputs, path: path.clone(), bytes: span.bytes });
            }
            wanted.push(Some(path));
        }
        self.compute_all(relation, stale).await?;
        let files: Result<Vec<Files>> = wanted
            .into_iter()
            .enumerate()
            .map(|(index, wanted)| match wanted {
                Some(path) => {
                    let (schema, fingerprint) = engine::content(&path)?;
                    Ok(Files { schema, paths: vec![path], fingerprint })
                }
                None => {
                    let copies = self.files(&format!("activity.{}", relation.name), index)?;
                    Ok(Files { paths: Vec::new(), fingerprint: 0, ..copies })
                }
            })
            .collect();
        self.keep_all(context, relation.full_name(), files?)
    }

    /// Registers `relation`, which is a view, with `context`.
    pub async fn view(&mut self, context: &SessionContext, relation: &Relation) -> Result<()> {
        self.straddle(context, relation).await?;
        engine::register_view(context, relation).await
    }

    /// Registers `relation`, which was computed for the run, with `context`, and gives it to every span.
    pub async fn give(
        &mut self,
        context: &SessionContext,
        relation: &Relation,
        path: PathBuf,
    ) -> Result<()> {
        let (schema, _) = engine::content(&path)?;
        engine::register_parquet(
            context,
            relation.reference(),
            schema.clone(),
            std::slice::from_ref(&path),
        )?;
        if relation.is_looked_up(self.relations) {
            engine::look_up_in(context, self.resources, relation.reference()).await?;
        }
        // a span reads of a run what depends on no activity
        let is_given = |name: &String| {
            self.given.files.contains_key(name) || self.given.views.contains_key(name)
        };
        if relation.reads.iter().all(is_given) {
            // its rows are in another order each time: what it was computed from is the same
            let (_, fingerprint) = self.inputs(relation, 0)?;
            let files = Files { schema, paths: vec![path], fingerprint };
            self.given.files.insert(relation.full_name(), files);
        }
        Ok(())
    }

    /// Remembers the files of each span, and registers them all with `context`.
    fn keep_all(
        &mut self,
        context: &SessionContext,
        name: String,
        files: Vec<Files>,
    ) -> Result<()> {
        let paths: Vec<PathBuf> = files.iter().flat_map(|files| files.paths.clone()).collect();
        let schema = files.first().context("no span")?.schema.clone();
        engine::register_parquet(context, reference(&name)?, schema, &paths)?;
        self.kept.insert(name, files);
        Ok(())
    }

    /// `relation` is the copies that straddle, and in the span at `index` there are none.
    fn is_without_straddling(&self, relation: &Relation, index: usize) -> bool {
        let is_empty =
            |name: &String| self.kept.get(name).is_some_and(|kept| kept[index].paths.is_empty());
        relation.layer == STRADDLING && relation.reads.iter().any(is_empty)
    }

    /// Computes `relation` for each of `stale`, on all cores; what does not fit in memory is then done alone.
    async fn compute_all(&self, relation: &Relation, mut stale: Vec<Stale>) -> Result<()> {
        let cores = self.resources.cores;
        stale.sort_by_key(|span| Reverse(span.bytes));
        let mut rest: u64 = stale.iter().map(|span| span.bytes).sum();
        let mut waiting = stale.into_iter();
        let mut tasks = JoinSet::new();
        let mut too_large = Vec::new();
        loop {
            while tasks.len() < cores
                && let Some(span) = waiting.next()
            {
                // each on one core, but on all where the others together would not keep the other cores busy
                let is_wide = span.bytes * cores as u64 >= rest;
                rest -= span.bytes;
                let resources = self.resources.on(if is_wide { cores } else { 1 });
                let context = engine::session(self.relations, &resources)?;
                let relation = relation.clone();
                tasks.spawn(async move { (span.compute(&context, &relation).await, span) });
            }
            match tasks.join_next().await.transpose()? {
                Some((Ok(()), _)) => {}
                Some((Err(error), span)) if engine::is_out_of_memory(&error) => {
                    too_large.push(span)
                }
                Some((Err(error), _)) => return Err(error),
                None => break,
            }
        }
        for span in too_large {
            let context = engine::session(self.relations, &self.resources.frugal())?;
            span.compute(&context, relation).await?;
        }
        Ok(())
    }

    /// Removes what no span of this run stands for.
    pub fn sweep(&self) -> Result<()> {
        let used: BTreeSet<&Path> = self
            .kept
            .values()
            .flatten()
            .flat_map(|files| files.paths.iter().map(PathBuf::as_path))
            .collect();
        sweep(&self.folder, &|path| used.contains(path))
    }

    fn path(&self, name: &str, span: &Span, fingerprint: u128) -> PathBuf {
        self.folder.join(name).join(format!("{}.{fingerprint:032x}.parquet", span.name))
    }

    /// What `relation` reads in the span at `index`, each after what it is made of, and a fingerprint of it all.
    fn inputs(
        &self,
        relation: &Relation,
        index: usize,
    ) -> Result<(Vec<(TableReference, Source)>, u128)> {
        let mut inputs = Vec::new();
        let mut hasher = XxHash3_128::new();
        hasher.write(&VERSION.to_le_bytes());
        hasher.write(relation.full_name().as_bytes());
        hasher.write(relation.sql.as_bytes());
        for name in &relation.reads {
            self.input(name, index, &mut inputs, &mut hasher)?;
        }
        Ok((inputs, hasher.finish_128()))
    }

    fn input(
        &self,
        name: &str,
        index: usize,
        inputs: &mut Vec<(TableReference, Source)>,
        hasher: &mut XxHash3_128,
    ) -> Result<()> {
        let source = match (self.relation(name), self.given.views.get(name)) {
            (Some(relation), _) if relation.header.kept == Keeping::Not => {
                for read in &relation.reads {
                    self.input(read, index, inputs, hasher)?;
                }
                Source::View(relation.sql.to_owned())
            }
            (_, Some(sql)) => Source::View(sql.clone()),
            _ => {
                let files = self.files(name, index)?;
                match self.oldest_recent(index) {
                    Some(oldest)
                        if name.starts_with("recent.")
                            && files.schema.column_with_name("sent_at").is_some() =>
                    {
                        Source::Since(files, oldest)
                    }
                    _ => Source::Files(files),
                }
            }
        };
        hasher.write(name.as_bytes());
        match &source {
            Source::View(sql) => hasher.write(sql.as_bytes()),
            Source::Files(files) | Source::Since(files, _) => {
                hasher.write(&files.fingerprint.to_le_bytes());
            }
        }
        let reference = reference(name)?;
        if inputs.iter().all(|(known, _)| *known != reference) {
            inputs.push((reference, source));
        }
        Ok(())
    }

    /// The files that `name` stands for in the span at `index`.
    fn files(&self, name: &str, index: usize) -> Result<Files> {
        let unknown = || anyhow!("`{name}` is not known to a relation that is kept by span");
        if let Some(files) = self.given.files.get(name) {
            return Ok(files.clone());
        }
        match name.split_once('.').with_context(unknown)? {
            ("activity", MessageTable::NAME) => Ok(self.parts::<MessageTable>(index)),
            ("activity", MeetingTable::NAME) => Ok(self.parts::<MeetingTable>(index)),
            ("earlier", stem) => self.files_of(stem, 0..index),
            ("recent", stem) => self.files_of(stem, self.first_recent(index)..index),
            _ => Ok(self.kept.get(name).with_context(unknown)?[index].clone()),
        }
    }

    fn parts<T: Table>(&self, index: usize) -> Files {
        let paths = self.spans[index].parts.get(T::NAME).cloned().unwrap_or_default();
        // a part is never changed and its name has the hash of its export file
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let fingerprint = XxHash3_128::oneshot(names.join("\n").as_bytes());
        Files { schema: as_read(&T::schema()), paths, fingerprint }
    }

    /// The relation by span that is called `stem`, in several spans.
    fn files_of(&self, stem: &str, spans: std::ops::Range<usize>) -> Result<Files> {
        let relation = self
            .relations
            .iter()
            .find(|relation| relation.name == stem && relation.header.kept == Keeping::Span);
        let kept = relation
            .and_then(|relation| self.kept.get(&relation.full_name()))
            .with_context(|| format!("no relation by span is called `{stem}`"))?;
        let mut hasher = XxHash3_128::new();
        for files in &kept[spans.clone()] {
            hasher.write(&files.fingerprint.to_le_bytes());
        }
        Ok(Files {
            schema: kept.first().context("no span")?.schema.clone(),
            paths: kept[spans].iter().flat_map(|files| files.paths.clone()).collect(),
            fingerprint: hasher.finish_128(),
        })
    }

    /// The first span that may hold the question of an answer in the span at `index` that is not too late.
    fn first_recent(&self, index: usize) -> usize {
        let oldest = self.oldest_recent(index);
        let is_old = |span: &Span| oldest.is_some_and(|oldest| span.end <= oldest);
        self.spans[..index].iter().position(|span| !is_old(span)).unwrap_or(index)
    }

    /// The first day of which a question can be answered in the span at `index` within the cap; `None` for any day.
    fn oldest_recent(&self, index: usize) -> Option<NaiveDate> {
        let cap = Days::new(u64::from(self.given.reply_cap_days));
        self.spans[index].begin.checked_sub_days(cap)
    }

    fn relation(&self, name: &str) -> Option<&'a Relation> {
        self.relations.iter().find(|relation| relation.full_name() == name)
    }

    /// All names that `relation` reads, through views.
    fn reads(&self, relation: &Relation) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for name in &relation.reads {
            if let Some(view) =
                self.relation(name).filter(|relation| relation.header.kept == Keeping::Not)
            {
                names.extend(self.reads(view));
            }
            names.insert(name.clone());
        }
        names
    }

    /// Finds what `relation` reads of the schema `straddling`, where that has not been done yet.
    async fn straddle(&mut self, context: &SessionContext, relation: &Relation) -> Result<()> {
        let prefix = format!("{STRADDLING}.");
        for name in self.reads(relation) {
            let Some(stem) = name.strip_prefix(&prefix) else { continue };
            if !self.kept.contains_key(&name) {
                let files = match stem.strip_suffix("_key") {
                    Some(_) => self.straddling_keys(stem)?,
                    None => self.merged_again(stem).await?,
                };
                self.keep_all(context, name, files)?;
            }
        }
        Ok(())
    }
}

/// What a relation is computed from in one span, and where it goes.
struct Stale {
    inputs: Vec<(TableReference, Source)>,
    path: PathBuf,
    /// Bytes of the span's activity.
    bytes: u64,
}

impl Stale {
    async fn compute(&self, context: &SessionContext, relation: &Relation) -> Result<()> {
        register(context, self.inputs.clone()).await?;
        engine::write(context, relation, &self.path).await
    }
}

/// Registers `inputs` with a session, in their order.
async fn register(context: &SessionContext, inputs: Vec<(TableReference, Source)>) -> Result<()> {
    for (reference, source) in inputs {
        match source {
            Source::Files(files) => {
                engine::register_parquet(context, reference, files.schema, &files.paths)?;
            }
            Source::Since(files, oldest) => {
                engine::register_parquet(context, reference.clone(), files.schema, &files.paths)?;
                let oldest = oldest.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
                let oldest = ScalarValue::TimestampMicrosecond(Some(oldest), Some("UTC".into()));
                let rows = context.table(reference.clone()).await?;
                let rows = rows.filter(ident("sent_at").gt_eq(lit(oldest)))?.into_view();
                context.deregister_table(reference.clone())?;
                context.register_table(reference, rows)?;
            }
            Source::View(sql) => {
                let view = context
                    .sql(&sql)
                    .await
                    .with_context(|| format!("cannot plan `{reference}`"))?
                    .into_view();
                context.register_table(reference, view)?;
            }
        }
    }
    Ok(())
}

fn reference(name: &str) -> Result<TableReference> {
    let (layer, stem) = name.split_once('.').with_context(|| format!("`{name}` has no schema"))?;
    Ok(TableReference::partial(layer.to_owned(), stem.to_owned()))
}
