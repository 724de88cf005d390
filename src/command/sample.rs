//! `rapport sample`: a fictional company's exports.

use anyhow::Result;

use super::print;
use crate::cli::Sample;
use crate::sample;

pub(super) fn sample(arguments: &Sample) -> Result<()> {
    let report = sample::write(&sample::Request {
        dir: arguments.dir.clone(),
        seed: arguments.seed,
        accounts: arguments.accounts,
        people: arguments.people,
        messages: arguments.messages,
        end: arguments.end,
        defects: arguments.defects,
    })?;
    print(&format!(
        "{report}\nnext: rapport run --definition {}\n",
        arguments.dir.join("enrichment.toml").display()
    ))
}
