//! `rapport consent`: asking an administrator, and the answer.

use std::fmt::Write;
use std::path::absolute;

use anyhow::{Result, bail};
use chrono::{DateTime, Utc};

use super::{now, print, who};
use crate::cli::{Administrator, AskConsent, Consent as Command, DefinitionPath, Grant, Revoke};
use crate::consent::{self, Approval, Consent, Scope};
use crate::definition::{self, Definition, near};
use crate::enrichment::Switch;
use crate::run::state;
use crate::sample;
use crate::store::{Event, History};

pub(super) fn consent(command: &Command) -> Result<()> {
    match command {
        Command::Request(arguments) => request(arguments),
        Command::Grant(arguments) => grant(arguments),
        Command::Revoke(arguments) => revoke(arguments),
        Command::Status(arguments) => status(arguments),
    }
}

fn request(arguments: &AskConsent) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    for (key, is_there) in [
        ("tenant", definition.tenant.as_ref().is_some_and(|tenant| !tenant.trim().is_empty())),
        ("administrators", !definition.administrators.is_empty()),
    ] {
        if !is_there {
            bail!(
                "{}: `{key}` is missing, and consent cannot be asked for without\nhint: add it above the first `[table]`",
                definition.path.display()
            );
        }
    }
    let by = arguments.by.clone().unwrap_or_else(who);
    let request = change(&definition, Event::ConsentRequested, &by, |consent, scope, at| {
        Ok(consent.request(at, &by, scope.clone()).clone())
    })?;
    let path = absolute(&definition.path)?;
    print(&format!(
        "To: {}\nSubject: Consent to read mail and calendars of `{}`\n\n{}",
        definition.administrators.join(", "),
        definition.name,
        consent::message(&request, &definition.name, &path)
    ))
}

fn grant(arguments: &Grant) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let (administrators, zone) = (&definition.administrators, definition.window.timezone);
    let approval =
        change(&definition, Event::ConsentGranted, &arguments.by, |consent, scope, at| {
            let until = arguments.until;
            consent.grant(at, &arguments.by, until, administrators, zone, scope).cloned()
        })?;
    print(&format!(
        "`{}` agreed, through {}. The first run is due {}.\n",
        approval.by,
        approval.until,
        in_zone(definition.schedule.due(approval.at, None, zone), &definition)
    ))
}

fn revoke(arguments: &Revoke) -> Result<()> {
    let definition = definition::load(&arguments.definition.definition)?;
    let administrators = &definition.administrators;
    let by = change(&definition, Event::ConsentRevoked, &arguments.by, |consent, _, at| {
        consent.revoke(at, &arguments.by, administrators).map(|revocation| revocation.by.clone())
    })?;
    // it is revoked also where records cannot be read
    let records = state::records(&definition.output).unwrap_or_default();
    let under_way = match state::under_way(&records) {
        Some(run) => format!("Run {} ends now; `rapport status` tells when it has.\n", run.id),
        None => String::new(),
    };
    print(&format!(
        "`{by}` revoked the consent: no run starts. What was imported and published is still there; `rapport purge` removes it.\n{under_way}"
    ))
}

fn status(arguments: &DefinitionPath) -> Result<()> {
    let definition = definition::load(&arguments.definition)?;
    let (consent, scope) = of(&definition)?;
    let standing = consent.standing(now(), &scope);
    let mut text = format!("{standing}\n");
    if consent.allow(now(), &scope).is_err() {
        writeln!(text, "hint: {}", standing.hint())?;
    }
    let names = near::list(&definition.administrators, "and");
    let names = if definition.administrators.is_empty() { "nobody" } else { &names };
    writeln!(text, "administrators: {names}")?;
    print(&text)
}

/// The consent to read the activity of `definition` now, where its runs may start at all.
///
/// Fails with what is to be done where there is none.
pub(super) fn allowed(definition: &Definition, administrator: &Administrator) -> Result<Approval> {
    Switch::check(&definition.output)?;
    agreed(definition, administrator)
}

/// The consent to read the activity of `definition` now, also where no run starts.
pub(super) fn agreed(definition: &Definition, administrator: &Administrator) -> Result<Approval> {
    let (consent, scope) = of(definition)?;
    let refusal = match consent.allow(now(), &scope) {
        Ok(approval) => return Ok(approval.clone()),
        Err(refusal) => refusal,
    };
    if !administrator.i_am_the_administrator {
        return Err(refusal.into());
    }
    let administrators = &definition.administrators;
    let (Some(sample::TENANT), Some(by)) = (definition.tenant.as_deref(), administrators.first())
    else {
        bail!(
            "`--i-am-the-administrator` is for the fictional company alone\nhint: {}",
            refusal.0.hint()
        );
    };
    let (zone, who) = (definition.window.timezone, who());
    change(definition, Event::ConsentGranted, &who, |consent, scope, at| {
        consent.request(at, &who, scope.clone());
        consent.grant(at, by, None, administrators, zone, scope).cloned()
    })
}

/// A time as people there read it.
pub(super) fn in_zone(at: DateTime<Utc>, definition: &Definition) -> String {
    at.with_timezone(&definition.window.timezone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// The consent to `definition`, and what it asks for now.
pub(super) fn of(definition: &Definition) -> Result<(Consent, Scope)> {
    Ok((consent::load(&consent::file(&definition.output))?, Scope::of(definition)?))
}

/// Changes the consent by `act`, in one step with the history, which says that `by` did `what`.
fn change<T>(
    definition: &Definition,
    what: Event,
    by: &str,
    act: impl Fn(&mut Consent, &Scope, DateTime<Utc>) -> Result<T, consent::Error>,
) -> Result<T> {
    let (mut consent, scope) = of(definition)?;
    // nothing is created for what is refused
    act(&mut consent, &scope, now())?;
    let mut history = History::open(&definition.output)?;
    // as it is when nobody else can change it
    let (mut consent, scope) = of(definition)?;
    let at = now();
    let made = act(&mut consent, &scope, at)?;
    let path = consent::file(&definition.output);
    history.change(&path, &consent, (at, by.trim(), what, None))?;
    Ok(made)
}
