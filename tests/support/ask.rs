//! Asking what an enrichment has published, as a shell or a script does.

use std::io::Write;
use std::process::Stdio;
use std::sync::OnceLock;

use super::export::{meeting, message};
use super::{Enrichment, Outcome, Tree, rapport, start};

const MORE_CONTACTS: &str = "\
k4,C3,erin@c3.example
k5,C4,frank@c4.example
k6,C5,gus@c5.example
";

impl Enrichment {
    /// Published, with three customers more: mail and a meeting with `C3` ended in February, `C4` was written to
    /// in February and never met, `C5` has nothing.
    pub(crate) fn accounts() -> Enrichment {
        static TREE: OnceLock<Tree> = OnceLock::new();
        let tree = TREE.get_or_init(|| {
            let enrichment = Enrichment::new();
            let contacts =
                std::fs::read_to_string(enrichment.folder().join("contacts.csv")).unwrap();
            enrichment.write("contacts.csv", contacts + MORE_CONTACTS);
            let [alice, erin, frank] =
                ["alice@north.example", "erin@c3.example", "frank@c4.example"];
            enrichment.export(
                "old/Message_v1.json",
                &[
                    message("20", alice, &[erin], "2025-02-03T09:00:00Z"),
                    message("21", erin, &[alice], "2025-02-03T12:00:00Z"),
                    message("22", alice, &[frank], "2025-02-05T09:00:00Z"),
                ],
            );
            enrichment.export(
                "old/Event_v1.json",
                &[meeting("m20", alice, &[erin], "2025-02-04T09:00:00")],
            );
            enrichment.run(&[]).done();
            Tree::of(enrichment.folder())
        });
        Enrichment::from_tree(tree)
    }

    /// `rapport COMMAND…` in the folder.
    pub(crate) fn rapport(&self, arguments: &[&str]) -> Outcome {
        rapport(self.folder(), arguments)
    }

    /// `rapport sql -c STATEMENTS`, with options.
    pub(crate) fn sql(&self, statements: &str, options: &[&str]) -> Outcome {
        self.rapport(&[&["sql", "-c", statements], options].concat())
    }

    /// The rows of a query, a line each, commas between the values, without the header.
    #[track_caller]
    pub(crate) fn rows(&self, query: &str) -> Vec<String> {
        body(&self.sql(query, &["--format", "csv"]).done())
    }

    /// `rapport` with `input` at its standard input.
    pub(crate) fn piped(&self, arguments: &[&str], input: &str) -> Outcome {
        let mut child = start(self.folder(), arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // a program that ends early reads no more
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().unwrap();
        let _ = writer.join().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Outcome {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The ids of the kept runs, oldest first.
    pub(crate) fn runs(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.out().join("run")).unwrap();
        let mut runs: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        runs.sort();
        runs
    }

    /// The lines of the run history.
    pub(crate) fn history(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.out().join("history.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The lines of CSV below the header.
fn body(csv: &str) -> Vec<String> {
    csv.lines().skip(1).map(str::to_owned).collect()
}
