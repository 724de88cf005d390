//! `rapport enrichment`: which there are, copies, switching off and on, and the end of one.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, bail};

use super::{consent, now, print, purge, who};
use crate::cli::{CopyTo, DefinitionPath, Delete, Enrichment, Enrichments};
use crate::definition::{self, Definition};
use crate::enrichment::{self, Switch};
use crate::store::{self, Event, Set};

pub(super) fn enrichment(command: &Enrichment) -> Result<()> {
    match command {
        Enrichment::List(arguments) => list(arguments),
        Enrichment::Copy(arguments) => copy(arguments),
        Enrichment::Activate(arguments) => turn(arguments, true),
        Enrichment::Deactivate(arguments) => turn(arguments, false),
        Enrichment::Delete(arguments) => delete(arguments),
    }
}

fn list(arguments: &Enrichments) -> Result<()> {
    let mut text = String::new();
    for (path, definition) in enrichment::list(&arguments.dir)? {
        match definition {
            Ok(definition) => {
                // one that cannot be told hides no other
                let told = line(&definition).unwrap_or_else(|error| format!("{error:#}"));
                let (name, path) = (&definition.name, path.display());
                writeln!(text, "{name}  {path}\n    {told}")?;
            }
            // other programs have such files too
            Err(error) => writeln!(text, "{}: no definition: {error}", path.display())?,
        }
    }
    if text.is_empty() {
        bail!(
            "no definition lies in `{}`\nhint: `rapport init` proposes one",
            arguments.dir.display()
        );
    }
    print(&text)
}

fn line(definition: &Definition) -> Result<String> {
    let root = &definition.output;
    let switch = Switch::load(root)?;
    let active = switch.is_none_or(|switch| switch.is_active);
    let (consent, scope) = consent::of(definition)?;
    let standing = consent.standing(now(), &scope);
    let published = match Set::open(root, None) {
        Ok(set) => format!("run {}, as of {}", set.run, set.as_of),
        Err(_) => "nothing published".to_owned(),
    };
    let active = if active { "active" } else { "deactivated" };
    Ok(format!("{active}; {standing}; {published}"))
}

fn copy(arguments: &CopyTo) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let name = arguments.name.as_str();
    let path = definition.folder().join(format!("{name}.toml"));
    if path.exists() {
        bail!("`{}` exists already\nhint: choose another name", path.display());
    }
    for (other, found) in enrichment::list(folder(&definition))? {
        if found.is_ok_and(|found| found.name == name) {
            bail!("`{}` is called `{name}` already\nhint: choose another name", other.display());
        }
    }
    let output = format!("out-{name}");
    if definition.folder().join(&output).exists() {
        bail!("`{output}` exists already, where the copy would publish\nhint: choose another name");
    }
    let text = enrichment::copied(&definition, name, &output);
    let copy = definition::check(&path, text.clone())?;
    if copy.name != name || copy.output != definition.folder().join(&output) {
        bail!(
            "`{}`: `name` and `output` cannot be told apart from the rest\nhint: write each on a line of its own, as in `name = \"{}\"`",
            definition.path.display(),
            definition.name
        );
    }
    store::write_whole(&path, text.as_bytes())?;
    store::note(&definition.output, now(), &who(), Event::Copied, None)?;
    print(&format!(
        "wrote {}\nIt publishes to `{output}`, has no activity yet, and needs a consent of its own.\n",
        path.display()
    ))
}

fn turn(arguments: &DefinitionPath, is_active: bool) -> Result<()> {
    let definition = definition::load(&arguments.definition)?;
    let root = &definition.output;
    let is_now = Switch::load(root)?.is_none_or(|switch| switch.is_active);
    let state = if is_active { "active" } else { "deactivated" };
    if is_now == is_active {
        return print(&format!("`{}` is {state} already\n", definition.name));
    }
    Switch { is_active, at: now(), by: who() }.save(root)?;
    print(&format!("`{}` is {state}\n", definition.name))
}

fn delete(arguments: &Delete) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    if !arguments.yes {
        bail!(
            "`{}` would lose its activity, its outputs and its definition\nhint: `--yes` deletes it; `rapport enrichment deactivate` keeps it without running it",
            definition.name
        );
    }
    let told = purge::remove(&definition, Event::Deleted)?;
    std::fs::remove_file(&definition.path)?;
    print(&format!("{told}removed {}\n", definition.path.display()))
}

fn folder(definition: &Definition) -> &Path {
    match definition.folder() {
        folder if folder.as_os_str().is_empty() => Path::new("."),
        folder => folder,
    }
}
