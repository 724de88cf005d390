//! `rapport report`: the pages of a published set as a folder of files.

use anyhow::Result;

use super::card::numbers;
use super::sql::source;
use super::{print, runtime};
use crate::cli::WriteReport;
use crate::definition::{self, count};
use crate::report::{self, Written};

pub(super) fn report(arguments: &WriteReport) -> Result<()> {
    let definition = definition::load(&arguments.set.definition.definition)?;
    let source = source(&definition, arguments.set.run.as_deref())?;
    let numbers = numbers(&arguments.locale)?;
    let written = report::write(source, &definition.name, &numbers, &arguments.dir);
    let Written { index, customers, segments } = runtime()?.block_on(written)?;
    print(&format!(
        "wrote {}: {} and {}\n",
        index.display(),
        count(customers, "customer", "customers"),
        count(segments, "segment", "segments")
    ))
}
