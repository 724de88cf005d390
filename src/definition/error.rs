//! What is wrong, where, and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A definition, or a file that it names, cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// The definition, or the file in which the problem lies.
    pub path: PathBuf,
    /// Line in that file, from 1.
    pub line: Option<usize>,
    /// Dotted key of the definition, as in `window.timezone`.
    pub key: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Error {
    pub(super) fn new(path: &Path, problem: impl Into<String>) -> Error {
        Error { path: path.to_owned(), line: None, key: None, problem: problem.into(), hint: None }
    }

    pub(super) fn line(mut self, line: usize) -> Error {
        self.line = Some(line);
        self
    }

    pub(super) fn key(mut self, key: impl Into<String>) -> Error {
        self.key = Some(key.into());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }
}

/// `path:line: `key`: problem`, then a `hint:` line.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ": `{key}`")?;
        }
        write!(f, ": {}", self.problem)?;
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// Why a file cannot be read, without the capital letter and the code of the operating system.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "cannot be read: permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a folder, not a file".to_owned(),
        io::ErrorKind::InvalidData => "is not UTF-8 text".to_owned(),
        _ => format!("cannot be read: {}", error.to_string().to_lowercase()),
    }
}
