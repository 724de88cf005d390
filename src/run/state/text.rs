//! Runs as text for a terminal.

use std::fmt::{self, Write};

use bytesize::ByteSize;
use chrono::{DateTime, Utc};

use super::{Record, State, Status, Step, StepRecord};

/// Failures that a status lists.
const FAILURES: usize = 5;

/// One line a run.
pub fn table(records: &[Record]) -> String {
    let mut out = String::new();
    // writing to a String cannot fail
    let _ = write_table(&mut out, records);
    out
}

fn write_table(out: &mut String, records: &[Record]) -> fmt::Result {
    let width = records.iter().map(|record| record.id.len()).max().unwrap_or_default().max(2);
    writeln!(
        out,
        "{:width$}  {:23}  {:20}  {:>9}  {:>9}  {:>8}",
        "id", "state", "started", "duration", "customers", "warnings"
    )?;
    for record in records {
        writeln!(
            out,
            "{:width$}  {:23}  {:20}  {:>9}  {:>9}  {:>8}",
            record.id,
            record.state.as_str(),
            record.began_at.map(time).unwrap_or_default(),
            record.seconds().map(duration).unwrap_or_default(),
            record.customers.map(|customers| customers.to_string()).unwrap_or_default(),
            record.warnings(),
        )?;
    }
    Ok(())
}

/// How an enrichment stands.
pub fn status(status: &Status) -> String {
    let mut out = String::new();
    // writing to a String cannot fail
    let _ = write_status(&mut out, status);
    out
}

fn write_status(out: &mut String, status: &Status) -> fmt::Result {
    writeln!(out, "{}", status.enrichment)?;
    match &status.run {
        Some(run) => {
            let told = if run.state.is_open() { "under way" } else { "last run" };
            write!(out, "{told:14}{}  {}", run.id, run.state.as_str())?;
            if let Some(step) = run.step() {
                write!(out, ", {}{}", step.step.as_str(), of_step(step))?;
            }
            writeln!(out)?;
            if let Some(error) = run.error() {
                writeln!(out, "{:14}{}", "", first_line(error))?;
            }
        }
        None => writeln!(out, "{:14}none", "last run")?,
    }
    match &status.published {
        Some(set) => {
            write!(out, "{:14}{}  as of {}", "published", set.run, set.as_of)?;
            match set.made_at {
                Some(made_at) => writeln!(out, ", made {}", time(made_at))?,
                None => writeln!(out)?,
            }
        }
        None => writeln!(out, "{:14}nothing", "published")?,
    }
    let since = if status.published.is_some() { " since then" } else { "" };
    writeln!(out, "{:14}{}{since}", "failures", status.failures.len())?;
    for run in status.failures.iter().take(FAILURES) {
        writeln!(out, "{:14}{}  {}", "", run.id, first_line(run.error().unwrap_or_default()))?;
    }
    Ok(())
}

impl Record {
    /// The run with its steps as text for a terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        // writing to a String cannot fail
        let _ = self.write_text(&mut out);
        out
    }

    fn write_text(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "{}  run {}  as of {}", self.enrichment, self.id, self.as_of)?;
        writeln!(out)?;
        write!(out, "{:12}{}", "state", self.state.as_str())?;
        match &self.cancelled_by {
            Some(by) => writeln!(out, " by {by}")?,
            None => writeln!(out)?,
        }
        writeln!(out, "{:12}{}, {}", "started by", self.who, self.how.as_str())?;
        writeln!(out, "{:12}{}", "queued", time(self.queued_at))?;
        if let Some(began) = self.began_at {
            writeln!(out, "{:12}{}", "started", time(began))?;
        }
        if let Some(ended) = self.ended_at {
            writeln!(out, "{:12}{}", "ended", time(ended))?;
        }
        if let Some(customers) = self.customers {
            writeln!(out, "{:12}{customers}", "customers")?;
        }
        let versions = &self.versions;
        writeln!(
            out,
            "{:12}rapport {}, functions {}, definition {}",
            "versions", versions.rapport, versions.functions, versions.definition
        )?;
        writeln!(out)?;
        for step in &self.steps {
            let line = format!(
                "{:10}  {:23}  {:>9}{}",
                step.step.as_str(),
                step.state.as_str(),
                step.seconds.map(duration).unwrap_or_default(),
                of_step(step)
            );
            writeln!(out, "{}", line.trim_end())?;
            if let Some(why) = &step.why {
                writeln!(out, "{:12}{why}", "")?;
            }
            for (kind, texts) in [("error", &step.errors), ("warning", &step.warnings)] {
                for text in texts {
                    writeln!(out, "{:12}{kind}: {}", "", text.replace('\n', "\n            "))?;
                }
            }
        }
        Ok(())
    }
}

/// How far a step under way is, or its rows.
fn of_step(step: &StepRecord) -> String {
    match (step.state, step.done.zip(step.total), step.rows) {
        (State::Running, Some((done, total)), _) if step.step == Step::Import => {
            format!("  {} of {}", ByteSize::b(done), ByteSize::b(total))
        }
        (State::Running, Some((done, total)), _) => format!("  {done} of {total} relations"),
        (_, _, Some(rows)) => format!("  {rows} rows"),
        _ => String::new(),
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn duration(seconds: f64) -> String {
    match seconds as u64 {
        whole @ 3600.. => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
        whole @ 60.. => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{seconds:.1} s"),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
