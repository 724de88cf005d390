//! What tests need: enrichments in temporary folders, the program itself, and what it wrote.

mod ask;
mod enrichment;
pub(crate) mod export;
mod program;
mod set;
mod table;
mod tree;

pub(crate) use enrichment::{DEFINITION, Enrichment};
pub(crate) use program::{Outcome, rapport, start};
pub(crate) use set::Set;
pub(crate) use table::{Row, Table};
pub(crate) use tree::Tree;
