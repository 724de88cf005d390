//! `rapport run`: the whole way from exports to published entities.

use std::io;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use tokio::signal::unix::{SignalKind, signal};

use super::consent::allowed;
use super::progress::Bar;
use super::{memory, now, print, runtime, who};
use crate::cli::{Format, Run};
use crate::definition::{self, Definition};
use crate::run;
use crate::run::state::{Cancel, How, Start, Steps};

pub(super) fn run(arguments: &Run) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let consent = allowed(&definition, &arguments.administrator)?;
    let request = run::Request {
        as_of: as_of(arguments.as_of, &definition, now()),
        forget_missing: arguments.forget_missing,
        memory: memory(&definition),
        span_bytes: arguments.span_bytes,
        definition: &definition,
        consent: &consent,
    };
    let cancel = Cancel::default();
    let bar = Bar::default();
    let start = Start { who: who(), how: How::ByHand, now, cancel: cancel.clone(), progress: &bar };
    let report = runtime()?.block_on(async {
        cancel_at_signals(cancel)?;
        let steps = Steps::queue(&request, start)?;
        run::run(&request, &steps, &mut |_| {}).await
    })?;
    match arguments.format {
        Format::Text => print(&report.text()),
        Format::Json => print(&report.json()?),
    }
}

/// Has Ctrl-C and SIGTERM ask for the end of the run.
fn cancel_at_signals(cancel: Cancel) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let by = tokio::select! {
            _ = interrupt.recv() => "Ctrl-C",
            _ = terminate.recv() => "SIGTERM",
        };
        cancel.ask(by);
    });
    Ok(())
}

/// The day asked for, else the definition's, else today in the definition's time zone.
fn as_of(asked: Option<NaiveDate>, definition: &Definition, now: DateTime<Utc>) -> NaiveDate {
    let today = || now.with_timezone(&definition.window.timezone).date_naive();
    asked.or(definition.window.as_of).unwrap_or_else(today)
}
