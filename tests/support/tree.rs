//! A folder held in memory: to start many tests from one state, and to see whether anything changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

#[derive(Clone, PartialEq, Eq)]
enum Node {
    Folder,
    File { bytes: Vec<u8>, modified: SystemTime },
    Link(PathBuf),
}

/// All that lies below a folder, with modification times of files.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Tree(BTreeMap<PathBuf, Node>);

impl Tree {
    /// What lies below `folder`; nothing where it does not exist.
    pub(crate) fn of(folder: &Path) -> Tree {
        let mut tree = Tree::default();
        if folder.exists() {
            tree.add(folder, folder);
        }
        tree
    }

    fn add(&mut self, root: &Path, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let node = if metadata.is_symlink() {
                Node::Link(fs::read_link(&path).unwrap())
            } else if metadata.is_dir() {
                self.add(root, &path);
                Node::Folder
            } else {
                let modified = metadata.modified().unwrap();
                Node::File { bytes: fs::read(&path).unwrap(), modified }
            };
            self.0.insert(path.strip_prefix(root).unwrap().to_owned(), node);
        }
    }

    /// Writes everything below `folder`.
    pub(crate) fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        for (path, node) in &self.0 {
            let path = folder.join(path);
            match node {
                Node::Folder => fs::create_dir_all(path).unwrap(),
                Node::Link(target) => symlink(target, path).unwrap(),
                Node::File { bytes, modified } => {
                    fs::write(&path, bytes).unwrap();
                    File::options()
                        .append(true)
                        .open(&path)
                        .unwrap()
                        .set_modified(*modified)
                        .unwrap();
                }
            }
        }
    }

    /// Paths of files and links.
    pub(crate) fn files(&self) -> Vec<String> {
        let files = self.0.iter().filter(|(_, node)| **node != Node::Folder);
        files.map(|(path, _)| path.display().to_string()).collect()
    }

    /// Files by path, with their bytes.
    pub(crate) fn contents(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        self.0.iter().filter_map(|(path, node)| match node {
            Node::File { bytes, .. } => Some((path.as_path(), bytes.as_slice())),
            _ => None,
        })
    }

    /// The part whose paths `keep` wants.
    pub(crate) fn only(mut self, keep: impl Fn(&Path) -> bool) -> Tree {
        self.0.retain(|path, _| keep(path));
        self
    }

    /// Panics with the paths that are in one tree only, or differ.
    #[track_caller]
    pub(crate) fn assert_same(&self, other: &Tree) {
        let mut paths: Vec<&PathBuf> = self.0.keys().chain(other.0.keys()).collect();
        paths.sort();
        paths.dedup();
        paths.retain(|path| self.0.get(*path) != other.0.get(*path));
        assert!(paths.is_empty(), "{paths:#?} differ");
    }
}
