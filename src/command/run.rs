//! `rapport run`: the whole way from exports to published entities.

use anyhow::Result;
use chrono::{DateTime, NaiveDate, Utc};
use sysinfo::System;

use super::print;
use super::progress::Bar;
use crate::cli::{Format, Run};
use crate::definition::{self, Definition};
use crate::run;

/// Plans nest deeply; the default stack of a worker is small for them in an unoptimised build.
const STACK_BYTES: usize = 16 << 20;

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
    let runtime =
        tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK_BYTES).build()?;
    let report = runtime.block_on(run::run(&request, &Bar::default(), &mut |_| {}))?;
    match arguments.format {
        Format::Text => print(&report.text()),
        Format::Json => print(&report.json()?),
    }
}

/// Bytes that the definition allows, else half of what the machine has, or of what its container may use.
fn memory(definition: &Definition) -> usize {
    let half = || {
        let mut system = System::new();
        system.refresh_memory();
        let limit = system.cgroup_limits().map(|limits| limits.total_memory);
        limit.unwrap_or(u64::MAX).min(system.total_memory()) / 2
    };
    usize::try_from(definition.memory_limit.unwrap_or_else(half)).unwrap_or(usize::MAX)
}

/// The day asked for, else the definition's, else today in the definition's time zone.
fn as_of(asked: Option<NaiveDate>, definition: &Definition, now: DateTime<Utc>) -> NaiveDate {
    let today = || now.with_timezone(&definition.window.timezone).date_naive();
    asked.or(definition.window.as_of).unwrap_or_else(today)
}
