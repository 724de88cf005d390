//! The command line: types for clap and nothing else.

use std::net::SocketAddr;
use std::path::PathBuf;

use bytesize::ByteSize;
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
    /// Ask an administrator to agree that mail and calendars are read; agree, revoke, and how it stands
    #[command(subcommand)]
    Consent(Consent),
    /// List, copy, deactivate, activate and delete enrichments
    #[command(subcommand)]
    Enrichment(Enrichment),
    /// How the enrichment stands: customers enriched, what was processed, days covered, and a preview
    Overview(DefinitionPath),
    /// Remove the imported activity, the outputs and the consent: everything but the history
    Purge(Purge),
    /// How the enrichment stands: the run under way or the last one, what is published, what has failed since
    Status(Told),
    /// List the runs, or show one with its steps
    Runs(Runs),
    /// Ask the run under way to end
    Cancel(DefinitionPath),
    /// Run whenever a run is due, until told to stop
    Daemon(DefinitionPath),
    /// Ask the published set in SQL: a shell, or statements from options, a file or standard input
    Sql(Sql),
    /// Save, list, show, ask, compare and check segments: customers that have something in common
    #[command(subcommand)]
    Segment(Segment),
    /// Save, list, show, ask and check measures: one value, or one for each customer
    #[command(subcommand)]
    Measure(Measure),
    /// A customer's card: score, e-mails, meetings, people and trend; or many customers by rank
    Card(Card),
    /// Write the overview, the segments and a card of every customer as a folder of pages
    Report(WriteReport),
    /// Show the published set in a browser, and answer clients of Postgres about it
    Serve(Serve),
    /// Opt people out: they are in no figure and in no stored activity from the next run or import on
    #[command(subcommand)]
    Exclude(Exclude),
    /// Exclude a person and take it out of all that is stored, at once
    Erase(Erase),
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

/// Which published set.
#[derive(Debug, Args)]
pub struct PublishedSet {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// A kept run [default: the published one]
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
}

/// Where rows go and how.
#[derive(Debug, Args)]
pub struct Rows {
    /// How rows are written [default: told by the file's name, else table]
    #[arg(long, value_enum)]
    pub format: Option<crate::format::Format>,
    /// Write the rows to a file, which appears whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Arguments of `rapport sql`.
#[derive(Debug, Args)]
pub struct Sql {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub set: PublishedSet,
    /// Statements to run; may be given more than once
    #[arg(long, short, value_name = "SQL", allow_hyphen_values = true)]
    pub command: Vec<String>,
    /// A file of statements to run, after those of `--command`
    #[arg(long, short, value_name = "FILE")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub rows: Rows,
    /// Open the imported activity too, which holds addresses; the run history notes it
    #[arg(long)]
    pub operator: bool,
}

/// Commands of `rapport segment`.
#[derive(Debug, Subcommand)]
pub enum Segment {
    /// Save a segment: a file in `segments/` beside the definition
    New(New),
    /// Size, share of customers, and change since the run before, of each segment
    List(List),
    /// What a segment is
    Show(Named),
    /// The customers in a segment
    Run(Ask),
    /// Who came into a segment and who left it
    Diff(Diff),
    /// Plan all segments and tell what is wrong with them
    Check(DefinitionPath),
}

/// Commands of `rapport measure`.
#[derive(Debug, Subcommand)]
pub enum Measure {
    /// Save a measure: a file in `measures/` beside the definition
    New(NewMeasure),
    /// All measures; those of one value with it
    List(List),
    /// What a measure is
    Show(Named),
    /// The value, or the values by customer
    Run(Ask),
    /// Plan all measures and tell what is wrong with them
    Check(DefinitionPath),
}

/// Arguments of `rapport segment new`.
#[derive(Debug, Args)]
pub struct New {
    /// Lower-case letters, digits and `_`
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// What the customers have in common, such as "DaysSinceLastEmail > 60"
    #[arg(
        long = "where",
        value_name = "CONDITION",
        required_unless_present = "select",
        allow_hyphen_values = true
    )]
    pub condition: Option<String>,
    /// A SELECT that gives CustomerId, for what no condition tells
    #[arg(long, value_name = "SQL", conflicts_with = "condition", allow_hyphen_values = true)]
    pub select: Option<String>,
    /// What it tells, in one sentence [default: the condition]
    #[arg(long)]
    pub title: Option<String>,
}

/// Arguments of `rapport measure new`.
#[derive(Debug, Args)]
pub struct NewMeasure {
    /// Lower-case letters, digits and `_`
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// A SELECT that gives one value, or CustomerId and others
    #[arg(long, value_name = "SQL", allow_hyphen_values = true)]
    pub select: String,
    /// What it tells, in one sentence [default: the name]
    #[arg(long)]
    pub title: Option<String>,
}

/// Arguments of `rapport segment list` and `rapport measure list`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub set: PublishedSet,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub rows: Rows,
}

/// A saved query by name.
#[derive(Debug, Args)]
pub struct Named {
    /// Its name
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
}

/// A saved query to ask.
#[derive(Debug, Args)]
pub struct Ask {
    /// Its name
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub set: PublishedSet,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub rows: Rows,
}

/// Arguments of `rapport segment diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// Its name
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub set: PublishedSet,
    /// The run to compare with [default: the one before]
    #[arg(long, value_name = "ID")]
    pub since: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub rows: Rows,
}

/// For the fictional company, which has nobody to ask.
#[derive(Debug, Default, Args)]
pub struct Administrator {
    /// Agree in the name of the administrator; for the fictional company alone
    #[arg(long)]
    pub i_am_the_administrator: bool,
}

/// Commands of `rapport consent`.
#[derive(Debug, Subcommand)]
pub enum Consent {
    /// Write a request and print the message to send to the administrators
    Request(AskConsent),
    /// Agree to the request
    Grant(Grant),
    /// Take the consent back, or refuse the request
    Revoke(Revoke),
    /// Where it stands
    Status(DefinitionPath),
}

/// Arguments of `rapport consent request`.
#[derive(Debug, Args)]
pub struct AskConsent {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// Who asks [default: the user of this process]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// Arguments of `rapport consent grant`.
#[derive(Debug, Args)]
pub struct Grant {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// The administrator, as the definition names them
    #[arg(long, value_name = "ADMIN")]
    pub by: String,
    /// Last day of the consent [default: six months from now, which is the most]
    #[arg(long, value_name = "DATE")]
    pub until: Option<NaiveDate>,
}

/// Arguments of `rapport consent revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// The administrator, as the definition names them
    #[arg(long, value_name = "ADMIN")]
    pub by: String,
}

/// Commands of `rapport enrichment`.
#[derive(Debug, Subcommand)]
pub enum Enrichment {
    /// The enrichments in a folder: consent, what is published, whether they are active
    List(Enrichments),
    /// Write the definition under another name, with an output of its own
    Copy(CopyTo),
    /// Let runs start again
    Activate(DefinitionPath),
    /// Let no run start; what is published stays
    Deactivate(DefinitionPath),
    /// Remove the definition and everything that was made with it, apart from the history
    Delete(Delete),
}

/// Arguments of `rapport enrichment list`.
#[derive(Debug, Args)]
pub struct Enrichments {
    /// Folder with definitions
    #[arg(default_value = ".")]
    pub dir: PathBuf,
}

/// Arguments of `rapport enrichment copy`.
#[derive(Debug, Args)]
pub struct CopyTo {
    /// Name of the copy, whose definition is NAME.toml beside the other
    pub name: String,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
}

/// Arguments of `rapport enrichment delete`.
#[derive(Debug, Args)]
pub struct Delete {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// Really
    #[arg(long)]
    pub yes: bool,
}

/// Arguments of `rapport purge`.
#[derive(Debug, Args)]
pub struct Purge {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// Although the consent holds
    #[arg(long)]
    pub yes: bool,
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
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub administrator: Administrator,
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
    /// Run where a run is due by the schedule, else tell when one will be
    #[arg(long)]
    pub if_due: bool,
    /// Drop what came from export files that are gone
    #[arg(long)]
    pub forget_missing: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub administrator: Administrator,
    /// Bytes of activity that one span should not exceed; for tests with little of it
    #[arg(long, hide = true, default_value_t = crate::span::SPAN_BYTES)]
    pub span_bytes: u64,
}

/// Arguments of `rapport status`.
#[derive(Debug, Args)]
pub struct Told {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Arguments of `rapport runs`.
#[derive(Debug, Args)]
pub struct Runs {
    /// A run [default: all]
    pub id: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub told: Told,
}

/// Commands of `rapport exclude`.
#[derive(Debug, Subcommand)]
pub enum Exclude {
    /// Exclude people
    Add(People),
    /// Let people in again
    Remove(People),
    /// Who is excluded since when; addresses as far as the definition, the directory and the contacts know them
    List(DefinitionPath),
}

/// Arguments of `rapport exclude add` and `rapport exclude remove`.
#[derive(Debug, Args)]
pub struct People {
    /// Addresses; `@FILE` stands for those in a file, one a line or in the first column of CSV
    #[arg(value_name = "ADDRESS|@FILE", required_unless_present = "group")]
    pub addresses: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// The members of a group, by its name, mail address or id; may be given more than once
    #[arg(long, value_name = "NAME")]
    pub group: Vec<String>,
}

/// Arguments of `rapport erase`.
#[derive(Debug, Args)]
pub struct Erase {
    /// An address of the person
    pub address: String,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub administrator: Administrator,
}

/// Arguments of `rapport card`.
#[derive(Debug, Args)]
pub struct Card {
    /// The customer (account) id as the contact table gives it
    #[arg(required_unless_present_any = ["top", "segment"], allow_hyphen_values = true)]
    pub customer: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub set: PublishedSet,
    /// The N customers with the highest scores, a line each with its twelve months; with `--segment` those of it
    #[arg(long, value_name = "N", conflicts_with = "customer", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,
    /// The customers of a segment by rank, a line each with its twelve months
    #[arg(long, value_name = "NAME", conflicts_with = "customer")]
    pub segment: Option<String>,
    /// Write the card as a page that needs no other file and no script
    #[arg(long, value_name = "FILE", conflicts_with_all = ["top", "segment"])]
    pub html: Option<PathBuf>,
    /// Write the card as a picture
    #[arg(long, value_name = "FILE", conflicts_with_all = ["top", "segment"])]
    pub svg: Option<PathBuf>,
    /// Columns to use, 60 at least [default: those of the terminal, else 80]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(60..))]
    pub width: Option<u16>,
    /// Whether to use colours; `auto`: on a terminal that wants them
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
    /// Use plain ASCII
    #[arg(long)]
    pub ascii: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub locale: Locale,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How numbers are written.
#[derive(Debug, Args)]
pub struct Locale {
    /// Write numbers as in this locale, such as de-DE [default: what LC_ALL, LC_NUMERIC or LANG say]
    #[arg(long, value_name = "NAME")]
    pub locale: Option<String>,
}

/// Arguments of `rapport report`.
#[derive(Debug, Args)]
pub struct WriteReport {
    /// Folder to write; it must be missing, empty, or a report, which is replaced
    pub dir: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub set: PublishedSet,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub locale: Locale,
}

/// Arguments of `rapport serve`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("protocol").args(["http", "postgres"]).required(true).multiple(true))]
pub struct Serve {
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub definition: DefinitionPath,
    /// Show pages to browsers on this address; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub http: Option<SocketAddr>,
    /// Speak the Postgres wire protocol on this address; port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub postgres: Option<SocketAddr>,
    /// File with the password that everybody needs, on its first line
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Certificate (PEM); with it every connection has to be encrypted
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Queries that run at a time, by either protocol; more wait
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrent_queries: u16,
    /// Connections at a time, of each protocol; more are refused
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    pub connections: u16,
    /// Memory of a query; one that needs more fails
    #[arg(long, value_name = "SIZE", default_value = "1 GiB")]
    pub query_memory: ByteSize,
    #[command(flatten)]
    #[allow(missing_docs, reason = "documented at its type")]
    pub locale: Locale,
    /// Seconds from a query's arrival to its last row
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub query_time: u32,
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
