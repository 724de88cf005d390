//! Where results go: standard output, a file, or a pager that people scroll in.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

/// A pager with its input.
pub(super) struct Pager(Child);

impl Pager {
    /// Starts what `PAGER` names, else `less`; none where it is empty or cannot be started.
    pub(super) fn start() -> Option<Self> {
        let wanted = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
        if wanted.trim().is_empty() {
            return None;
        }
        let mut command = Command::new("sh");
        command.args(["-c", &wanted]).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            // short results are printed, long lines are cut and can be scrolled, colours stay
            command.env("LESS", "FRSX");
        }
        Some(Self(command.spawn().ok()?))
    }

    /// What the pager shows.
    pub(super) fn input(&mut self) -> Box<dyn Write + Send> {
        match self.0.stdin.take() {
            Some(input) => Box::new(input),
            None => Box::new(io::sink()),
        }
    }

    /// Waits until it is left.
    pub(super) fn wait(mut self) -> io::Result<()> {
        self.0.wait().map(|_| ())
    }
}
