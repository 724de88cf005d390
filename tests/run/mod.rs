//! What a whole run promises, whatever its command line.

mod bad_input;
mod check;
mod exclude;
mod incremental;
mod privacy;
mod publish;
mod saved;
mod schedule;
mod schema;
mod small_group;
mod state;
