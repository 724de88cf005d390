//! `rapport erase`: somebody taken out of all that is stored, at once.

use std::fmt::Write;

use anyhow::{Context, Result, bail};

use super::consent::agreed;
use super::progress::Bar;
use super::run::{cancel_at_signals, request, start};
use super::{exclude, now, print, runtime, who};
use crate::cli::Erase;
use crate::definition::{self, count};
use crate::run::state::{Cancel, How};
use crate::store::{self, Event, Set};
use crate::{exclusion, run};

pub(super) fn erase(arguments: &Erase) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let consent = agreed(&definition, &arguments.administrator)?;
    let address = exclusion::address(&arguments.address)?;
    let (bar, cancel) = (Bar::default(), Cancel::default());
    let request = request(&definition, &consent);
    // what is published now, without the person
    let published = Set::open(&definition.output, None);
    let as_of = published.map_or(request.as_of, |set| set.as_of);
    let request = run::Request { as_of, ..request };
    let erased = runtime()?
        .block_on(async {
            cancel_at_signals(cancel.clone())?;
            run::exclude::erase(&request, &address, start(How::ByHand, &cancel, &bar)).await
        })
        .context("the person is not erased as a whole")?;
    let root = &definition.output;
    let run = erased.report.as_ref().map(|report| report.run.as_str());
    let keys = 1 + erased.person.others().count();
    store::note(root, now(), &who(), Event::Erased { keys }, run)?;

    let mut text = format!("{}\n", exclude::told(&erased.person));
    match run {
        None => {
            text.push_str("in no stored activity and in no published set: nothing else to do\n")
        }
        Some(run) => {
            writeln!(
                text,
                "activity: {} written anew, {} dropped",
                count(erased.rewritten.parts as usize, "part", "parts"),
                count(erased.rewritten.rows as usize, "row", "rows")
            )?;
            writeln!(text, "published: run {run}")?;
            let removed = &erased.removed_runs;
            writeln!(
                text,
                "removed: {} that named the person{}{}",
                count(removed.len(), "earlier run", "earlier runs"),
                if removed.is_empty() { "" } else { ": " },
                removed.join(", ")
            )?;
        }
    }
    if erased.left.is_empty() {
        writeln!(text, "checked: no file below `{}` names the person", root.display())?;
    }
    text.push_str(
        "not reached: the export files themselves, the definition and its lists, the contact table, and copies of outputs elsewhere\n",
    );
    print(&text)?;
    if !erased.left.is_empty() {
        let left: Vec<String> =
            erased.left.iter().map(|path| format!("`{}`", path.display())).collect();
        bail!(
            "{} the person\n{}\nhint: if an export file's path names the person, rename it and run `rapport erase` again; what is not Rapport's has to be removed by hand",
            count(left.len(), "file still names", "files still name"),
            left.join("\n")
        );
    }
    Ok(())
}
