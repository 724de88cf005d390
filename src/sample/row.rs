//! JSON text of a row, written straight into a buffer: the pieces that all kinds of rows share.
//!
//! Not here: the rows themselves (`message_row`, `event_row`, `directory`).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::clock::{DAY, civil};
use super::company::{Company, Party, Person};
use super::dice::{Dice, mix};
use super::names::OPENING;

/// Somebody in a row, and how the address is spelled there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) party: Party,
    /// 1: second address, 2: upper case, 4: capitals at the beginnings.
    pub(super) spelling: u8,
}

impl Named {
    /// A party with a spelling that is plain most of the time.
    pub(super) fn new(party: Party, dice: &mut Dice) -> Named {
        let draw = dice.below(100);
        let spelling = match draw {
            0..=9 => 1,
            10..=11 => 2,
            12..=15 => 4,
            16 => 5,
            _ => 0,
        };
        Named { party, spelling }
    }
}

pub(super) fn push(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// A JSON string.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// The inside of a JSON string: quotation marks, backslashes and control characters escaped, the rest as it is (UTF-8).
pub(super) fn escaped(out: &mut Vec<u8>, text: &str) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        from = at + 1;
        match byte {
            b'"' => push(out, "\\\""),
            b'\\' => push(out, "\\\\"),
            b'\n' => push(out, "\\n"),
            b'\r' => push(out, "\\r"),
            b'\t' => push(out, "\\t"),
            _ => {
                push(out, "\\u00");
                hex(out, &[byte], b"0123456789abcdef");
            }
        }
    }
    out.extend_from_slice(&bytes[from..]);
}

pub(super) fn number(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = value;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// A number with leading zeros.
pub(super) fn padded(out: &mut Vec<u8>, value: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(b'0' + (value / 10u64.pow(place) % 10) as u8);
    }
}

pub(super) fn hex(out: &mut Vec<u8>, bytes: &[u8], digits: &[u8; 16]) {
    for &byte in bytes {
        out.push(digits[usize::from(byte >> 4)]);
        out.push(digits[usize::from(byte & 15)]);
    }
}

/// `2025-06-30T09:15:00`, without a zone.
pub(super) fn wall_clock(out: &mut Vec<u8>, seconds: i64) {
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY) as u64;
    padded(out, year.max(0) as u64, 4);
    out.push(b'-');
    padded(out, u64::from(month), 2);
    out.push(b'-');
    padded(out, u64::from(day), 2);
    out.push(b'T');
    padded(out, second / 3600, 2);
    out.push(b':');
    padded(out, second / 60 % 60, 2);
    out.push(b':');
    padded(out, second % 60, 2);
}

/// An instant as a JSON string in UTC.
pub(super) fn instant(out: &mut Vec<u8>, seconds: i64) {
    out.push(b'"');
    wall_clock(out, seconds);
    push(out, "Z\"");
}

/// `{"emailAddress":{"name":…,"address":…}}`
pub(super) fn somebody(out: &mut Vec<u8>, company: &Company, named: Named) {
    push(out, "{\"emailAddress\":{\"name\":");
    text(out, company.name(named.party));
    push(out, ",\"address\":\"");
    let from = out.len();
    push(out, company.address(named.party, named.spelling & 1 != 0));
    if named.spelling & 2 != 0 {
        out[from..].make_ascii_uppercase();
    }
    if named.spelling & 4 != 0 {
        let mut begins = true;
        for byte in &mut out[from..] {
            if begins {
                byte.make_ascii_uppercase();
            }
            begins = matches!(*byte, b'.' | b'-');
            if *byte == b'@' {
                break;
            }
        }
    }
    push(out, "\"}}");
}

/// The body of a message or meeting: HTML of 1 to 8 thousand characters, more in a long conversation.
pub(super) fn body(out: &mut Vec<u8>, fate: u64, depth: u64) {
    push(
        out,
        ",\"body\":{\"contentType\":\"html\",\"content\":\"<html><head>\\r\\n<meta http-equiv=\\\"Content-Type\\\" content=\\\"text/html; charset=utf-8\\\"></head><body>\\r\\n",
    );
    let paragraphs = 4 + (fate % 6) * (fate / 6 % 8) + 8 * depth.min(6);
    for paragraph in 0..paragraphs {
        let draw = mix(fate ^ paragraph);
        push(out, "<p class=\\\"MsoNormal\\\" style=\\\"margin:0cm\\\"><span lang=\\\"EN-GB\\\">");
        for at in [draw % OPENING.len() as u64, (draw >> 32) % OPENING.len() as u64] {
            escaped(out, OPENING[at as usize]);
            out.push(b' ');
        }
        push(out, "</span></p>\\r\\n");
    }
    push(out, "</body></html>\"}");
}

/// The fields that every row ends with; `numbers` count it in the file and in the mailbox.
pub(super) fn tail(
    out: &mut Vec<u8>,
    object_type: &str,
    mailbox: &str,
    tenant: &str,
    (row, user_row): (u64, u64),
) {
    push(out, "\"ODataType\":\"");
    push(out, object_type);
    push(out, "\",\"puser\":\"");
    push(out, mailbox);
    push(out, "\",\"ptenant\":\"");
    push(out, tenant);
    push(out, "\",\"pAdditionalInfo\":null,\"datarow\":");
    number(out, row);
    push(out, ",\"userrow\":");
    number(out, user_row);
    push(out, ",\"pagerow\":");
    number(out, user_row % 1000);
    push(
        out,
        ",\"rowinformation\":{\"errorInformation\":null,\"userReturnedNoData\":false,\"isUserSummaryRow\":false,\"userHasCompleteData\":false}}",
    );
}

/// What is left of the tail in a row without text.
pub(super) fn short_tail(out: &mut Vec<u8>, object_type: &str, mailbox: &str) {
    push(out, "\"ODataType\":\"");
    push(out, object_type);
    push(out, "\",\"puser\":\"");
    push(out, mailbox);
    push(out, "\"}");
}

/// A row that is no data: the summary that the export writes for a mailbox.
pub(super) fn summary(out: &mut Vec<u8>, person: &Person, tenant: &str) {
    push(out, "{\"id\":null,\"ODataType\":null,\"puser\":\"");
    push(out, &person.guid);
    push(out, "\",\"ptenant\":\"");
    push(out, tenant);
    push(
        out,
        "\",\"pAdditionalInfo\":null,\"datarow\":0,\"userrow\":0,\"pagerow\":0,\"rowinformation\":{\"errorInformation\":null,\"userReturnedNoData\":",
    );
    push(out, if person.has_mailbox { "false" } else { "true" });
    push(out, ",\"isUserSummaryRow\":true,\"userHasCompleteData\":");
    push(out, if person.has_mailbox { "true}}" } else { "false}}" });
}

pub(super) fn guid_text(guid: &[u8; 16]) -> String {
    let mut out = Vec::with_capacity(36);
    for (index, byte) in guid.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        hex(&mut out, &[*byte], b"0123456789abcdef");
    }
    out.into_iter().map(char::from).collect()
}

/// The first 105 of the 113 bytes of a mailbox's item ids (Exchange's layout), in base64.
pub(super) fn id_prefix(store: &str, folder: u64) -> String {
    URL_SAFE.encode(id_bytes(store, folder))
}

fn id_bytes(store: &str, folder: u64) -> Vec<u8> {
    let mut bytes = vec![0, 3, 0x24, 0];
    bytes.extend_from_slice(store.as_bytes());
    bytes.extend_from_slice(&[0, 0x46, 0, 0, 0, 0, 0]);
    let (first, second) = ([mix(folder), mix(folder ^ 1)], [mix(folder ^ 2), mix(folder ^ 3)]);
    let push_all = |bytes: &mut Vec<u8>, words: &[u64; 2]| {
        words.iter().for_each(|word| bytes.extend_from_slice(&word.to_be_bytes()))
    };
    push_all(&mut bytes, &first);
    bytes.extend_from_slice(&[7, 0]);
    push_all(&mut bytes, &second);
    bytes.extend_from_slice(&[0, 0, 0, 0, 1, 0x0c, 0, 0]);
    push_all(&mut bytes, &second);
    bytes
}

/// An item id: the mailbox's beginning and 8 bytes of its own.
pub(super) fn item_id(out: &mut Vec<u8>, prefix: &str, item: u64, mark: u16) {
    push(out, prefix);
    let mut own = [0; 8];
    own[..6].copy_from_slice(&item.to_be_bytes()[2..]);
    own[6..].copy_from_slice(&mark.to_be_bytes());
    encode(out, &own, &URL_SAFE);
}

/// The first 42 of the 59 bytes of a mailbox's conversation ids, in base64.
pub(super) fn conversation_prefix(mailbox: &str) -> String {
    let mut bytes = vec![0, 4, 0x24, 0];
    bytes.extend_from_slice(mailbox.as_bytes());
    bytes.extend_from_slice(&[0, 0x10]);
    URL_SAFE.encode(bytes)
}

/// `conversationId`: 59 bytes, the mailbox's GUID as text, `00 10 00` and the conversation's GUID.
pub(super) fn conversation_id(out: &mut Vec<u8>, prefix: &str, conversation: &[u8; 16]) {
    push(out, prefix);
    let mut rest = [0; 17];
    rest[1..].copy_from_slice(conversation);
    encode(out, &rest, &URL_SAFE);
}

/// `conversationIndex`: 22 bytes (1, five of the start's file time, the conversation's GUID) and 5 for each reply.
pub(super) fn conversation_index(
    out: &mut Vec<u8>,
    conversation: &[u8; 16],
    started: i64,
    replies: u32,
) {
    let mut bytes = [0; 22 + 5 * 16];
    bytes[0] = 1;
    bytes[1..6].copy_from_slice(&super::clock::file_time(started).to_be_bytes()[..5]);
    bytes[6..22].copy_from_slice(conversation);
    let replies = replies.min(16) as usize;
    for reply in 0..replies {
        let block =
            mix(u64::from(conversation[0]) << 32 | u64::from(conversation[5]) << 8 | reply as u64)
                .to_be_bytes();
        bytes[22 + 5 * reply..27 + 5 * reply].copy_from_slice(&block[..5]);
    }
    encode(out, &bytes[..22 + 5 * replies], &STANDARD);
}

fn encode(out: &mut Vec<u8>, bytes: &[u8], engine: &impl base64::Engine) {
    let from = out.len();
    out.resize(from + bytes.len().div_ceil(3) * 4, b'=');
    // The room is exact, so the encoder cannot fail; padding is already there.
    let _ = engine.encode_slice(bytes, &mut out[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_authentic_layout() {
        let conversation = [7; 16];
        let mut out = Vec::new();
        conversation_id(
            &mut out,
            &conversation_prefix("47ce8d91-ce44-447b-aa8c-4c18fa70c15e"),
            &conversation,
        );
        assert!(out.starts_with(b"AAQkADQ3Y2U4ZDkxLWNlNDQtNDQ3Yi1hYThjLTRjMThmYTcwYzE1ZQAQA"));
        let bytes = URL_SAFE.decode(&out).unwrap();
        assert_eq!(
            (bytes.len(), &bytes[40..43], &bytes[43..]),
            (59, &[0, 0x10, 0][..], &conversation[..])
        );

        out.clear();
        conversation_index(&mut out, &conversation, 1_700_000_000, 3);
        let bytes = STANDARD.decode(&out).unwrap();
        assert_eq!((bytes.len(), bytes[0], &bytes[6..22]), (37, 1, &conversation[..]));

        out.clear();
        item_id(&mut out, &id_prefix("47ce8d91-ce44-447b-aa8c-4c18fa70c15e", 9), 5, 0);
        assert_eq!(URL_SAFE.decode(&out).unwrap().len(), 113);
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        text(&mut out, "a \"b\" \\ \r\n\t\u{1} ü \u{2013}");
        assert_eq!(
            serde_json::from_slice::<String>(&out).unwrap(),
            "a \"b\" \\ \r\n\t\u{1} ü \u{2013}"
        );
    }

    #[test]
    fn instants_are_written_in_utc() {
        let mut out = Vec::new();
        instant(&mut out, 1_751_275_505);
        instant(&mut out, -62_135_596_800);
        assert_eq!(out, b"\"2025-06-30T09:25:05Z\"\"0001-01-01T00:00:00Z\"");
    }
}
