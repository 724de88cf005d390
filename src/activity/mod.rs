//! The canonical rows: what Rapport keeps of a mailbox or calendar item.
//!
//! Not here: how an export is parsed (`source`), how rows are stored (`import`).

pub mod rows;
pub mod table;

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// One copy of a message as one mailbox holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageCopy {
    /// The mailbox: `puser`, else `pObjectId`, trimmed; `None` where the export does not tell.
    pub mailbox: Option<String>,
    /// `internetMessageId` as written, trimmed; `None` where the copy has none.
    pub message_id: Option<String>,
    /// `sentDateTime`, else `receivedDateTime`.
    pub sent_at: Micros,
    /// Address normal form of `from`, else `sender`.
    pub sender: Option<String>,
    /// To, cc and bcc in address normal form, sorted, each once.
    pub recipients: Vec<String>,
    /// Conversation key (METRICS section 7), the same in every mailbox.
    pub conversation: Option<String>,
    /// The smallest id in the `In-Reply-To` header.
    pub in_reply_to: Option<String>,
    /// `isDraft`.
    pub is_draft: bool,
    /// `ODataType` names an `eventMessage`.
    pub is_meeting_traffic: bool,
    /// `Auto-Submitted` is present and not `no`.
    pub is_automatic: bool,
}

/// One copy of a single meeting, occurrence or exception as one calendar holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingCopy {
    /// The mailbox: `puser`, else `pObjectId`, else empty.
    pub mailbox: String,
    /// The item's `id`; empty where the export has none.
    pub item_id: String,
    /// `iCalUId`, trimmed.
    pub ical_uid: Option<String>,
    /// Start instant.
    pub start_at: Micros,
    /// End instant, never before the start.
    pub end_at: Micros,
    /// `lastModifiedDateTime`.
    pub modified_at: Option<Micros>,
    /// `isAllDay`.
    pub is_all_day: bool,
    /// `isCancelled`.
    pub is_cancelled: bool,
    /// Address normal form of the organizer.
    pub organizer: Option<String>,
    /// Attendees with an address, as listed.
    pub attendees: Vec<Attendee>,
}

/// One attendee of a meeting copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// Address normal form.
    pub address: String,
    /// Answer, lower case, without Microsoft's type prefix (`accepted`, `declined`, `none`, `notresponded`, …); empty if absent.
    pub response: String,
    /// When the answer was given.
    pub responded_at: Option<Micros>,
    /// The attendee is a room or other resource.
    pub is_resource: bool,
}

/// One user of the directory export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Directory (object) id; `id`, in `User_v0` `puser`.
    pub id: Option<String>,
    /// `userPrincipalName` in normal form.
    pub principal_name: Option<String>,
    /// All SMTP addresses (`mail`, `userPrincipalName`, `proxyAddresses` with an `smtp:` prefix or none; v0: `PrimarySmtpAddress`, `EmailAddresses`), normal form, sorted, each once.
    pub addresses: Vec<String>,
    /// Addresses of Exchange's own form (`proxyAddresses` with an `x500:` prefix), lower case, without the prefix.
    pub legacy: Vec<String>,
}

/// One group of the directory export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Group (object) id.
    pub id: String,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `mail` in normal form.
    pub mail: Option<String>,
}

/// One membership: a user or a nested group in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The group: `puser`, else `pObjectId`.
    pub group_id: String,
    /// The member's object id.
    pub member_id: Option<String>,
    /// The member's `userPrincipalName`, else `mail`, in normal form.
    pub address: Option<String>,
    /// `ODataType` says that the member is a group itself.
    pub is_group: bool,
}

/// Address normal form (METRICS section 1): trimmed, `mailto:` / `SMTP:` prefix dropped, lower-cased; `None` if nothing is left.
pub fn normal_form(address: &str) -> Option<String> {
    let mut rest = trim(address);
    for prefix in ["mailto:", "smtp:"] {
        if rest.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            rest = trim(&rest[prefix.len()..]);
            break;
        }
    }
    (!rest.is_empty()).then(|| lower(rest))
}

/// `text.trim()`; texts that begin and end with a plain letter, as most do, are seen at once.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// `text.to_lowercase()`, quicker where all is ASCII.
pub(crate) fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}
