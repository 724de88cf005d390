//! The commands: one thin file each, parse -> call -> print. Only here are the clock read and results printed.

mod check;
mod import;
mod init;
mod progress;
mod run;
mod sample;

use std::io::{self, Write};

use anyhow::Result;

use crate::cli::{Cli, Command};

/// Does what the command line asks for.
pub fn dispatch(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Init(arguments) => init::init(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Import(arguments) => import::import(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Sample(arguments) => sample::sample(&arguments),
    }
}

/// The reader of our output has gone, which is no error.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints an error with its causes to stderr.
pub fn print_error(error: &anyhow::Error) {
    // with stderr gone there is nobody left to tell
    let _ = writeln!(io::stderr(), "error: {error:#}");
}

/// Prints a result to stdout.
fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
