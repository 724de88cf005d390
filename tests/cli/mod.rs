//! The commands as their users type them: one file a command.

mod check;
mod import;
mod init;
mod other_tools;
mod run;
mod sample;
