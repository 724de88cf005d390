//! Enrichments as a whole: whether one is active, which there are, and copies of one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::definition::{self, Definition};
use crate::store::{self, Event, History};

/// Whether runs may start, and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Runs may start.
    pub is_active: bool,
    /// When it was turned.
    pub at: DateTime<Utc>,
    /// Who turned it.
    pub by: String,
}

impl Switch {
    /// The switch of the output at `root`; none where nobody has ever turned it, which is active.
    pub fn load(root: &Path) -> Result<Option<Self>> {
        let path = path(root);
        let cannot = || format!("cannot read `{}`", path.display());
        match fs::read(&path) {
            Err(error) if is_absent(&error) => Ok(None),
            bytes => {
                let bytes = bytes.with_context(cannot)?;
                let hint =
                    || format!("{}\nhint: remove it, which activates the enrichment", cannot());
                Ok(Some(serde_json::from_slice(&bytes).with_context(hint)?))
            }
        }
    }

    /// Turns the switch of the output at `root`, in one step with its history.
    pub fn save(&self, root: &Path) -> Result<()> {
        let what = if self.is_active { Event::Activated } else { Event::Deactivated };
        History::open(root)?.change(&path(root), self, (self.at, &self.by, what, None))
    }

    /// Fails where no run may start.
    pub fn check(root: &Path) -> Result<()> {
        match Self::load(root)? {
            Some(Self { is_active: false, at, by }) => bail!(
                "the enrichment is deactivated, by {by} at {}\nhint: `rapport enrichment activate` lets runs start",
                at.to_rfc3339_opts(SecondsFormat::Secs, true)
            ),
            _ => Ok(()),
        }
    }
}

/// There is no such file, or nothing that could hold it.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn path(root: &Path) -> PathBuf {
    store::state(root).join("enrichment.json")
}

/// The definitions in `folder`, by file name, and why others that look like one are none.
pub fn list(folder: &Path) -> Result<Vec<(PathBuf, Result<Definition, definition::Error>)>> {
    let cannot = || format!("cannot read `{}`", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
        if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths.into_iter().map(|path| (path.clone(), definition::load(&path))).collect())
}

/// The text of `definition` for a new enrichment of another name, with an output of its own; all else stays.
pub fn copied(definition: &Definition, name: &str, output: &str) -> String {
    let mut is_top = true;
    let lines = definition.text.split_inclusive('\n').map(|line| {
        is_top &= !line.trim_start().starts_with('[');
        let key = line.split('=').next().unwrap_or_default().trim();
        match key {
            "name" if is_top => format!("name = \"{name}\"\n"),
            "output" if is_top => format!("output = \"{output}\"\n"),
            _ => line.to_owned(),
        }
    });
    lines.collect()
}
