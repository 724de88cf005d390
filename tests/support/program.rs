//! The program as its users run it: arguments in; exit code, stdout and stderr out.

use std::path::Path;
use std::process::{Command, Stdio};

use super::consent;

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// Its stdout, if it ended well and had nothing to say on stderr.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "stdout: {}", self.stdout);
        self.stdout
    }

    /// Its stderr, if it ended with `code`.
    #[track_caller]
    pub(crate) fn failed(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.stderr
    }
}

/// Runs the program in `folder` to its end.
pub(crate) fn rapport(folder: &Path, arguments: &[&str]) -> Outcome {
    let output = start(folder, arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The program, ready to be started in `folder`, with consent where it needs one.
pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Command {
    consent::give(folder, arguments);
    start_as_is(folder, arguments)
}

/// The program, ready to be started in `folder`.
pub(crate) fn start_as_is(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    command.current_dir(folder).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
