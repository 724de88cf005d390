//! A terminal that shows results: at once where they fit, else in a pager that people scroll in.

use std::io::{self, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use console::{Term, measure_text_width};

/// Takes a result for the terminal.
pub(super) struct Screen {
    /// What fits so far.
    held: Vec<u8>,
    rows: usize,
    columns: usize,
    pager: Option<(Child, ChildStdin)>,
    /// There is no pager: what does not fit is printed.
    is_printed: bool,
}

impl Screen {
    pub(super) fn new() -> Self {
        let (rows, columns) = Term::stdout().size();
        // the next prompt stands below the result
        let rows = usize::from(rows).saturating_sub(2);
        Self { held: Vec::new(), rows, columns: columns.into(), pager: None, is_printed: false }
    }

    fn fits(&self) -> bool {
        let text = String::from_utf8_lossy(&self.held);
        let mut lines = 0;
        text.lines().all(|line| {
            lines += 1;
            lines <= self.rows && measure_text_width(line) <= self.columns
        })
    }

    /// Shows what is left, and waits until the pager is left.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if self.pager.is_some() {
            return self.leave();
        }
        let mut out = io::stdout().lock();
        out.write_all(&self.held)?;
        out.flush()
    }

    /// Waits until the pager is left, which has the terminal until then.
    fn leave(&mut self) -> io::Result<()> {
        let Some((mut pager, input)) = self.pager.take() else { return Ok(()) };
        drop(input);
        pager.wait().map(|_| ())
    }
}

impl Drop for Screen {
    /// A query that was ended has shown a part of its rows.
    fn drop(&mut self) {
        // what the pager says now is nobody's concern
        let _ = self.leave();
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some((_, input)) = &mut self.pager {
            return input.write(bytes);
        }
        if self.is_printed {
            return io::stdout().write(bytes);
        }
        self.held.extend_from_slice(bytes);
        if bytes.contains(&b'\n') && !self.fits() {
            self.pager = start();
            match &mut self.pager {
                Some((_, input)) => input.write_all(&self.held)?,
                None => {
                    self.is_printed = true;
                    io::stdout().write_all(&std::mem::take(&mut self.held))?;
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts what `PAGER` names, else `less`; none where it is empty or cannot be started.
fn start() -> Option<(Child, ChildStdin)> {
    let wanted = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    // variables may stand before the program
    let program = wanted.split_whitespace().find(|word| !word.contains('='))?;
    let mut found = Command::new("sh");
    found.args(["-c", "command -v \"$1\"", "sh", program]);
    if !found.stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return None;
    }
    let mut command = Command::new("sh");
    command.args(["-c", &wanted]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none_or(|options| options.is_empty()) {
        // long lines are cut and can be scrolled, colours stay, the screen keeps what was shown
        command.env("LESS", "RSX");
    }
    let mut pager = command.spawn().ok()?;
    let input = pager.stdin.take()?;
    Some((pager, input))
}
