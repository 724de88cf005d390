//! The step of a run that publishes segments and measures, in the same set as the entities.

use anyhow::{Result, bail};

use super::Request;
use super::report::SavedQuery;
use crate::definition::{Definition, count};
use crate::query::saved::{self, Saved};
use crate::query::{Session, Source, segment};
use crate::store::{Draft, Set, Step};

/// The saved queries beside the definition, each of which can be asked.
///
/// Fails where one cannot, before anything is read, and tells all that is wrong.
pub(super) async fn load(definition: &Definition) -> Result<Vec<Saved>> {
    let found = saved::load(definition.folder())?;
    let session = Session::over(source(definition, &found.queries, usize::MAX), None).await?;
    let mut problems = found.problems;
    problems.extend(session.problems());
    if !problems.is_empty() {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let saved = count(problems.len(), "saved query", "saved queries");
        bail!("{saved} cannot be asked: nothing is run\n{}", told.join("\n"));
    }
    Ok(found.queries)
}

/// Asks the draft of the set each saved query, and writes what it answers beside the entities.
pub(super) async fn publish(
    queries: &[Saved],
    request: &Request<'_>,
    draft: &Draft<'_>,
    done: &mut dyn FnMut(Step),
) -> Result<Vec<SavedQuery>> {
    let run = draft.run().to_owned();
    let window_days = request.definition.window.days;
    let set = Set { run, as_of: request.as_of, window_days, folder: draft.folder().to_owned() };
    let source = source(request.definition, queries, request.memory);
    let session = Session::over(source, Some(set)).await?;
    let mut published = Vec::new();
    for saved in queries {
        let segment::Published { file, rows, warning } =
            segment::publish(&session, saved, draft.folder()).await?;
        published.push(SavedQuery {
            kind: saved.kind.as_str(),
            name: saved.name.clone(),
            file: file.display().to_string(),
            rows,
            warning,
        });
    }
    done(Step::Written);
    Ok(published)
}

fn source(definition: &Definition, saved: &[Saved], memory: usize) -> Source {
    Source::published(definition.output.clone(), saved.to_vec(), memory)
}
