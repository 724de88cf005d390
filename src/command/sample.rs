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
        "wrote {} files, {} bytes: {} messages in {} rows, {} meetings in {} rows, {} users, {} contacts\nthen: rapport run --definition {}\n",
        report.files,
        report.bytes,
        report.messages,
        report.message_rows,
        report.meetings,
        report.meeting_rows,
        report.users,
        report.contacts,
        arguments.dir.join("enrichment.toml").display()
    ))
}
