//! The commands: one thin file each, parse -> call -> print. Only here are the clock read and results printed.

mod check;
mod import;
mod init;
mod progress;
mod run;
mod sample;
mod saved;
mod serve;
mod sql;

use std::io::{self, Write};
use std::thread;

use anyhow::Result;
use sysinfo::System;
use tokio::runtime::Runtime;

use crate::cli::{Cli, Command};
use crate::definition::Definition;

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
        Command::Sql(arguments) => sql::sql(&arguments),
        Command::Segment(command) => saved::segment(&command),
        Command::Measure(command) => saved::measure(&command),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Sample(arguments) => sample::sample(&arguments),
    }
}

/// Prints an error with its causes to stderr.
pub fn print_error(error: &anyhow::Error) {
    // with stderr gone there is nobody left to tell
    let _ = writeln!(io::stderr(), "error: {error:#}");
}

/// Plans nest deeply, up to `query::guard::MOST_LEVELS`; the default stack is small for them. Memory is taken for
/// what is used of it alone.
const STACK_BYTES: usize = 64 << 20;

/// Runs what is asynchronous, on all cores.
fn runtime() -> io::Result<Runtime> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.thread_stack_size(STACK_BYTES).enable_io().build()
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

/// Whoever runs this process, as the system calls them.
fn who() -> String {
    let name = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

/// Prints a result to stdout.
fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
