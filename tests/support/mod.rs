//! What tests need: enrichments in temporary folders, the program itself, and what it wrote.

mod ask;
pub(crate) mod consent;
mod enrichment;
pub(crate) mod export;
#[cfg(feature = "http")]
pub(crate) mod http;
mod program;
mod set;
mod table;
mod tree;

pub(crate) use enrichment::{DEFINITION, Enrichment};
pub(crate) use program::{Outcome, rapport, start, start_as_is};
pub(crate) use set::Set;
pub(crate) use table::{Row, Table};
pub(crate) use tree::Tree;
