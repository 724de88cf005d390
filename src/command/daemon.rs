//! `rapport daemon`: a run whenever one is due, until it is told to stop. Its log names no individual.

use std::io;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};
use tokio::runtime::Runtime;

use super::consent::{allowed, in_zone};
use super::run::{cancel_at_signals, due, once, request};
use super::{now, runtime};
use crate::cli::{Administrator, DefinitionPath};
use crate::definition::{self, count};
use crate::run::state::{self, Cancel, How, plain};
use crate::store;

/// How often the clock is looked at, which may be set, and may have stood still while the machine slept.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks between two readings of the definition and the consent, which somebody may change meanwhile.
const LOOKS_A_READING: u32 = 20;

pub(super) fn daemon(arguments: &DefinitionPath) -> Result<()> {
    let path = arguments.definition.as_path();
    // a definition that cannot be read from the start is no reason to wait
    definition::load(path)?;
    let (runtime, stop) = (runtime()?, Cancel::default());
    runtime.block_on(async { cancel_at_signals(stop.clone()) })?;
    let mut told = String::new();
    let mut waiting: Option<DateTime<Utc>> = None;
    let mut looks = 0;
    while stop.asked_by().is_none() {
        let is_due = waiting.is_some_and(|due| due <= now());
        if is_due || looks % LOOKS_A_READING == 0 {
            waiting = match step(path, &runtime, &stop) {
                Ok((due, text)) => {
                    say(&mut told, text);
                    Some(due)
                }
                Err(error) => {
                    say(&mut told, format!("error: {}", plain::error(&error)));
                    None
                }
            };
        }
        looks += 1;
        thread::sleep(LOOK_EVERY);
    }
    say(&mut told, "stopped".to_owned());
    Ok(())
}

/// Runs where a run is due; returns when the next one is, and what to tell of it.
fn step(path: &Path, runtime: &Runtime, stop: &Cancel) -> Result<(DateTime<Utc>, String)> {
    let definition = definition::load(path)?;
    let consent = allowed(&definition, &Administrator::default())?;
    // whoever is at work there may be running it by hand
    if due(&definition, &consent)? <= now() && !store::is_in_use(&definition.output) {
        // `rapport cancel` ends the run, and what ends the daemon ends its run
        let of_run = Cancel::default();
        let (asked, end) = (stop.clone(), of_run.clone());
        runtime.spawn(async move {
            asked.asked().await;
            end.ask(state::DAEMON_ENDED);
        });
        match once(runtime, &request(&definition, &consent), How::Schedule, &of_run) {
            Ok(report) => tell(&format!(
                "run {}, as of {}: {} enriched, {}",
                report.run,
                report.as_of,
                count(report.figures.coverage.customers_enriched as usize, "customer", "customers"),
                count(report.warning_count, "warning", "warnings")
            )),
            // somebody was quicker
            Err(error) if store::is_locked(&error) => {}
            // it could not even be recorded, and is tried again
            Err(error) if due(&definition, &consent)? <= now() => return Err(error),
            Err(error) => tell(&format!("error: {}", plain::error(&error))),
        }
    }
    let due = due(&definition, &consent)?;
    Ok((due, format!("the next run is due {}", in_zone(due, &definition))))
}

/// Tells what was not told last.
fn say(told: &mut String, text: String) {
    if *told != text {
        tell(&text);
        *told = text;
    }
}

/// To the log, if there is one.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
