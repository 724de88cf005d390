//! `rapport overview`: how an enrichment stands at a glance.

use std::fmt::Write;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt32Array, UInt64Array};

use super::consent::in_zone;
use super::run::due;
use super::{consent, memory, now, print, runtime};
use crate::cli::DefinitionPath;
use crate::definition::{self, Definition, count};
use crate::enrichment::Switch;
use crate::format::{self, Format};
use crate::overview::{Customer, Enriched, Overview};
use crate::query::{Session, Source};

pub(super) fn overview(arguments: &DefinitionPath) -> Result<()> {
    let definition = definition::load(&arguments.definition)?;
    let source = Source::published(definition.output.clone(), Vec::new(), memory(&definition));
    let mut preview = Vec::new();
    let overview = runtime()?.block_on(async {
        let session = Session::open(source).await?;
        let overview = Overview::gather(&session).await?;
        let rows = session.context().read_batch(top(&overview)?)?;
        format::write(rows, Format::Table, Box::new(&mut preview)).await?;
        anyhow::Ok(overview)
    })?;
    let mut text = facts(&definition, &overview)?;
    writeln!(text, "\ncustomers enriched over time")?;
    text.push_str(&chart(&overview.over_time));
    writeln!(text, "\nOffice, by score\n{}", String::from_utf8_lossy(&preview).trim_end())?;
    print(&text)
}

fn facts(definition: &Definition, overview: &Overview) -> Result<String> {
    let Overview { run, as_of, window_days, coverage, .. } = overview;
    let root = &definition.output;
    let (consent, scope) = consent::of(definition)?;
    let standing = consent.standing(now(), &scope);
    let mut text = format!("{}: run {run}, as of {as_of}\n{standing}", definition.name);
    if let Some(Switch { is_active: false, .. }) = Switch::load(root)? {
        text.push_str("; deactivated");
    }
    if let Ok(approval) = consent.allow(now(), &scope) {
        let due = in_zone(due(definition, approval)?, definition);
        write!(text, "; runs {}, the next is due {due}", definition.schedule)?;
    }
    text.push_str("\n\n");
    let mut line = |what: &str, figures: String| writeln!(text, "{what:<20}{figures}");
    let share = 100 * coverage.customers_enriched / coverage.customers.max(1);
    line(
        "customers enriched",
        format!("{} of {} ({share} %)", coverage.customers_enriched, coverage.customers),
    )?;
    line(
        "own addresses",
        format!(
            "{} selected, {} of them processed",
            coverage.own_addresses, coverage.own_addresses_seen
        ),
    )?;
    line(
        "e-mails",
        format!("{} processed, {} counted", coverage.messages, coverage.messages_counted),
    )?;
    line(
        "meetings",
        format!("{} processed, {} counted", coverage.meetings, coverage.meetings_counted),
    )?;
    line("days of data", format!("{} of {window_days}", coverage.days_covered))?;
    if overview.days_missing() > 0 {
        let days = count(overview.days_missing() as usize, "day is", "days are");
        let gaps = overview.gaps().into_iter().map(|(from, to)| match from == to {
            true => from.to_string(),
            false => format!("{from} to {to}"),
        });
        let gaps = gaps.collect::<Vec<_>>().join(", ");
        line("", format!("{days} missing ({gaps}): run again when more exports have arrived"))?;
    }
    Ok(text)
}

/// The customers with the highest score, as rows.
fn top(overview: &Overview) -> Result<RecordBatch> {
    let top = || overview.top.iter();
    let numbers = |of: fn(&Customer) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(top().map(of)))
    };
    let days = |of: fn(&Customer) -> Option<i64>| -> ArrayRef {
        Arc::new(Int64Array::from_iter(top().map(of)))
    };
    let ids = StringArray::from_iter_values(top().map(|customer| &customer.customer_id));
    let scores = UInt32Array::from_iter(top().map(|customer| customer.engagement_score));
    Ok(RecordBatch::try_from_iter([
        ("CustomerId", Arc::new(ids) as ArrayRef),
        ("EngagementScore", Arc::new(scores)),
        ("Emails", numbers(|customer| customer.emails)),
        ("Meetings", numbers(|customer| customer.meetings)),
        ("DaysSinceLastEmail", days(|customer| customer.days_since_last_email)),
        ("DaysSinceLastMeeting", days(|customer| customer.days_since_last_meeting)),
    ])?)
}

/// Columns of the longest bar.
const BAR: u64 = 40;
/// Lines of the chart: the last half year of weekly runs.
const LINES: usize = 26;

fn chart(runs: &[Enriched]) -> String {
    let runs = &runs[runs.len().saturating_sub(LINES)..];
    let most = runs.iter().map(|run| run.customers).max().unwrap_or_default().max(1);
    let line = |Enriched { run, as_of, customers }: &Enriched| {
        let bar = "#".repeat((customers * BAR).div_ceil(most) as usize);
        format!("{run}  as of {as_of}  {bar:<40} {customers}\n")
    };
    runs.iter().map(line).collect()
}
