//! Own addresses: which addresses the definition selects, and whose they are.
//!
//! Here: the selection as a whole and its limits. `person` knows the user export, `group` the
//! group exports, `list` what is an address and the files that list them.

use std::collections::BTreeSet;

use self::group::Groups;
use self::person::People;
use super::near::{count, list as listing};
use super::{Definition, Error};
use crate::activity::{Group, Member, User};

mod group;
mod list;
mod person;

pub(crate) use list::{address, listed};

/// Fewest own addresses: a single person is no organisation.
pub const FEWEST: usize = 2;

/// Most own addresses.
pub const MOST: usize = 2_500;

/// The directory exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Users.
    pub users: Vec<User>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Memberships.
    pub members: Vec<Member>,
}

/// The own addresses of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// Each address once, sorted.
    pub addresses: Vec<OwnAddress>,
    /// Each group as the definition names it, and how many addresses it gave.
    pub groups: Vec<(String, usize)>,
    /// How many addresses the definition and its files list.
    pub listed: usize,
    /// What the operator should know.
    pub warnings: Vec<String>,
}

/// One own address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAddress {
    /// Address normal form.
    pub address: String,
    /// The same for all addresses of one person: the user's directory id, else its principal name
    /// or smallest address; the address itself where no user has it.
    pub person: String,
    /// The user's directory id.
    pub directory_id: Option<String>,
}

/// A user of the directory exports, all its rows taken together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryUser {
    /// Directory id.
    pub id: Option<String>,
    /// Its SMTP addresses, normal form; one that several users list is that of the one with the smallest id.
    pub addresses: Vec<String>,
    /// Its addresses of Exchange's own form.
    pub legacy: Vec<String>,
}

/// The users of the directory exports.
pub fn users(directory: &Directory) -> Vec<DirectoryUser> {
    People::index(&directory.users).users().collect()
}

/// The addresses of the members of the group that is named by id, mail address or display name; an error says why
/// there are none.
pub fn members(directory: &Directory, group: &str) -> anyhow::Result<BTreeSet<String>> {
    let groups = Groups::index(directory);
    match groups.find(group) {
        Ok(id) => Ok(groups.expand(&id, &People::index(&directory.users)).addresses),
        Err(miss) => anyhow::bail!("{}\nhint: {}", miss.problem, miss.hint),
    }
}

/// Resolves `[own]` with the directory exports; whom `is_excluded` claims is left out and named nowhere.
pub fn resolve(
    definition: &Definition,
    directory: &Directory,
    is_excluded: &dyn Fn(&str) -> bool,
) -> Result<Own, Error> {
    let people = People::index(&directory.users);
    let mut listed = list::listed(definition)?;
    let mut warnings = Vec::new();
    let mut selected = listed.clone();
    let mut gave = Vec::new();
    if !definition.own.groups.is_empty() {
        let groups = Groups::index(directory);
        for named in &definition.own.groups {
            let id = groups.find(&named.value).map_err(|miss| {
                let error = definition.error(named.line, "own.groups", miss.problem);
                error.hint(miss.hint)
            })?;
            let expanded = groups.expand(&id, &people);
            warnings.extend(expanded.warnings(&named.value));
            selected.extend(expanded.addresses.iter().cloned());
            gave.push((named.value.clone(), expanded.addresses));
        }
    }
    let own = |selected: &BTreeSet<String>, gave: &[Gave], listed: &BTreeSet<String>| Own {
        addresses: selected.iter().map(|address| people.own_address(address)).collect(),
        groups: gave.iter().map(|(group, gave)| (group.clone(), gave.len())).collect(),
        listed: listed.len(),
        warnings: Vec::new(),
    };
    // the limits are on what the definition selects, so that nobody has to stay for them
    within_limits(definition, &own(&selected, &gave, &listed))?;
    for addresses in gave.iter_mut().map(|(_, gave)| gave).chain([&mut selected, &mut listed]) {
        addresses.retain(|address| !is_excluded(address));
    }
    let own = own(&selected, &gave, &listed);
    warnings.extend(people.shared(&selected));
    warnings.extend(without_id(&own));
    let mut seen = BTreeSet::new();
    warnings.retain(|warning| seen.insert(warning.clone()));
    Ok(Own { warnings, ..own })
}

/// A group as the definition names it, and the addresses that it gave.
type Gave = (String, BTreeSet<String>);

fn within_limits(definition: &Definition, own: &Own) -> Result<(), Error> {
    let number = own.addresses.len();
    let (bound, hint) = match number {
        0..FEWEST => (format!("at least {FEWEST} are needed"), "list or select more people"),
        FEWEST..=MOST => return Ok(()),
        _ => (format!("at most {MOST} are allowed"), "select smaller groups"),
    };
    let mut parts: Vec<String> =
        own.groups.iter().map(|(group, gave)| format!("group `{group}` gave {gave}")).collect();
    let selection = &definition.own;
    if parts.is_empty() || !selection.addresses.is_empty() || !selection.address_files.is_empty() {
        parts.push(format!("the listed addresses gave {}", own.listed));
    }
    let problem = format!(
        "{} selected, {bound}: {}",
        count(number, "own address is", "own addresses are"),
        parts.join(", ")
    );
    Err(definition.error(selection.line, "own", problem).hint(hint))
}

fn without_id(own: &Own) -> Option<String> {
    let without = own.addresses.iter().filter(|own| own.directory_id.is_none());
    let addresses: Vec<&str> = without.map(|own| own.address.as_str()).collect();
    (!addresses.is_empty()).then(|| {
        format!(
            "{} no directory id in the user export: {}",
            count(addresses.len(), "own address has", "own addresses have"),
            listing(&addresses, "and")
        )
    })
}
