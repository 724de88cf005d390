//! `rapport cancel`: asks the run under way to end.

use anyhow::{Result, bail};

use super::{now, print, who};
use crate::cli::DefinitionPath;
use crate::definition;
use crate::run::state;

pub(super) fn cancel(arguments: &DefinitionPath) -> Result<()> {
    let definition = definition::load(&arguments.definition)?;
    let root = &definition.output;
    let records = state::records(root)?;
    let Some(run) = state::under_way(&records) else {
        bail!("no run of `{}` is under way\nhint: `rapport runs` lists the runs", definition.name)
    };
    state::ask(root, &run.id, &who(), now())?;
    print(&format!("run {} is asked to end; `rapport status` tells when it has\n", run.id))
}
