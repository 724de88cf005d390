//! The Postgres wire protocol over the published set.
//!
//! Every connection has a session, a memory limit and an authentication of its own; what they share is in `server`.
//! A message goes `connection` -> `startup` or `simple` or `extended` -> `statement` (case, parse, guard, plan) ->
//! `answer` (rows under the limits of `run`).

mod answer;
mod cancel;
mod catalog;
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
mod tls;
mod transaction;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};

pub use server::serve;

/// How to serve.
#[derive(Clone)]
pub struct Request {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What clients have to know, whatever their user name; without it anyone on this machine may ask.
    pub password: Option<String>,
    /// With it every connection has to be encrypted.
    pub tls: Option<Tls>,
    /// Queries that run at a time; more wait.
    pub concurrent_queries: usize,
    /// Connections at a time; more are refused.
    pub connections: usize,
    /// From a query's arrival to its last row.
    pub time: Duration,
}

/// The server's certificate.
#[derive(Debug, Clone)]
pub struct Tls {
    /// PEM file with the certificate, and those between it and the root.
    pub certificate: PathBuf,
    /// PEM file with the private key: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
}

impl Request {
    /// Whoever reaches an address beyond this machine has to know a password, and nobody may read along.
    fn check(&self) -> Result<()> {
        if !self.listen.ip().is_loopback() && (self.password.is_none() || self.tls.is_none()) {
            bail!(
                "`{}` can be reached from other machines, which needs a password and TLS\n\
                 hint: add --password-file, --tls-certificate and --tls-key, or listen on 127.0.0.1",
                self.listen
            );
        }
        Ok(())
    }
}
