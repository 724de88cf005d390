//! Processes that can be told from later ones of the same number.

use serde::{Deserialize, Serialize};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// Seconds by which the system may tell the start of one process differently.
const TOLERANCE: u64 = 2;

/// A process on some machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// When it started, in seconds since 1970.
    pub started: u64,
    /// Name of the machine or container.
    pub host: String,
}

impl Process {
    /// The process that asks.
    pub fn own() -> Self {
        let id = std::process::id();
        Self { id, started: started(id).unwrap_or_default(), host: host() }
    }

    /// Whether it is there; nobody knows of another machine's.
    pub fn is_alive(&self) -> Option<bool> {
        let is_alive = || started(self.id).is_some_and(|at| at.abs_diff(self.started) <= TOLERANCE);
        (self.host == host()).then(is_alive)
    }
}

fn host() -> String {
    System::host_name().unwrap_or_default()
}

fn started(id: u32) -> Option<u64> {
    let mut system = System::new();
    let process = Pid::from_u32(id);
    let kind = ProcessRefreshKind::nothing();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[process]), true, kind);
    let process = system.process(process)?;
    // one that was killed and that nobody has asked about yet
    let is_dead =
        matches!(process.status(), sysinfo::ProcessStatus::Zombie | sysinfo::ProcessStatus::Dead);
    (!is_dead).then(|| process.start_time())
}
