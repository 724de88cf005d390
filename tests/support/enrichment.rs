//! A small enrichment in a temporary folder: definition, contact table and exports.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::export::{lines, meeting, message, user};
use super::{Outcome, Set, Tree, rapport};

/// The definition that [`Enrichment::new`] writes; errors tell its lines.
pub(crate) const DEFINITION: &str = r#"name = "north"
output = "out"

[window]
as_of = 2025-06-30

[own]
addresses = ["alice@north.example", "bob@north.example"]

[contacts]
path = "contacts.csv"
contact_id = "ContactId"
customer_id = "CustomerId"
addresses = ["Email"]

[[source]]
path = "exports"
"#;

const CONTACTS: &str = "\
ContactId,CustomerId,Email
k1,C1,carol@c1.example
k2,C2,dan@c2.example
k3,C2,dora@c2.example
";

pub(crate) struct Enrichment(TempDir);

impl Enrichment {
    /// Definition, contact table and users; no mail and no calendar yet.
    pub(crate) fn empty() -> Enrichment {
        let enrichment = Enrichment(tempfile::tempdir().unwrap());
        enrichment.write("enrichment.toml", DEFINITION);
        enrichment.write("contacts.csv", CONTACTS);
        let users = [user("id-alice", "alice@north.example"), user("id-bob", "bob@north.example")];
        enrichment.export("users.json", &users);
        enrichment
    }

    /// With six messages and two meetings: `C1` has four of the messages, `C2` two, each a meeting.
    pub(crate) fn new() -> Enrichment {
        let enrichment = Enrichment::empty();
        let [alice, bob] = ["alice@north.example", "bob@north.example"];
        let [carol, dan] = ["carol@c1.example", "dan@c2.example"];
        enrichment.export(
            "Message_v1.json",
            &[
                message("1", alice, &[carol], "2025-06-02T09:00:00Z"),
                message("2", carol, &[alice], "2025-06-02T12:00:00Z"),
                message("3", alice, &[carol, bob], "2025-06-03T09:00:00Z"),
                message("4", bob, &[carol], "2025-05-05T09:00:00Z"),
                message("5", dan, &[bob], "2025-06-05T09:00:00Z"),
                message("6", bob, &[dan], "2025-06-06T09:00:00Z"),
            ],
        );
        enrichment.export(
            "Event_v1.json",
            &[
                meeting("m1", alice, &[carol], "2025-06-10T09:00:00"),
                meeting("m2", dan, &[bob], "2025-06-11T09:00:00"),
            ],
        );
        enrichment
    }

    /// The same after a run, with what that published. All start from one run.
    pub(crate) fn published() -> Enrichment {
        static TREE: OnceLock<Tree> = OnceLock::new();
        let tree = TREE.get_or_init(|| {
            let enrichment = Enrichment::new();
            enrichment.run(&[]).done();
            Tree::of(enrichment.folder())
        });
        Enrichment::from_tree(tree)
    }

    pub(crate) fn from_tree(tree: &Tree) -> Enrichment {
        let enrichment = Enrichment(tempfile::tempdir().unwrap());
        tree.write(enrichment.folder());
        enrichment
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    /// The output `out`.
    pub(crate) fn out(&self) -> PathBuf {
        self.folder().join("out")
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes rows as a file of `exports`.
    pub(crate) fn export(&self, name: &str, rows: &[Value]) {
        self.write(&format!("exports/{name}"), lines(rows));
    }

    /// Removes a file of `exports`.
    pub(crate) fn remove_export(&self, name: &str) {
        fs::remove_file(self.folder().join("exports").join(name)).unwrap();
    }

    /// Gives each of these customer ids one contact, who gets one e-mail from us.
    pub(crate) fn write_to_customers(&self, ids: &[&str]) {
        let address = |at: usize| format!("h{at}@h.example");
        let contact = |(at, id): (usize, &&str)| json!({"ContactId": format!("h{at}"), "CustomerId": id, "Email": address(at)});
        let contacts: Vec<Value> = ids.iter().enumerate().map(contact).collect();
        self.write("contacts.jsonl", lines(&contacts));
        self.define("contacts.csv", "contacts.jsonl");
        let mail = |at: usize| {
            let to = address(at);
            message(&format!("h{at}"), "alice@north.example", &[&to], "2025-06-01T09:00:00Z")
        };
        self.export("customers/Message_v1.json", &(0..ids.len()).map(mail).collect::<Vec<_>>());
    }

    /// Replaces `from`, which must be there, in the definition.
    #[track_caller]
    pub(crate) fn define(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder().join("enrichment.toml")).unwrap();
        assert!(text.contains(from), "`{from}` is not in the definition");
        self.write("enrichment.toml", text.replacen(from, to, 1));
    }

    /// `rapport run` in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        rapport(self.folder(), &[&["run"], arguments].concat())
    }

    /// The report of a run that ends well.
    #[track_caller]
    pub(crate) fn report(&self, arguments: &[&str]) -> Value {
        let outcome = self.run(&[&["--format", "json"], arguments].concat());
        serde_json::from_str(&outcome.done()).unwrap()
    }

    /// `rapport import` in the folder, and the first figure of each line that it prints.
    #[track_caller]
    pub(crate) fn import(&self, arguments: &[&str]) -> Imported {
        let text = rapport(self.folder(), &[&["import"], arguments].concat()).done();
        let figure = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.map_or(0, |line| {
                line[name.len()..].split_whitespace().next().unwrap().parse().unwrap()
            })
        };
        Imported {
            read: figure("read now"),
            unchanged: figure("unchanged"),
            gone: figure("gone"),
            messages: figure("activity"),
        }
    }

    /// The published set.
    #[track_caller]
    pub(crate) fn set(&self) -> Set {
        Set::published(&self.out()).expect("something is published")
    }

    /// The set that the same exports give in a new output.
    pub(crate) fn set_anew(&self) -> Set {
        let tree = Tree::of(self.folder()).only(|path| !path.starts_with("out"));
        let fresh = Enrichment::from_tree(&tree);
        fresh.run(&[]).done();
        fresh.set()
    }

    /// All that is published: runs, the pointer, the stable paths.
    pub(crate) fn published_tree(&self) -> Tree {
        Tree::of(&self.out()).only(|path| {
            let is_private =
                ["activity", "quarantine", "scratch", "span", "state", ".lock", "history.jsonl"];
            !is_private.iter().any(|private| path.starts_with(private))
        })
    }

    /// All files but those that tell that a run was tried.
    pub(crate) fn unrecorded_tree(&self) -> Tree {
        let told = ["out", "out/state", "out/state/run", "out/history.jsonl"].map(Path::new);
        Tree::of(self.folder())
            .only(|path| !told.contains(&path) && !path.starts_with("out/state/run"))
    }

    /// The imported activity and its ledger.
    pub(crate) fn activity_tree(&self) -> Tree {
        Tree::of(&self.out().join("activity"))
    }
}

/// What `rapport import` says: files, and copies of messages.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Imported {
    pub(crate) read: u64,
    pub(crate) unchanged: u64,
    pub(crate) gone: u64,
    pub(crate) messages: u64,
}
