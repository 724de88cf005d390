//! Everything that is tested from outside, in one binary so that DataFusion is linked once.
//!
//! `cli/` mirrors the commands, `run/` holds what a whole run promises, `query/` what may be asked, `case/`, `source/` and
//! `definition/` walk case folders: a new case there is a new folder, no Rust.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test that panics tells what is wrong"
)]

mod case;
mod cli;
mod definition;
mod query;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod source;
mod support;
