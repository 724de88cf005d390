//! `rapport import`: the first step of a run alone.

use std::fmt::Write;

use anyhow::{Result, bail};

use super::consent::allowed;
use super::progress::Bar;
use super::run::cancel_at_signals;
use super::{print, runtime};
use crate::cli::Import;
use crate::definition::count;
use crate::run::state::{Cancel, Watch};
use crate::store::Output;
use crate::{definition, run};

pub(super) fn import(arguments: &Import) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let consent = allowed(&definition, &arguments.administrator)?;
    let files = definition::files(&definition)?;
    let output = Output::open(&definition.output, &definition.name)?;
    let (runtime, cancel) = (runtime()?, Cancel::default());
    runtime.block_on(async { cancel_at_signals(cancel.clone()) })?;
    let _watch = Watch::begin(output.root(), None, &cancel)?;
    let (forget_missing, bar) = (arguments.forget_missing, Bar::default());
    let progress = cancel.over(&bar);
    let report = run::import(&definition, &consent, &files, &output, forget_missing, &progress);
    let report = cancel.told("the import", report)?;
    let all = report.ledger.tally();
    let mut text = format!(
        "read now       {:>9} files, {} rows, {} bad\nunchanged      {:>9} files\n",
        report.files_read, report.read.rows, report.read.rejects, report.files_unchanged
    );
    if !report.missing.is_empty() {
        let fate = if arguments.forget_missing { "dropped" } else { "kept" };
        writeln!(
            text,
            "gone           {:>9} files, what came from them is {fate}",
            report.missing.len()
        )?;
    }
    writeln!(
        text,
        "activity       {:>9} message copies, {} meeting copies, {} masters of series, {} bad rows",
        all.messages, all.meetings, all.series_masters, all.rejects
    )?;
    if all.excluded > 0 {
        writeln!(text, "excluded       {:>9} rows of people who are excluded", all.excluded)?;
    }
    if !report.not_restored.is_empty() {
        writeln!(
            text,
            "not restored   {:>9} files, which are gone and were read when more people were excluded",
            report.not_restored.len()
        )?;
    }
    print(&text)?;
    if !report.failed.is_empty() {
        bail!(
            "{} cannot be read\n{}",
            count(report.failed.len(), "export file", "export files"),
            report.failed.join("\n")
        );
    }
    Ok(())
}
