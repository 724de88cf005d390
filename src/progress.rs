//! What a long task tells of itself while it runs, and whether it is to go on. Drawing it is `command`'s.

/// A listener to progress; all methods may be called from several threads.
pub trait Progress: Sync {
    /// A task begins that will take `total` units.
    fn begin(&self, task: &str, total: u64);
    /// So many more units are done.
    fn advance(&self, units: u64);
    /// The task is over.
    fn end(&self);
    /// The task is wanted no more and should end soon.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Nobody listens.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _task: &str, _total: u64) {}
    fn advance(&self, _units: u64) {}
    fn end(&self) {}
}
