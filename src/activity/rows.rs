//! Canonical rows back from Arrow: the way that [`table`](super::table) goes, backwards.

use anyhow::{Context, Result, anyhow};
use arrow::array::{
    Array, AsArray, BooleanArray, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::TimestampMicrosecondType;

use super::{Attendee, MeetingCopy, MessageCopy, Micros};

/// Copies of messages from rows of `activity.message_copy`, texts plain.
pub fn messages(rows: &RecordBatch) -> Result<Vec<MessageCopy>> {
    let mailbox = Texts::of(rows, "mailbox")?;
    let message_id = Texts::of(rows, "message_id")?;
    let sent_at = Instants::of(rows, "sent_at")?;
    let sender = Texts::of(rows, "sender")?;
    let recipients = list(rows, "recipients")?;
    let conversation = Texts::of(rows, "conversation")?;
    let in_reply_to = Texts::of(rows, "in_reply_to")?;
    let is_draft = flags(rows, "is_draft")?;
    let is_meeting_traffic = flags(rows, "is_meeting_traffic")?;
    let is_automatic = flags(rows, "is_automatic")?;
    (0..rows.num_rows())
        .map(|row| {
            let listed = recipients.value(row);
            let listed =
                listed.as_string_opt::<i32>().context("`recipients` is no list of text")?;
            Ok(MessageCopy {
                mailbox: mailbox.get(row),
                message_id: message_id.get(row),
                sent_at: sent_at.0.value(row),
                sender: sender.get(row),
                recipients: listed.iter().flatten().map(str::to_owned).collect(),
                conversation: conversation.get(row),
                in_reply_to: in_reply_to.get(row),
                is_draft: is_draft.value(row),
                is_meeting_traffic: is_meeting_traffic.value(row),
                is_automatic: is_automatic.value(row),
            })
        })
        .collect()
}

/// Copies of calendar items from rows of `activity.meeting_copy`, texts plain.
pub fn meetings(rows: &RecordBatch) -> Result<Vec<MeetingCopy>> {
    let mailbox = Texts::of(rows, "mailbox")?;
    let item_id = Texts::of(rows, "item_id")?;
    let ical_uid = Texts::of(rows, "ical_uid")?;
    let start_at = Instants::of(rows, "start_at")?;
    let end_at = Instants::of(rows, "end_at")?;
    let modified_at = Instants::of(rows, "modified_at")?;
    let is_all_day = flags(rows, "is_all_day")?;
    let is_cancelled = flags(rows, "is_cancelled")?;
    let organizer = Texts::of(rows, "organizer")?;
    let attendees = list(rows, "attendees")?;
    (0..rows.num_rows())
        .map(|row| {
            let listed = attendees.value(row);
            let listed = listed.as_struct_opt().context("`attendees` is no list of attendees")?;
            Ok(MeetingCopy {
                mailbox: mailbox.get(row).unwrap_or_default(),
                item_id: item_id.get(row).unwrap_or_default(),
                ical_uid: ical_uid.get(row),
                start_at: start_at.0.value(row),
                end_at: end_at.0.value(row),
                modified_at: modified_at.get(row),
                is_all_day: is_all_day.value(row),
                is_cancelled: is_cancelled.value(row),
                organizer: organizer.get(row),
                attendees: self::attendees(&RecordBatch::from(listed))?,
            })
        })
        .collect()
}

fn attendees(rows: &RecordBatch) -> Result<Vec<Attendee>> {
    let address = Texts::of(rows, "address")?;
    let response = Texts::of(rows, "response")?;
    let responded_at = Instants::of(rows, "responded_at")?;
    let is_resource = flags(rows, "is_resource")?;
    let attendee = |row| Attendee {
        address: address.get(row).unwrap_or_default(),
        response: response.get(row).unwrap_or_default(),
        responded_at: responded_at.get(row),
        is_resource: is_resource.value(row),
    };
    Ok((0..rows.num_rows()).map(attendee).collect())
}

struct Texts<'a>(&'a StringArray);

impl<'a> Texts<'a> {
    fn of(rows: &'a RecordBatch, name: &str) -> Result<Self> {
        column(rows, name)?.as_string_opt().map(Self).with_context(|| wrong(name))
    }

    fn get(&self, row: usize) -> Option<String> {
        self.0.is_valid(row).then(|| self.0.value(row).to_owned())
    }
}

struct Instants<'a>(&'a TimestampMicrosecondArray);

impl<'a> Instants<'a> {
    fn of(rows: &'a RecordBatch, name: &str) -> Result<Self> {
        let column = column(rows, name)?.as_primitive_opt::<TimestampMicrosecondType>();
        column.map(Self).with_context(|| wrong(name))
    }

    fn get(&self, row: usize) -> Option<Micros> {
        self.0.is_valid(row).then(|| self.0.value(row))
    }
}

fn flags<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a BooleanArray> {
    column(rows, name)?.as_boolean_opt().with_context(|| wrong(name))
}

fn list<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a ListArray> {
    column(rows, name)?.as_list_opt().with_context(|| wrong(name))
}

fn column<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a dyn Array> {
    let column = rows.column_by_name(name);
    column.map(AsRef::as_ref).ok_or_else(|| anyhow!("the activity has no column `{name}`"))
}

fn wrong(name: &str) -> String {
    format!("the activity's column `{name}` is of the wrong type")
}

#[cfg(test)]
mod tests {
    use super::super::table::{MeetingTable, MessageTable, Table};
    use super::*;

    #[test]
    fn rows_come_back_as_they_went_in() -> Result<()> {
        let message = MessageCopy {
            mailbox: Some("m".into()),
            message_id: None,
            sent_at: 7,
            sender: Some("a@x".into()),
            recipients: vec!["b@x".into(), "c@x".into()],
            conversation: Some("t".into()),
            in_reply_to: None,
            is_draft: false,
            is_meeting_traffic: true,
            is_automatic: false,
        };
        let empty =
            MessageCopy { mailbox: None, sender: None, recipients: vec![], ..message.clone() };
        let mut table = MessageTable::default();
        for row in [&message, &empty] {
            table.push(row);
        }
        assert_eq!(messages(&table.finish()?)?, [message, empty]);

        let attendee = Attendee {
            address: "b@x".into(),
            response: "accepted".into(),
            responded_at: Some(3),
            is_resource: true,
        };
        let meeting = MeetingCopy {
            mailbox: "m".into(),
            item_id: "i".into(),
            ical_uid: None,
            start_at: 1,
            end_at: 2,
            modified_at: None,
            is_all_day: true,
            is_cancelled: false,
            organizer: Some("a@x".into()),
            attendees: vec![attendee.clone(), Attendee { responded_at: None, ..attendee }],
        };
        let empty = MeetingCopy { attendees: vec![], organizer: None, ..meeting.clone() };
        let mut table = MeetingTable::default();
        for row in [&meeting, &empty] {
            table.push(row);
        }
        assert_eq!(meetings(&table.finish()?)?, [meeting, empty]);
        Ok(())
    }
}
