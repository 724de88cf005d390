//! A message as one mailbox holds it: the row of Message_v1, SentItem_v1 and Inbox_v1.
//!
//! Not here: who writes to whom, and when (`mail`).

use super::Text;
use super::clock::{DAY, civil, weekday};
use super::company::{Company, Party};
use super::dice::mix;
use super::names::{OPENING, TOPIC};
use super::row::{self, Named, escaped, number, padded, push};

/// What a message is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Plain,
    /// Sent by a program.
    Newsletter,
    /// An automatic reply.
    AutoReply,
    Invitation,
    Answer,
    Draft,
}

/// Where a recipient stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Field {
    To,
    Cc,
    Bcc,
}

/// A recipient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recipient {
    pub(super) named: Named,
    pub(super) field: Field,
}

/// One message, the same in all mailboxes.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) number: u64,
    pub(super) kind: Kind,
    /// The true moment of sending.
    pub(super) at: i64,
    /// What a wrong clock wrote instead.
    pub(super) clock: Option<i64>,
    pub(super) from: Named,
    /// Who pressed the button, where that is somebody else.
    pub(super) sender: Option<Named>,
    pub(super) recipients: Vec<Recipient>,
    pub(super) conversation: [u8; 16],
    pub(super) started: i64,
    pub(super) depth: u32,
    pub(super) topic: u32,
    pub(super) in_reply_to: Option<(u64, Party)>,
    pub(super) has_id: bool,
}

impl Message {
    fn prefix(&self) -> &'static str {
        match self.kind {
            Kind::AutoReply => "Automatic reply: ",
            Kind::Invitation => "Invitation: ",
            Kind::Answer => "Accepted: ",
            _ if self.depth > 0 => "RE: ",
            _ => "",
        }
    }

    fn is_sent_by(&self, mailbox: u32) -> bool {
        self.from.party == Party::Own(mailbox)
            || self.sender.is_some_and(|sender| sender.party == Party::Own(mailbox))
    }
}

/// The folder whose export a row stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Folder {
    All,
    Sent,
    Inbox,
}

/// Writes the copy of `message` that `mailbox` holds; `numbers` are its row numbers.
pub(super) fn write(
    out: &mut Vec<u8>,
    company: &Company,
    message: &Message,
    mailbox: u32,
    folder: Folder,
    text: Text,
    numbers: (u64, u64),
) {
    let is_whole = text != Text::None;
    let person = &company.people[mailbox as usize];
    let is_sent = message.is_sent_by(mailbox);
    // A fate of this copy that needs no memory: the same in every folder's export.
    let fate = mix(message.number << 20 ^ u64::from(mailbox));
    let received = message.at + if is_sent { 0 } else { 1 + (fate % 17) as i64 };
    push(out, "{");
    if is_whole {
        push(out, "\"id\":\"");
        row::item_id(out, &person.id_prefix, message.number, 0);
        push(out, "\",\"createdDateTime\":");
        row::instant(out, received);
        push(out, ",\"lastModifiedDateTime\":");
        row::instant(out, received + (fate % 4000) as i64);
        push(out, ",\"categories\":[],");
    }
    push(out, "\"receivedDateTime\":");
    row::instant(out, received);
    // Now and then only the time of arrival is there.
    if fate % 499 == 3 && message.clock.is_none() {
        push(out, ",\"sentDateTime\":null");
    } else {
        push(out, ",\"sentDateTime\":");
        row::instant(out, message.clock.unwrap_or(message.at));
    }
    if is_whole {
        push(out, ",\"hasAttachments\":false");
    }
    push(out, ",\"internetMessageId\":");
    if message.has_id {
        push(out, "\"");
        message_id(out, company, message.number, message.from.party);
        push(out, "\"");
    } else {
        push(out, "null");
    }
    if is_whole {
        push(out, ",\"subject\":\"");
        subject(out, message);
        push(out, "\",\"bodyPreview\":\"");
        preview(out, company, message);
        push(out, "\"");
        if text == Text::Body {
            row::body(out, mix(message.number), u64::from(message.depth));
        }
        push(out, ",\"importance\":\"normal\"");
    }
    push(out, ",\"conversationId\":");
    if fate % 61 == 5 {
        push(out, "null");
    } else {
        push(out, "\"");
        row::conversation_id(out, &person.conversation_prefix, &message.conversation);
        push(out, "\"");
    }
    if fate % 37 != 4 {
        push(out, ",\"conversationIndex\":\"");
        row::conversation_index(out, &message.conversation, message.started, message.depth);
        push(out, "\"");
    }
    if is_whole {
        push(out, ",\"isReadReceiptRequested\":false,\"isRead\":");
        push(out, if is_sent || fate & 7 != 0 { "true" } else { "false" });
    }
    push(out, ",\"isDraft\":");
    push(out, if message.kind == Kind::Draft { "true" } else { "false" });
    if is_whole {
        push(out, ",\"inferenceClassification\":\"focused\"");
    }
    let automatic = matches!(message.kind, Kind::Newsletter | Kind::AutoReply);
    if !is_sent && folder != Folder::Sent && (person.has_headers || automatic) {
        headers(out, company, message, text, received, fate);
    }
    if message.kind != Kind::Draft || fate & 1 == 0 {
        // Seldom only `sender` is filled.
        let sender = message.sender.unwrap_or(message.from);
        push(out, ",\"sender\":");
        row::somebody(out, company, sender);
        if fate % 197 == 7 && message.sender.is_none() {
            push(out, ",\"from\":null");
        } else {
            push(out, ",\"from\":");
            row::somebody(out, company, message.from);
        }
    }
    for (field, name) in [
        (Field::To, ",\"toRecipients\":["),
        (Field::Cc, "],\"ccRecipients\":["),
        (Field::Bcc, "],\"bccRecipients\":["),
    ] {
        push(out, name);
        let mut begins = true;
        // A blind copy shows in the sender's own copy only.
        for recipient in message
            .recipients
            .iter()
            .filter(|recipient| recipient.field == field && (field != Field::Bcc || is_sent))
        {
            if !begins {
                out.push(b',');
            }
            begins = false;
            row::somebody(out, company, recipient.named);
        }
    }
    push(out, "],");
    if is_whole {
        push(
            out,
            "\"replyTo\":[],\"flag\":{\"flagStatus\":\"microsoft.graph.followupFlagStatus'notFlagged'\"},",
        );
        match message.kind {
            Kind::Invitation => push(out, "\"meetingMessageType\":\"meetingRequest\","),
            Kind::Answer => push(out, "\"meetingMessageType\":\"meetingAccepted\","),
            _ => {}
        }
    }
    let object_type = match message.kind {
        Kind::Invitation => "#microsoft.graph.eventMessageRequest",
        Kind::Answer => "#microsoft.graph.eventMessageResponse",
        _ => "#microsoft.graph.message",
    };
    match is_whole {
        true => row::tail(out, object_type, &person.guid, &company.tenant, numbers),
        false => row::short_tail(out, object_type, &person.guid),
    }
}

/// `<…@mx.domain>`; derived from the message's number alone.
fn message_id(out: &mut Vec<u8>, company: &Company, message: u64, from: Party) {
    out.push(b'<');
    row::hex(out, &mix(message).to_be_bytes(), b"0123456789abcdef");
    number(out, message);
    push(out, "@mx.");
    let address = company.address(from, false);
    push(out, address.split_once('@').map_or(address, |(_, domain)| domain));
    out.push(b'>');
}

fn subject(out: &mut Vec<u8>, message: &Message) {
    push(out, message.prefix());
    escaped(out, TOPIC[message.topic as usize % TOPIC.len()]);
    out.push(b' ');
    number(out, 1 + u64::from(message.topic) / TOPIC.len() as u64 % 400);
}

fn preview(out: &mut Vec<u8>, company: &Company, message: &Message) {
    match message.kind {
        Kind::AutoReply => push(out, "I am away from the marmalade office until Monday."),
        Kind::Newsletter => {
            push(out, "This month: twelve invented stories about pallets. Unsubscribe at any time.")
        }
        _ => escaped(out, OPENING[(mix(message.number) % OPENING.len() as u64) as usize]),
    }
    push(out, "\\r\\n\\r\\n");
    push(out, company.name(message.from.party));
}

fn headers(
    out: &mut Vec<u8>,
    company: &Company,
    message: &Message,
    text: Text,
    received: i64,
    fate: u64,
) {
    push(out, ",\"internetMessageHeaders\":[");
    let first = out.len();
    if text != Text::None {
        push(out, ",{\"name\":\"Received\",\"value\":\"from mx.relay.example (2001:db8::");
        number(out, fate % 9000);
        push(out, ") by mx.fennimore.example with ESMTPS; ");
        mail_date(out, received);
        push(out, "\"}");
    }
    if let Some((answered, from)) = message.in_reply_to {
        for name in
            [",{\"name\":\"In-Reply-To\",\"value\":\"", ",{\"name\":\"References\",\"value\":\""]
        {
            push(out, name);
            message_id(out, company, answered, from);
            push(out, "\"}");
        }
    }
    match message.kind {
        Kind::Newsletter => {
            push(out, ",{\"name\":\"Auto-Submitted\",\"value\":\"auto-generated\"}")
        }
        Kind::AutoReply => push(out, ",{\"name\":\"Auto-Submitted\",\"value\":\"auto-replied\"}"),
        // Said explicitly by some: not automatic.
        _ if message.number.is_multiple_of(53) => {
            push(out, ",{\"name\":\"Auto-Submitted\",\"value\":\"no\"}")
        }
        _ => {}
    }
    // no comma before the first
    if first < out.len() {
        out.remove(first);
    }
    push(out, "]");
}

/// `Mon, 30 Jun 2025 09:25:05 +0000`
fn mail_date(out: &mut Vec<u8>, instant: i64) {
    const DAYS: [&str; 7] = ["Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, "];
    const MONTHS: [&str; 12] = [
        " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ",
        " Nov ", " Dec ",
    ];
    let (day, second) = (instant.div_euclid(DAY), instant.rem_euclid(DAY) as u64);
    let (year, month, date) = civil(day);
    push(out, DAYS[weekday(day)]);
    number(out, u64::from(date));
    push(out, MONTHS[month as usize - 1]);
    number(out, year.max(0) as u64);
    for (separator, value) in [(b' ', second / 3600), (b':', second / 60 % 60), (b':', second % 60)]
    {
        out.push(separator);
        padded(out, value, 2);
    }
    push(out, " +0000");
}
