//! Planted messages and meetings, one defect a row, in parts of their own.
//!
//! Not here: the format of whole files.

use std::path::Path;

use super::super::Text;
use super::super::clock::{DAY, HOME};
use super::super::company::{Company, Party, Trend};
use super::super::dice::mix;
use super::super::event_row::{self, Answer, Attendee, Kind as Item, Meeting};
use super::super::message_row::{self, Field, Folder, Kind, Message, Recipient};
use super::super::row::Named;
use super::{Planted, overwrite, planted};

const QUARANTINED: &str = "quarantined with its reason; the other rows are read";

/// Planted things have numbers of their own, far above those of generated ones.
const NUMBERS: u64 = 1 << 36;

fn plain(party: Party) -> Named {
    Named { party, spelling: 0 }
}

/// A contact and somebody of us, for rows that would count if they were sound.
fn pair(company: &Company) -> (Party, u32) {
    let lively = |trend| !matches!(trend, Trend::Silent | Trend::Gone(_));
    let account = company
        .accounts
        .iter()
        .find(|account| lively(account.trend))
        .unwrap_or(&company.accounts[0]);
    (Party::Contact(account.first_contact), company.workers[0])
}

fn conversation(number: u64) -> [u8; 16] {
    let mut guid = [0x5a; 16];
    guid[..8].copy_from_slice(&mix(number).to_be_bytes());
    guid
}

/// `exports/Message_v1/part-planted.json`
pub(super) fn messages(company: &Company, as_of: i64, dir: &Path) -> anyhow::Result<Vec<Planted>> {
    let (contact, worker) = pair(company);
    let (contact_address, worker_address) =
        (company.address(contact, false), company.address(Party::Own(worker), false));
    let mut lines: Vec<String> = Vec::new();
    let sound = |number: u64, days: i64| {
        let at = HOME.instant((as_of - days) * DAY + 10 * 3600);
        Message {
            number: NUMBERS + number,
            kind: Kind::Plain,
            at,
            clock: None,
            from: plain(contact),
            sender: None,
            recipients: vec![Recipient { named: plain(Party::Own(worker)), field: Field::To }],
            conversation: conversation(number),
            started: at,
            depth: 0,
            topic: 4000 + number as u32,
            in_reply_to: None,
            has_id: true,
        }
    };
    let text = |message: &Message, row: u64| {
        let mut out = Vec::new();
        message_row::write(
            &mut out,
            company,
            message,
            worker,
            Folder::All,
            Text::Preview,
            (row, 900_000 + row),
        );
        String::from_utf8_lossy(&out).into_owned()
    };
    let mut all = Vec::new();
    let mut plant = |lines: &mut Vec<String>, what: &str, line: String, outcome: &str| {
        lines.push(line);
        all.push(planted(
            what,
            format!("exports/Message_v1/part-planted.json, line {}", lines.len()),
            outcome,
        ));
    };

    let line = set(
        &set(&text(&sound(1, 20), 0), "sentDateTime", "\"the day before yesterday\""),
        "receivedDateTime",
        "null",
    );
    plant(&mut lines, "unreadable sent time, and no time of arrival", line, QUARANTINED);

    let ahead = Message { clock: Some((as_of + 2920) * DAY + 36_000), ..sound(2, 19) };
    plant(
        &mut lines,
        "clock years ahead",
        text(&ahead, 1),
        "read, not counted: sent after the as-of day",
    );

    let behind = Message { clock: Some(8 * 3600), ..sound(3, 18) };
    plant(&mut lines, "clock at 1970", text(&behind, 2), "read, not counted: sent before 1990");

    let line = text(&sound(4, 17), 3).replacen(
        "{\"id\"",
        "{\"xFennimoreLabel\":{\"deep\":[1,{\"er\":null}]},\"id\"",
        1,
    );
    plant(
        &mut lines,
        "unknown column, and `isRead` as text",
        set(&line, "isRead", "\"true\""),
        "counted; unknown columns are passed over",
    );

    let line = text(&sound(5, 16), 4).replace(
        &format!("\"{contact_address}\""),
        &format!("\" SMTP:{} \"", contact_address.to_uppercase()),
    );
    plant(
        &mut lines,
        "sender with spaces, a prefix and capitals",
        line,
        "counted: addresses are compared in normal form",
    );

    let line = text(&sound(6, 15), 5).replacen(
        "\"toRecipients\":[",
        "\"toRecipients\":[{\"emailAddress\":{}},",
        1,
    );
    plant(
        &mut lines,
        "recipient without an address beside a real one",
        line,
        "counted: the empty one is passed over",
    );

    let own = company.workers.last().copied().unwrap_or(worker);
    let both = Message { from: plain(Party::Own(own)), ..sound(7, 14) };
    plant(
        &mut lines,
        "sender who is own and in the contact table",
        text(&both, 6),
        "counts for no account: mail among own people",
    );

    let nameless = Message { has_id: false, ..sound(8, 13) };
    plant(
        &mut lines,
        "no `internetMessageId`, first copy",
        text(&nameless, 7),
        "counted once, by sender, sent time and recipients",
    );
    let again = set(&text(&nameless, 8), "id", "\"AAMkPlantedNumberNine\"");
    plant(&mut lines, "no `internetMessageId`, second copy", again, "merged with the line before");

    let early = sound(10, 12);
    plant(
        &mut lines,
        "one id with two sent times, the earlier",
        text(&early, 9),
        "counted with this time",
    );
    let late = text(&Message { at: early.at + 2 * DAY, ..early.clone() }, 10);
    plant(&mut lines, "one id with two sent times, the later", late, "merged with the line before");

    let line = set(
        &set(&text(&sound(12, 11), 11), "conversationIndex", "null"),
        "conversationId",
        "\"conversation of the twelfth line\"",
    );
    plant(
        &mut lines,
        "conversation id that is not Microsoft's",
        line,
        "counted; the id is taken as it stands",
    );

    let line = text(&sound(13, 10), 12)
        .replace(&format!("\"{worker_address}\""), &format!("\"mailto:{worker_address}\""));
    plant(
        &mut lines,
        "recipient written as a `mailto:`",
        line,
        "counted: addresses are compared in normal form",
    );

    let mut cut = text(&sound(14, 9), 13);
    cut.truncate(cut.find("\"toRecipients\"").unwrap_or(cut.len() / 2));
    plant(&mut lines, "line that is cut off", cut, QUARANTINED);

    overwrite(&dir.join("exports/Message_v1/part-planted.json"), lines.join("\n").as_bytes())?;
    Ok(all)
}

/// `exports/Event_v1/part-planted.json`, and `part-planted-later.json` for what changed afterwards.
pub(super) fn events(company: &Company, as_of: i64, dir: &Path) -> anyhow::Result<Vec<Planted>> {
    let (contact, worker) = pair(company);
    let sound = |number: u64, days: i64| {
        let start = HOME.instant((as_of - days) * DAY + 14 * 3600);
        Meeting {
            number: NUMBERS + number,
            kind: Item::Single,
            uid: conversation(100 + number),
            created: start - 20 * DAY,
            modified: start - 15 * DAY,
            start,
            end: start + 2700,
            is_all_day: false,
            is_cancelled: false,
            organizer: plain(Party::Own(worker)),
            attendees: vec![Attendee {
                named: plain(contact),
                answer: Answer::Yes,
                at: start - 10 * DAY,
                is_optional: false,
            }],
            topic: 4100 + number as u32,
        }
    };
    let text = |meeting: &Meeting, row: u64| {
        let mut out = Vec::new();
        event_row::write(&mut out, company, meeting, worker, Text::Preview, (row, 900_000 + row));
        String::from_utf8_lossy(&out).into_owned()
    };
    let backwards = sound(1, 20);
    let moved = sound(3, 40);
    let cancelled = sound(4, 30);
    let mut unorganized = sound(5, 18);
    let us = Attendee { named: plain(Party::Own(worker)), ..unorganized.attendees[0] };
    unorganized.attendees.push(us);
    let first = [
        text(&Meeting { end: backwards.start - 3600, ..backwards }, 0),
        text(&sound(2, 19), 1).replacen(
            "\"start\":{\"dateTime\":\"",
            "\"start\":{\"dateTime\":\"soon after ",
            1,
        ),
        text(&moved, 2),
        text(&cancelled, 3),
        set(&text(&unorganized, 4), "organizer", "{\"emailAddress\":{}}"),
    ];
    let later = [
        text(
            &Meeting {
                start: moved.start + 7 * DAY,
                end: moved.end + 7 * DAY,
                modified: moved.start - DAY,
                ..moved.clone()
            },
            0,
        ),
        text(
            &Meeting { is_cancelled: true, modified: cancelled.start - DAY, ..cancelled.clone() },
            1,
        ),
    ];
    let (first_path, later_path) =
        ("exports/Event_v1/part-planted.json", "exports/Event_v1/part-planted-later.json");
    overwrite(&dir.join(first_path), first.join("\n").as_bytes())?;
    overwrite(&dir.join(later_path), later.join("\n").as_bytes())?;
    Ok(vec![
        planted("meeting that ends before it begins", format!("{first_path}, line 1"), QUARANTINED),
        planted("meeting with an unreadable start", format!("{first_path}, line 2"), QUARANTINED),
        planted(
            "meeting that a later export moves by a week",
            format!("{first_path}, line 3; {later_path}, line 1"),
            "counted once, on the new day: the version changed last is used",
        ),
        planted(
            "meeting that a later export cancels",
            format!("{first_path}, line 4; {later_path}, line 2"),
            "not counted",
        ),
        planted(
            "meeting with an empty organizer",
            format!("{first_path}, line 5"),
            "a meeting with the account through its attendees, neither to nor from it",
        ),
    ])
}

/// The row with another value for a field on its top level: the text up to the next field is replaced.
fn set(row: &str, field: &str, value: &str) -> String {
    let key = format!("\"{field}\":");
    let Some(at) = row.find(&key) else {
        return row.to_owned();
    };
    let from = at + key.len();
    let mut stream =
        serde_json::Deserializer::from_str(&row[from..]).into_iter::<serde_json::Value>();
    let _ = stream.next();
    format!("{}{value}{}", &row[..from], &row[from + stream.byte_offset()..])
}
