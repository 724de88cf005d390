//! The enrichment definition that comes with the exports, ready to run.
//!
//! Not here: what a definition may say otherwise.

use chrono::NaiveDate;

use super::company::{Company, Place};

/// The text of `enrichment.toml`.
pub(super) fn text(company: &Company, end: NaiveDate) -> String {
    let singles: Vec<String> = company
        .people
        .iter()
        .filter(|person| person.place == Place::Single)
        .map(|person| format!("    \"{}\",\n", person.addresses[0]))
        .collect();
    format!(
        r#"# Enrichment definition of Fennimore, a company that does not exist. All data beside this file is generated.
name = "fennimore"
output = "out"
tenant = "{tenant}"
region = "europe"
administrators = ["admin@fennimore.example"]

# The figures are the same on any day, because the as-of day is set. Without `as_of` it is today.
[window]
timezone = "Europe/London"
week_start = "monday"
as_of = {end}

# Whose mail and meetings count: a group with two nested groups, and single addresses.
[own]
groups = ["Client teams"]
addresses = [
{singles}]

# Who belongs to which customer.
[contacts]
path = "contacts.csv"
contact_id = "ContactId"
customer_id = "CustomerId"
addresses = ["PrimaryEmail", "SecondEmail"]

# Everything below `exports`; the kind is told by the names of folders and files.
[[source]]
path = "exports"
"#,
        tenant = company.tenant,
        singles = singles.concat(),
    )
}
