//! Published sets as their readers find them: the current one, and the runs that are kept.
//!
//! Reading needs no lock: a set never changes once it has its name.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::NaiveDate;
use serde::Deserialize;

use super::publish::{CURRENT, kept_runs};

/// One run's set of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Id of the run.
    pub run: String,
    /// Last day of its window.
    pub as_of: NaiveDate,
    /// Days of its window.
    pub window_days: u32,
    /// Where its files are.
    pub folder: PathBuf,
}

/// What a set says of itself in `report.json`.
#[derive(Deserialize)]
struct Report {
    as_of: NaiveDate,
    window_days: u32,
}

impl Set {
    /// Opens the run `wanted` of the output at `root`, or the published one.
    ///
    /// Fails where nothing is published, or no such run is kept.
    pub fn open(root: &Path, wanted: Option<&str>) -> Result<Self> {
        let run = match wanted {
            Some(run) => run.to_owned(),
            None => current(root)?,
        };
        let kept = runs(root)?;
        if !kept.contains(&run) {
            let kept = kept.iter().rev().take(5).map(|run| format!("`{run}`")).collect::<Vec<_>>();
            bail!("no run `{run}` is kept\nhint: the newest that are: {}", kept.join(", "));
        }
        Self::read(root, run)
    }

    /// The kept runs of the output at `root` up to `last`, oldest first.
    pub fn kept_until(root: &Path, last: &str) -> Result<Vec<Self>> {
        let runs = runs(root)?.into_iter().filter(|run| run.as_str() <= last);
        runs.map(|run| Self::read(root, run)).collect()
    }

    /// The one kept before this one.
    pub fn before(&self, root: &Path) -> Result<Option<Self>> {
        let run = runs(root)?.into_iter().rfind(|run| *run < self.run);
        run.map(|run| Self::read(root, run)).transpose()
    }

    fn read(root: &Path, run: String) -> Result<Self> {
        let folder = folder(root).join(&run);
        let path = folder.join("report.json");
        let read = || -> Result<Report> { Ok(serde_json::from_slice(&fs::read(&path)?)?) };
        let report = read().with_context(|| format!("cannot read `{}`", path.display()))?;
        let Report { as_of, window_days } = report;
        Ok(Self { run, as_of, window_days, folder })
    }
}

/// Whether the output at `root` has a published set.
pub fn is_published(root: &Path) -> bool {
    root.join(CURRENT).is_symlink()
}

/// Id of the published run.
fn current(root: &Path) -> Result<String> {
    let target = fs::read_link(root.join(CURRENT)).ok();
    let run = target.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
    match run {
        Some(run) => Ok(run.to_owned()),
        None => {
            bail!("nothing is published in `{}`\nhint: `rapport run` publishes", root.display())
        }
    }
}

fn folder(root: &Path) -> PathBuf {
    root.join("run")
}

fn runs(root: &Path) -> Result<Vec<String>> {
    let folder = folder(root);
    kept_runs(&folder).with_context(|| format!("cannot list `{}`", folder.display()))
}
