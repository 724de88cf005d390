//! `rapport cancel`: asks the run under way to end.

use anyhow::{Result, bail};

use super::{now, print, who};
use crate::cli::DefinitionPath;
use crate::definition::{self, Definition};
use crate::run::state;

pub(super) fn cancel(arguments: &DefinitionPath) -> Result<()> {
    let definition = definition::load(&arguments.definition)?;
    match ask(&definition, &who())? {
        Some(told) => print(&told),
        None => {
            bail!(
                "no run of `{}` is under way\nhint: `rapport runs` lists the runs",
                definition.name
            )
        }
    }
}

/// Asks the run under way to end, in the name of `by`; returns what to tell, nothing where there is none.
pub(super) fn ask(definition: &Definition, by: &str) -> Result<Option<String>> {
    let root = &definition.output;
    let records = state::records(root)?;
    let Some(run) = state::under_way(&records) else { return Ok(None) };
    state::ask(root, &run.id, by, now())?;
    Ok(Some(format!("run {} is asked to end; `rapport status` tells when it has\n", run.id)))
}
