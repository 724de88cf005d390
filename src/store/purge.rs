//! Removing what an output holds.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::publish::CURRENT;
use super::{Error, HISTORY, LOCK, Output};

/// Folders that Rapport makes; the last one tells until the end whether the activity may be read.
const FOLDERS: [&str; 6] = ["activity", "quarantine", "span", "scratch", "run", "state"];

impl Output {
    /// Removes everything that Rapport has made here, apart from the history, and makes sure that it is gone.
    ///
    /// `stable` names the files and folders of a set that stand at the top of the output, also where a copy of the
    /// output has them instead of links. Returns what else lies there, which is somebody else's.
    pub fn purge(self, stable: &[String]) -> Result<Vec<PathBuf>> {
        let root = self.root.clone();
        let is_published =
            |path: &Path| is_link(path) || stable.iter().any(|name| path == root.join(name));
        let is_made = |path: &Path| {
            is_published(path)
                || is_unfinished(path)
                || FOLDERS.iter().any(|folder| path == root.join(folder))
        };
        // readers find nothing from here on
        for path in entries(&root)?.into_iter().filter(|path| is_published(path)) {
            remove(&path)?;
        }
        for folder in FOLDERS {
            let path = root.join(folder);
            // it may have been moved to where there is more room
            if path.is_symlink() && path.is_dir() {
                entries(&path)?.iter().try_for_each(|path| remove(path))?;
            }
            remove(&path)?;
        }
        for path in entries(&root)?.into_iter().filter(|path| is_unfinished(path)) {
            remove(&path)?;
        }
        let mut left = entries(&root)?;
        left.retain(|path| is_made(path));
        if !left.is_empty() {
            let left: Vec<_> = left.iter().map(|path| path.display().to_string()).collect();
            bail!("something came back while it was removed: {}", left.join(", "));
        }
        let lock = root.join(LOCK);
        drop(self);
        remove(&lock)?;
        let kept = root.join(HISTORY);
        Ok(entries(&root)?.into_iter().filter(|path| *path != kept).collect())
    }
}

fn entries(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || fs::read_dir(root)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>();
    read().map_err(Error::write(root))
}

/// A link to the published set, or through it.
fn is_link(path: &Path) -> bool {
    path.ends_with(CURRENT) || fs::read_link(path).is_ok_and(|target| target.starts_with(CURRENT))
}

/// What a killed process was about to put in its place.
fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') && name.ends_with(".new")
}

fn remove(path: &Path) -> Result<(), Error> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::write(path)(error)),
        _ => Ok(()),
    }
}
