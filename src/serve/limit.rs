//! How much may be asked, of all servers of a process together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

/// Limits that servers share.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Permits to run a query; who finds none waits.
    pub queries: Arc<Semaphore>,
    /// Connections of a server at a time; more are refused.
    pub connections: usize,
    /// From a query's arrival to its last row.
    pub time: Duration,
}
