//! Rapport: account engagement from mail and calendar, in SQL. Modules in reading order.

pub mod activity;
pub mod card;
pub mod catalog;
pub mod cli;
pub mod command;
pub mod consent;
pub mod definition;
pub mod engine;
pub mod enrichment;
pub mod exclusion;
pub mod format;
pub mod import;
pub mod overview;
pub mod page;
pub mod progress;
pub mod query;
pub mod report;
pub mod run;
pub mod sample;
pub mod schedule;
pub mod serve;
pub mod shell;
pub mod source;
pub mod span;
pub mod store;
pub mod udf;
