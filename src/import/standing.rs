//! What is imported of the exports, and what waits to be: told without reading any of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

use super::{Ledger, is_unchanged, name_below, task};
use crate::definition::{SourceFile, real_path};
use crate::exclusion::Keys;
use crate::source::Kind;

/// How the export files of one kind stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Which kind.
    pub kind: Kind,
    /// Files that the sources find now.
    pub found: u64,
    /// Files whose activity is imported.
    pub imported: u64,
    /// Files that the next import reads: new ones, and those that have changed.
    pub waiting: u64,
    /// Imported files that are gone.
    pub gone: u64,
    /// Rows of the imported files.
    pub rows: u64,
    /// Those of them that went to the quarantine.
    pub rejects: u64,
}

/// How each kind stands of which there are `files`, or activity in the folder `activity`; `base` is the folder of the
/// definition. Who is excluded makes no difference to it.
pub fn standing(files: &[SourceFile], base: &Path, activity: &Path) -> Result<Vec<Standing>> {
    let ledger = Ledger::load(activity)?;
    let base = real_path(base);
    let mut kinds: BTreeMap<Kind, Standing> = BTreeMap::new();
    let mut present = BTreeSet::new();
    for file in files {
        let standing = of(&mut kinds, file.kind);
        standing.found += 1;
        if file.kind.is_activity() {
            let name = name_below(&base, &file.path);
            let known = task(file, name.clone(), &ledger, &Keys::default());
            standing.waiting += u64::from(!known.is_ok_and(|task| is_unchanged(&task)));
            present.insert(name);
        }
    }
    for (name, entry) in &ledger.files {
        let standing = of(&mut kinds, entry.kind);
        standing.imported += 1;
        standing.gone += u64::from(!present.contains(name));
        standing.rows += entry.tally.rows;
        standing.rejects += entry.tally.rejects;
    }
    Ok(kinds.into_values().collect())
}

fn of(kinds: &mut BTreeMap<Kind, Standing>, kind: Kind) -> &mut Standing {
    kinds.entry(kind).or_insert(Standing {
        kind,
        found: 0,
        imported: 0,
        waiting: 0,
        gone: 0,
        rows: 0,
        rejects: 0,
    })
}
