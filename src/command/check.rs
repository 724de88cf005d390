//! `rapport check`: what a definition resolves to, without reading mail.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::Result;

use super::print;
use crate::cli::Check;
use crate::{definition, run};

pub(super) fn check(arguments: &Check) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let files = definition::files(&definition)?;
    let people = run::resolve(&definition, &files)?;
    let mut text = format!("{}: {} is valid\n\n", definition.name, definition.path.display());
    writeln!(text, "own addresses  {:>7}", people.own.addresses.len())?;
    writeln!(text, "{:>22}  listed singly or in files", people.own.listed)?;
    for (group, addresses) in &people.own.groups {
        writeln!(text, "{addresses:>22}  group `{group}`")?;
    }
    let contacts = &people.contacts;
    let distinct: std::collections::BTreeSet<_> =
        contacts.contacts.iter().map(|contact| &contact.contact_id).collect();
    writeln!(
        text,
        "contacts       {:>7}  with {} addresses, in {} rows",
        distinct.len(),
        contacts.contacts.len(),
        contacts.rows
    )?;
    writeln!(text, "customers      {:>7}", contacts.customers.len())?;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for file in &files.found {
        *kinds.entry(file.kind.as_str()).or_default() += 1;
    }
    writeln!(text, "files          {:>7}", files.found.len())?;
    for (kind, count) in kinds {
        writeln!(text, "{count:>22}  {kind}")?;
    }
    for warning in &people.warnings {
        writeln!(text, "\nwarning: {warning}")?;
    }
    print(&text)
}
