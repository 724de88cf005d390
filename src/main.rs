//! Parse, dispatch, print the error once, exit code.
//!
//! Exit: 0 done, 1 failed, 2 usage, 3 the input is not fit to be published, 130 cancelled.

use std::process::ExitCode;

use clap::Parser;
use rapport::cli::Cli;
use rapport::command;
use rapport::run::Refused;
use rapport::run::state::Cancelled;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match command::dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if command::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            command::print_error(&error);
            ExitCode::from(code(&error))
        }
    }
}

fn code(error: &anyhow::Error) -> u8 {
    match error {
        error if error.is::<Refused>() => 3,
        error if error.is::<Cancelled>() => 130,
        _ => 1,
    }
}
