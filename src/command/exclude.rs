//! `rapport exclude`: who has opted out.

use std::fmt::Write;

use anyhow::{Result, bail};

use super::{now, print, who};
use crate::cli::{DefinitionPath, Exclude, People};
use crate::definition::{self, count};
use crate::exclusion::{self, Added};
use crate::run::exclude::{self, Excluded};
use crate::store::Output;

pub(super) fn exclude(command: &Exclude) -> Result<()> {
    match command {
        Exclude::Add(people) => add(people),
        Exclude::Remove(people) => remove(people),
        Exclude::List(path) => list(path),
    }
}

fn add(people: &People) -> Result<()> {
    let definition = definition::load(&people.definition.definition)?;
    let files = definition::files(&definition)?;
    let addresses = exclusion::addresses(&people.addresses)?;
    let _output = Output::open(&definition.output, &definition.name)?;
    let (at, who) = (now(), who());
    let excluded = exclude::exclude(&definition, &files, &addresses, &people.group, (at, &who))?;
    let new = excluded.iter().filter(|excluded| excluded.added != Added::Known).count();
    let mut text = String::new();
    for person in &excluded {
        writeln!(text, "{}", told(person))?;
    }
    writeln!(
        text,
        "{} excluded now; the next run or import takes them out of all stored activity, a run out of the figures",
        count(new, "person more is", "people more are")
    )?;
    print(&text)
}

/// What became of one person, in one line.
pub(super) fn told(person: &Excluded) -> String {
    let mut text = match person.added {
        Added::New => format!("{}: excluded", person.address),
        Added::More => format!("{}: was excluded, and more addresses with it now", person.address),
        Added::Known => format!("{}: was excluded before", person.address),
    };
    let others: Vec<&str> = person.others().map(String::as_str).collect();
    if !others.is_empty() {
        let all = format!(", with all addresses of the same user: {}", others.join(", "));
        text.push_str(&all);
    }
    if !person.is_known {
        text.push_str(" (it is neither own nor a contact's now)");
    }
    text
}

fn remove(people: &People) -> Result<()> {
    let definition = definition::load(&people.definition.definition)?;
    let files = definition::files(&definition)?;
    let addresses = exclusion::addresses(&people.addresses)?;
    let _output = Output::open(&definition.output, &definition.name)?;
    let (at, who) = (now(), who());
    let (removed, others) =
        exclude::include(&definition, &files, &addresses, &people.group, (at, &who))?;
    let mut text = String::new();
    for address in &removed {
        writeln!(text, "{address}: no longer excluded, nor are other addresses of the same user")?;
    }
    if !removed.is_empty() {
        text.push_str(
            "the next run or import reads the export files anew from which something was dropped; it tells how many are gone\n",
        );
    }
    print(&text)?;
    // members of a group need not all be on the list
    let missed: Vec<&String> =
        others.iter().filter(|address| addresses.contains(address)).collect();
    if !missed.is_empty() {
        bail!(
            "{} not excluded: {}\nhint: `rapport exclude list` tells who is",
            count(missed.len(), "address was", "addresses were"),
            definition::near::list(missed, "and")
        );
    }
    Ok(())
}

fn list(path: &DefinitionPath) -> Result<()> {
    let definition = definition::load(&path.definition)?;
    let files = definition::files(&definition)?;
    let listed = exclude::excluded(&definition, &files)?;
    let mut text = String::new();
    for person in &listed {
        let addresses = match person.addresses.is_empty() {
            true => "(an address that nothing here knows now)".to_owned(),
            false => person.addresses.join(", "),
        };
        writeln!(text, "{}  by {}  {addresses}", person.at.format("%Y-%m-%d %H:%M"), person.who)?;
    }
    writeln!(text, "{} excluded", count(listed.len(), "person is", "people are"))?;
    print(&text)
}
