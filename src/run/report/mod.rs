//! The report of a run (METRICS section 8): what was read, what counted, what was published.
//!
//! What is stored beside the entities names no individual; the operator sees more: warnings, and the
//! external domains most often met without a contact. Drawing it as text is `text`'s.

mod text;

use std::fmt::Write;

use anyhow::{Context, Result, bail};
use arrow::array::RecordBatch;
use arrow::json::ArrayWriter;
use datafusion::prelude::SessionContext;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{People, Request};
use crate::catalog::{self, Relation};
use crate::definition::{Files, count};
use crate::engine;
use crate::import::{self, Ledger, Tally};

/// Everything that a run reports.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Name of the enrichment.
    pub name: String,
    /// Id of the run.
    pub run: String,
    /// Last day of the window.
    pub as_of: String,
    /// Days of the window.
    pub window_days: u32,
    /// Time zone of days, weeks and months.
    pub timezone: String,
    /// Export files.
    pub files: FileCounts,
    /// Rows of all imported files.
    pub imported: Tally,
    /// Figures of METRICS section 8.
    pub coverage: Coverage,
    /// Messages and meetings that count for nobody, by reason.
    pub not_counted: Vec<NotCounted>,
    /// For the operator only, since a group may be named by its address: own addresses that each group gave.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub own_by_group: Vec<GroupCount>,
    /// What was published.
    pub entities: Vec<Entity>,
    /// Checks that were made.
    pub checks: Vec<Check>,
    /// Customers with the highest score over the window.
    pub top_accounts: Vec<TopAccount>,
    /// How many warnings the operator was given.
    pub warning_count: usize,
    /// For the operator only: what should be looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// For the operator only: external domains most often met without a contact.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmatched_domains: Vec<Domain>,
}

/// How many export files there were and what became of them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FileCounts {
    /// Found by the definition's sources.
    pub found: usize,
    /// Activity files read in this run.
    pub read: usize,
    /// Activity files known from earlier runs.
    pub unchanged: usize,
    /// Activity files of earlier runs that are gone; what came from them counts until it is forgotten.
    pub missing: usize,
    /// Activity files that could not be read, within the definition's limit.
    pub failed: usize,
}

/// One row of `report.coverage`; units stand there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are the columns that sql/report/coverage.sql documents")]
pub struct Coverage {
    pub days_covered: i64,
    pub message_copies: i64,
    pub draft_copies: i64,
    pub message_duplicates: i64,
    pub messages: i64,
    pub messages_counted: i64,
    pub meeting_copies: i64,
    pub meeting_versions: i64,
    pub meeting_duplicates: i64,
    pub meetings: i64,
    pub meetings_counted: i64,
    pub own_addresses: i64,
    pub own_addresses_seen: i64,
    pub customers: i64,
    pub customers_enriched: i64,
    #[serde(skip_serializing)]
    pub customers_ever: i64,
    #[serde(default)]
    pub first_on: Option<String>,
    #[serde(default)]
    pub last_on: Option<String>,
}

/// One row of `report.not_counted`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NotCounted {
    /// `message` or `meeting`.
    pub activity: String,
    /// Why it counts for nobody.
    pub reason: String,
    /// How many.
    pub items: i64,
}

/// One row of `report.unmatched_domain`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Domain {
    /// External domain.
    pub domain: String,
    /// Messages between an own address and an address there that is no contact.
    pub messages: i64,
}

/// One row of `report.top_account`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[allow(
    missing_docs,
    reason = "the fields are the columns that sql/report/top_account.sql documents"
)]
pub struct TopAccount {
    pub customer_id: String,
    pub engagement_score: i64,
    pub emails: i64,
    pub meetings: i64,
    pub people: i64,
    #[serde(default)]
    pub days_since_last_email: Option<i64>,
    #[serde(default)]
    pub days_since_last_meeting: Option<i64>,
}

/// Own addresses by where the definition names them.
#[derive(Debug, Clone, Serialize)]
pub struct GroupCount {
    /// Group as the definition names it.
    pub group: String,
    /// Own addresses that it gave.
    pub addresses: usize,
}

/// A published entity.
#[derive(Debug, Clone, Serialize)]
pub struct Entity {
    /// Name of the entity.
    pub name: String,
    /// File in the run's folder and at the top of the output.
    pub file: String,
    /// Rows.
    pub rows: u64,
}

/// A check that was made, and how many rows it found.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// Name of the check.
    pub name: String,
    /// Rows that should not be there.
    pub rows: u64,
}

impl Report {
    /// Asks `sql/report` for what only the data tells.
    pub(super) async fn gather(context: &SessionContext, relations: &[Relation]) -> Result<Self> {
        let mut coverage = None;
        let mut report = Self {
            name: String::new(),
            run: String::new(),
            as_of: String::new(),
            window_days: 0,
            timezone: String::new(),
            files: FileCounts::default(),
            imported: Tally::default(),
            coverage: Coverage::default(),
            not_counted: Vec::new(),
            own_by_group: Vec::new(),
            entities: Vec::new(),
            checks: Vec::new(),
            top_accounts: Vec::new(),
            warning_count: 0,
            warnings: Vec::new(),
            unmatched_domains: Vec::new(),
        };
        for relation in catalog::layer(relations, "report") {
            let rows = objects(&engine::rows(context, relation).await?)?;
            let rows = Value::Array(rows.into_iter().map(Value::Object).collect());
            match relation.name {
                "coverage" => {
                    let mut rows: Vec<Coverage> = serde_json::from_value(rows)?;
                    coverage = rows.pop();
                }
                "not_counted" => report.not_counted = serde_json::from_value(rows)?,
                "top_account" => report.top_accounts = serde_json::from_value(rows)?,
                "unmatched_domain" => report.unmatched_domains = serde_json::from_value(rows)?,
                other => bail!("nobody reads `report.{other}`"),
            }
        }
        report.coverage = coverage.context("`report.coverage` has no row")?;
        Ok(report)
    }

    /// Adds what the run itself knows.
    #[allow(clippy::too_many_arguments, reason = "each is a different step's result")]
    pub(super) fn describe(
        &mut self,
        request: &Request,
        run: &str,
        imported: import::Report,
        people: &People,
        files: &Files,
        entities: Vec<Entity>,
        checks: Vec<Check>,
    ) {
        let definition = request.definition;
        self.name.clone_from(&definition.name);
        run.clone_into(&mut self.run);
        self.as_of = request.as_of.to_string();
        self.window_days = definition.window.days;
        self.timezone = definition.window.timezone.name().to_owned();
        self.files = FileCounts {
            found: files.found.len(),
            read: imported.files_read,
            unchanged: imported.files_unchanged,
            missing: imported.missing.len(),
            failed: imported.failed.len(),
        };
        self.imported = imported.ledger.tally();
        let listed = ("addresses and address_files".to_owned(), people.own.listed);
        self.own_by_group = std::iter::once(listed)
            .chain(people.own.groups.iter().cloned())
            .map(|(group, addresses)| GroupCount { group, addresses })
            .collect();
        self.entities = entities;
        self.checks = checks;
        self.warnings.extend(people.warnings.iter().cloned());
        self.warnings.extend(imported.failed);
        if !imported.missing.is_empty() && !request.forget_missing {
            let missing = count(
                imported.missing.len(),
                "export file of earlier runs is gone; what came from it",
                "export files of earlier runs are gone; what came from them",
            );
            self.warnings.push(format!("{missing} still counts (`--forget-missing` drops it)"));
        }
        if self.imported.series_masters > 0 {
            self.warnings.push(format!(
                "{}: export CalendarView to have them all; found in {}",
                count(
                    self.imported.series_masters as usize,
                    "row is the master of a series, which counts by its occurrences",
                    "rows are masters of series, which count by their occurrences"
                ),
                named(&imported.ledger, |tally| tally.series_masters)
            ));
        }
        if self.imported.rejects > 0 {
            self.warnings.push(format!(
                "{} left out (the folder `quarantine` has the lines and reasons): {}",
                count(
                    self.imported.rejects as usize,
                    "row is bad and was",
                    "rows are bad and were"
                ),
                named(&imported.ledger, |tally| tally.rejects)
            ));
        }
        self.warning_count = self.warnings.len();
    }

    /// Fails where there is nothing that a user could want published, and says why.
    pub(super) fn worth_publishing(&self) -> Result<()> {
        let coverage = &self.coverage;
        if coverage.message_copies + coverage.meeting_copies == 0 {
            bail!(
                "the export files hold no message and no meeting: nothing is published\nhint: `rapport check` lists the files that the sources find"
            );
        }
        let Some(first_on) = &coverage.first_on else {
            bail!(
                "all imported messages and meetings are drafts or dated before 1990: nothing is published"
            );
        };
        // days in the form 2025-06-30 sort as text
        if first_on > &self.as_of {
            bail!(
                "the as-of day {} lies before all imported messages and meetings, which begin on {first_on}: nothing is published\nhint: choose a later day with `--as-of` or `window.as_of`",
                self.as_of
            );
        }
        if coverage.customers_ever == 0 {
            let mut domains = match self.unmatched_domains.is_empty() {
                true => "no message has an own address and another domain".to_owned(),
                false => "messages with own addresses, by other domain:".to_owned(),
            };
            for domain in &self.unmatched_domains {
                write!(domains, "\n  {:>8}  {}", domain.messages, domain.domain)?;
            }
            bail!(
                "no message and no meeting from {first_on} to {} has an own address and a contact on opposite sides: nothing is published\nhint: look at `contacts.addresses` and `own` in the definition; {domains}",
                self.as_of
            );
        }
        Ok(())
    }

    /// The report without what only the operator may see.
    pub(super) fn published(&self) -> Self {
        Self {
            own_by_group: Vec::new(),
            warnings: Vec::new(),
            unmatched_domains: Vec::new(),
            ..self.clone()
        }
    }

    /// The report as JSON, fields in the order of the type.
    pub fn json(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

/// Files that `rows` finds something in, with how much: at most five by name.
fn named(ledger: &Ledger, rows: impl Fn(&Tally) -> u64) -> String {
    const NAMED: usize = 5;
    let found: Vec<String> = ledger
        .files
        .iter()
        .map(|(name, entry)| (name, rows(&entry.tally)))
        .filter(|(_, rows)| *rows > 0)
        .map(|(name, rows)| format!("`{name}` ({rows})"))
        .collect();
    match found.len().checked_sub(NAMED) {
        Some(more) if more > 0 => format!("{} and {more} more files", found[..NAMED].join(", ")),
        _ => found.join(", "),
    }
}

/// Rows as JSON objects, null columns left out.
pub(super) fn objects(batches: &[RecordBatch]) -> Result<Vec<Map<String, Value>>> {
    let mut writer = ArrayWriter::new(Vec::new());
    writer.write_batches(&batches.iter().collect::<Vec<_>>())?;
    writer.finish()?;
    let text = writer.into_inner();
    match text.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(serde_json::from_slice(&text)?),
    }
}
