//! `rapport purge`: everything but the history is removed.

use std::path::Path;

use anyhow::{Result, bail};

use super::{consent, now, print, who};
use crate::cli::Purge;
use crate::definition::{self, Definition};
use crate::store::{self, Event, Output};

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

/// Removes the output and notes it as `what`; returns what is to be told.
pub(super) fn remove(definition: &Definition, what: Event) -> Result<String> {
    let root = &definition.output;
    let others = Output::open(root, &definition.name)?.purge()?;
    store::note(root, now(), &who(), what, None)?;
    let mut text = format!(
        "removed the imported activity, the outputs, the segments and the consent; `{}` is kept\n",
        root.join(store::HISTORY).display()
    );
    if !others.is_empty() {
        let names: Vec<String> = others.iter().map(|path| name(path)).collect();
        text.push_str(&format!("not made by Rapport, and left: {}\n", names.join(", ")));
    }
    text.push_str("exports, and copies that others made of the outputs, are out of reach\n");
    Ok(text)
}

fn name(path: &Path) -> String {
    format!("`{}`", path.display())
}
