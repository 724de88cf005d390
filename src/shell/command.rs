//! The backslash commands.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use clap::ValueEnum;
use datafusion::prelude::DataFrame;

use super::Shell;
use crate::format::{self, Format};
use crate::query::saved::Kind;
use crate::query::segment;

/// A backslash command, as it is listed.
pub(super) struct Described {
    /// Its name.
    pub(super) name: &'static str,
    /// Its arguments.
    arguments: &'static str,
    /// What it does.
    meaning: &'static str,
}

const fn described(
    name: &'static str,
    arguments: &'static str,
    meaning: &'static str,
) -> Described {
    Described { name, arguments, meaning }
}

/// All of them, in the order in which they are listed.
pub(super) const COMMANDS: [Described; 11] = [
    described(
        "d",
        "[RELATION]",
        "list the relations, or the columns of one with units and meanings",
    ),
    described(
        "segments",
        "",
        "list the segments: size, share of customers, change since the run before",
    ),
    described("measures", "", "list the measures"),
    described(
        "copy",
        "RELATION|(QUERY) to 'FILE'",
        "write rows to a .csv, .tsv, .json, .ndjson, .md or .parquet file",
    ),
    described("format", "FORMAT", "print as table, csv, tsv, json, ndjson or markdown"),
    described("x", "[on|off]", "print a line for each value, or columns again"),
    described("timing", "[on|off]", "tell how long each statement takes, or no more"),
    described("pager", "[on|off]", "show results in a pager, or no more"),
    described("run", "", "tell which run is open"),
    described("help", "", "list these commands"),
    described("quit", "", "leave"),
];

/// What a command leads to.
pub(super) enum After {
    /// The shell goes on.
    GoOn,
    /// The shell ends.
    Leave,
}

impl Shell {
    /// Does what a line says that began with a backslash.
    pub(super) async fn command(&mut self, line: &str) -> Result<After> {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim().trim_end_matches(';').trim_end();
        match name.trim_end_matches(';') {
            "d" | "d+" | "dt" | "dv" if rest.is_empty() => self.relations().await?,
            "d" | "d+" => self.columns(rest).await?,
            "segments" => self.segments().await?,
            "measures" => self.measures().await?,
            "copy" => self.copy(rest).await?,
            "format" => match Format::from_str(rest, true) {
                Ok(format) if format != Format::Parquet => self.format = format,
                _ => bail!(
                    "no format `{rest}` for a screen\nhint: table, csv, tsv, json, ndjson or markdown"
                ),
            },
            "x" => {
                let is_expanded = switched(self.format == Format::Expanded, rest)?;
                self.format = if is_expanded { Format::Expanded } else { Format::Table };
                self.tell(if is_expanded { "a line for each value" } else { "columns" })?;
            }
            "timing" => {
                self.has_timing = switched(self.has_timing, rest)?;
                self.tell(if self.has_timing { "timing is on" } else { "timing is off" })?;
            }
            "pager" => {
                self.has_pager = switched(self.has_pager, rest)?;
                self.tell(if self.has_pager { "the pager is on" } else { "the pager is off" })?;
            }
            "run" => match self.session.set() {
                Some(set) => self.print(&format!("run {}, as of {}\n", set.run, set.as_of))?,
                None => self.print("no run is open\n")?,
            },
            "help" | "h" | "?" => self.help()?,
            "quit" | "q" | "exit" => return Ok(After::Leave),
            other => {
                let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
                let near = crate::definition::near::nearest(other, names.iter().copied());
                let hint = near.map_or("`\\help` lists them".to_owned(), |near| {
                    format!("did you mean `\\{near}`?")
                });
                bail!("no command `\\{other}`\nhint: {hint}");
            }
        }
        Ok(After::GoOn)
    }

    fn help(&mut self) -> Result<()> {
        let mut text = String::new();
        for command in &COMMANDS {
            let usage = format!("\\{} {}", command.name, command.arguments);
            text.push_str(&format!("{usage:<32}{}\n", command.meaning));
        }
        text.push_str("\nAnything else is SQL, up to a `;`. Names need no quotes and no capitals. Ctrl-C ends a query, Ctrl-D the shell.\n");
        self.print(&text)
    }

    async fn relations(&mut self) -> Result<()> {
        let mut shown: Vec<_> = self.session.shown().into_iter().collect();
        shown.sort_by(|a, b| (a.1.sort, &a.0).cmp(&(b.1.sort, &b.0)));
        let (names, shown): (Vec<_>, Vec<_>) = shown.into_iter().unzip();
        let sorts = shown.iter().map(|shown| shown.sort.as_str());
        let titles = shown.iter().map(|shown| shown.title.as_str());
        self.show(vec![
            ("relation", texts(&names)),
            ("what", texts(&sorts.collect::<Vec<_>>())),
            ("meaning", texts(&titles.collect::<Vec<_>>())),
        ])
        .await
    }

    async fn columns(&mut self, name: &str) -> Result<()> {
        let (written, columns) = self.session.columns(name.trim_matches('"')).await?;
        let shown = self.session.shown().remove(&written);
        if let Some(shown) = shown {
            self.print(&format!("{written}, {}: {}\n", shown.sort.as_str(), shown.title))?;
        }
        let column = |of: fn(&crate::query::ShownColumn) -> &str| {
            texts(&columns.iter().map(of).collect::<Vec<_>>())
        };
        self.show(vec![
            ("column", column(|column| &column.name)),
            ("type", column(|column| &column.kind)),
            ("unit", column(|column| &column.unit)),
            ("meaning", column(|column| &column.meaning)),
        ])
        .await
    }

    async fn segments(&mut self) -> Result<()> {
        let segments = self.session.saved(Kind::Segment);
        self.open_before().await?;
        let rows = segment::list(&self.session, self.before.as_ref(), &segments).await?;
        self.show_rows(rows).await
    }

    async fn measures(&mut self) -> Result<()> {
        let measures = self.session.saved(Kind::Measure);
        let measures = measures.iter();
        let (names, titles): (Vec<_>, Vec<_>) =
            measures.map(|saved| (saved.name.as_str(), saved.header.title.as_str())).unzip();
        let (names, titles) = (texts(&names), texts(&titles));
        self.show(vec![("measure", names), ("meaning", titles)]).await
    }

    async fn copy(&mut self, rest: &str) -> Result<()> {
        const USAGE: &str = "\\copy takes RELATION or (QUERY), `to`, and a file in quotes\nhint: \\copy stale to 'stale.csv'";
        let lower = rest.to_ascii_lowercase();
        let at = lower.rfind(" to ").context(USAGE)?;
        let (what, file) = (rest[..at].trim(), rest[at + 4..].trim());
        let path =
            file.strip_prefix('\'').and_then(|file| file.strip_suffix('\'')).context(USAGE)?;
        let path = Path::new(path);
        let format = Format::of_path(path)?;
        let sql = match what.strip_prefix('(').and_then(|what| what.strip_suffix(')')) {
            Some(query) => query.to_owned(),
            None => format!("select * from {what}"),
        };
        let rows = self.session.query(&sql).await?;
        let written = format::write_file(rows, format, path).await;
        let count = written.map_err(|error| self.failed(error, &sql))?;
        self.tell(&format!(
            "{} in {}",
            crate::definition::count(count as usize, "row", "rows"),
            path.display()
        ))
    }

    async fn show(&mut self, columns: Vec<(&str, ArrayRef)>) -> Result<()> {
        self.show_rows(RecordBatch::try_from_iter(columns)?).await
    }

    async fn show_rows(&mut self, rows: RecordBatch) -> Result<()> {
        let rows: DataFrame = self.session.context().read_batch(rows)?;
        self.rows(rows, "").await.map(|_| ())
    }
}

/// What is `on` or not, after a command with `on`, `off` or nothing, which turns it around.
fn switched(is_on: bool, argument: &str) -> Result<bool> {
    match argument {
        "" => Ok(!is_on),
        "on" => Ok(true),
        "off" => Ok(false),
        other => {
            bail!("neither on nor off: `{other}`\nhint: `on`, `off`, or nothing to turn it around")
        }
    }
}

fn texts<T: AsRef<str>>(texts: &[T]) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(texts))
}
