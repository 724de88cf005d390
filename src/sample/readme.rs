//! The README of a sample with defects: the company, how to write it again, and what is planted where.
//!
//! Not here: the planting (`defect`).

use super::Request;
use super::company::{Company, DOMAIN, Place, Trend};
use super::defect::Planted;

/// The text of `README.md`.
pub(super) fn text(request: &Request, company: &Company, planted: &[Planted]) -> String {
    let selected = company.people.iter().filter(|person| person.place != Place::Outside).count();
    let silent = company.accounts.iter().filter(|account| account.trend == Trend::Silent).count();
    let gone =
        company.accounts.iter().filter(|account| matches!(account.trend, Trend::Gone(_))).count();
    let mut out = format!(
        "# Fennimore, a company that does not exist

Exports of a fictional company in the shapes of Microsoft Graph Data Connect, with defects planted on purpose.
Every name, address and text is generated; all domains end in `.example`. Own domain: `{DOMAIN}`.

- {people} people and a shared mailbox, of which the definition selects {selected}: the group `Client teams` with two nested groups, and single addresses
- {accounts} accounts with {contacts} contacts; {silent} accounts without any activity, {gone} that went silent months ago
- {messages} messages in {days}, and the meetings of that time
- `enrichment.toml` runs as it is; `contacts.csv` is the contact table; `exports/` holds what Microsoft would deliver

Seed {seed}. The same command writes the same bytes, on any machine:

```
rapport sample DIR --seed {seed} --accounts {accounts} --people {people} --messages {messages} --end {end}{options} --defects
```

Licence: generated for Rapport, fictional, under the licence of the project; no third party has a part in it.

## What is planted

Fewer than one row in a hundred is bad, so a run publishes. Lines are counted from 1.

| no. | what | where | what Rapport does |
|---|---|---|---|
",
        people = request.people,
        accounts = request.accounts,
        contacts = company.contacts.len(),
        messages = request.messages,
        end = request.end,
        seed = request.seed,
        days = days(request),
        options = options(request),
    );
    for (index, Planted { what, place, outcome }) in planted.iter().enumerate() {
        out.push_str(&format!("| {} | {what} | {place} | {outcome} |\n", index + 1));
    }
    out
}

/// The days of mail in words.
fn days(request: &Request) -> String {
    let end = request.end;
    let days = match request.days {
        Some(days) => format!("the {days} days that end with {end} (the as-of day)"),
        None => format!("the 420 days before {end} (the as-of day) and the four days after it"),
    };
    match request.next_days {
        0 => days,
        next => format!("{days}, more in the {next} after them (`next/`)"),
    }
}

/// The options of the command that are seldom given.
fn options(request: &Request) -> String {
    let next_days = Some(u64::from(request.next_days)).filter(|&days| days > 0);
    [
        ("contacts", request.contacts.map(u64::from)),
        ("meetings", request.meetings),
        ("days", request.days.map(u64::from)),
        ("next-days", next_days),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!(" --{name} {}", value?)))
    .collect()
}
