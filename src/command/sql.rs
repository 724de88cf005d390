//! `rapport sql`: the shell, and statements for scripts.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::consent::allowed;
use super::{memory, now, print_error, runtime, warn, who};
use crate::cli::{Administrator, Rows, Sql};
use crate::definition::{self, Definition};
use crate::format::Format;
use crate::query::{Source, saved};
use crate::shell::{Output, Shell};
use crate::store;

pub(super) fn sql(arguments: &Sql) -> Result<()> {
    let definition = definition::load(&arguments.set.definition.definition)?;
    let mut source = source(&definition, arguments.set.run.as_deref())?;
    let typed = arguments.command.iter().cloned();
    let mut texts: Vec<(Option<&Path>, String)> = typed.map(|text| (None, text)).collect();
    if let Some(path) = &arguments.file {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read `{}`", path.display()))?;
        texts.push((Some(path), text));
    }
    let is_shell = texts.is_empty() && io::stdin().is_terminal();
    if texts.is_empty() && !is_shell {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        texts.push((None, text));
    }
    if arguments.operator {
        // whoever may not read the mail may not look at it either
        allowed(&definition, &Administrator::default())?;
        open_activity(&definition)?;
        source.with_activity = true;
    }
    let runtime = runtime()?;
    let mut shell = runtime.block_on(Shell::open(source, output(&arguments.rows)?))?;
    shell.session().problems().iter().for_each(warn);
    if is_shell {
        greet(&shell)?;
        return shell.talk(&runtime, typed_before().as_deref(), &print_error);
    }
    for (path, text) in &texts {
        let done = runtime.block_on(shell.run(text));
        match path {
            Some(path) => done.with_context(|| path.display().to_string())?,
            None => done?,
        }
    }
    shell.finish()
}

/// What to open of the definition's output, with the saved queries that stand beside it.
pub(super) fn source(definition: &Definition, run: Option<&str>) -> Result<Source> {
    let found = saved::load(definition.folder())?;
    found.problems.iter().for_each(warn);
    let source = Source::published(definition.output.clone(), found.queries, memory(definition));
    Ok(Source { run: run.map(str::to_owned), ..source })
}

/// Where rows go: their format is the one asked for, else the one that the file's name tells.
pub(super) fn output(rows: &Rows) -> Result<Output> {
    let format = match (rows.format, &rows.output) {
        (Some(format), _) => format,
        (None, Some(file)) => Format::of_path(file)?,
        (None, None) => Format::Table,
    };
    if format == Format::Parquet && rows.output.is_none() && io::stdout().is_terminal() {
        bail!("Parquet is nothing to read on a terminal\nhint: name a file with `-o FILE`");
    }
    Ok(Output { format, file: rows.output.clone() })
}

/// Notes in the run history that somebody opens the activity; without the note it stays closed.
fn open_activity(definition: &Definition) -> Result<()> {
    let root = &definition.output;
    store::note(root, now(), &who(), store::Event::ActivityOpened, None)?;
    let history = root.join(store::HISTORY);
    writeln!(
        io::stderr(),
        "the imported activity is open, which holds addresses; `{}` notes it",
        history.display()
    )?;
    Ok(())
}

fn greet(shell: &Shell) -> Result<()> {
    if let Some(set) = shell.session().set() {
        writeln!(
            io::stderr(),
            "run {}, as of {}. \\d lists the relations, \\help the commands; a statement ends with `;`.",
            set.run,
            set.as_of
        )?;
    }
    Ok(())
}

/// The file of what was typed in earlier shells: what `RAPPORT_HISTORY` names, else where the system keeps such.
fn typed_before() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let state =
        || variable("XDG_STATE_HOME").or_else(|| Some(variable("HOME")?.join(".local/state")));
    variable("RAPPORT_HISTORY").or_else(|| Some(state()?.join(Path::new("rapport/sql-history"))))
}
