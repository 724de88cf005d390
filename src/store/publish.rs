//! Publishing: data first, then one pointer replaced atomically.
//!
//! A run is written to a hidden folder, sealed by renaming it to `run/ID`, and becomes visible when
//! the link `current` is replaced. `Office.parquet` and its siblings at the top of the output are links
//! through `current`, made once, so all of them change in the same instant.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::{Error, Output, sibling, sync_folder};

pub(super) const CURRENT: &str = "current";

/// What publishing has just done; the run is visible from `Pointed` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The hidden folder exists.
    Begun,
    /// One file of the set is written.
    Written,
    /// The folder has its final name.
    Sealed,
    /// `current` points to the run.
    Pointed,
    /// The links at the stable paths stand.
    Linked,
    /// Runs beyond the number to keep are gone.
    Pruned,
}

/// A run folder that no reader sees yet.
#[derive(Debug)]
pub struct Draft<'a> {
    output: &'a Output,
    run: String,
    folder: PathBuf,
}

impl<'a> Draft<'a> {
    /// Begins the folder of a run; `wanted` is its id, to which a number is added where it is taken.
    pub fn begin(output: &'a Output, wanted: &str) -> Result<Self, Error> {
        let runs = output.runs();
        let mut run = wanted.to_owned();
        let mut number = 1;
        while runs.join(&run).exists() {
            number += 1;
            // in digits that sort
            run = format!("{wanted}-{number:03}");
        }
        let folder = runs.join(format!(".{run}"));
        fs::create_dir_all(&folder).map_err(Error::write(&folder))?;
        Ok(Self { output, run, folder })
    }

    /// The run's id.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The folder in which the set is made.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the file `name` of the set is to be written.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Makes the run the published one and removes all but the newest `keep` runs.
    ///
    /// `stable` names the files and folders that also stand at the top of the output. `done` is told each step.
    pub fn publish(
        self,
        stable: &[impl AsRef<str>],
        keep: usize,
        done: &mut dyn FnMut(Step),
    ) -> Result<(), Error> {
        let Self { output, run, folder } = self;
        let sealed = output.runs().join(&run);
        let seal = || {
            sync(&folder)?;
            fs::rename(&folder, &sealed)?;
            sync_folder(&sealed)
        };
        seal().map_err(Error::write(&sealed))?;
        done(Step::Sealed);
        link(Path::new("run").join(&run).as_path(), &output.root().join(CURRENT))?;
        done(Step::Pointed);
        for name in stable {
            let name = name.as_ref();
            let path = output.root().join(name);
            let target = Path::new(CURRENT).join(name);
            if fs::read_link(&path).ok().as_deref() != Some(&target) {
                link(&target, &path)?;
            }
        }
        done(Step::Linked);
        prune(output, &run, keep)?;
        done(Step::Pruned);
        Ok(())
    }
}

/// Makes the folder and all below it outlast a power cut.
fn sync(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => sync(&entry.path())?,
            false => File::open(entry.path())?.sync_all()?,
        }
    }
    File::open(folder)?.sync_all()
}

/// Points `path` to `target` in one step.
fn link(target: &Path, path: &Path) -> Result<(), Error> {
    let fresh = sibling(path);
    let replace = || {
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        symlink(target, &fresh)?;
        fs::rename(&fresh, path)?;
        sync_folder(path)
    };
    replace().map_err(Error::write(path))
}

/// Run ids, oldest first; they begin with the time of the run.
pub(super) fn kept_runs(folder: &Path) -> io::Result<Vec<String>> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // files are somebody else's
        if entry.file_type()?.is_dir() && !name.starts_with('.') {
            runs.push(name);
        }
    }
    runs.sort();
    Ok(runs)
}

fn prune(output: &Output, published: &str, keep: usize) -> Result<(), Error> {
    let folder = output.runs();
    let remove = || {
        let mut runs = kept_runs(&folder)?;
        runs.retain(|run| run != published);
        let surplus = (runs.len() + 1).saturating_sub(keep);
        runs[..surplus.min(runs.len())].iter().try_for_each(|run| remove_run(&folder, run))
    };
    remove().map_err(Error::write(&folder))
}

/// Removes the run from the folder of runs.
pub(super) fn remove_run(folder: &Path, run: &str) -> io::Result<()> {
    // hidden first, so that a run half removed is never taken for a whole one
    let hidden = folder.join(format!(".{run}"));
    fs::rename(folder.join(run), &hidden)?;
    fs::remove_dir_all(&hidden)
}

/// Removes hidden run folders, which only a killed run leaves behind.
pub(super) fn remove_unfinished(output: &Output) -> Result<(), Error> {
    let folder = output.runs();
    let remove = || {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            if is_hidden && entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    };
    remove().map_err(Error::write(&folder))
}
