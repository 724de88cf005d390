//! A row of `Event_*` and `CalendarView_*`: one copy of a meeting.

use super::field::{self, EventTime, Recipient, RowInformation};
use super::json::{Anything, Field, Text, object};
use super::{Reason, Row};
use crate::activity::{self, MeetingCopy};

object! {
    Event {
        id: Text<'a> = "id",
        ical_uid: Text<'a> = "iCalUId",
        start: EventTime<'a> = "start",
        end: EventTime<'a> = "end",
        modified: Text<'a> = "lastModifiedDateTime",
        is_all_day: bool = "isAllDay",
        is_cancelled: bool = "isCancelled",
        kind: Text<'a> = "type",
        organizer: Recipient<'a> = "organizer",
        attendees: Vec<Field<Attendee<'a>>> = "attendees",
        puser: Text<'a> = "puser",
        object_id: Text<'a> = "pObjectId",
        row_information: RowInformation<'a> = "rowinformation",
        is_summary: bool = "isUserSummaryRow",
        is_empty: bool = "userReturnedNoData",
        removed: Anything = "@removed",
    }
}

object! {
    Attendee {
        kind: Text<'a> = "type",
        status: Status<'a> = "status",
        email_address: field::EmailAddress<'a> = "emailAddress",
    }
}

object! {
    Status {
        response: Text<'a> = "response",
        time: Text<'a> = "time",
    }
}

/// Makes the canonical row.
pub(super) fn row(event: Event<'_>) -> Result<Row, Reason> {
    if field::is_no_data(&event.row_information, &event.is_summary, &event.is_empty, &event.removed)
    {
        return Ok(Row::NoData);
    }
    if event.kind.text("type")?.is_some_and(|kind| field::enum_word(kind) == "seriesmaster") {
        return Ok(Row::SeriesMaster);
    }
    let item_id = event.id.string("id")?;
    let ical_uid = event.ical_uid.string("iCalUId")?;
    if item_id.is_none() && ical_uid.is_none() {
        return Err(Reason::MissingBoth("iCalUId", "id"));
    }
    let start_at = field::event_instant(event.start, "start")?;
    let end_at = field::event_instant(event.end, "end")?;
    if end_at < start_at {
        return Err(Reason::EndBeforeStart);
    }
    let mut attendees = Vec::new();
    for attendee in event.attendees.get("attendees")?.unwrap_or_default() {
        if let Some(attendee) = attendee.get("attendees")? {
            attendees.extend(self::attendee(attendee)?);
        }
    }
    let mailbox = match event.puser.string("puser")? {
        Some(mailbox) => Some(mailbox),
        None => event.object_id.string("pObjectId")?,
    };
    Ok(Row::Meeting(MeetingCopy {
        mailbox: mailbox.unwrap_or_default(),
        item_id: item_id.unwrap_or_default(),
        ical_uid,
        start_at,
        end_at,
        modified_at: field::instant(&event.modified, "lastModifiedDateTime")?,
        is_all_day: event.is_all_day.get("isAllDay")?.unwrap_or(false),
        is_cancelled: event.is_cancelled.get("isCancelled")?.unwrap_or(false),
        organizer: field::address(event.organizer, "organizer")?,
        attendees,
    }))
}

/// `None` where the attendee has no address.
fn attendee(attendee: Attendee<'_>) -> Result<Option<activity::Attendee>, Reason> {
    const NAME: &str = "attendees";
    let Some(address) = field::email_address(attendee.email_address, NAME)? else {
        return Ok(None);
    };
    let status = attendee.status.get(NAME)?.unwrap_or_default();
    Ok(Some(activity::Attendee {
        address,
        response: status.response.text(NAME)?.map(field::enum_word).unwrap_or_default(),
        responded_at: field::instant(&status.time, NAME)?,
        is_resource: attendee
            .kind
            .text(NAME)?
            .is_some_and(|kind| field::enum_word(kind) == "resource"),
    }))
}
