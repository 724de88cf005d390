//! What a consent is about.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::catalog;
use crate::definition::near::list;
use crate::definition::{Definition, Source, count, own};
use crate::exclusion::Key;

/// What an enrichment reads, publishes and keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The tenant's id.
    pub tenant: String,
    /// The region that the data may not leave.
    pub region: Option<String>,
    /// Where exports lie, as the definition spells it, with the kind where one is given.
    pub sources: BTreeSet<String>,
    /// Own addresses that are listed one by one, without being told.
    pub addresses: BTreeSet<Key>,
    /// Own groups, as the definition names them; their members may come and go.
    pub groups: BTreeSet<String>,
    /// Names of the entities that are published.
    pub publishes: Vec<String>,
    /// Number of past runs that are kept.
    pub keeps_runs: u32,
    /// Fewest own people of whom people and durations are published; `None` for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_group: Option<u32>,
}

impl Scope {
    /// What `definition` asks for.
    ///
    /// Fails where a file that lists own addresses cannot be read.
    pub fn of(definition: &Definition) -> Result<Scope> {
        let relations = catalog::relations()?;
        let entities = catalog::layer(&relations, "entity").map(|entity| entity.name.to_owned());
        let source = |source: &Source| {
            let path = source.path.strip_prefix(definition.folder()).unwrap_or(&source.path);
            // however it is written: the folder of the definition is `.`
            let path: PathBuf = path.components().filter(|c| *c != Component::CurDir).collect();
            let path = if path.as_os_str().is_empty() { Path::new(".") } else { &path };
            match source.kind {
                Some(kind) => format!("{} ({})", path.display(), kind.as_str()),
                None => path.display().to_string(),
            }
        };
        Ok(Scope {
            tenant: definition.tenant.clone().unwrap_or_default(),
            region: definition.region.map(|region| region.to_string()),
            sources: definition.sources.iter().map(source).collect(),
            addresses: own::listed(definition)?.iter().filter_map(|text| Key::of(text)).collect(),
            groups: definition.own.groups.iter().map(|group| group.value.clone()).collect(),
            publishes: entities.collect(),
            keeps_runs: definition.keep_runs,
            min_group: definition.min_group,
        })
    }

    /// What this scope asks for beyond `approved`, in sentences without a full stop; none if it keeps within it.
    ///
    /// It goes beyond with another tenant or region, with any change of the sources, with more addresses, groups,
    /// entities or kept runs, with a smaller `min_group`. It may do with less of these. No sentence holds an address
    /// that is listed.
    pub fn beyond(&self, approved: &Scope) -> Vec<String> {
        let mut beyond = Vec::new();
        if self.tenant != approved.tenant {
            beyond.push(format!("the tenant is `{}`, not `{}`", self.tenant, approved.tenant));
        }
        if self.region != approved.region {
            let name = |scope: &Scope| match &scope.region {
                Some(region) => format!("`{region}`"),
                None => "not given".to_owned(),
            };
            beyond.push(format!("the region is {}, it was {}", name(self), name(approved)));
        }
        let mut names_added = |what: &str, names: Vec<&String>| {
            if !names.is_empty() {
                beyond.push(format!("{what}: {}", list(names, "and")));
            }
        };
        let added = self.sources.difference(&approved.sources).collect();
        names_added("sources were added", added);
        let removed = approved.sources.difference(&self.sources).collect();
        names_added("sources were removed", removed);
        names_added("groups were added", self.groups.difference(&approved.groups).collect());
        let entities = self.publishes.iter().filter(|name| !approved.publishes.contains(name));
        names_added("more is published", entities.collect());
        let addresses = self.addresses.difference(&approved.addresses).count();
        if addresses > 0 {
            let added = count(addresses, "own address was added", "own addresses were added");
            beyond.push(added);
        }
        // without one, groups of one person are told
        if self.min_group.unwrap_or(1) < approved.min_group.unwrap_or(1) {
            let size =
                |scope: &Scope| scope.min_group.map_or("none".into(), |size| size.to_string());
            beyond.push(format!("`min_group` is {}, it was {}", size(self), size(approved)));
        }
        if self.keeps_runs > approved.keeps_runs {
            let runs = count(self.keeps_runs as usize, "run is kept", "runs are kept");
            beyond.push(format!("{runs}, not {}", approved.keeps_runs));
        }
        beyond
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::scope;
    use super::*;

    /// What a scope that is changed so asks for beyond the one that it was.
    fn beyond(change: impl Fn(&mut Scope)) -> Vec<String> {
        let mut changed = scope();
        change(&mut changed);
        changed.beyond(&scope())
    }

    #[test]
    fn the_same_and_less_is_not_beyond() {
        assert!(beyond(|_| {}).is_empty());
        let less = beyond(|scope| {
            scope.addresses.pop_first();
            scope.groups.clear();
            scope.publishes.reverse();
            scope.publishes.pop();
            scope.keeps_runs = 1;
        });
        assert_eq!(less, [""; 0]);
    }

    #[test]
    fn another_tenant_and_another_region_are_beyond() {
        let tenant = beyond(|scope| scope.tenant = "other".to_owned());
        assert_eq!(tenant, ["the tenant is `other`, not `027d8585`"]);
        let region = beyond(|scope| scope.region = None);
        assert_eq!(region, ["the region is not given, it was `europe`"]);
        let region = beyond(|scope| scope.region = Some("uk".to_owned()));
        assert_eq!(region, ["the region is `uk`, it was `europe`"]);
    }

    #[test]
    fn any_change_of_the_sources_is_beyond() {
        let added = beyond(|scope| {
            scope.sources.insert("more".to_owned());
        });
        assert_eq!(added, ["sources were added: `more`"]);
        let removed = beyond(|scope| {
            scope.sources.remove("exports/directory");
        });
        assert_eq!(removed, ["sources were removed: `exports/directory`"]);
        // as another kind
        let other = beyond(|scope| {
            scope.sources.remove("exports/directory");
            scope.sources.insert("exports/directory (user)".to_owned());
        });
        assert_eq!(
            other,
            [
                "sources were added: `exports/directory (user)`",
                "sources were removed: `exports/directory`"
            ]
        );
    }

    #[test]
    fn addresses_that_were_added_are_counted_and_never_named() {
        let one = beyond(|scope| {
            scope.addresses.extend(Key::of("carol@north.example"));
        });
        assert_eq!(one, ["1 own address was added"]);
        // as many as before, but others
        let others = beyond(|scope| {
            scope.addresses =
                ["x@north.example", "y@north.example"].into_iter().filter_map(Key::of).collect();
        });
        assert_eq!(others, ["2 own addresses were added"]);
    }

    #[test]
    fn groups_that_were_added_are_named() {
        let groups = beyond(|scope| scope.groups.extend(["Support".to_owned(), "HR".to_owned()]));
        assert_eq!(groups, ["groups were added: `HR` and `Support`"]);
    }

    #[test]
    fn more_entities_and_more_kept_runs_are_beyond() {
        let entities = beyond(|scope| scope.publishes.insert(0, "Contact".to_owned()));
        assert_eq!(entities, ["more is published: `Contact`"]);
        assert_eq!(beyond(|scope| scope.keeps_runs = 11), ["11 runs are kept, not 10"]);
    }

    #[test]
    fn smaller_groups_are_beyond() {
        let of = |min_group| Scope { min_group, ..scope() };
        assert_eq!(of(None).beyond(&of(Some(5))), ["`min_group` is none, it was 5"]);
        assert_eq!(of(Some(4)).beyond(&of(Some(5))), ["`min_group` is 4, it was 5"]);
        for more in [Some(5), Some(6)] {
            assert!(of(more).beyond(&of(Some(5))).is_empty());
            assert!(of(more).beyond(&of(None)).is_empty());
        }
    }

    #[test]
    fn all_that_is_beyond_is_told() {
        let all = beyond(|scope| {
            scope.tenant = "other".to_owned();
            scope.groups.insert("HR".to_owned());
        });
        assert_eq!(all, ["the tenant is `other`, not `027d8585`", "groups were added: `HR`"]);
    }
}
