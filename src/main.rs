//! Parse, dispatch, print the error once, exit code.
//!
//! Exit: 0 done, 1 failed, 2 usage, 3 the input is not fit to be published.

use std::process::ExitCode;

use clap::Parser;
use rapport::cli::Cli;
use rapport::command;
use rapport::run::Refused;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match command::dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if command::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            command::print_error(&error);
            ExitCode::from(if error.is::<Refused>() { 3 } else { 1 })
        }
    }
}
