//! Pages to look at, and a console, over HTTP.
//!
//! A request goes `server` (connection) -> `gate` (who may ask, from where) -> a page of its own file, which reads what
//! is published now (`published`) and has it drawn by `page` -> `answer` (status, headers).

mod answer;
mod console;
mod gate;
mod look;
mod lookout;
mod published;
mod server;
mod sign_in;

use std::net::SocketAddr;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::{Access, Limits};
use crate::card::number::Numbers;
use crate::definition::Definition;
use crate::query::Source;
use server::Shared;

pub use server::serve;

/// How to serve.
pub struct Request {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Who may ask.
    pub access: Access,
    /// How much may be asked.
    pub limits: Limits,
    /// What to open.
    pub source: Source,
    /// The enrichment, for its name and its sources.
    pub definition: Definition,
    /// How numbers of cards are written.
    pub numbers: Numbers,
}

/// Bytes of a form: a statement, most of all.
const FORM_BYTES: usize = 1 << 20;

fn routes(server: Shared) -> Router {
    Router::new()
        .route("/", get(look::overview))
        .route("/customers", get(look::customers))
        .route("/customer", get(look::customer))
        .route("/segments", get(look::segments))
        .route("/segment/{name}", get(look::segment))
        .route("/sql", get(console::form).post(console::ask))
        .route("/sources", get(lookout::sources))
        .route("/sources/state", get(lookout::state_of_sources))
        .route("/runs", get(lookout::runs))
        .route("/runs/state", get(lookout::state_of_runs))
        .route("/runs/{id}", get(lookout::run))
        .route("/login", get(sign_in::form).post(sign_in::enter))
        .route("/logout", post(sign_in::leave))
        .route(answer::STYLE, get(answer::style))
        .route(answer::SCRIPT, get(answer::script))
        .fallback(answer::nothing_here)
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(axum::middleware::from_fn_with_state(server.clone(), gate::pass))
        .with_state(server)
}
