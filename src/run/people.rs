//! Who is who in a run: own people and contacts, from the definition, the directory exports and the contact table.

use anyhow::{Result, bail};

use crate::definition::contact::{self, ContactTable};
use crate::definition::own::{self, Directory, Own};
use crate::definition::{Definition, Files, real_path};
use crate::exclusion::{Exclusions, Keys};
use crate::import;
use crate::source::{self, ReadError, Reject, Row};

/// Own people and contacts, resolved.
#[derive(Debug)]
pub struct People {
    /// Own addresses and the people behind them.
    pub own: Own,
    /// Contacts whose address is not own.
    pub contacts: ContactTable,
    /// How many rows the directory exports have.
    pub directory_rows: u64,
    /// Bad rows of the directory exports, each with its file.
    pub rejects: Vec<(String, Reject)>,
    /// What the operator should know.
    pub warnings: Vec<String>,
    /// Who is excluded and in none of the others.
    pub excluded: Keys,
}

/// What the directory exports hold.
#[derive(Debug, Default)]
pub struct Exported {
    /// Users, groups and memberships.
    pub directory: Directory,
    /// How many rows there are.
    rows: u64,
    /// Bad rows, each with its file.
    rejects: Vec<(String, Reject)>,
}

/// Reads the directory exports.
pub fn directory(definition: &Definition, files: &Files) -> Result<Exported> {
    let Exported { mut directory, rows: mut directory_rows, mut rejects } = Exported::default();
    let base = real_path(definition.folder());
    for file in &files.found {
        if file.kind.is_activity() {
            continue;
        }
        let name = import::name_below(&base, &file.path);
        let read = source::read(&file.path, file.kind, &mut |_| {}, &mut |row| -> Result<()> {
            directory_rows += 1;
            match row {
                Ok(Row::User(user)) => directory.users.push(user),
                Ok(Row::Group(group)) => directory.groups.push(group),
                Ok(Row::Member(member)) => directory.members.push(member),
                Ok(_) => {}
                Err(reject) => rejects.push((name.clone(), reject)),
            }
            Ok(())
        });
        match read {
            Ok(()) => {}
            Err(ReadError::Stopped(error)) => return Err(error),
            Err(error) => bail!("`{}`: {error}", file.path.display()),
        }
    }
    Ok(Exported { directory, rows: directory_rows, rejects })
}

/// Who is excluded from the definition's output, with what the directory exports tell of the same people by now.
pub fn exclusions(definition: &Definition, directory: &Directory) -> Result<(Exclusions, bool)> {
    let mut exclusions = Exclusions::load(&definition.output)?;
    let has_grown = !exclusions.is_empty() && exclusions.grow(&own::users(directory));
    Ok((exclusions, has_grown))
}

/// Reads the directory exports and the contact table, no mail, and resolves the definition with them, without who is
/// excluded.
pub fn resolve(definition: &Definition, files: &Files) -> Result<People> {
    let Exported { directory, rows: directory_rows, rejects } = directory(definition, files)?;
    let excluded = exclusions(definition, &directory)?.0.keys();
    let is_excluded = |address: &str| excluded.has(address);
    let own = own::resolve(definition, &directory, &is_excluded)?;
    let contacts = contact::match_own(definition, contact::read(definition, &is_excluded)?, &own)?;
    let mut warnings = files.warnings.clone();
    warnings.extend(own.warnings.iter().cloned());
    warnings.extend(contacts.warnings.iter().cloned());
    if let Some((file, first)) = rejects.first() {
        warnings.push(format!(
            "{} of {directory_rows} rows of the user and group exports are bad and were left out, the first in `{file}`, {first}",
            rejects.len(),
        ));
    }
    Ok(People { own, contacts, directory_rows, rejects, warnings, excluded })
}
