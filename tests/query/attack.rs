//! A published set beside things that nobody may see, and what an attack must come to.

use crate::support::{Enrichment, Outcome, Tree};

/// Stands in files outside the set.
const CANARY: &str = "zebrafinch";

/// Parts of addresses, which only the activity holds.
const ADDRESSES: [&str; 4] = ["north.example", "c1.example", "c2.example", "mail.example"];

/// An enrichment, published, with secrets around it.
pub(super) struct Attacked {
    pub(super) enrichment: Enrichment,
    before: Tree,
}

impl Attacked {
    pub(super) fn new() -> Attacked {
        let enrichment = Enrichment::published();
        for name in ["secret.csv", "secret.json", "out/secret.csv", "out/run/secret.csv"] {
            enrichment.write(name, format!("{CANARY}\n{CANARY}\n"));
        }
        enrichment.sql(&format!("select '{CANARY}' as a"), &["-o", "secret.parquet"]).done();
        Attacked::of(enrichment)
    }

    /// Takes note of all that is in the folder, none of which may change.
    pub(super) fn of(enrichment: Enrichment) -> Attacked {
        let before = enrichment.unrecorded_tree();
        Attacked { enrichment, before }
    }

    /// The folder as an absolute path.
    pub(super) fn path(&self) -> String {
        self.enrichment.folder().canonicalize().unwrap().display().to_string()
    }

    /// The statement ends with an error, and gives and changes nothing.
    #[track_caller]
    pub(super) fn is_refused(&self, statement: &str) -> String {
        let outcome = self.enrichment.sql(statement, &[]);
        assert_eq!(outcome.stdout, "", "{statement}");
        let error = self.is_harmless(statement, outcome).failed(1);
        assert!(error.starts_with("error: "), "{statement}: {error}");
        error
    }

    /// What came of `statement` holds no secret that it did not bring itself, and nothing has changed.
    #[track_caller]
    pub(super) fn is_harmless(&self, statement: &str, outcome: Outcome) -> Outcome {
        for text in [&outcome.stdout, &outcome.stderr] {
            assert!(!text.contains(CANARY), "{statement}: {text}");
            for address in ADDRESSES {
                assert!(!text.contains(address), "{statement}: {text}");
            }
            assert!(!text.contains("panicked"), "{statement}: {text}");
        }
        self.before.assert_same(&self.enrichment.unrecorded_tree());
        outcome
    }
}
