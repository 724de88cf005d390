//! The published set over the network: read-only, guarded, by protocols that other tools speak.
//!
//! Here is how questions arrive and answers leave; what may be asked and what it means is `query`'s.

#[cfg(feature = "postgres")]
pub mod postgres;
