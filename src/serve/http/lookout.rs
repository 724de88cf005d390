//! Pages about what is going on: sources and runs, and what tells whether they have changed.

use axum::extract::{Path, State};
use twox_hash::XxHash3_128;

use super::answer::{Answer, Problem, html};
use super::server::Shared;
use crate::definition::{self, Definition};
use crate::import;
use crate::page;
use crate::page::sources::{Named, Sources};
use crate::run::state::{self, Status};

pub(super) async fn sources(State(server): State<Shared>) -> Answer {
    let sources = read(&server.request.definition);
    let published = server.published().await.ok();
    html(page::sources::html(&server.page(published.as_ref().map(|set| &set.set)), &sources))
}

/// A text that changes when the page does.
pub(super) async fn state_of_sources(State(server): State<Shared>) -> Result<String, Problem> {
    Ok(fingerprint(&format!("{:?}", read(&server.request.definition))))
}

pub(super) async fn runs(State(server): State<Shared>) -> Answer {
    let definition = &server.request.definition;
    let records = state::records(&definition.output)?;
    let status = Status::read(&definition.output, &definition.name)?;
    let run = status.published.map(|set| set.run);
    let published = server.published().await.ok();
    let page = server.page(published.as_ref().map(|set| &set.set));
    html(page::runs::list(&page, &records, run.as_deref()))
}

pub(super) async fn run(State(server): State<Shared>, Path(id): Path<String>) -> Answer {
    let records = state::records(&server.request.definition.output)?;
    let record = records.iter().find(|record| record.id == id);
    let record = record.ok_or_else(|| Problem::not_found("no run of this id is recorded"))?;
    let published = server.published().await.ok();
    html(page::runs::one(&server.page(published.as_ref().map(|set| &set.set)), record))
}

/// A text that changes when the page does.
pub(super) async fn state_of_runs(State(server): State<Shared>) -> Result<String, Problem> {
    let records = state::records(&server.request.definition.output)?;
    Ok(fingerprint(&format!("{records:?}")))
}

fn fingerprint(text: &str) -> String {
    format!("{:032x}", XxHash3_128::oneshot(text.as_bytes()))
}

/// What the page of sources tells; what cannot be told is told as its problem.
fn read(definition: &Definition) -> Sources {
    let named = definition.sources.iter().map(|source| {
        let path = source.path.strip_prefix(definition.folder()).unwrap_or(&source.path);
        Named {
            path: state::without_addresses(&path.display().to_string()),
            kind: source.kind.map(|kind| kind.as_str()),
            region: source.region.map(|region| region.as_str()),
        }
    });
    let mut sources = Sources { named: named.collect(), ..Sources::default() };
    let files = definition::files(definition).map_err(anyhow::Error::from);
    let activity = definition.output.join("activity");
    match files.and_then(|files| import::standing(&files.found, definition.folder(), &activity)) {
        Ok(kinds) => sources.kinds = kinds,
        Err(error) => sources.problem = Some(state::without_addresses(&format!("{error:#}"))),
    }
    sources
}
