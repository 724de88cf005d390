//! `rapport segment` and `rapport measure`: saved queries.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use anyhow::{Result, bail};
use arrow::array::{ArrayRef, RecordBatch, StringArray};

use super::sql::{output, source};
use super::{memory, print, runtime, warn};
use crate::cli::{
    Ask, DefinitionPath, Diff, List, Measure, Named, New, NewMeasure, PublishedSet, Rows, Segment,
};
use crate::definition::{self, Definition, count};
use crate::format;
use crate::query::saved::{self, Kind, Saved};
use crate::query::{Session, Source, segment};
use crate::store::{self, Set};

pub(super) fn segment(command: &Segment) -> Result<()> {
    match command {
        Segment::New(arguments) => new_segment(arguments),
        Segment::List(arguments) => list_segments(arguments),
        Segment::Show(arguments) => show(Kind::Segment, arguments),
        Segment::Run(arguments) => ask(Kind::Segment, arguments),
        Segment::Diff(arguments) => diff(arguments),
        Segment::Check(definition) => check(Kind::Segment, definition),
    }
}

pub(super) fn measure(command: &Measure) -> Result<()> {
    match command {
        Measure::New(arguments) => new_measure(arguments),
        Measure::List(arguments) => list_measures(arguments),
        Measure::Show(arguments) => show(Kind::Measure, arguments),
        Measure::Run(arguments) => ask(Kind::Measure, arguments),
        Measure::Check(definition) => check(Kind::Measure, definition),
    }
}

fn new_segment(arguments: &New) -> Result<()> {
    let New { name, definition, condition, select, title } = arguments;
    let body = condition.as_deref().or(select.as_deref()).unwrap_or_default();
    let title = title.as_deref().or(condition.as_deref()).unwrap_or(name);
    new(Kind::Segment, name, definition, title, body)
}

fn new_measure(arguments: &NewMeasure) -> Result<()> {
    let NewMeasure { name, definition, select, title } = arguments;
    new(Kind::Measure, name, definition, title.as_deref().unwrap_or(name), select)
}

/// Saves a query that can be asked, beside the definition; never in the place of another file.
fn new(kind: Kind, name: &str, path: &DefinitionPath, title: &str, body: &str) -> Result<()> {
    let definition = definition::load(&path.definition)?;
    let folder = definition.folder().join(kind.folder());
    let path = folder.join(format!("{name}.sql"));
    let text =
        format!("-- {}\n{}\n", title.split_whitespace().collect::<Vec<_>>().join(" "), body.trim());
    let saved = saved::parse(kind, name, text, Some(&path))?;
    if path.exists() {
        bail!("`{}` exists already\nhint: edit it, or choose another name", path.display());
    }
    let mut found = saved::load(definition.folder())?;
    let is_taken = found.queries.iter().any(|other| other.name == name && other.kind != kind);
    if is_taken || saved::is_reserved(name)? {
        bail!(
            "`{name}` is the name of something else already\nhint: `\\d` in `rapport sql` lists what there is"
        );
    }
    let is_replaced = found.queries.iter().any(|other| other.name == name);
    found.queries.retain(|other| other.name != name);
    found.queries.push(saved.clone());
    let problems = problems(&definition, found.queries)?;
    if let Some(problem) = problems.into_iter().find(|problem| problem.path == path) {
        bail!("the {} cannot be asked: {}", kind.as_str(), problem.error);
    }
    store::write_whole(&path, saved.text.as_bytes())?;
    let replaced = if is_replaced { ", in the place of the one that ships" } else { "" };
    print(&format!("wrote {}{replaced}\n", path.display()))
}

/// What is wrong with saved queries, planned over the columns of an empty set.
fn problems(definition: &Definition, saved: Vec<Saved>) -> Result<Vec<saved::Problem>> {
    let source = Source::published(definition.output.clone(), saved, memory(definition));
    Ok(runtime()?.block_on(Session::over(source, None))?.problems())
}

fn check(kind: Kind, path: &DefinitionPath) -> Result<()> {
    let definition = definition::load(&path.definition)?;
    let found = saved::load(definition.folder())?;
    let checked = found.queries.iter().filter(|saved| saved.kind == kind).count();
    let mut wrong = found.problems;
    wrong.extend(problems(&definition, found.queries)?);
    let folder = definition.folder().join(kind.folder());
    wrong.retain(|problem| problem.path.starts_with(&folder));
    if wrong.is_empty() {
        return print(&format!("{} can be asked\n", count(checked, kind.as_str(), kind.folder())));
    }
    let told: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    bail!(
        "{} cannot be asked\n{}",
        count(wrong.len(), kind.as_str(), kind.folder()),
        told.join("\n")
    );
}

fn show(kind: Kind, arguments: &Named) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let found = saved::load(definition.folder())?;
    let saved = segment::find(&found.queries, kind, &arguments.name)?;
    let mut text = match &saved.path {
        Some(path) => format!("{}\n", path.display()),
        None => {
            let own = definition.folder().join(kind.folder()).join(format!("{}.sql", saved.name));
            format!("ships with Rapport; `{}` would replace it\n", own.display())
        }
    };
    writeln!(text, "\n{}", saved.text.trim_end())?;
    print(&text)
}

fn ask(kind: Kind, arguments: &Ask) -> Result<()> {
    let (_, source) = opened(&arguments.set)?;
    let saved = segment::find(&source.saved, kind, &arguments.name)?.clone();
    runtime()?.block_on(async {
        let session = Session::open(source).await?;
        let rows = segment::rows(&session, &saved).await?;
        write(rows, &arguments.rows).await
    })
}

fn list_segments(arguments: &List) -> Result<()> {
    let (_, source) = opened(&arguments.set)?;
    runtime()?.block_on(async {
        let now = Session::open(source).await?;
        let before = now.before().await?;
        now.problems().iter().for_each(warn);
        let rows = segment::list(&now, before.as_ref(), &now.saved(Kind::Segment)).await?;
        write(now.context().read_batch(rows)?, &arguments.rows).await
    })
}

fn list_measures(arguments: &List) -> Result<()> {
    let (_, source) = opened(&arguments.set)?;
    runtime()?.block_on(async {
        let session = Session::open(source).await?;
        session.problems().iter().for_each(warn);
        let rows = segment::values(&session, &session.saved(Kind::Measure)).await?;
        write(session.context().read_batch(rows)?, &arguments.rows).await
    })
}

fn diff(arguments: &Diff) -> Result<()> {
    let (definition, source) = opened(&arguments.set)?;
    let segment = segment::find(&source.saved, Kind::Segment, &arguments.name)?.clone();
    runtime()?.block_on(async {
        let now = Session::open(source.clone()).await?;
        let before = match &arguments.since {
            Some(run) => {
                let set = Set::open(&definition.output, Some(run))?;
                Some(Session::over(source, Some(set)).await?)
            }
            None => now.before().await?,
        };
        let Some(before) = before else {
            bail!("no run is kept before this one: there is nothing to compare with");
        };
        let [before, members]: [BTreeSet<String>; 2] =
            [segment::members(&before, &segment).await?, segment::members(&now, &segment).await?];
        let change = segment::change(&before, &members);
        let words = std::iter::repeat_n("came", change.came.len())
            .chain(std::iter::repeat_n("left", change.left.len()));
        let customers = change.came.iter().chain(&change.left);
        let rows = RecordBatch::try_from_iter(vec![
            ("CustomerId", Arc::new(StringArray::from_iter_values(customers)) as ArrayRef),
            ("Change", Arc::new(StringArray::from_iter_values(words))),
        ])?;
        write(now.context().read_batch(rows)?, &arguments.rows).await
    })
}

fn opened(set: &PublishedSet) -> Result<(Definition, Source)> {
    let definition = definition::load(&set.definition.definition)?;
    let source = source(&definition, set.run.as_deref())?;
    Ok((definition, source))
}

async fn write(rows: datafusion::prelude::DataFrame, to: &Rows) -> Result<()> {
    let output = output(to)?;
    match &output.file {
        Some(path) => format::write_file(rows, output.format, path).await?,
        None => format::write(rows, output.format, Box::new(std::io::stdout())).await?,
    };
    Ok(())
}
