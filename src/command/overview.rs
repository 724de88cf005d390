//! `rapport overview`: how an enrichment stands at a glance.

use std::fmt::Write;

use anyhow::Result;

use super::consent::in_zone;
use super::run::due;
use super::{consent, memory, now, print, runtime};
use crate::cli::DefinitionPath;
use crate::definition::{self, Definition, count};
use crate::enrichment::Switch;
use crate::format::{self, Format};
use crate::overview::{self, Enriched, Overview};
use crate::query::{Session, Source};

pub(super) fn overview(arguments: &DefinitionPath) -> Result<()> {
    let definition = definition::load(&arguments.definition)?;
    let source = Source::published(definition.output.clone(), Vec::new(), memory(&definition));
    let mut preview = Vec::new();
    let overview = runtime()?.block_on(async {
        let session = Session::open(source).await?;
        let rows = overview::preview(&session).await?;
        format::write(rows, Format::Table, Box::new(&mut preview)).await?;
        Overview::gather(&session).await
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
