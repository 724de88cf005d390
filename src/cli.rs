//! The command line: types for clap and nothing else.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Account engagement from mail and calendar, in SQL.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// One variant a file of `command/`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented enrichment definition for the exports lying in a folder
    Init(Init),
    /// Validate a definition and show what it resolves to, without reading mail
    Check(Check),
    /// Import what is new in the exports, the first step of a run
    Import(Import),
    /// Import what is new, aggregate, score, check and publish
    Run(Run),
    /// Write the exports of a fictional company, of any size
    Sample(Sample),
}

/// Which definition.
#[derive(Debug, Args)]
pub struct DefinitionPath {
    /// The enrichment definition
    #[arg(long, short, value_name = "PATH", default_value = "enrichment.toml")]
    pub definition: PathBuf,
}

/// How the report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Arguments of `rapport init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Folder with the exports; `enrichment.toml` is written there
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

/// Arguments of `rapport check`.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
}

/// Arguments of `rapport import`.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// Drop what came from export files that are gone
    #[arg(long)]
    pub forget_missing: bool,
}

/// Arguments of `rapport run`.
#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// Last day of the window, such as 2025-06-30 [default: `window.as_of`, else today]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<NaiveDate>,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Drop what came from export files that are gone
    #[arg(long)]
    pub forget_missing: bool,
    /// Bytes of activity that one span should not exceed; for tests with little of it
    #[arg(long, hide = true, default_value_t = crate::span::SPAN_BYTES)]
    pub span_bytes: u64,
}

/// Arguments of `rapport sample`.
#[derive(Debug, Args)]
pub struct Sample {
    /// Folder to write; it must be missing or empty
    pub dir: PathBuf,
    /// The same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Customers
    #[arg(long, default_value_t = 40)]
    pub accounts: u32,
    /// Own people
    #[arg(long, default_value_t = 30)]
    pub people: u32,
    /// Distinct messages
    #[arg(long, default_value_t = 10_000)]
    pub messages: u64,
    /// Day that the data ends with
    #[arg(long, value_name = "DATE", default_value = "2025-06-30")]
    pub end: NaiveDate,
    /// Plant the defects that the sample's README names
    #[arg(long)]
    pub defects: bool,
}
