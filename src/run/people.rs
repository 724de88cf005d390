//! Who is who in a run: own people and contacts, from the definition, the directory exports and the contact table.

use anyhow::{Result, bail};

use crate::definition::contact::{self, ContactTable};
use crate::definition::own::{self, Directory, Own};
use crate::definition::{Definition, Files, real_path};
use crate::import::{self, Tally};
use crate::source::{self, Kind, ReadError, Reject, Row};

/// Own people and contacts, resolved.
#[derive(Debug)]
pub struct People {
    /// Own addresses and the people behind them.
    pub own: Own,
    /// Contacts whose address is not own.
    pub contacts: ContactTable,
    /// Rows of the directory exports.
    pub directory: Tally,
    /// Bad rows of the directory exports, each with its file.
    pub rejects: Vec<(String, Reject)>,
    /// What the operator should know.
    pub warnings: Vec<String>,
}

/// Reads the directory exports and the contact table, no mail, and resolves the definition with them.
pub fn resolve(definition: &Definition, files: &Files) -> Result<People> {
    let mut directory = Directory::default();
    let mut tally = Tally::default();
    let mut rejects = Vec::new();
    let base = real_path(definition.folder());
    for file in &files.found {
        if !matches!(file.kind, Kind::User | Kind::GroupDetails | Kind::GroupMembers) {
            continue;
        }
        let read = source::read(&file.path, file.kind, &mut |_| {}, &mut |row| -> Result<()> {
            tally.rows += 1;
            match row {
                Ok(Row::User(user)) => directory.users.push(user),
                Ok(Row::Group(group)) => directory.groups.push(group),
                Ok(Row::Member(member)) => directory.members.push(member),
                Ok(_) => tally.no_data += 1,
                Err(reject) => {
                    tally.rejects += 1;
                    rejects.push((import::name_below(&base, &file.path), reject));
                }
            }
            Ok(())
        });
        match read {
            Ok(()) => {}
            Err(ReadError::Stopped(error)) => return Err(error),
            Err(error) => bail!("`{}`: {error}", file.path.display()),
        }
    }
    let own = own::resolve(definition, &directory)?;
    let contacts = contact::match_own(definition, contact::read(definition)?, &own)?;
    let mut warnings = files.warnings.clone();
    warnings.extend(own.warnings.iter().cloned());
    warnings.extend(contacts.warnings.iter().cloned());
    if let Some((file, first)) = rejects.first() {
        warnings.push(format!(
            "{} of {} rows of the user and group exports are bad and were left out, the first in `{file}`, {first}",
            rejects.len(),
            tally.rows,
        ));
    }
    Ok(People { own, contacts, directory: tally, rejects, warnings })
}
