//! The SQL shell: statements and backslash commands from a terminal, a file or a text, and their results.

mod command;
mod edit;
mod screen;
mod script;

use std::cell::RefCell;
use std::io::{self, Write};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Result, bail};
use datafusion::prelude::DataFrame;
use futures::FutureExt;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use tokio::runtime::Runtime;

use crate::format::{self, Format};
use crate::query::{self, Session, Source};
use command::After;
use edit::{Editing, Words};
use screen::Screen;
use script::Part;

/// A shell over one session.
pub struct Shell {
    session: Session,
    before: Option<Session>,
    format: Format,
    /// The file that takes the rows, until it has some.
    file: Option<PathBuf>,
    is_file_written: bool,
    has_timing: bool,
    has_pager: bool,
}

/// What a shell is to do with results.
#[derive(Debug, Clone)]
pub struct Output {
    /// How rows are written.
    pub format: Format,
    /// The file to write, else standard output.
    pub file: Option<PathBuf>,
}

impl Shell {
    /// Opens a session.
    pub async fn open(source: Source, output: Output) -> Result<Self> {
        Ok(Self {
            session: Session::open(source).await?,
            before: None,
            format: output.format,
            file: output.file,
            is_file_written: false,
            has_timing: false,
            has_pager: false,
        })
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Does what `text` says, part by part, up to the first error.
    pub async fn run(&mut self, text: &str) -> Result<()> {
        for part in script::parts(text) {
            if let After::Leave =
                self.whole(&part).await.map_err(|error| of_part(error, &part, text))?
            {
                break;
            }
        }
        Ok(())
    }

    /// Makes sure that a file that was asked for has its rows.
    pub fn finish(&self) -> Result<()> {
        match (&self.file, self.is_file_written) {
            (Some(file), false) => bail!("no statement gave rows for `{}`", file.display()),
            _ => Ok(()),
        }
    }

    /// Reads from the terminal until it is left; `history` is the file of what was typed before.
    ///
    /// `told` is given each error.
    pub fn talk(
        &mut self,
        runtime: &Runtime,
        history: Option<&Path>,
        told: &dyn Fn(&anyhow::Error),
    ) -> Result<()> {
        self.has_pager = true;
        let words = Rc::new(RefCell::new(Words::default()));
        let config =
            Config::builder().completion_type(CompletionType::List).auto_add_history(false);
        let mut editor: Editor<Editing, FileHistory> = Editor::with_config(config.build())?;
        let has_colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        editor.set_helper(Some(Editing { words: words.clone(), has_colour }));
        if let Some(history) = history {
            // there may be none yet
            let _ = editor.load_history(history);
        }
        loop {
            words.replace(self.words());
            let text = match editor.readline("rapport> ") {
                Ok(text) => text,
                Err(ReadlineError::Interrupted) => continue,
                Err(ReadlineError::Eof) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            if text.trim().is_empty() {
                continue;
            }
            editor.add_history_entry(text.trim())?;
            if let Some(history) = history {
                // a home that cannot be written keeps nobody from asking
                let _ = history.parent().map(std::fs::create_dir_all);
                let _ = editor.append_history(history);
            }
            for part in script::parts(&text) {
                match runtime.block_on(self.part_until_interrupt(&part)) {
                    Ok(After::Leave) => return Ok(()),
                    Ok(After::GoOn) => {}
                    Err(error) => {
                        told(&of_part(error, &part, &text));
                        break;
                    }
                }
            }
        }
    }

    /// Ctrl-C ends what is under way and not the shell.
    async fn part_until_interrupt(&mut self, part: &Part) -> Result<After> {
        tokio::select! {
            done = self.whole(part) => done,
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                bail!("cancelled")
            }
        }
    }

    /// Does what a part says; a fault of the engine ends it and not the shell.
    async fn whole(&mut self, part: &Part) -> Result<After> {
        let done = AssertUnwindSafe(self.part(part)).catch_unwind().await;
        done.unwrap_or_else(|_| bail!("the query has met a fault of the engine"))
    }

    async fn part(&mut self, part: &Part) -> Result<After> {
        match part {
            Part::Command(command) => self.command(command).await,
            Part::Statement(sql) => {
                let begun = Instant::now();
                let query = self.session.query(sql).await?;
                // a view that was made gives no rows
                if !query.schema().fields().is_empty() {
                    self.rows(query, sql).await?;
                }
                if self.has_timing {
                    self.tell(&format!("{:.1} ms", begun.elapsed().as_secs_f64() * 1e3))?;
                }
                Ok(After::GoOn)
            }
        }
    }

    /// Writes the rows of `query`, which `sql` asks for, where rows go.
    async fn rows(&mut self, query: DataFrame, sql: &str) -> Result<u64> {
        let written = if let Some(file) = &self.file {
            if self.is_file_written {
                bail!(
                    "`{}` has the rows of a statement already\nhint: `--output` takes one; `\\copy` can write others",
                    file.display()
                );
            }
            self.is_file_written = true;
            format::write_file(query, self.format, file).await
        } else if self.is_paged() {
            let mut screen = Screen::new();
            let written = format::write(query, self.format, Box::new(&mut screen)).await;
            screen.finish()?;
            match written {
                // the pager was left before the end
                Err(format::Error::Write(error)) if format::is_broken_pipe(&error) => Ok(0),
                written => written,
            }
        } else {
            format::write(query, self.format, Box::new(io::stdout())).await
        };
        written.map_err(|error| self.failed(error, sql))
    }

    fn is_paged(&self) -> bool {
        self.has_pager && matches!(self.format, Format::Table | Format::Expanded)
    }

    fn failed(&self, error: format::Error, sql: &str) -> anyhow::Error {
        match error {
            format::Error::Query(error) => self.session.error(&error, sql).into(),
            format::Error::Write(error) => error,
        }
    }

    /// Opens a session over the run before the opened one, where one is kept.
    async fn open_before(&mut self) -> Result<()> {
        if self.before.is_none() {
            self.before = self.session.before().await?;
        }
        Ok(())
    }

    fn words(&self) -> Words {
        let state = self.session.context().state();
        let mut functions: Vec<String> = Vec::new();
        functions.extend(state.scalar_functions().keys().cloned());
        functions.extend(state.aggregate_functions().keys().cloned());
        functions.extend(state.window_functions().keys().cloned());
        functions.sort_unstable();
        Words { names: self.session.names(), functions }
    }

    /// Prints a result.
    fn print(&self, text: &str) -> Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Tells what is no result.
    fn tell(&self, text: &str) -> Result<()> {
        writeln!(io::stderr(), "{text}")?;
        Ok(())
    }
}

/// An error of a part of `text`; one of a statement has the line as it is there, one of a command its own.
fn of_part(error: anyhow::Error, part: &Part, text: &str) -> anyhow::Error {
    if matches!(part, Part::Command(_)) {
        return error;
    }
    match error.downcast::<query::Error>() {
        Ok(error) => error.of_part(text).into(),
        Err(error) => error,
    }
}
