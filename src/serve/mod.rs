//! The published set over the network: read-only, guarded, by protocols that other tools speak.
//!
//! Here is how questions arrive and answers leave; what may be asked and what it means is `query`'s. Both servers share
//! who may ask (`access`) and how much (`limit`).

#[cfg(feature = "serve")]
mod access;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "serve")]
mod limit;
#[cfg(feature = "postgres")]
pub mod postgres;

#[cfg(feature = "serve")]
pub use access::{Access, Tls};
#[cfg(feature = "serve")]
pub use limit::Limits;
