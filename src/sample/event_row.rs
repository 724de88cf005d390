//! A calendar item as one mailbox holds it: the row of Event_v1 and CalendarView_v0.
//!
//! Not here: who meets whom, and when (`calendar`).

use super::Text;
use super::clock::{DAY, HOME, ZONES, Zone, civil, file_time, weekday};
use super::company::{Company, Party};
use super::dice::mix;
use super::names::TOPIC;
use super::row::{self, Named, escaped, number, padded, push};

/// An attendee's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    Nothing,
    Silence,
    Yes,
    Maybe,
    No,
}

/// An attendee with the answer that was given in the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attendee {
    pub(super) named: Named,
    pub(super) answer: Answer,
    pub(super) at: i64,
    pub(super) is_optional: bool,
}

/// How often a series repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pattern {
    /// Every so many weeks, on the weekday of the first meeting.
    Weeks(i64),
    /// Monday to Friday.
    Workdays,
    /// Every month, on the date of the first meeting.
    Months,
}

/// A series of meetings.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) number: u64,
    pub(super) pattern: Pattern,
    /// Local days of the first and the last meeting; without an end the series goes on.
    pub(super) first: i64,
    pub(super) last: Option<i64>,
}

/// What a calendar item is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Single,
    /// Of a series, with the start that the series gives it.
    Occurrence(Series, i64),
    /// An occurrence that was changed.
    Exception(Series, i64),
    Master(Series),
}

/// One meeting, in the state that a row tells of.
#[derive(Clone, Debug)]
pub(super) struct Meeting {
    pub(super) number: u64,
    pub(super) kind: Kind,
    pub(super) uid: [u8; 16],
    pub(super) created: i64,
    pub(super) modified: i64,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) is_all_day: bool,
    pub(super) is_cancelled: bool,
    pub(super) organizer: Named,
    pub(super) attendees: Vec<Attendee>,
    pub(super) topic: u32,
}

/// Writes the copy of `meeting` that `mailbox` holds; `numbers` are its row numbers.
pub(super) fn write(
    out: &mut Vec<u8>,
    company: &Company,
    meeting: &Meeting,
    mailbox: u32,
    text: Text,
    numbers: (u64, u64),
) {
    let is_whole = text != Text::None;
    let person = &company.people[mailbox as usize];
    let organizes = meeting.organizer.party == Party::Own(mailbox);
    let (series, original) = match &meeting.kind {
        Kind::Single => (None, None),
        Kind::Occurrence(series, original) | Kind::Exception(series, original) => {
            (Some(series), Some(*original))
        }
        Kind::Master(series) => (Some(series), None),
    };
    push(out, "{\"id\":\"");
    match (series, original) {
        (Some(series), Some(original)) => {
            row::item_id(out, &person.id_prefix, series.number | 1 << 40, 1 + day_mark(original))
        }
        (Some(series), None) => row::item_id(out, &person.id_prefix, series.number | 1 << 40, 0),
        _ => row::item_id(out, &person.id_prefix, meeting.number | 1 << 41, 0),
    }
    push(out, "\"");
    if is_whole {
        push(out, ",\"createdDateTime\":");
        row::instant(out, meeting.created);
    }
    push(out, ",\"lastModifiedDateTime\":");
    row::instant(out, meeting.modified + (mix(meeting.number ^ u64::from(mailbox)) % 90) as i64);
    if is_whole {
        push(
            out,
            ",\"categories\":[],\"originalStartTimeZone\":\"GMT Standard Time\",\"originalEndTimeZone\":\"GMT Standard Time\"",
        );
    }
    push(out, ",\"iCalUId\":\"");
    ical_uid(out, meeting, original);
    push(out, "\"");
    if is_whole {
        push(out, ",\"subject\":\"");
        subject(out, meeting);
        push(out, "\",\"bodyPreview\":\"Agenda: the velvet-anchor list, then tea.\"");
        if text == Text::Body {
            row::body(out, mix(meeting.number), 0);
        }
        push(out, ",\"importance\":\"normal\",\"sensitivity\":\"normal\",\"originalStart\":");
        match original {
            Some(original) => row::instant(out, original),
            None => push(out, "null"),
        }
    }
    flag(out, "isAllDay", meeting.is_all_day);
    flag(out, "isCancelled", meeting.is_cancelled);
    if is_whole {
        flag(out, "isOrganizer", organizes);
        push(out, ",\"responseRequested\":true,\"seriesMasterId\":");
        match (series, original) {
            (Some(series), Some(_)) => {
                push(out, "\"");
                row::item_id(out, &person.id_prefix, series.number | 1 << 40, 0);
                push(out, "\"");
            }
            _ => push(out, "null"),
        }
        push(out, ",\"showAs\":\"busy\"");
    }
    push(out, ",\"type\":\"");
    push(
        out,
        match meeting.kind {
            Kind::Single => "singleInstance",
            Kind::Occurrence(..) => "occurrence",
            Kind::Exception(..) => "exception",
            Kind::Master(_) => "seriesMaster",
        },
    );
    push(out, "\"");
    if is_whole {
        push(out, ",\"isOnlineMeeting\":false");
    }
    // All-day meetings are midnights of UTC; the rest stands in the zone that the mailbox prefers.
    let zone = if meeting.is_all_day { ZONES[0] } else { ZONES[person.zone] };
    wall_clock(out, "start", meeting.start, zone);
    wall_clock(out, "end", meeting.end, zone);
    if is_whole {
        push(out, ",\"recurrence\":");
        match &meeting.kind {
            Kind::Master(series) => recurrence(out, series),
            _ => push(out, "null"),
        }
    }
    push(out, ",\"attendees\":[");
    let has_organizer = company.mailbox(meeting.organizer.party).is_some();
    for (index, attendee) in meeting.attendees.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        self::attendee(out, company, meeting, attendee, mailbox, organizes, has_organizer);
    }
    push(out, "],\"organizer\":");
    row::somebody(out, company, meeting.organizer);
    out.push(b',');
    match is_whole {
        true => row::tail(out, "#microsoft.graph.event", &person.guid, &company.tenant, numbers),
        false => row::short_tail(out, "#microsoft.graph.event", &person.guid),
    }
}

fn subject(out: &mut Vec<u8>, meeting: &Meeting) {
    if meeting.is_cancelled {
        push(out, "Cancelled: ");
    }
    escaped(out, TOPIC[meeting.topic as usize % TOPIC.len()]);
    out.push(b' ');
    number(out, 1 + u64::from(meeting.topic) / TOPIC.len() as u64 % 400);
}

fn attendee(
    out: &mut Vec<u8>,
    company: &Company,
    meeting: &Meeting,
    attendee: &Attendee,
    mailbox: u32,
    organizes: bool,
    has_organizer: bool,
) {
    let fate = mix(meeting.number << 8 ^ u64::from(mailbox));
    let is_room = matches!(attendee.named.party, Party::Room(_));
    push(out, "{\"type\":\"microsoft.graph.attendeeType'");
    // In some attendees' copies a room looks like a person; the organizer's copy knows better.
    let type_name = match (is_room, attendee.is_optional) {
        (true, _) if organizes || !has_organizer || !fate.is_multiple_of(5) => "resource",
        (false, true) => "optional",
        _ => "required",
    };
    push(out, type_name);
    // The organizer sees all answers, the others mostly their own; an early answer may have been another one.
    let is_own = attendee.named.party == Party::Own(mailbox);
    let (answer, at) = match attendee.answer {
        answer if organizes || meeting.number.is_multiple_of(4) => (answer, attendee.at),
        Answer::Yes | Answer::No if is_own && has_organizer && fate.is_multiple_of(11) => {
            (Answer::Maybe, attendee.at - 3600)
        }
        answer if is_own => (answer, attendee.at),
        _ => (Answer::Nothing, 0),
    };
    let (answer, at) = match answer {
        Answer::Nothing => ("none", None),
        Answer::Silence => ("notResponded", None),
        Answer::Yes => ("accepted", Some(at)),
        Answer::Maybe => ("tentativelyAccepted", Some(at)),
        Answer::No => ("declined", Some(at)),
    };
    push(out, "'\",\"status\":{\"response\":\"microsoft.graph.responseType'");
    push(out, answer);
    push(out, "'\",\"time\":");
    match at {
        Some(at) => row::instant(out, at),
        None => push(out, "\"0001-01-01T00:00:00Z\""),
    }
    push(out, "},");
    let from = out.len();
    row::somebody(out, company, attendee.named);
    // The address is a field beside the others, not an object of its own.
    out.remove(from);
}

fn flag(out: &mut Vec<u8>, name: &str, value: bool) {
    push(out, ",\"");
    push(out, name);
    push(out, if value { "\":true" } else { "\":false" });
}

fn wall_clock(out: &mut Vec<u8>, name: &str, instant: i64, zone: Zone) {
    push(out, ",\"");
    push(out, name);
    push(out, "\":{\"dateTime\":\"");
    row::wall_clock(out, zone.local(instant));
    push(out, ".0000000\",\"timeZone\":\"");
    push(out, zone.name);
    push(out, "\"}");
}

/// Days of a series are told apart by a number from 0 to 65,534.
fn day_mark(instant: i64) -> u16 {
    (HOME.local(instant).div_euclid(DAY) % 65_535) as u16
}

/// The global id: an occurrence carries its (original, local) date, everything else zeros.
fn ical_uid(out: &mut Vec<u8>, meeting: &Meeting, original: Option<i64>) {
    const UPPER: &[u8; 16] = b"0123456789ABCDEF";
    push(out, "040000008200E00074C5B7101A82E008");
    match original {
        Some(original) => {
            let (year, month, day) = civil(HOME.local(original).div_euclid(DAY));
            row::hex(out, &(year as u16).to_be_bytes(), UPPER);
            row::hex(out, &[month as u8, day as u8], UPPER);
        }
        None => push(out, "00000000"),
    }
    row::hex(out, &file_time(meeting.created).to_le_bytes(), UPPER);
    push(out, "000000000000000010000000");
    row::hex(out, &meeting.uid, UPPER);
}

fn recurrence(out: &mut Vec<u8>, series: &Series) {
    const DAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let (kind, interval, date, days) = match series.pattern {
        Pattern::Weeks(weeks) => ("weekly", weeks, 0, &DAYS[weekday(series.first)..][..1]),
        Pattern::Workdays => ("weekly", 1, 0, &DAYS[..5]),
        Pattern::Months => ("absoluteMonthly", 1, civil(series.first).2, &DAYS[..0]),
    };
    push(out, "{\"pattern\":{\"type\":\"microsoft.graph.recurrencePatternType'");
    push(out, kind);
    push(out, "'\",\"interval\":");
    number(out, interval as u64);
    push(out, ",\"month\":0,\"dayOfMonth\":");
    number(out, u64::from(date));
    push(out, ",\"daysOfWeek\":[");
    for (index, day) in days.iter().enumerate() {
        push(
            out,
            if index > 0 {
                ",\"microsoft.graph.dayOfWeek'"
            } else {
                "\"microsoft.graph.dayOfWeek'"
            },
        );
        push(out, day);
        push(out, "'\"");
    }
    push(
        out,
        "],\"firstDayOfWeek\":\"microsoft.graph.dayOfWeek'monday'\",\"index\":\"microsoft.graph.weekIndex'first'\"},",
    );
    push(out, "\"range\":{\"type\":\"microsoft.graph.recurrenceRangeType'");
    push(
        out,
        if series.last.is_some() {
            "endDate'\",\"startDate\":\""
        } else {
            "noEnd'\",\"startDate\":\""
        },
    );
    date_only(out, series.first);
    push(out, "T00:00:00Z\",\"endDate\":\"");
    match series.last {
        Some(last) => date_only(out, last),
        None => push(out, "0001-01-01"),
    }
    push(
        out,
        "T00:00:00Z\",\"recurrenceTimeZone\":\"GMT Standard Time\",\"numberOfOccurrences\":0}}",
    );
}

fn date_only(out: &mut Vec<u8>, day: i64) {
    let (year, month, date) = civil(day);
    padded(out, year.max(0) as u64, 4);
    for value in [month, date] {
        out.push(b'-');
        padded(out, u64::from(value), 2);
    }
}

impl Series {
    /// Whether the series meets on a local day.
    pub(super) fn meets_on(&self, day: i64) -> bool {
        let begun = day >= self.first && self.last.is_none_or(|last| day <= last);
        begun
            && match self.pattern {
                Pattern::Weeks(weeks) => (day - self.first) % (7 * weeks) == 0,
                Pattern::Workdays => weekday(day) < 5,
                Pattern::Months => civil(day).2 == civil(self.first).2,
            }
    }
}
