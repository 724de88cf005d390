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
    /// Own people, up to 2,500
    #[arg(long, default_value_t = 30)]
    pub people: u32,
    /// Contacts of a customer, on average [default: 2 to 3, and more for the biggest]
    #[arg(long)]
    pub contacts: Option<u32>,
    /// Distinct messages; their copies in several mailboxes and folders are 1.4 times as many rows
    #[arg(long, default_value_t = 10_000)]
    pub messages: u64,
    /// Distinct meetings, about [default: a tenth of the messages]
    #[arg(long)]
    pub meetings: Option<u64>,
    /// The as-of day of the definition
    #[arg(long, value_name = "DATE", default_value = "2025-06-30")]
    pub end: NaiveDate,
    /// Days of mail, the last of them `--end` [default: 421, and 4 more after `--end`]
    #[arg(long)]
    pub days: Option<u32>,
    /// Go on for so many days, each in a folder `next/DATE` of its own: what later exports bring
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    pub next_days: u32,
    /// Text in the rows
    #[arg(long, value_enum, default_value_t = Text::Preview)]
    pub text: Text,
    /// Compression of the export files
    #[arg(long, value_enum, default_value_t = Compression::None)]
    pub compress: Compression,
    /// Plant the defects that the sample's README names
    #[arg(long)]
    pub defects: bool,
}

/// How much text rows carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Text {
    /// None, and only the columns that an enrichment reads
    None,
    /// Subjects and previews
    Preview,
    /// Bodies too
    Body,
}

/// How export files are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compression {
    /// Not at all
    None,
    /// gzip
    Gzip,
    /// Zstandard
    Zstd,
}
