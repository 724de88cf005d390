//! A row of `Message_*`, `SentItem_*` and `Inbox_*`: one copy of a message.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::field::{self, Recipient, RowInformation};
use super::json::{Anything, Field, Text, object};
use super::{Reason, Row};
use crate::activity::{MessageCopy, Micros};

object! {
    Message {
        message_id: Text<'a> = "internetMessageId",
        sent: Text<'a> = "sentDateTime",
        received: Text<'a> = "receivedDateTime",
        from: Recipient<'a> = "from",
        sender: Recipient<'a> = "sender",
        to: Vec<Field<Recipient<'a>>> = "toRecipients",
        cc: Vec<Field<Recipient<'a>>> = "ccRecipients",
        bcc: Vec<Field<Recipient<'a>>> = "bccRecipients",
        conversation_index: Text<'a> = "conversationIndex",
        conversation_id: Text<'a> = "conversationId",
        is_draft: bool = "isDraft",
        headers: Vec<Field<Header<'a>>> = "internetMessageHeaders",
        odata_type: Text<'a> = "ODataType" | "@odata.type",
        puser: Text<'a> = "puser",
        object_id: Text<'a> = "pObjectId",
        row_information: RowInformation<'a> = "rowinformation",
        is_summary: bool = "isUserSummaryRow",
        is_empty: bool = "userReturnedNoData",
        removed: Anything = "@removed",
    }
}

object! {
    Header {
        name: Text<'a> = "name",
        value: Text<'a> = "value",
    }
}

/// Makes the canonical row.
pub(super) fn row(message: Message<'_>) -> Result<Row, Reason> {
    if field::is_no_data(
        &message.row_information,
        &message.is_summary,
        &message.is_empty,
        &message.removed,
    ) {
        return Ok(Row::NoData);
    }
    let is_draft = message.is_draft.get("isDraft")?.unwrap_or(false);
    let sent_at = match sent_at(&message.sent, &message.received) {
        // a draft counts for nobody, whatever its time
        Err(_) if is_draft => 0,
        sent_at => sent_at?,
    };
    let sender = match field::address(message.from, "from")? {
        Some(sender) => Some(sender),
        None => field::address(message.sender, "sender")?,
    };
    let mut recipients = Vec::new();
    for (list, name) in
        [(message.to, "toRecipients"), (message.cc, "ccRecipients"), (message.bcc, "bccRecipients")]
    {
        for recipient in list.get(name)?.unwrap_or_default() {
            recipients.extend(field::address(recipient, name)?);
        }
    }
    recipients.sort_unstable();
    recipients.dedup();
    let headers = headers(message.headers)?;
    let mailbox = match message.puser.string("puser")? {
        Some(mailbox) => Some(mailbox),
        None => message.object_id.string("pObjectId")?,
    };
    Ok(Row::Message(MessageCopy {
        mailbox,
        message_id: message.message_id.string("internetMessageId")?,
        sent_at,
        sender,
        recipients,
        conversation: conversation(
            message.conversation_index.text("conversationIndex")?,
            message.conversation_id.text("conversationId")?,
        ),
        in_reply_to: headers.in_reply_to,
        is_draft,
        is_meeting_traffic: field::type_contains(
            message.odata_type.text("ODataType")?,
            "eventmessage",
        ),
        is_automatic: headers.is_automatic,
    }))
}

fn sent_at(sent: &Field<Text<'_>>, received: &Field<Text<'_>>) -> Result<Micros, Reason> {
    match field::instant(sent, "sentDateTime")? {
        Some(sent_at) => Ok(sent_at),
        None => field::instant(received, "receivedDateTime")?
            .ok_or(Reason::MissingBoth("sentDateTime", "receivedDateTime")),
    }
}

#[derive(Default)]
struct Headers {
    in_reply_to: Option<String>,
    is_automatic: bool,
}

fn headers(field: Field<Vec<Field<Header<'_>>>>) -> Result<Headers, Reason> {
    const NAME: &str = "internetMessageHeaders";
    let mut found = Headers::default();
    for header in field.get(NAME)?.unwrap_or_default() {
        let Some(header) = header.get(NAME)? else {
            continue;
        };
        let Some(name) = header.name.text(NAME)? else {
            continue;
        };
        if name.eq_ignore_ascii_case("Auto-Submitted") {
            // `auto-replied; owner-email=…`: only the word counts
            let value = header.value.text(NAME)?.unwrap_or_default();
            let word = value.split(';').next().unwrap_or_default();
            found.is_automatic |= !word.trim().eq_ignore_ascii_case("no");
        } else if name.eq_ignore_ascii_case("In-Reply-To")
            && let Some(id) = header.value.text(NAME)?.and_then(smallest_id)
            && found.in_reply_to.as_deref().is_none_or(|held| id < held)
        {
            found.in_reply_to = Some(id.to_owned());
        }
    }
    Ok(found)
}

/// The smallest `<…>` of a header's value, else the whole.
fn smallest_id(value: &str) -> Option<&str> {
    let ids = value.match_indices('<').filter_map(|(at, _)| {
        let length = value[at..].find('>')?;
        // Of `<<a>` only the inner bracket opens an id.
        let id = &value[at..=at + length];
        (id.matches('<').count() == 1).then_some(id)
    });
    ids.min().or(Some(value)).filter(|id| !id.is_empty())
}

/// Padding is left out by some tools.
const PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, PADDING);
/// The alphabet that METRICS names. Real ids have `-` for 63 and `_` for 62, so this key can differ
/// by single bits from the index's, which is why the index goes first.
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, PADDING);

/// The key of a conversation, the same in every mailbox: the 16 bytes that `conversationIndex`
/// holds behind its 6 byte head, or that end a `conversationId`, which begins with the mailbox.
fn conversation(index: Option<&str>, id: Option<&str>) -> Option<String> {
    let from_index = || {
        let mut buffer = [0; SHORT];
        decode(&STANDARD, index?, &mut buffer)?.get(6..22).map(hex)
    };
    let from_id = || {
        let mut buffer = [0; SHORT];
        let bytes = decode(&URL_SAFE, id?, &mut buffer)?;
        let (head, key) = bytes.split_at_checked(43)?;
        (key.len() == 16 && head.ends_with(&[0x00, 0x10, 0x00])).then(|| hex(key))
    };
    from_index().or_else(from_id).or_else(|| id.map(str::to_owned))
}

/// Bytes of an index or id that needs no memory of its own.
const SHORT: usize = 192;

fn decode<'a>(
    alphabet: &GeneralPurpose,
    text: &str,
    buffer: &'a mut [u8; SHORT],
) -> Option<Cow<'a, [u8]>> {
    if text.len() > SHORT {
        return alphabet.decode(text).ok().map(Cow::Owned);
    }
    let length = alphabet.decode_slice(text, buffer).ok()?;
    Some(Cow::Borrowed(&buffer[..length]))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_and_id_of_a_conversation_give_the_same_key() {
        let index = "AQHM5V2PpUaJGcnfCUizUsvrNORNppYw8nX5gAAHx/OAAA2kj4AABYeM";
        let id = "AAQkADY0MTRiMDMyLWYyY2QtNGNmYi05MTZmLWE0MWQ5OTVkMTY3NwAQAKVGiRnJ3wlIs1LL6zTkTaY=";
        let key = Some("a5468919c9df0948b352cbeb34e44da6".to_owned());
        assert_eq!(conversation(Some(index), None), key);
        assert_eq!(conversation(None, Some(id)), key);
        assert_eq!(conversation(Some("AQHXQeu8"), Some(id)), key);
        assert_eq!(conversation(Some("?"), Some("plain id")), Some("plain id".to_owned()));
        assert_eq!(conversation(Some("?"), None), None);
    }

    #[test]
    fn the_smallest_id_is_taken_and_no_id_means_the_whole() {
        assert_eq!(smallest_id("<b@x> (see)\r\n <a@x>"), Some("<a@x>"));
        assert_eq!(smallest_id("<<a@x> <b@x"), Some("<a@x>"));
        assert_eq!(smallest_id("a@x"), Some("a@x"));
        assert_eq!(smallest_id(""), None);
    }
}
