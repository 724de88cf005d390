//! `rapport status`: the run under way or the last one, what is published, and what has failed since.

use anyhow::Result;

use super::print;
use crate::cli::{Format, Told};
use crate::definition;
use crate::run::state::{self, Status};

pub(super) fn status(arguments: &Told) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let status = Status::read(&definition.output, &definition.name)?;
    match arguments.format {
        Format::Text => print(&state::status(&status)),
        Format::Json => print(&format!("{}\n", serde_json::to_string_pretty(&status)?)),
    }
}
