//! One run of an enrichment: import, aggregate, score, check, publish, report.
//!
//! What the figures mean stands in `sql/`; this module brings the relations their inputs, has them
//! computed in order, and hands the entities to `store`.

mod entity;
pub mod exclude;
pub mod given;
mod people;
mod report;
mod saved;
pub mod state;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use chrono::NaiveDate;
use datafusion::prelude::SessionContext;

use crate::catalog::{self, Keeping, Relation};
use crate::consent::{self, Approval};
use crate::definition::{self, Definition, Files};
use crate::engine::{self, Resources};
use crate::exclusion::{Exclusions, Keys};
use crate::import;
use crate::progress::Progress;
use crate::query::saved::{Kind, Saved};
use crate::span::Spans;
use crate::store;
use crate::store::{Draft, Output};

pub use people::{Exported, People, directory, exclusions, resolve};
use report::Outcome;
pub use report::{
    Check, Coverage, Domain, Entity, Figures, FileCounts, GroupCount, NotCounted, Report,
    SavedQuery, TopAccount,
};
use state::{Step, Steps};

/// What to run.
pub struct Request<'a> {
    /// The enrichment.
    pub definition: &'a Definition,
    /// The consent to read the activity.
    pub consent: &'a Approval,
    /// Last day of the window, local to the definition's time zone.
    pub as_of: NaiveDate,
    /// Drop what came from export files that are gone.
    pub forget_missing: bool,
    /// Bytes of memory that aggregation may use before it spills to disk.
    pub memory: usize,
    /// Bytes of activity that one span should not exceed ([`SPAN_BYTES`](crate::span::SPAN_BYTES)).
    pub span_bytes: u64,
}

/// Why a run that worked did not publish: the input is not fit for it.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// More rows in the quarantine than the definition allows.
    #[error(
        "{bad} of {rows} rows are bad, more than the limit of {limit}: nothing is published\nhint: `{quarantine}` tells where they stand and why; raise `limits.bad_rows` to publish without them"
    )]
    BadRows {
        /// Rows in the quarantine.
        bad: u64,
        /// Rows read.
        rows: u64,
        /// The definition's limit, a share.
        limit: f64,
        /// The folder of quarantine files.
        quarantine: String,
    },
    /// A check of `sql/check` found rows.
    #[error(
        "check `{check}` found {rows} rows where there must be none: nothing is published\nfirst: {first}"
    )]
    Check {
        /// Name of the check.
        check: &'static str,
        /// Rows that it found.
        rows: usize,
        /// The first of them.
        first: String,
    },
}

/// Runs the enrichment and publishes what it gives.
///
/// `steps` is the run as it was queued, and keeps its record; `done` is told each step of publishing. Fails, with the
/// published set as it was, where the output is in use or cannot be written, a file or too many rows are bad, a check
/// fails, there is nothing to publish, or the run is [cancelled](state::Cancelled). Where the output is in use, a run
/// of the schedule leaves no record.
pub async fn run(
    request: &Request<'_>,
    steps: &Steps<'_>,
    done: &mut dyn FnMut(store::Step),
) -> Result<Report> {
    let opened = open(request, steps).await;
    let (output, result) = match opened {
        Ok((saved, files, output)) => {
            let result = cancellable(request, steps, &saved, &files, &output, done).await;
            (Some(output), result)
        }
        Err(error) if steps.is_by_schedule() && store::is_locked(&error) => {
            steps.withdraw()?;
            return Err(error);
        }
        Err(error) => (None, Err(error)),
    };
    let result = steps.close(result);
    // the run has told how it ended before another one may begin
    drop(output);
    result
}

/// What the run needs before it changes anything, and the locked output.
async fn open(request: &Request<'_>, steps: &Steps<'_>) -> Result<(Vec<Saved>, Files, Output)> {
    let definition = request.definition;
    let saved = saved::load(definition).await?;
    let files = definition::files(definition)?;
    let output = steps.lock(definition)?;
    // not before: a run that is recorded as under way and holds no lock has died
    steps.enter(Step::Import)?;
    Ok((saved, files, output))
}

/// The work with the locked output, which ends early where the run is cancelled. When this returns, nothing that was
/// begun for the run goes on.
async fn cancellable(
    request: &Request<'_>,
    steps: &Steps<'_>,
    saved: &[Saved],
    files: &Files,
    output: &Output,
    done: &mut dyn FnMut(store::Step),
) -> Result<Report> {
    let scratch = output.scratch()?;
    let resources = Resources::new(request.memory, &scratch)?;
    let users = resources.users();
    let result = tokio::select! {
        biased;
        () = steps.cancel().asked() => Err(anyhow!("cancelled")),
        result = work(request, steps, saved, files, (output, &scratch), resources, done) => result,
    };
    if result.is_err() {
        tokio::task::block_in_place(|| users.wait());
    }
    result
}

async fn work(
    request: &Request<'_>,
    steps: &Steps<'_>,
    saved: &[Saved],
    files: &Files,
    (output, scratch): (&Output, &Path),
    resources: Resources,
    done: &mut dyn FnMut(store::Step),
) -> Result<Report> {
    let definition = request.definition;
    let people = resolve(definition, files)?;
    let imported = tokio::task::block_in_place(|| {
        import(definition, request.consent, files, output, request.forget_missing, steps)
    })?;
    steps.rows(imported.read.rows);
    steps.warn(&report::of_import(&people, &imported, request.forget_missing));
    import::quarantine_directory(output, &people.rejects)?;
    within_limits(definition, &imported, &people, output)?;

    steps.enter(Step::Aggregate)?;
    let relations = catalog::relations()?;
    let context = engine::session(&relations, &resources)?;
    let ledger = &imported.ledger;
    let given = given::register(&context, request, &people, ledger, output, scratch).await?;
    let activity = (ledger, output.activity());
    let mut spans =
        Spans::of(&relations, &resources, output.spans(), given, activity, request.span_bytes)?;
    let draft = Draft::begin(output, steps.run())?;
    done(store::Step::Begun);

    let (aggregated, scored) = before_and_from_scores(&relations);
    steps.begin("aggregate", aggregated.len() as u64);
    let mut entities = Vec::new();
    for (index, relation) in aggregated.iter().chain(&scored).enumerate() {
        if index == aggregated.len() {
            steps.end();
            steps.enter(Step::Score)?;
            steps.begin("score", scored.len() as u64);
        }
        match (relation.header.kept, relation.layer) {
            (Keeping::Span, _) => spans.compute(&context, relation).await?,
            (Keeping::Run, _) => {
                let path = scratch.join(format!("{}.parquet", relation.full_name()));
                engine::write(&context, relation, &path).await?;
                spans.give(&context, relation, path).await?;
            }
            (Keeping::Not, "entity") => {
                entities.push(
                    entity::write(&context, relation, &draft, definition.min_group.is_some())
                        .await?,
                );
                done(store::Step::Written);
            }
            (Keeping::Not, "check" | "report") => {}
            (Keeping::Not, _) => spans.view(&context, relation).await?,
        }
        steps.advance(1);
    }
    steps.end();
    steps.rows(entities.iter().map(|entity| entity.rows).sum());

    steps.enter(Step::Check)?;
    let checks = check(&context, &relations).await?;
    steps.rows(checks.iter().map(|check| check.rows).sum());
    steps.warn(&report::of_checks(&checks));
    let figures = Figures::gather(&context, &relations).await?;
    spans.sweep()?;
    figures.worth_publishing(request.as_of)?;

    steps.enter(Step::Publish)?;
    let published = saved::publish(saved, request, &draft, done).await?;
    steps.rows(published.iter().map(|saved| saved.rows).sum());
    steps.warn(&report::of_saved(&published));
    let report = Report::new(Outcome {
        request,
        run: draft.run(),
        files,
        people: &people,
        imported,
        entities,
        saved: published,
        checks,
        figures,
    });

    let published = report.published();
    for (name, text) in [
        ("report.json", published.json()?),
        ("report.txt", published.text()),
        ("enrichment.toml", definition.published_text()),
    ] {
        store::write_whole(&draft.path(name), text.as_bytes())?;
        done(store::Step::Written);
    }
    if steps.is_cancelled() {
        bail!("cancelled");
    }
    draft.publish(&stable()?, definition.keep_runs as usize, done)?;
    Ok(report)
}

/// The files and folders of a published set that also stand at the top of the output.
pub fn stable() -> Result<Vec<String>> {
    let relations = catalog::relations()?;
    let entities = catalog::layer(&relations, "entity").map(entity::file);
    Ok(entities.chain(Kind::ALL.map(|kind| kind.as_str().to_owned())).collect())
}

/// The relations that a run computes, apart those of scores and entities and what reads them; each in reading order.
fn before_and_from_scores(relations: &[Relation]) -> (Vec<&Relation>, Vec<&Relation>) {
    let mut from_scores = BTreeSet::new();
    let computed = relations.iter().filter(|relation| !relation.is_asked_of_entities());
    computed.partition(|relation| {
        let is_from = ["score", "entity"].contains(&relation.layer)
            || relation.reads.iter().any(|name| from_scores.contains(name));
        if is_from {
            from_scores.insert(relation.full_name());
        }
        !is_from
    })
}

/// Imports what is new; the first step of a run. Without a consent there is none, nor if it has been revoked since.
pub fn import(
    definition: &Definition,
    _consent: &Approval,
    files: &Files,
    output: &Output,
    forget_missing: bool,
    progress: &dyn Progress,
) -> Result<import::Report> {
    if let Some(by) = consent::withdrawn(&definition.output)? {
        bail!("nothing is read: the consent was revoked by {by}");
    }
    let request = import::Request {
        files: &files.found,
        base: definition.folder(),
        output,
        forget_missing,
        excluded: &excluded(definition, files)?,
    };
    import::import(&request, progress)
}

/// Who is excluded; what the directory exports tell of the same people by now is added to the list.
fn excluded(definition: &Definition, files: &Files) -> Result<Keys> {
    let exclusions = Exclusions::load(&definition.output)?;
    if exclusions.is_empty() {
        return Ok(Keys::default());
    }
    let exported = directory(definition, files)?;
    let (exclusions, has_grown) = self::exclusions(definition, &exported.directory)?;
    if has_grown {
        exclusions.write(&definition.output)?;
    }
    Ok(exclusions.keys())
}

fn within_limits(
    definition: &Definition,
    imported: &import::Report,
    people: &People,
    output: &Output,
) -> Result<()> {
    if imported.failed.len() > definition.limits.bad_files as usize {
        bail!(
            "{} cannot be read: nothing is published\n{}\nhint: mend or remove them; `limits.bad_files` lets a run go on without so many",
            definition::count(imported.failed.len(), "export file", "export files"),
            imported.failed.join("\n"),
        );
    }
    let tally = imported.ledger.tally();
    let bad = tally.rejects + people.rejects.len() as u64;
    let rows = tally.rows + people.directory_rows;
    let limit = definition.limits.bad_rows;
    if bad as f64 > limit * rows as f64 {
        return Err(Refused::BadRows {
            bad,
            rows,
            limit,
            quarantine: output.quarantine().display().to_string(),
        }
        .into());
    }
    Ok(())
}

/// Runs every check: each must find no row, and says by its first word what happens where it does.
async fn check(context: &SessionContext, relations: &[Relation]) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for relation in catalog::layer(relations, "check") {
        let found = engine::rows(context, relation).await?;
        let rows = found.iter().map(|batch| batch.num_rows()).sum();
        let (severity, rule) = relation.header.title.split_once(':').with_context(|| {
            format!("`{}` does not begin with `fail:` or `warn:`", relation.full_name())
        })?;
        let example = report::objects(&found)?.into_iter().next();
        if rows > 0 && severity == "fail" {
            let first = serde_json::to_string(&example)?;
            return Err(Refused::Check { check: relation.name, rows, first }.into());
        }
        checks.push(Check {
            name: relation.name.to_owned(),
            rows: rows as u64,
            broken: example.is_some().then(|| rule.trim().to_owned()),
            example,
        });
    }
    Ok(checks)
}
