//! `rapport status`: the run under way or the last one, what is published, what has failed since, and what comes next.

use anyhow::Result;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::consent::in_zone;
use super::run::due;
use super::{consent, now, print};
use crate::cli::{Format, Told};
use crate::definition::{self, Definition};
use crate::enrichment::Switch;
use crate::run::state::{self, Status};

/// What is to come of an enrichment.
#[derive(Serialize)]
struct Outlook {
    /// How the consent stands, or why nobody can tell.
    consent: String,
    /// Runs may start.
    is_active: bool,
    /// When the next run is due, or since when; none where none may start.
    next_run_due_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    status: Status,
    #[serde(flatten)]
    outlook: Outlook,
}

pub(super) fn status(arguments: &Told) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let status = Status::read(&definition.output, &definition.name)?;
    let outlook = Outlook::of(&definition)?;
    match arguments.format {
        Format::Text => print(&format!("{}{}", state::status(&status), outlook.text(&definition))),
        Format::Json => {
            let whole = Whole { status, outlook };
            print(&format!("{}\n", serde_json::to_string_pretty(&whole)?))
        }
    }
}

impl Outlook {
    fn of(definition: &Definition) -> Result<Self> {
        let is_active = Switch::load(&definition.output)?.is_none_or(|switch| switch.is_active);
        // a run under way is told of also where a list of addresses is missing by now
        let (consent, scope) = match consent::of(definition) {
            Ok(found) => found,
            Err(error) => {
                let consent = format!("unknown: {error:#}");
                return Ok(Self { consent, is_active, next_run_due_at: None });
            }
        };
        let at = now();
        let approval = consent.allow(at, &scope).ok().filter(|_| is_active);
        let next_run_due_at = approval.map(|approval| due(definition, approval)).transpose()?;
        let consent = consent.standing(at, &scope).to_string();
        Ok(Self { consent, is_active, next_run_due_at })
    }

    fn text(&self, definition: &Definition) -> String {
        let next = match self.next_run_due_at {
            Some(due) => format!("due {} ({})", in_zone(due, definition), definition.schedule),
            None if self.is_active => "none, without consent".to_owned(),
            None => "none, while the enrichment is deactivated".to_owned(),
        };
        format!("{:14}{}\n{:14}{next}\n", "consent", self.consent, "next run")
    }
}
