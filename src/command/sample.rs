//! `rapport sample`: a fictional company's exports.

use anyhow::Result;

use super::print;
use crate::cli::{Compression, Sample, Text};
use crate::sample;

pub(super) fn sample(arguments: &Sample) -> Result<()> {
    let report = sample::write(&sample::Request {
        dir: arguments.dir.clone(),
        seed: arguments.seed,
        accounts: arguments.accounts,
        people: arguments.people,
        contacts: arguments.contacts,
        messages: arguments.messages,
        meetings: arguments.meetings,
        end: arguments.end,
        days: arguments.days,
        next_days: arguments.next_days,
        text: match arguments.text {
            Text::None => sample::Text::None,
            Text::Preview => sample::Text::Preview,
            Text::Body => sample::Text::Body,
        },
        compression: match arguments.compress {
            Compression::None => sample::Compression::None,
            Compression::Gzip => sample::Compression::Gzip,
            Compression::Zstd => sample::Compression::Zstd,
        },
        defects: arguments.defects,
    })?;
    print(&format!(
        "wrote {} files, {} bytes: {} messages in {} rows, {} meetings in {} rows, {} users, {} contacts\n",
        report.files,
        report.bytes,
        report.messages.items,
        report.messages.rows,
        report.meetings.items,
        report.meetings.rows,
        report.users,
        report.contacts,
    ))?;
    if arguments.next_days > 0 {
        let dir = arguments.dir.join("next");
        print(&format!(
            "and in {} the days after: {} messages in {} rows, {} meetings in {} rows\n",
            dir.display(),
            report.next_messages.items,
            report.next_messages.rows,
            report.next_meetings.items,
            report.next_meetings.rows,
        ))?;
    }
    print(&format!(
        "then: rapport run --i-am-the-administrator --definition {}\n",
        arguments.dir.join("enrichment.toml").display()
    ))
}
