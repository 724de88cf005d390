//! Rows of the directory exports: users, groups and the members of groups.

use super::field::{self, RowInformation};
use super::json::{Anything, Field, Text, object};
use super::{Reason, Row};
use crate::activity::{Group, Member, User, normal_form};

object! {
    /// A row of `User_v1`, or of the flat `User_v0`.
    DirectoryUser {
        id: Text<'a> = "id",
        puser: Text<'a> = "puser",
        principal_name: Text<'a> = "userPrincipalName",
        mail: Text<'a> = "mail",
        proxy_addresses: Vec<Field<Text<'a>>> = "proxyAddresses",
        primary_address: Text<'a> = "PrimarySmtpAddress",
        email_addresses: Vec<Field<Text<'a>>> = "EmailAddresses",
        row_information: RowInformation<'a> = "rowinformation",
        is_summary: bool = "isUserSummaryRow",
        is_empty: bool = "userReturnedNoData",
        removed: Anything = "@removed",
    }
}

object! {
    /// A row of `GroupDetails_*`.
    DirectoryGroup {
        id: Text<'a> = "id",
        display_name: Text<'a> = "displayName",
        mail: Text<'a> = "mail",
        row_information: RowInformation<'a> = "rowinformation",
        is_summary: bool = "isUserSummaryRow",
        is_empty: bool = "userReturnedNoData",
        removed: Anything = "@removed",
    }
}

object! {
    /// A row of `GroupMembers_*`.
    DirectoryMember {
        puser: Text<'a> = "puser",
        object_id: Text<'a> = "pObjectId",
        id: Text<'a> = "id",
        principal_name: Text<'a> = "userPrincipalName",
        mail: Text<'a> = "mail",
        odata_type: Text<'a> = "ODataType" | "@odata.type",
        row_information: RowInformation<'a> = "rowinformation",
        is_summary: bool = "isUserSummaryRow",
        is_empty: bool = "userReturnedNoData",
        removed: Anything = "@removed",
    }
}

/// Makes the canonical row of a user.
pub(super) fn user(user: DirectoryUser<'_>) -> Result<Row, Reason> {
    if field::is_no_data(&user.row_information, &user.is_summary, &user.is_empty, &user.removed) {
        return Ok(Row::NoData);
    }
    let id = match user.id.string("id")? {
        Some(id) => Some(id),
        None => user.puser.string("puser")?,
    };
    let principal_name = user.principal_name.text("userPrincipalName")?.and_then(normal_form);
    let mut addresses = Vec::from_iter(principal_name.clone());
    let mut legacy = Vec::new();
    addresses.extend(user.mail.text("mail")?.and_then(normal_form));
    addresses.extend(user.primary_address.text("PrimarySmtpAddress")?.and_then(normal_form));
    for (list, name) in
        [(user.proxy_addresses, "proxyAddresses"), (user.email_addresses, "EmailAddresses")]
    {
        for address in list.get(name)?.unwrap_or_default() {
            let Some(entry) = address.text(name)? else { continue };
            addresses.extend(smtp_address(entry));
            legacy.extend(legacy_address(entry));
        }
    }
    addresses.sort_unstable();
    addresses.dedup();
    legacy.sort_unstable();
    legacy.dedup();
    if id.is_none() && addresses.is_empty() {
        return Err(Reason::MissingBoth("id", "userPrincipalName"));
    }
    Ok(Row::User(User { id, principal_name, addresses, legacy }))
}

/// Makes the canonical row of a group.
pub(super) fn group(group: DirectoryGroup<'_>) -> Result<Row, Reason> {
    if field::is_no_data(&group.row_information, &group.is_summary, &group.is_empty, &group.removed)
    {
        return Ok(Row::NoData);
    }
    Ok(Row::Group(Group {
        id: group.id.string("id")?.ok_or(Reason::Missing("id"))?,
        display_name: group.display_name.string("displayName")?,
        mail: group.mail.text("mail")?.and_then(normal_form),
    }))
}

/// Makes the canonical row of a membership.
pub(super) fn member(member: DirectoryMember<'_>) -> Result<Row, Reason> {
    if field::is_no_data(
        &member.row_information,
        &member.is_summary,
        &member.is_empty,
        &member.removed,
    ) {
        return Ok(Row::NoData);
    }
    let group_id = match member.puser.string("puser")? {
        Some(group_id) => Some(group_id),
        None => member.object_id.string("pObjectId")?,
    };
    let member_id = member.id.string("id")?;
    let principal_name = member.principal_name.text("userPrincipalName")?.and_then(normal_form);
    let address = match principal_name {
        Some(address) => Some(address),
        None => member.mail.text("mail")?.and_then(normal_form),
    };
    if member_id.is_none() && address.is_none() {
        return Err(Reason::MissingBoth("id", "userPrincipalName"));
    }
    Ok(Row::Member(Member {
        group_id: group_id.ok_or(Reason::MissingBoth("puser", "pObjectId"))?,
        member_id,
        address,
        is_group: field::type_contains(member.odata_type.text("ODataType")?, "group"),
    }))
}

/// The address of Exchange's own form in a proxy entry.
fn legacy_address(entry: &str) -> Option<String> {
    let (prefix, address) = entry.split_once(':')?;
    prefix.trim().eq_ignore_ascii_case("x500").then(|| normal_form(address)).flatten()
}

/// The address of a proxy entry; `SIP:`, `SPO:`, `X500:` and the like are none.
fn smtp_address(entry: &str) -> Option<String> {
    match entry.split_once(':') {
        Some((prefix, _))
            if !["smtp", "mailto"]
                .iter()
                .any(|known| prefix.trim().eq_ignore_ascii_case(known)) =>
        {
            None
        }
        _ => normal_form(entry),
    }
}
