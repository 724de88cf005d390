//! Groups: finding one by name, mail address or id, and the addresses of its members, nested
//! groups included.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::near::{count, list, near};
use super::Directory;
use super::person::People;
use crate::activity::{Member, normal_form};

/// Why a named group is not found.
pub(super) struct Miss {
    pub(super) problem: String,
    pub(super) hint: String,
}

/// What the exports say about one group.
struct Known {
    /// As written.
    id: String,
    names: BTreeSet<String>,
    mails: BTreeSet<String>,
}

impl Known {
    fn new(id: &str) -> Known {
        Known { id: id.to_owned(), names: BTreeSet::new(), mails: BTreeSet::new() }
    }
}

/// The group exports by lower-case group id.
pub(super) struct Groups<'a> {
    known: BTreeMap<String, Known>,
    members: HashMap<String, Vec<&'a Member>>,
}

/// The addresses of a group, and what was odd about it.
#[derive(Default)]
pub(super) struct Expanded {
    pub(super) addresses: BTreeSet<String>,
    /// Each cycle as the names along it.
    cycles: BTreeSet<Vec<String>>,
    /// Members that are in no user export and have no address.
    lost: BTreeSet<String>,
    lost_without_id: usize,
    /// Nested groups that no export knows.
    unknown_groups: BTreeSet<String>,
}

impl<'a> Groups<'a> {
    pub(super) fn index(directory: &'a Directory) -> Groups<'a> {
        let mut known: BTreeMap<String, Known> = BTreeMap::new();
        let mut members: HashMap<String, Vec<&Member>> = HashMap::new();
        for member in &directory.members {
            let (id, key) = keyed(&member.group_id);
            known.entry(key.clone()).or_insert_with(|| Known::new(id));
            members.entry(key).or_default().push(member);
        }
        for group in &directory.groups {
            let (id, key) = keyed(&group.id);
            let known = known.entry(key).or_insert_with(|| Known::new(id));
            known.names.extend(group.display_name.as_deref().map(|name| name.trim().to_owned()));
            known.mails.extend(group.mail.clone());
        }
        Groups { known, members }
    }

    /// The lower-case id of the group that is named by id, else mail address, else display name.
    pub(super) fn find(&self, named: &str) -> Result<String, Miss> {
        let lower = named.to_lowercase();
        if self.known.contains_key(&lower) {
            return Ok(lower);
        }
        let mail = normal_form(named).unwrap_or_default();
        let by_mail = self.ids(|group| group.mails.contains(&mail));
        let by_name = || self.ids(|group| group.names.iter().any(|n| n.to_lowercase() == lower));
        let ids = if by_mail.is_empty() { by_name() } else { by_mail };
        match ids.as_slice() {
            [] => Err(self.miss(named)),
            [id] => Ok(id.to_string()),
            several => {
                let ids = several.iter().map(|id| self.known[*id].id.as_str());
                Err(Miss {
                    problem: format!("`{named}` names several groups: {}", list(ids, "and")),
                    hint: "name the group by its id".to_owned(),
                })
            }
        }
    }

    fn ids(&self, is_meant: impl Fn(&Known) -> bool) -> Vec<&String> {
        self.known.iter().filter(|(_, group)| is_meant(group)).map(|(id, _)| id).collect()
    }

    fn miss(&self, named: &str) -> Miss {
        let problem = format!("no group export knows `{named}`");
        if self.known.is_empty() {
            let hint = "no group is exported: add GroupDetails and GroupMembers as `[[source]]`";
            return Miss { problem, hint: hint.to_owned() };
        }
        let all = self.known.values();
        let names = all.flat_map(|group| group.names.iter().chain(&group.mails));
        let hint = match near(named, names.map(String::as_str), 3).as_slice() {
            [] => "name a group by its display name, mail address or id".to_owned(),
            near => format!("did you mean {}?", list(near, "or")),
        };
        Miss { problem, hint }
    }

    /// Walks the group and the groups in it, each once.
    pub(super) fn expand(&self, id: &str, people: &People) -> Expanded {
        let mut expanded = Expanded::default();
        let mut seen = BTreeSet::from([id.to_owned()]);
        // The groups from the named one down to the present one, and how many members are done.
        let mut path: Vec<(String, usize)> = vec![(id.to_owned(), 0)];
        while let Some((group, done)) = path.last_mut() {
            let member = self.members.get(group).and_then(|members| members.get(*done));
            *done += 1;
            let Some(member) = member else {
                path.pop();
                continue;
            };
            let member_id = member.member_id.as_deref().unwrap_or_default().trim();
            let nested = member_id.to_lowercase();
            if !self.known.contains_key(&nested) {
                match member.is_group {
                    true => drop(expanded.unknown_groups.insert(match member_id {
                        "" => member.address.clone().unwrap_or_default(),
                        id => id.to_owned(),
                    })),
                    false => expanded.add_person(member, people),
                }
            } else if let Some(at) = path.iter().position(|(on_path, _)| *on_path == nested) {
                let around = path[at..].iter().map(|(id, _)| self.name(id)).collect();
                expanded.cycles.insert(around);
            } else if seen.insert(nested.clone()) {
                path.push((nested, 0));
            }
        }
        expanded
    }

    /// How messages call a group.
    fn name(&self, id: &str) -> String {
        let group = &self.known[id];
        group.names.first().or(group.mails.first()).unwrap_or(&group.id).clone()
    }
}

/// An id as written, and in lower case to compare.
fn keyed(id: &str) -> (&str, String) {
    (id.trim(), id.trim().to_lowercase())
}

impl Expanded {
    fn add_person(&mut self, member: &Member, people: &People) {
        let id = member.member_id.as_deref().filter(|id| !id.trim().is_empty());
        let address = member.address.as_deref().filter(|address| address.contains('@'));
        let of_user = people.addresses(id, address);
        if !of_user.is_empty() {
            self.addresses.extend(of_user.iter().cloned());
        } else if let Some(address) = address {
            self.addresses.insert(address.to_owned());
        } else if let Some(id) = id {
            self.lost.insert(id.to_owned());
        } else {
            self.lost_without_id += 1;
        }
    }

    pub(super) fn warnings(&self, named: &str) -> Vec<String> {
        let mut warnings: Vec<String> = Vec::new();
        for cycle in &self.cycles {
            let name = &cycle[0];
            let text = match cycle.get(1..) {
                None | Some([]) => format!("group `{name}` contains itself"),
                Some(through) => {
                    format!("group `{name}` contains itself through {}", list(through, "and"))
                }
            };
            warnings.push(format!("{text}: its members are taken once"));
        }
        if !self.unknown_groups.is_empty() {
            warnings.push(format!(
                "group `{named}` contains {} that no group export knows: {}",
                count(self.unknown_groups.len(), "group", "groups"),
                list(&self.unknown_groups, "and")
            ));
        }
        let lost = self.lost.len() + self.lost_without_id;
        if lost > 0 {
            warnings.push(format!(
                "group `{named}` has {} in no user export and without address, left out",
                count(lost, "member", "members")
            ));
        }
        if self.addresses.is_empty() {
            warnings.push(format!("group `{named}` gave no address"));
        }
        warnings
    }
}
