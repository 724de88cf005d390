//! The Postgres wire protocol over the published set.
//!
//! Every connection has a session, a memory limit and an authentication of its own; what they share is in `server`.
//! A message goes `connection` -> `startup` or `simple` or `extended` -> `statement` (case, parse, guard, plan) ->
//! `answer` (rows under the limits of `run`).

mod answer;
mod cancel;
mod catalog;
mod column;
mod connection;
mod cursor;
mod error;
mod extended;
mod function;
mod parameter;
mod password;
mod peer;
mod rewrite;
mod run;
mod server;
mod setting;
mod simple;
mod startup;
mod statement;
mod transaction;

use std::net::SocketAddr;

use super::{Access, Limits};

pub use server::serve;

/// How to serve.
#[derive(Clone)]
pub struct Request {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who may ask, whatever their user name.
    pub access: Access,
    /// How much may be asked.
    pub limits: Limits,
}
