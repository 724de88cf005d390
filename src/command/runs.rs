//! `rapport runs`: the records of runs.

use anyhow::Result;

use super::print;
use crate::cli::{Format, Runs};
use crate::definition;
use crate::run::state;

pub(super) fn runs(arguments: &Runs) -> Result<()> {
    let definition = definition::load(&arguments.told.definition.definition)?;
    let root = &definition.output;
    let format = arguments.told.format;
    match (&arguments.id, format) {
        (Some(id), Format::Text) => print(&state::find(root, id)?.text()),
        (Some(id), Format::Json) => print(&json(&state::find(root, id)?)?),
        (None, Format::Text) => print(&state::table(&state::records(root)?)),
        (None, Format::Json) => print(&json(&state::records(root)?)?),
    }
}

fn json(told: &impl serde::Serialize) -> Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(told)?))
}
