//! The directory exports (users, groups, memberships) and the contact table.
//!
//! Not here: mail and calendars.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;

use super::company::{Company, DOMAIN, Person, Place};
use super::dice::mix;
use super::row::{self, guid_text, push, text};

/// The group that the definition selects, and the two nested in it.
pub(super) const GROUPS: [(&str, &str); 4] = [
    ("Client teams", "client.teams"),
    ("Advisers", "advisers"),
    ("Support desk", "support.desk"),
    ("Everybody", "everybody"),
];

/// Object id of a group, by its place in [`GROUPS`].
pub(super) fn group_id(company: &Company, group: usize) -> String {
    let seed = company.tenant.bytes().fold(group as u64, |seed, byte| mix(seed ^ u64::from(byte)));
    let mut guid = [0; 16];
    guid[..8].copy_from_slice(&mix(seed).to_be_bytes());
    guid[8..].copy_from_slice(&mix(!seed).to_be_bytes());
    guid_text(&guid)
}

/// Writes the three directory exports; tells how many users there are.
pub(super) fn write(company: &Company, exports: &Path) -> anyhow::Result<u64> {
    let listed: Vec<&Person> = company.people.iter().filter(|person| person.is_listed).collect();
    lines(
        &exports.join("User_v1.json"),
        listed.iter().enumerate().map(|(index, person)| user(company, person, index as u64)),
    )?;
    lines(
        &exports.join("GroupDetails_v0.json"),
        (0..GROUPS.len()).map(|group| group_details(company, group)),
    )?;
    let mut members = Vec::new();
    for (group, place) in [(0, Place::Team), (1, Place::Advisers), (2, Place::Support)] {
        for person in company.people.iter().filter(|person| person.place == place) {
            members.push(member(
                company,
                group,
                &person.guid,
                Some(person),
                "#microsoft.graph.user",
            ));
        }
    }
    for nested in 1..3 {
        members.push(member(
            company,
            0,
            &group_id(company, nested),
            None,
            "#microsoft.graph.group",
        ));
    }
    for person in company.people.iter().filter(|person| person.is_listed) {
        members.push(member(company, 3, &person.guid, Some(person), "#microsoft.graph.user"));
    }
    lines(&exports.join("GroupMembers_v0.json"), members.into_iter())?;
    Ok(listed.len() as u64)
}

/// Writes the contact table; tells how many rows it has.
pub(super) fn write_contacts(company: &Company, path: &Path) -> anyhow::Result<u64> {
    let context = || format!("cannot write `{}`", path.display());
    let mut file = BufWriter::new(File::create(path).with_context(context)?);
    let mut rows = 0;
    writeln!(file, "ContactId,CustomerId,PrimaryEmail,SecondEmail").with_context(context)?;
    for (index, contact) in company.contacts.iter().enumerate() {
        let address = match mix(index as u64) % 12 {
            0 => contact.address.to_uppercase(),
            1 => row_case(&contact.address),
            _ => contact.address.clone(),
        };
        for account in [Some(contact.account), contact.also].into_iter().flatten() {
            let (account, second) =
                (&company.accounts[account as usize].id, contact.second.as_deref().unwrap_or(""));
            writeln!(file, "CON-{:06},{account},{address},{second}", index + 1)
                .with_context(context)?;
            rows += 1;
        }
    }
    file.flush().with_context(context)?;
    Ok(rows)
}

/// Capitals at the beginnings of first and last name.
fn row_case(address: &str) -> String {
    let mut begins = true;
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let mut out = String::new();
    for character in local.chars() {
        out.push(if begins { character.to_ascii_uppercase() } else { character });
        begins = character == '.';
    }
    format!("{out}@{domain}")
}

fn lines(path: &Path, rows: impl Iterator<Item = Vec<u8>>) -> anyhow::Result<()> {
    let all: Vec<Vec<u8>> = rows.collect();
    std::fs::write(path, all.join(&b'\n'))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

fn user(company: &Company, person: &Person, number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    push(
        &mut out,
        "{\"accountEnabled\":true,\"city\":\"Harrowdene\",\"companyName\":\"Fennimore\",\"country\":null,\"department\":",
    );
    let department = match person.place {
        Place::Advisers => "Advice",
        Place::Support => "Support",
        Place::Outside => "Back office",
        Place::Team | Place::Single => "Client teams",
    };
    text(&mut out, department);
    push(&mut out, ",\"displayName\":");
    text(&mut out, &person.name);
    push(&mut out, ",\"id\":\"");
    push(&mut out, &person.guid);
    push(&mut out, "\",\"imAddresses\":[],\"mail\":");
    text(&mut out, &person.addresses[0]);
    push(&mut out, ",\"proxyAddresses\":[");
    // Microsoft marks the primary address with capitals; other kinds of addresses are listed as well.
    for (index, address) in person.addresses.iter().enumerate() {
        text(&mut out, &format!("{}:{address}", if index == 0 { "SMTP" } else { "smtp" }));
        out.push(b',');
    }
    text(&mut out, &format!("SIP:{}", person.addresses[0]));
    push(&mut out, "],\"userPrincipalName\":");
    text(&mut out, &person.principal);
    push(&mut out, ",\"userType\":\"Member\",");
    row::tail(&mut out, "#microsoft.graph.user", &person.guid, &company.tenant, (number, 0));
    out
}

fn group_details(company: &Company, group: usize) -> Vec<u8> {
    let (name, local) = GROUPS[group];
    let id = group_id(company, group);
    let mut out = Vec::new();
    push(
        &mut out,
        &format!(
            "{{\"id\":\"{id}\",\"deletedDateTime\":null,\"description\":null,\"displayName\":"
        ),
    );
    text(&mut out, name);
    push(
        &mut out,
        &format!(
            ",\"groupTypes\":[],\"mail\":\"{local}@{DOMAIN}\",\"mailEnabled\":true,\"mailNickname\":\"{local}\","
        ),
    );
    push(
        &mut out,
        &format!("\"proxyAddresses\":[\"SMTP:{local}@{DOMAIN}\"],\"securityEnabled\":true,"),
    );
    let from = out.len();
    row::tail(&mut out, "#microsoft.graph.group", &id, &company.tenant, (group as u64, 0));
    // Rows about groups name the object, not a user.
    let tail = String::from_utf8_lossy(&out[from..]).replace("\"puser\"", "\"pObjectId\"");
    out.truncate(from);
    push(&mut out, &tail);
    out
}

/// A membership; `puser` is the group.
pub(super) fn member(
    company: &Company,
    group: usize,
    id: &str,
    person: Option<&Person>,
    object_type: &str,
) -> Vec<u8> {
    let mut out = Vec::new();
    push(&mut out, "{\"id\":\"");
    push(&mut out, id);
    push(&mut out, "\",\"userPrincipalName\":");
    match person {
        Some(person) => text(&mut out, &person.principal),
        None => push(&mut out, "null"),
    }
    push(&mut out, ",\"displayName\":");
    text(&mut out, person.map_or("Nested group", |person| &person.name));
    out.push(b',');
    row::tail(&mut out, object_type, &group_id(company, group), &company.tenant, (0, 0));
    out
}
