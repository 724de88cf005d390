//! The report of a run (METRICS section 8): what was read, what counted, what was published.
//!
//! What is stored beside the entities names no individual; the operator sees more: warnings, and the
//! external domains most often met without a contact. Drawing it as text is `text`'s.

mod text;

use std::fmt::Write;

use anyhow::{Context, Result, bail};
use arrow::array::RecordBatch;
use arrow::json::ArrayWriter;
use chrono::NaiveDate;
use datafusion::prelude::SessionContext;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::state::plain;
use super::{People, Request};
use crate::catalog::{self, Keeping, Relation};
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
    pub as_of: NaiveDate,
    /// Days of the window.
    pub window_days: u32,
    /// Time zone of days, weeks and months.
    pub timezone: String,
    /// Export files.
    pub files: FileCounts,
    /// Rows of all imported files.
    pub imported: Tally,
    /// What only the data tells.
    #[serde(flatten)]
    pub figures: Figures,
    /// For the operator only, since a group may be named by its address: own addresses that each group gave.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub own_by_group: Vec<GroupCount>,
    /// What was published.
    pub entities: Vec<Entity>,
    /// Segments and measures that were published.
    pub saved: Vec<SavedQuery>,
    /// Checks that were made.
    pub checks: Vec<Check>,
    /// How many warnings the operator was given.
    pub warning_count: usize,
    /// What should be looked at; published are those of checks alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// The rows of `sql/report`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    /// Figures of METRICS section 8.
    pub coverage: Coverage,
    /// Messages and meetings that count for nobody, by reason.
    pub not_counted: Vec<NotCounted>,
    /// Customers with the highest score over the window.
    pub top_accounts: Vec<TopAccount>,
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
    #[serde(skip_serializing, default)]
    pub customers_ever: i64,
    #[serde(default)]
    pub first_on: Option<NaiveDate>,
    #[serde(default)]
    pub last_on: Option<NaiveDate>,
}

/// A segment or a measure.
#[derive(Debug, Clone, Serialize)]
pub struct SavedQuery {
    /// `segment` or `measure`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// File name in the folder of the run.
    pub file: String,
    /// Rows in it; of a segment, its customers.
    pub rows: u64,
    /// What is odd about the rows; it is among the warnings.
    #[serde(skip)]
    pub warning: Option<String>,
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
    #[serde(default)]
    pub people: Option<i64>,
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
    /// What must be instead, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// The first of the rows; no check tells of an individual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Map<String, Value>>,
}

impl Check {
    /// What the operator and the readers of the report are told, where the check found rows.
    fn warning(&self) -> Option<String> {
        let (broken, example) = (self.broken.as_ref()?, self.example.as_ref()?);
        let rows = count(self.rows as usize, "row", "rows");
        let example = Value::Object(example.clone());
        Some(format!(
            "check `{}` found {rows} against its rule: {broken} First: {example}",
            self.name
        ))
    }
}

impl Figures {
    /// Asks `sql/report`.
    pub(super) async fn gather(context: &SessionContext, relations: &[Relation]) -> Result<Self> {
        let mut figures = Self::default();
        let asked = catalog::layer(relations, "report");
        for relation in asked.filter(|relation| relation.header.kept == Keeping::Not) {
            let rows = objects(&engine::rows(context, relation).await?)?;
            let rows = Value::Array(rows.into_iter().map(Value::Object).collect());
            match relation.name {
                "coverage" => {
                    let rows: Vec<Coverage> = serde_json::from_value(rows)?;
                    figures.coverage = rows.into_iter().next().context("no row of coverage")?;
                }
                "not_counted" => figures.not_counted = serde_json::from_value(rows)?,
                "top_account" => figures.top_accounts = serde_json::from_value(rows)?,
                "unmatched_domain" => figures.unmatched_domains = serde_json::from_value(rows)?,
                other => bail!("nobody reads `report.{other}`"),
            }
        }
        Ok(figures)
    }

    /// Fails where there is nothing that a user could want published, and says why.
    pub(super) fn worth_publishing(&self, as_of: NaiveDate) -> Result<()> {
        let coverage = &self.coverage;
        if coverage.message_copies + coverage.meeting_copies == 0 {
            bail!(
                "the export files hold no message and no meeting: nothing is published\nhint: `rapport check` lists the files that the sources find"
            );
        }
        let Some(first_on) = coverage.first_on else {
            bail!(
                "all imported messages and meetings are drafts or dated before 1990: nothing is published"
            );
        };
        if first_on > as_of {
            bail!(
                "the as-of day {as_of} lies before all imported messages and meetings, which begin on {first_on}: nothing is published\nhint: choose a later day with `--as-of` or `window.as_of`"
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
                "no message and no meeting from {first_on} to {as_of} has an own address and a contact on opposite sides: nothing is published\nhint: look at `contacts.addresses` and `own` in the definition; {domains}"
            );
        }
        Ok(())
    }
}

/// What the steps of a run have come to.
pub(super) struct Outcome<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) run: &'a str,
    pub(super) files: &'a Files,
    pub(super) people: &'a People,
    pub(super) imported: import::Report,
    pub(super) entities: Vec<Entity>,
    pub(super) saved: Vec<SavedQuery>,
    pub(super) checks: Vec<Check>,
    pub(super) figures: Figures,
}

impl Report {
    pub(super) fn new(outcome: Outcome) -> Self {
        let definition = outcome.request.definition;
        let own = &outcome.people.own;
        let listed = ("addresses and address_files".to_owned(), own.listed);
        let warnings = warnings(&outcome);
        Self {
            name: definition.name.clone(),
            run: outcome.run.to_owned(),
            as_of: outcome.request.as_of,
            window_days: definition.window.days,
            timezone: definition.window.timezone.name().to_owned(),
            files: FileCounts {
                found: outcome.files.found.len(),
                read: outcome.imported.files_read,
                unchanged: outcome.imported.files_unchanged,
                missing: outcome.imported.missing.len(),
                failed: outcome.imported.failed.len(),
            },
            imported: outcome.imported.ledger.tally(),
            figures: outcome.figures,
            own_by_group: std::iter::once(&listed)
                .chain(&own.groups)
                .map(|(group, addresses)| GroupCount {
                    group: plain::text(group),
                    addresses: *addresses,
                })
                .collect(),
            entities: outcome.entities,
            saved: outcome.saved,
            checks: outcome.checks,
            warning_count: warnings.len(),
            warnings,
        }
    }

    /// The report without what only the operator may see.
    pub(super) fn published(&self) -> Self {
        let mut report = self.clone();
        report.own_by_group.clear();
        // what checks find names nobody
        report.warnings = of_checks(&self.checks);
        report.figures.unmatched_domains.clear();
        report
    }

    /// The report as JSON, fields in the order of the type.
    pub fn json(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

fn warnings(outcome: &Outcome) -> Vec<String> {
    let forget_missing = outcome.request.forget_missing;
    let mut warnings = of_import(outcome.people, &outcome.imported, forget_missing);
    warnings.extend(of_checks(&outcome.checks));
    warnings.extend(of_saved(&outcome.saved));
    warnings.iter().map(|warning| without_addresses(warning)).collect()
}

/// A warning that may stand in a log.
fn without_addresses(warning: &str) -> String {
    match plain::text(warning) {
        plain if plain == warning => plain,
        plain => format!("{plain} (`rapport check` tells which)"),
    }
}

/// What the import warns of.
pub(super) fn of_import(
    people: &People,
    imported: &import::Report,
    forget_missing: bool,
) -> Vec<String> {
    let tally = imported.ledger.tally();
    let mut warnings = people.warnings.clone();
    warnings.extend(imported.failed.iter().cloned());
    if !imported.missing.is_empty() && !forget_missing {
        let missing = count(
            imported.missing.len(),
            "export file of earlier runs is gone; what came from it",
            "export files of earlier runs are gone; what came from them",
        );
        warnings.push(format!("{missing} still counts (`--forget-missing` drops it)"));
    }
    let lost = imported.not_restored.len();
    if lost > 0 {
        let files = count(lost, "export file is", "export files are");
        warnings.push(format!(
            "{files} gone: what was dropped from them for people who are not excluded any more does not come back"
        ));
    }
    if tally.series_masters > 0 {
        let masters = count(
            tally.series_masters as usize,
            "row is the master of a series, which counts by its occurrences",
            "rows are masters of series, which count by their occurrences",
        );
        let found = named(&imported.ledger, |tally| tally.series_masters);
        warnings.push(format!("{masters}: export CalendarView to have them all; found in {found}"));
    }
    if tally.rejects > 0 {
        let bad = count(tally.rejects as usize, "row is bad and was", "rows are bad and were");
        let found = named(&imported.ledger, |tally| tally.rejects);
        warnings.push(format!(
            "{bad} left out (the folder `quarantine` has the lines and reasons): {found}"
        ));
    }
    warnings
}

/// What the checks warn of.
pub(super) fn of_checks(checks: &[Check]) -> Vec<String> {
    checks.iter().filter_map(Check::warning).collect()
}

/// What the saved queries warn of.
pub(super) fn of_saved(saved: &[SavedQuery]) -> Vec<String> {
    saved.iter().filter_map(|saved| saved.warning.clone()).collect()
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
