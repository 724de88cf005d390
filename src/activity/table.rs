//! The canonical rows as Arrow tables: one schema and one builder for messages, one for meetings.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, ListBuilder, RecordBatch, StringBuilder, StructBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;

use super::{MeetingCopy, MessageCopy, Micros};

/// A growing table of canonical rows.
pub trait Table: Default {
    /// What one row is made of.
    type Row;
    /// Name of the relation and of its folder.
    const NAME: &'static str;
    /// Columns, types and nullability.
    fn schema() -> SchemaRef;
    /// Adds a row.
    fn push(&mut self, row: &Self::Row);
    /// Takes the rows added so far as one batch and starts anew.
    fn finish(&mut self) -> Result<RecordBatch, ArrowError>;
}

/// A table in the schema `activity`, stored by week.
pub trait Activity: Table {
    /// The instant that decides the week.
    fn instant(row: &Self::Row) -> Micros;
}

/// The columns as they are read: the addresses of a list as a dictionary, which the file has of them anyway.
pub fn as_read(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::List(item) if *item.data_type() == DataType::Utf8 => {
            let dictionary = DataType::Dictionary(DataType::Int32.into(), DataType::Utf8.into());
            let item = item.as_ref().clone().with_data_type(dictionary);
            field.as_ref().clone().with_data_type(DataType::List(Arc::new(item)))
        }
        _ => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// An instant in UTC, microseconds.
pub fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC")))
}

fn instant_builder() -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::new().with_timezone("UTC")
}

fn text(name: &str, nullable: bool) -> Field {
    Field::new(name, DataType::Utf8, nullable)
}

fn flag(name: &str) -> Field {
    Field::new(name, DataType::Boolean, false)
}

/// Copies of messages: `activity.message_copy`.
pub struct MessageTable {
    mailbox: StringBuilder,
    message_id: StringBuilder,
    sent_at: TimestampMicrosecondBuilder,
    sender: StringBuilder,
    recipients: ListBuilder<StringBuilder>,
    conversation: StringBuilder,
    in_reply_to: StringBuilder,
    is_draft: BooleanBuilder,
    is_meeting_traffic: BooleanBuilder,
    is_automatic: BooleanBuilder,
}

impl Default for MessageTable {
    fn default() -> Self {
        Self {
            mailbox: StringBuilder::new(),
            message_id: StringBuilder::new(),
            sent_at: instant_builder(),
            sender: StringBuilder::new(),
            recipients: ListBuilder::new(StringBuilder::new()),
            conversation: StringBuilder::new(),
            in_reply_to: StringBuilder::new(),
            is_draft: BooleanBuilder::new(),
            is_meeting_traffic: BooleanBuilder::new(),
            is_automatic: BooleanBuilder::new(),
        }
    }
}

impl Activity for MessageTable {
    fn instant(row: &MessageCopy) -> Micros {
        row.sent_at
    }
}

impl Table for MessageTable {
    type Row = MessageCopy;
    const NAME: &'static str = "message_copy";

    fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![
            text("mailbox", true),
            text("message_id", true),
            Field::new("sent_at", instant(), false),
            text("sender", true),
            Field::new_list("recipients", Field::new_list_field(DataType::Utf8, true), false),
            text("conversation", true),
            text("in_reply_to", true),
            flag("is_draft"),
            flag("is_meeting_traffic"),
            flag("is_automatic"),
        ]))
    }

    fn push(&mut self, row: &MessageCopy) {
        self.mailbox.append_option(row.mailbox.as_deref());
        self.message_id.append_option(row.message_id.as_deref());
        self.sent_at.append_value(row.sent_at);
        self.sender.append_option(row.sender.as_deref());
        for recipient in &row.recipients {
            self.recipients.values().append_value(recipient);
        }
        self.recipients.append(true);
        self.conversation.append_option(row.conversation.as_deref());
        self.in_reply_to.append_option(row.in_reply_to.as_deref());
        self.is_draft.append_value(row.is_draft);
        self.is_meeting_traffic.append_value(row.is_meeting_traffic);
        self.is_automatic.append_value(row.is_automatic);
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.mailbox.finish()),
            Arc::new(self.message_id.finish()),
            Arc::new(self.sent_at.finish()),
            Arc::new(self.sender.finish()),
            Arc::new(self.recipients.finish()),
            Arc::new(self.conversation.finish()),
            Arc::new(self.in_reply_to.finish()),
            Arc::new(self.is_draft.finish()),
            Arc::new(self.is_meeting_traffic.finish()),
            Arc::new(self.is_automatic.finish()),
        ];
        RecordBatch::try_new(Self::schema(), columns)
    }
}

/// Copies of calendar items: `activity.meeting_copy`.
pub struct MeetingTable {
    mailbox: StringBuilder,
    item_id: StringBuilder,
    ical_uid: StringBuilder,
    start_at: TimestampMicrosecondBuilder,
    end_at: TimestampMicrosecondBuilder,
    modified_at: TimestampMicrosecondBuilder,
    is_all_day: BooleanBuilder,
    is_cancelled: BooleanBuilder,
    organizer: StringBuilder,
    attendees: ListBuilder<StructBuilder>,
}

fn attendee_fields() -> Fields {
    Fields::from(vec![
        text("address", false),
        text("response", false),
        Field::new("responded_at", instant(), true),
        flag("is_resource"),
    ])
}

impl Default for MeetingTable {
    fn default() -> Self {
        let attendee = StructBuilder::new(
            attendee_fields(),
            vec![
                Box::new(StringBuilder::new()),
                Box::new(StringBuilder::new()),
                Box::new(instant_builder()),
                Box::new(BooleanBuilder::new()),
            ],
        );
        Self {
            mailbox: StringBuilder::new(),
            item_id: StringBuilder::new(),
            ical_uid: StringBuilder::new(),
            start_at: instant_builder(),
            end_at: instant_builder(),
            modified_at: instant_builder(),
            is_all_day: BooleanBuilder::new(),
            is_cancelled: BooleanBuilder::new(),
            organizer: StringBuilder::new(),
            attendees: ListBuilder::new(attendee),
        }
    }
}

impl MeetingTable {
    fn push_attendee(&mut self, attendee: &super::Attendee) {
        let fields = self.attendees.values();
        // the builders stand in the order of `attendee_fields`
        if let Some(address) = fields.field_builder::<StringBuilder>(0) {
            address.append_value(&attendee.address);
        }
        if let Some(response) = fields.field_builder::<StringBuilder>(1) {
            response.append_value(&attendee.response);
        }
        if let Some(responded_at) = fields.field_builder::<TimestampMicrosecondBuilder>(2) {
            responded_at.append_option(attendee.responded_at);
        }
        if let Some(is_resource) = fields.field_builder::<BooleanBuilder>(3) {
            is_resource.append_value(attendee.is_resource);
        }
        fields.append(true);
    }
}

impl Activity for MeetingTable {
    fn instant(row: &MeetingCopy) -> Micros {
        row.start_at
    }
}

impl Table for MeetingTable {
    type Row = MeetingCopy;
    const NAME: &'static str = "meeting_copy";

    fn schema() -> SchemaRef {
        let attendee = Field::new_list_field(DataType::Struct(attendee_fields()), true);
        Arc::new(Schema::new(vec![
            text("mailbox", false),
            text("item_id", false),
            text("ical_uid", true),
            Field::new("start_at", instant(), false),
            Field::new("end_at", instant(), false),
            Field::new("modified_at", instant(), true),
            flag("is_all_day"),
            flag("is_cancelled"),
            text("organizer", true),
            Field::new_list("attendees", attendee, false),
        ]))
    }

    fn push(&mut self, row: &MeetingCopy) {
        self.mailbox.append_value(&row.mailbox);
        self.item_id.append_value(&row.item_id);
        self.ical_uid.append_option(row.ical_uid.as_deref());
        self.start_at.append_value(row.start_at);
        self.end_at.append_value(row.end_at);
        self.modified_at.append_option(row.modified_at);
        self.is_all_day.append_value(row.is_all_day);
        self.is_cancelled.append_value(row.is_cancelled);
        self.organizer.append_option(row.organizer.as_deref());
        for attendee in &row.attendees {
            self.push_attendee(attendee);
        }
        self.attendees.append(true);
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.mailbox.finish()),
            Arc::new(self.item_id.finish()),
            Arc::new(self.ical_uid.finish()),
            Arc::new(self.start_at.finish()),
            Arc::new(self.end_at.finish()),
            Arc::new(self.modified_at.finish()),
            Arc::new(self.is_all_day.finish()),
            Arc::new(self.is_cancelled.finish()),
            Arc::new(self.organizer.finish()),
            Arc::new(self.attendees.finish()),
        ];
        RecordBatch::try_new(Self::schema(), columns)
    }
}
