//! A published set, read as any tool would read it, and held to be whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Table;

/// The entities of one run, and its report.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub(crate) run: String,
    pub(crate) office: Table,
    pub(crate) score: Table,
    pub(crate) users: Table,
    pub(crate) customers: Table,
    pub(crate) report: Value,
}

const ENTITIES: [&str; 4] =
    ["Office", "Office_ScoreEntity", "Office_UserEntity", "Office_CustomerEntity"];

/// Folders of the segments and measures of a set.
const SAVED: [&str; 2] = ["measure", "segment"];

impl Set {
    /// The published set of the output `out`, if anything is published; panics if it is not whole.
    #[track_caller]
    pub(crate) fn published(out: &Path) -> Option<Set> {
        let current = out.join("current");
        if fs::symlink_metadata(&current).is_err() {
            return None;
        }
        let folder = fs::canonicalize(&current).expect("`current` leads nowhere");
        let set = Set::in_folder(&folder);
        for entity in ENTITIES {
            // the links at the stable paths are made after `current`, once
            let stable = out.join(format!("{entity}.parquet"));
            if fs::symlink_metadata(&stable).is_ok() {
                assert_eq!(
                    fs::canonicalize(&stable).unwrap(),
                    folder.join(stable.file_name().unwrap())
                );
            }
        }
        Some(set)
    }

    /// The set in the folder of a run.
    #[track_caller]
    pub(crate) fn in_folder(folder: &Path) -> Set {
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut expected = vec!["enrichment.toml", "report.json", "report.txt"];
        let entities = ENTITIES.map(|entity| format!("{entity}.parquet"));
        expected.extend(entities.iter().map(String::as_str));
        expected.extend(SAVED);
        expected.sort();
        assert_eq!(files, expected);
        let read = |entity| Table::read(&folder.join(format!("{entity}.parquet")));
        let [office, score, users, customers] = ENTITIES.map(read);
        let report = fs::read(folder.join("report.json")).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        let run = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let set = Set { run, office, score, users, customers, report };
        set.is_of_one_run();
        set
    }

    #[track_caller]
    fn is_of_one_run(&self) {
        assert_eq!(self.report["run"], self.run.as_str());
        let tables = [&self.office, &self.score, &self.users, &self.customers];
        for (entity, table) in ENTITIES.iter().zip(tables) {
            let entities = self.report["entities"].as_array().unwrap();
            let reported = entities.iter().find(|reported| reported["name"] == *entity).unwrap();
            assert_eq!(reported["rows"], table.rows.len(), "{entity}");
        }
        let mut components = BTreeMap::new();
        for key in self.score.column("PrimaryKey") {
            *components.entry(key).or_insert(0) += 1;
        }
        let keys: BTreeMap<_, _> =
            self.office.column("PrimaryKey").into_iter().map(|key| (key, 5)).collect();
        assert_eq!(keys, components, "keys of Office and of its components");
        assert_eq!(keys.len(), self.office.rows.len(), "keys stand once");
    }

    /// Panics with the first rows that differ from those of `other`.
    #[track_caller]
    pub(crate) fn assert_same_rows(&self, other: &Set) {
        self.office.assert_same(&other.office);
        self.score.assert_same(&other.score);
        self.users.assert_same(&other.users);
        self.customers.assert_same(&other.customers);
    }

    /// A figure of the `Year` row of a customer; nothing where there is no such row.
    pub(crate) fn year(&self, customer: &str, column: &str) -> String {
        let office = &self.office;
        let (id, level, at) =
            (office.at("CustomerId"), office.at("AggregationLevel"), office.at(column));
        let year = office.rows.iter().find(|row| {
            row[id].as_deref() == Some(customer) && row[level].as_deref() == Some("Year")
        });
        year.and_then(|row| row[at].clone()).unwrap_or_default()
    }
}
