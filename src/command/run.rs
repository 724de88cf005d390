//! `rapport run`: the whole way from exports to published entities.

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};

use super::progress::Bar;
use super::{memory, print, runtime, who};
use crate::cli::{Format, Run};
use crate::definition::{self, Definition};
use crate::{run, store};

#[expect(clippy::disallowed_methods, reason = "commands read the clock")]
pub(super) fn run(arguments: &Run) -> Result<()> {
    let now = Utc::now();
    let definition = definition::load(&arguments.definition.definition)?;
    let request = run::Request {
        as_of: as_of(arguments.as_of, &definition, now),
        run: now.format("%Y-%m-%dT%H-%M-%SZ").to_string(),
        forget_missing: arguments.forget_missing,
        memory: memory(&definition),
        span_bytes: arguments.span_bytes,
        definition: &definition,
    };
    let report = runtime()?.block_on(run::run(&request, &Bar::default(), &mut |_| {}))?;
    store::note(&definition.output, now, &who(), store::Event::Published, Some(&report.run))?;
    match arguments.format {
        Format::Text => print(&report.text()),
        Format::Json => print(&report.json()?),
    }
}

/// The day asked for, else the definition's, else today in the definition's time zone.
pub(super) fn as_of(
    asked: Option<NaiveDate>,
    definition: &Definition,
    now: DateTime<Utc>,
) -> NaiveDate {
    let today = || now.with_timezone(&definition.window.timezone).date_naive();
    asked.or(definition.window.as_of).unwrap_or_else(today)
}
