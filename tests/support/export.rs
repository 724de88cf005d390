//! Rows as Microsoft Graph Data Connect exports them. A test changes the fields that it is about.

use serde_json::{Value, json};

/// A message in the mailbox of its sender.
pub(crate) fn message(id: &str, from: &str, to: &[&str], sent: &str) -> Value {
    let to: Vec<Value> = to.iter().map(|address| recipient(address)).collect();
    json!({
        "id": format!("{id}-item"),
        "internetMessageId": format!("<{id}@mail.example>"),
        "sentDateTime": sent,
        "receivedDateTime": sent,
        "subject": "an offer",
        "isDraft": false,
        "from": recipient(from),
        "toRecipients": to,
        "ccRecipients": [],
        "bccRecipients": [],
        "conversationId": format!("conversation of {id}"),
        "ODataType": "#microsoft.graph.message",
        "puser": "mailbox",
    })
}

/// A meeting of one hour, in the calendar of its organizer; `start` without zone is UTC.
pub(crate) fn meeting(id: &str, organizer: &str, attendees: &[&str], start: &str) -> Value {
    let end = format!("{}:59:00", start.get(..13).unwrap());
    let attendees: Vec<Value> = attendees
        .iter()
        .map(|address| {
            let mut attendee = recipient(address);
            attendee["type"] = json!("microsoft.graph.attendeeType'required'");
            attendee["status"] = json!({"response": "microsoft.graph.responseType'none'"});
            attendee
        })
        .collect();
    json!({
        "id": format!("{id}-item"),
        "iCalUId": id,
        "subject": "a visit",
        "start": {"dateTime": start, "timeZone": "UTC"},
        "end": {"dateTime": end, "timeZone": "UTC"},
        "lastModifiedDateTime": "2025-01-01T00:00:00Z",
        "isAllDay": false,
        "isCancelled": false,
        "type": "singleInstance",
        "organizer": recipient(organizer),
        "attendees": attendees,
        "puser": "mailbox",
    })
}

/// A user with one address.
pub(crate) fn user(id: &str, address: &str) -> Value {
    json!({
        "id": id,
        "mail": address,
        "userPrincipalName": address,
        "proxyAddresses": [format!("SMTP:{address}")],
    })
}

/// A group.
pub(crate) fn group(id: &str, name: &str, mail: &str) -> Value {
    json!({"id": id, "displayName": name, "mail": mail, "groupTypes": ["Unified"]})
}

/// A user in a group.
pub(crate) fn member(group: &str, user: &str, address: &str) -> Value {
    json!({
        "puser": group,
        "id": user,
        "userPrincipalName": address,
        "ODataType": "#microsoft.graph.user",
    })
}

/// A group in a group.
pub(crate) fn nested(group: &str, inner: &str) -> Value {
    json!({
        "puser": group,
        "id": inner,
        "userPrincipalName": null,
        "ODataType": "#microsoft.graph.group",
    })
}

fn recipient(address: &str) -> Value {
    json!({"emailAddress": {"name": "somebody", "address": address}})
}

/// Rows as JSON Lines.
pub(crate) fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}
