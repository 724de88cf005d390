//! The consent that runs need, given as an administrator would.

use std::fs;
use std::path::Path;

use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;
use rapport::consent::{self, Approval, Scope};
use rapport::definition::{self, Definition};
use rapport::store;

const ADMINISTRATOR: &str = "admin@north.example";

/// Gives consent to what the definition that `arguments` name asks for, where they read the activity.
pub(crate) fn give(folder: &Path, arguments: &[&str]) {
    let reads = ["run", "import"].iter().any(|command| arguments.first() == Some(command))
        || arguments.contains(&"--operator");
    let named = arguments.iter().position(|argument| ["-d", "--definition"].contains(argument));
    let path = named.and_then(|at| arguments.get(at + 1)).unwrap_or(&"enrichment.toml");
    // what is wrong with a definition is the program's to tell
    if reads
        && let Ok(definition) = definition::load(&folder.join(path))
        && let Ok(scope) = Scope::of(&definition)
        // nor is there consent where nothing can be written
        && fs::create_dir_all(store::state(&definition.output)).is_ok()
    {
        agree(&definition, scope, 0);
    }
}

/// Gives consent to the definition in `folder` as it would have been given so many hours ago.
pub(crate) fn give_at(folder: &Path, hours_ago: i64) {
    let definition = definition::load(&folder.join("enrichment.toml")).unwrap();
    let scope = Scope::of(&definition).unwrap();
    agree(&definition, scope, hours_ago);
}

/// The consent to `definition`.
pub(crate) fn approval(definition: &Definition) -> Approval {
    agree(definition, Scope::of(definition).unwrap(), 0)
}

#[expect(clippy::disallowed_methods, reason = "the program reads the clock")]
fn agree(definition: &Definition, scope: Scope, hours_ago: i64) -> Approval {
    let now = Utc::now() - TimeDelta::hours(hours_ago);
    let path = consent::file(&definition.output);
    let mut consent = consent::load(&path).unwrap();
    if let Ok(approval) = consent.allow(now, &scope) {
        return approval.clone();
    }
    consent.request(now, "operator@north.example", scope.clone());
    let administrators = [ADMINISTRATOR.to_owned()];
    let approval = consent.grant(now, ADMINISTRATOR, None, &administrators, Tz::UTC, &scope);
    let approval = approval.unwrap().clone();
    store::write_json(&path, &consent).unwrap();
    approval
}
