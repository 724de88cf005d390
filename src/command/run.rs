//! `rapport run`: the whole way from exports to published entities.

use std::io;

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::consent::{allowed, in_zone};
use super::progress::Bar;
use super::{memory, now, print, runtime, who};
use crate::cli::{Format, Run};
use crate::consent::Approval;
use crate::definition::{self, Definition};
use crate::run::state::{self, Cancel, How, Start, Steps};
use crate::run::{self, Report, Request};
use crate::span::SPAN_BYTES;
use crate::store;

pub(super) fn run(arguments: &Run) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let consent = allowed(&definition, &arguments.administrator)?;
    if arguments.if_due {
        let due = due(&definition, &consent)?;
        if now() < due {
            return print(&format!("the next run is due {}\n", in_zone(due, &definition)));
        }
    }
    let request = Request {
        as_of: as_of(arguments.as_of, &definition, now()),
        forget_missing: arguments.forget_missing,
        span_bytes: arguments.span_bytes,
        ..request(&definition, &consent)
    };
    let how = if arguments.if_due { How::Schedule } else { How::ByHand };
    let (runtime, cancel) = (runtime()?, Cancel::default());
    runtime.block_on(async { cancel_at_signals(cancel.clone()) })?;
    let report = match once(&runtime, &request, how, &cancel) {
        Err(error) if how == How::Schedule && store::is_locked(&error) => {
            return print("another run is at work, and none is started\n");
        }
        report => report?,
    };
    match arguments.format {
        Format::Text => print(&report.text()),
        Format::Json => print(&report.json()?),
    }
}

/// What a run without special wishes is asked for.
pub(super) fn request<'a>(definition: &'a Definition, consent: &'a Approval) -> Request<'a> {
    Request {
        definition,
        consent,
        as_of: as_of(None, definition, now()),
        forget_missing: false,
        memory: memory(definition),
        span_bytes: SPAN_BYTES,
    }
}

/// One run, to its end.
pub(super) fn once(
    runtime: &Runtime,
    request: &Request<'_>,
    how: How,
    cancel: &Cancel,
) -> Result<Report> {
    let bar = Bar::default();
    runtime.block_on(async {
        let steps = Steps::queue(request, start(how, cancel, &bar))?;
        run::run(request, &steps, &mut |_| {}).await
    })
}

/// What the record of a run says of its begin.
pub(super) fn start<'a>(how: How, cancel: &Cancel, bar: &'a Bar) -> Start<'a> {
    Start { who: who(), how, now, cancel: cancel.clone(), progress: bar }
}

/// When the next run is due, or since when.
pub(super) fn due(definition: &Definition, consent: &Approval) -> Result<DateTime<Utc>> {
    let last = state::last_start(&state::records(&definition.output)?, now());
    Ok(definition.schedule.due(consent.at, last, definition.window.timezone))
}

/// Has Ctrl-C and SIGTERM ask for the end of the run.
pub(super) fn cancel_at_signals(cancel: Cancel) -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let by = tokio::select! {
            _ = interrupt.recv() => "Ctrl-C",
            _ = terminate.recv() => state::SIGTERM,
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
