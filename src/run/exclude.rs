//! Excluding people from an output, and taking somebody out of all that is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use chrono::{DateTime, Utc};

use super::people::{self, Exported};
use super::state::{Start, Steps, Watch};
use super::{Report, Request};
use crate::definition::own::{self, DirectoryUser};
use crate::definition::{self, Definition, Files, contact};
use crate::exclusion::{Added, Exclusions, Key, Trace};
use crate::import::Rewritten;
use crate::store::{Event, Output, Set};

/// Shorter directory ids are looked for nowhere: they stand in any text.
const SHORTEST_ID: usize = 8;

/// One person that was to be excluded.
#[derive(Debug, Clone)]
pub struct Excluded {
    /// The address that was named.
    pub address: String,
    /// The user of the directory that it belongs to.
    pub user: Option<DirectoryUser>,
    /// What became of it.
    pub added: Added,
    /// It is an own address or a contact's now, or a user's.
    pub is_known: bool,
}

impl Excluded {
    /// The other addresses of the same user.
    pub fn others(&self) -> impl Iterator<Item = &String> {
        let all = self.user.iter().flat_map(|user| user.addresses.iter().chain(&user.legacy));
        all.filter(|other| **other != self.address)
    }

    /// All that stands for the person.
    fn trace(&self) -> Trace {
        let id = self.user.iter().filter_map(|user| user.id.as_deref());
        let id = id.filter(|id| id.len() >= SHORTEST_ID);
        Trace::new(self.others().map(String::as_str).chain([self.address.as_str()]).chain(id))
    }
}

/// Who is whom in the definition and its directory exports, before anybody is excluded.
struct Everybody {
    users: Vec<DirectoryUser>,
    addresses: BTreeSet<String>,
}

impl Everybody {
    fn of(definition: &Definition, exported: &Exported) -> Result<Self> {
        let nobody = |_: &str| false;
        let users = own::users(&exported.directory);
        let own = own::resolve(definition, &exported.directory, &nobody)?;
        let contacts = contact::read(definition, &nobody)?;
        let own = own.addresses.into_iter().map(|own| own.address);
        let contacts = contacts.contacts.into_iter().map(|contact| contact.address);
        let of_users = users.iter().flat_map(|user| user.addresses.iter().chain(&user.legacy));
        let addresses = own.chain(contacts).chain(of_users.cloned()).collect();
        Ok(Self { users, addresses })
    }

    fn user(&self, address: &str) -> Option<&DirectoryUser> {
        self.users
            .iter()
            .find(|user| user.addresses.iter().chain(&user.legacy).any(|known| known == address))
    }
}

/// Adds people to the list of the definition's output: those whom `addresses` name, and the members of `groups`.
pub fn exclude(
    definition: &Definition,
    files: &Files,
    addresses: &[String],
    groups: &[String],
    (at, who): (DateTime<Utc>, &str),
) -> Result<Vec<Excluded>> {
    let exported = people::directory(definition, files)?;
    let everybody = Everybody::of(definition, &exported)?;
    let mut named: Vec<String> = addresses.to_vec();
    for group in groups {
        named.extend(own::members(&exported.directory, group)?);
    }
    let mut exclusions = Exclusions::load(&definition.output)?;
    let mut excluded: Vec<Excluded> = Vec::new();
    for address in named {
        let user = everybody.user(&address).cloned();
        let is_told =
            |known: &Excluded| known.address == address || user.is_some() && known.user == user;
        if excluded.iter().any(is_told) {
            continue;
        }
        let added = match &user {
            Some(user) => exclusions.add_user(user, at, who),
            None => exclusions.add_address(&address, at, who),
        };
        let is_known = everybody.addresses.contains(&address);
        excluded.push(Excluded { address, user, added, is_known });
    }
    let new = excluded.iter().filter(|excluded| excluded.added != Added::Known).count();
    if new > 0 {
        exclusions.save(&definition.output, at, who, Event::Excluded { people: new })?;
    }
    Ok(excluded)
}

/// Takes people off the list: the addresses that stood for somebody on it, and those that did not.
pub fn include(
    definition: &Definition,
    files: &Files,
    addresses: &[String],
    groups: &[String],
    (at, who): (DateTime<Utc>, &str),
) -> Result<(Vec<String>, Vec<String>)> {
    let mut named: BTreeSet<String> = addresses.iter().cloned().collect();
    if !groups.is_empty() {
        let exported = people::directory(definition, files)?;
        for group in groups {
            named.extend(own::members(&exported.directory, group)?);
        }
    }
    let mut exclusions = Exclusions::load(&definition.output)?;
    let before = exclusions.keys();
    let (on_list, others): (Vec<String>, Vec<String>) =
        named.into_iter().partition(|address| before.has(address));
    let removed: Vec<String> =
        on_list.into_iter().filter(|address| exclusions.remove(address).is_some()).collect();
    if !removed.is_empty() {
        let what = Event::ExclusionRemoved { people: removed.len() };
        exclusions.save(&definition.output, at, who, what)?;
    }
    Ok((removed, others))
}

/// Somebody on the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The addresses that the definition, the directory exports or the contact table know; the list has none.
    pub addresses: Vec<String>,
    /// When the person was excluded.
    pub at: DateTime<Utc>,
    /// By whom.
    pub who: String,
}

/// Everybody on the list.
pub fn excluded(definition: &Definition, files: &Files) -> Result<Vec<Listed>> {
    let exclusions = Exclusions::load(&definition.output)?;
    let exported = people::directory(definition, files)?;
    let everybody = Everybody::of(definition, &exported)?;
    let known: BTreeMap<Key, &String> = everybody
        .addresses
        .iter()
        .filter_map(|address| Some((Key::of(address)?, address)))
        .collect();
    let listed = exclusions.all().iter().map(|exclusion| {
        let addresses = exclusion.keys.iter().filter_map(|key| known.get(&key));
        let mut addresses: Vec<String> = addresses.map(|address| (*address).clone()).collect();
        addresses.sort();
        Listed { addresses, at: exclusion.at, who: exclusion.who.clone() }
    });
    Ok(listed.collect())
}

/// What erasing somebody did.
#[derive(Debug)]
pub struct Erased {
    /// Who it was.
    pub person: Excluded,
    /// What was changed in the stored activity.
    pub rewritten: Rewritten,
    /// The run that was published without the person; `None` where nothing was stored of it.
    pub report: Option<Report>,
    /// Earlier runs that named the person and are removed.
    pub removed_runs: Vec<String>,
    /// Files below the output that still name the person.
    pub left: Vec<PathBuf>,
}

/// Excludes the person behind `address`, writes the activity anew, publishes, removes earlier runs that name the
/// person, and looks for what is left of it.
pub async fn erase(request: &Request<'_>, address: &str, start: Start<'_>) -> Result<Erased> {
    let definition = request.definition;
    let files = definition::files(definition)?;
    let root = definition.output.as_path();
    let output = Output::open(root, &definition.name)?;
    let named = [address.to_owned()];
    let at = ((start.now)(), start.who.as_str());
    let person = exclude(definition, &files, &named, &[], at)?.remove(0);
    let watch = Watch::begin(root, None, &start.cancel)?;
    let imported = tokio::task::block_in_place(|| {
        let (forget_missing, progress) =
            (request.forget_missing, start.cancel.over(start.progress));
        super::import(definition, request.consent, &files, &output, forget_missing, &progress)
    });
    let imported = start.cancel.told("the import", imported)?;
    drop((output, watch));
    let trace = person.trace();
    let mut erased = Erased {
        rewritten: imported.rewritten,
        report: None,
        removed_runs: Vec::new(),
        left: trace.files(root)?,
        person,
    };
    let is_stored = erased.rewritten.parts > 0 || !erased.left.is_empty();
    if !is_stored && erased.person.added == Added::New {
        return Ok(erased);
    }
    let steps = Steps::queue(request, start)?;
    let report = super::run(request, &steps, &mut |_| {}).await?;
    let output = Output::open(root, &definition.name)?;
    for set in Set::kept_until(root, &report.run)? {
        if set.run != report.run && !trace.files(&set.folder)?.is_empty() {
            output.remove_run(&set.run)?;
            erased.removed_runs.push(set.run);
        }
    }
    erased.left = trace.files(root)?;
    erased.report = Some(report);
    Ok(erased)
}
