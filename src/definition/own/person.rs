//! Whose address an address is, by the user export.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::near::list;
use super::{DirectoryUser, OwnAddress};
use crate::activity::User;

/// A user, all its rows taken together.
struct Person {
    /// Directory id as written.
    id: Option<String>,
    /// What [`OwnAddress::person`] says.
    key: String,
    addresses: BTreeSet<String>,
    /// Addresses of Exchange's own form.
    legacy: BTreeSet<String>,
}

/// The users, those with an id first, each part sorted.
pub(super) struct People {
    persons: Vec<Person>,
    by_id: HashMap<String, usize>,
    /// All persons that list an address, smallest first.
    by_address: HashMap<String, Vec<usize>>,
}

impl People {
    /// Rows with one id are one person; so are a row without id and the one whose principal name
    /// it has.
    pub(super) fn index(users: &[User]) -> People {
        let mut with_id: BTreeMap<String, Person> = BTreeMap::new();
        let mut id_of_principal: BTreeMap<&str, String> = BTreeMap::new();
        for user in users {
            let Some(id) = written_id(user) else { continue };
            let lower = id.to_lowercase();
            if let Some(principal) = user.principal_name.as_deref() {
                let smallest = id_of_principal.entry(principal).or_insert_with(|| lower.clone());
                if lower < *smallest {
                    smallest.clone_from(&lower);
                }
            }
            let person = with_id.entry(lower).or_insert_with(|| Person {
                id: Some(id.to_owned()),
                key: id.to_owned(),
                addresses: BTreeSet::new(),
                legacy: BTreeSet::new(),
            });
            if id < person.key.as_str() {
                person.id = Some(id.to_owned());
                person.key = id.to_owned();
            }
            person.addresses.extend(user.addresses.iter().cloned());
            person.legacy.extend(user.legacy.iter().cloned());
        }
        let mut without_id: BTreeMap<String, Person> = BTreeMap::new();
        for user in users.iter().filter(|user| written_id(user).is_none()) {
            let principal = user.principal_name.as_deref();
            let known = principal.and_then(|name| id_of_principal.get(name));
            let smallest = user.addresses.iter().min();
            let Some(key) = principal.or(smallest.map(String::as_str)) else {
                continue;
            };
            let person = match known.and_then(|id| with_id.get_mut(id)) {
                Some(person) => person,
                None => without_id.entry(key.to_owned()).or_insert_with(|| Person {
                    id: None,
                    key: key.to_owned(),
                    addresses: BTreeSet::new(),
                    legacy: BTreeSet::new(),
                }),
            };
            person.addresses.extend(user.addresses.iter().cloned());
            person.legacy.extend(user.legacy.iter().cloned());
        }
        let by_id = with_id.keys().enumerate().map(|(at, id)| (id.clone(), at)).collect();
        let persons: Vec<Person> = with_id.into_values().chain(without_id.into_values()).collect();
        let mut by_address: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, person) in persons.iter().enumerate() {
            for address in &person.addresses {
                by_address.entry(address.clone()).or_default().push(at);
            }
        }
        People { persons, by_id, by_address }
    }

    /// The addresses of the user with this id, else of the one that has this address; none where
    /// no such user is known or it has no address.
    pub(super) fn addresses(&self, id: Option<&str>, address: Option<&str>) -> &BTreeSet<String> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        let by_id = id.and_then(|id| self.by_id.get(&id.trim().to_lowercase()));
        let at = by_id.or_else(|| self.by_address.get(address?)?.first());
        at.map_or(&NONE, |at| &self.persons[*at].addresses)
    }

    pub(super) fn own_address(&self, address: &str) -> OwnAddress {
        let person =
            self.by_address.get(address).and_then(|all| Some(&self.persons[*all.first()?]));
        OwnAddress {
            address: address.to_owned(),
            person: person.map_or(address, |person| &person.key).to_owned(),
            directory_id: person.and_then(|person| person.id.clone()),
        }
    }

    /// Each user, with the addresses that are its own: one that several users list is the first one's.
    pub(super) fn users(&self) -> impl Iterator<Item = DirectoryUser> {
        self.persons.iter().enumerate().map(|(at, person)| {
            let is_its = |address: &&String| self.by_address[*address].first() == Some(&at);
            DirectoryUser {
                id: person.id.clone(),
                addresses: person.addresses.iter().filter(is_its).cloned().collect(),
                legacy: person.legacy.iter().cloned().collect(),
            }
        })
    }

    /// A warning for each of `addresses` that several users list.
    pub(super) fn shared(&self, addresses: &BTreeSet<String>) -> Vec<String> {
        let warn = |address: &String| {
            let all = self.by_address.get(address).filter(|all| all.len() > 1)?;
            let keys: Vec<&str> = all.iter().map(|at| self.persons[*at].key.as_str()).collect();
            let users = list(&keys, "and");
            Some(format!("`{address}` is listed by the users {users}: `{}` is taken", keys[0]))
        };
        addresses.iter().filter_map(warn).collect()
    }
}

fn written_id(user: &User) -> Option<&str> {
    user.id.as_deref().map(str::trim).filter(|id| !id.is_empty())
}
