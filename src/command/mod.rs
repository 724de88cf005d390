//! The commands: one thin file each, parse -> call -> print. Only here are the clock read and results printed.

mod cancel;
mod card;
mod check;
mod consent;
mod daemon;
mod enrichment;
mod erase;
mod exclude;
mod import;
mod init;
mod overview;
mod progress;
mod purge;
mod report;
mod run;
mod runs;
mod sample;
mod saved;
mod serve;
mod sql;
mod status;

use std::io::{self, Write};
use std::thread;

use anyhow::Result;
use chrono::{DateTime, Utc};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind, Users};
use tokio::runtime::Runtime;

use crate::cli::{Cli, Command};
use crate::definition::Definition;
use crate::query::saved::Problem;

pub use crate::format::is_broken_pipe;

/// Does what the command line asks for, on a stack that is large enough to plan what people ask.
pub fn dispatch(cli: Cli) -> Result<()> {
    let work = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || command(cli))?;
    work.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn command(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Init(arguments) => init::init(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Import(arguments) => import::import(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Consent(command) => consent::consent(&command),
        Command::Enrichment(command) => enrichment::enrichment(&command),
        Command::Overview(definition) => overview::overview(&definition),
        Command::Purge(arguments) => purge::purge(&arguments),
        Command::Status(arguments) => status::status(&arguments),
        Command::Runs(arguments) => runs::runs(&arguments),
        Command::Cancel(arguments) => cancel::cancel(&arguments),
        Command::Daemon(definition) => daemon::daemon(&definition),
        Command::Sql(arguments) => sql::sql(&arguments),
        Command::Segment(command) => saved::segment(&command),
        Command::Measure(command) => saved::measure(&command),
        Command::Card(arguments) => card::card(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Exclude(command) => exclude::exclude(&command),
        Command::Erase(arguments) => erase::erase(&arguments),
        Command::Sample(arguments) => sample::sample(&arguments),
    }
}

/// Prints an error with its causes to stderr.
pub fn print_error(error: &anyhow::Error) {
    // with stderr gone there is nobody left to tell
    let _ = writeln!(io::stderr(), "error: {error:#}");
}

/// Plans nest deeply, up to `MOST_LEVELS` of `query::size`; the default stack is small for them. Memory is taken for
/// what is used of it alone.
const STACK_BYTES: usize = 64 << 20;
/// Threads that read files for the others. Each keeps memory of its own for what it allocates; more of them do not
/// read faster.
const READING_THREADS: usize = 4;

/// Runs what is asynchronous, on all cores.
fn runtime() -> io::Result<Runtime> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.thread_stack_size(STACK_BYTES).max_blocking_threads(READING_THREADS).enable_io().build()
}

/// Bytes that the definition allows, else half of what the machine has, or of what its container may use.
fn memory(definition: &Definition) -> usize {
    let half = || {
        let mut system = System::new();
        system.refresh_memory();
        let limit = system.cgroup_limits().map(|limits| limits.total_memory);
        limit.unwrap_or(u64::MAX).min(system.total_memory()) / 2
    };
    usize::try_from(definition.memory_limit.unwrap_or_else(half)).unwrap_or(usize::MAX)
}

#[expect(clippy::disallowed_methods, reason = "commands read the clock")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// The user whose process this is, by name where the system knows one.
fn who() -> String {
    let mut system = System::new();
    let user = sysinfo::get_current_pid().ok().and_then(|process| {
        let kind = ProcessRefreshKind::nothing().with_user(UpdateKind::Always);
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[process]), false, kind);
        system.process(process)?.user_id()
    });
    let Some(user) = user else { return "unknown".to_owned() };
    let users = Users::new_with_refreshed_list();
    let name = users.get_user_by_id(user).map(|user| user.name().to_owned());
    name.unwrap_or_else(|| format!("user {}", **user))
}

/// Tells what keeps a saved query from being asked.
fn warn(problem: &Problem) {
    // with stderr gone there is nobody left to tell
    let _ = writeln!(io::stderr(), "warning: {problem}");
}

/// Prints a result to stdout.
fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
