//! What a whole run promises, whatever its command line.

mod bad_input;
mod exclude;
mod incremental;
mod privacy;
mod publish;
mod saved;
mod schema;
