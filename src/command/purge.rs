//! `rapport purge`: everything but the history is removed.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::{consent, now, print, who};
use crate::cli::Purge;
use crate::definition::{self, Definition, count};
use crate::exclusion::Exclusions;
use crate::run::{self, state};
use crate::store::{self, Event, History, Output};

/// How long a run that is asked to end may take, and how often that is looked at.
const PATIENCE: Duration = Duration::from_secs(30);
const TRY_EVERY: Duration = Duration::from_millis(100);

pub(super) fn purge(arguments: &Purge) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let (consent, scope) = consent::of(&definition)?;
    if consent.allow(now(), &scope).is_ok() && !arguments.yes {
        bail!(
            "the consent holds: purging would end the enrichment\nhint: `rapport consent revoke` comes first; `--yes` purges all the same"
        );
    }
    print(&remove(&definition, Event::Purged)?)
}

/// Removes the output and notes it as `what`; returns what is to be told. A run under way is ended first.
pub(super) fn remove(definition: &Definition, what: Event) -> Result<String> {
    let (root, who) = (&definition.output, who());
    let output = open(definition, &who)?;
    let excluded = Exclusions::load(root).map_or(0, |list| list.all().len());
    let mut history = History::open(root)?;
    history.note(now(), &who, Event::PurgeBegun, None)?;
    let others = output.purge(&run::stable()?)?;
    history.note(now(), &who, what, None)?;
    let mut text = format!(
        "removed the imported activity, the outputs, the segments and the consent; `{}` is kept\n",
        root.join(store::HISTORY).display()
    );
    if excluded > 0 {
        let people = count(excluded, "excluded person", "excluded people");
        text.push_str(&format!(
            "removed the list of {people} too: before the activity is read again, exclude them anew\n"
        ));
    }
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|path| name(path)).collect();
        text.push_str(&format!("not made by Rapport, and left: {}\n", names.join(", ")));
    }
    text.push_str("exports, and copies that others made of the outputs, are out of reach\n");
    Ok(text)
}

/// The locked output, when the run under way has ended.
fn open(definition: &Definition, who: &str) -> Result<Output> {
    let root = &definition.output;
    let begun = Instant::now();
    // one that is queued holds no lock, and would leave its record behind; damaged records are no reason to keep anything
    while let records = state::records(root).unwrap_or_default()
        && let Some(run) = state::under_way(&records)
        && begun.elapsed() < PATIENCE
    {
        state::ask(root, &run.id, who, now())?;
        thread::sleep(TRY_EVERY);
    }
    loop {
        match Output::open(root, &definition.name) {
            Err(store::Error::Locked { .. }) if begun.elapsed() < PATIENCE => {
                thread::sleep(TRY_EVERY);
            }
            output => return Ok(output?),
        }
    }
}

fn name(path: &Path) -> String {
    format!("`{}`", path.display())
}
