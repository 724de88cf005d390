//! The commands as their users type them: one file a command.

mod card;
mod check;
mod consent;
mod enrichment;
mod error;
mod format;
mod import;
mod init;
mod measure;
mod other_tools;
mod overview;
mod report;
mod run;
mod sample;
mod segment;
mod segment_check;
mod shell;
mod sql;
mod terminal;
