//! The mail of the company, day by day: conversations with accounts, colleagues and strangers.
//!
//! Memory is bounded whatever the number of messages: one day's odds for each account, the replies that are
//! still to come, of which at most `OPEN` are kept (a conversation beyond that simply ends), and at most `LATE`
//! copies that arrive late.
//!
//! Not here: what a conversation begins with (`begin`), what follows from a message (`follow`), and the text of
//! a row (`message_row`).

mod begin;
mod follow;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::clock::{DAY, HOME, busy, civil};
use super::company::{Company, Party, liveliness};
use super::dice::{Dice, mix};
use super::message_row::{self, Field, Folder, Kind, Message, Recipient};
use super::part::{Exports, Parts};
use super::row::Named;
use super::{Counts, Span};

/// Replies that may be waiting for their day: about 130 MB at most. A hundred million messages need half of them.
const OPEN: usize = 1 << 19;

/// Copies that a mailbox gets only after the last day, and how old their messages may be.
const LATE: usize = 20_000;
const LATE_DAYS: i64 = 21;

/// A message that is still to be sent; the earliest comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Due(i64, u64, usize);

struct Mail<'a> {
    company: &'a Company,
    exports: Exports<'a>,
    dice: Dice,
    all: Parts<'a>,
    sent: Parts<'a>,
    inbox: Parts<'a>,
    due: BinaryHeap<Reverse<Due>>,
    /// What is due, by slot, and the free slots.
    waiting: Vec<Option<Message>>,
    free: Vec<usize>,
    /// Sums of the accounts' odds on the current day.
    odds: Vec<u64>,
    messages: u64,
    /// Whether copies may be held back now, and those that were.
    holds_back: bool,
    late: Vec<(Message, u32)>,
    line: Vec<u8>,
}

/// Writes `messages` messages over the days of the span, and then those of the days after it.
pub(super) fn write(
    company: &Company,
    seed: u64,
    messages: u64,
    span: Span,
    exports: Exports<'_>,
) -> anyhow::Result<(Counts, Counts)> {
    let parts = |data_set| Parts::new(exports, company, data_set);
    let mut mail = Mail {
        company,
        exports,
        dice: Dice::new(seed, 2),
        all: parts("Message_v1"),
        sent: parts("SentItem_v1"),
        inbox: parts("Inbox_v1"),
        due: BinaryHeap::new(),
        waiting: Vec::new(),
        free: Vec::new(),
        odds: vec![0; company.accounts.len()],
        messages: 0,
        holds_back: false,
        late: Vec::new(),
        line: Vec::with_capacity(4096),
    };
    let total: u64 = (span.first..=span.last).map(busy).sum();
    let mut passed = 0;
    let mut target = |day| {
        passed += busy(day);
        (u128::from(messages) * u128::from(passed) / u128::from(total)) as u64
    };
    for day in span.first..=span.last {
        for parts in mail.parts() {
            parts.turn_to(day)?;
        }
        mail.holds_back = span.next > 0 && day > span.last - LATE_DAYS;
        mail.day(day, span.offset(day), target(day), messages)?;
    }
    mail.holds_back = false;
    let before = mail.counts();
    for day in span.next_days() {
        for parts in mail.parts() {
            parts.turn_to_next(day)?;
        }
        let left = (span.last + span.next - day + 1) as usize;
        for (message, mailbox) in mail.late.split_off(mail.late.len() - mail.late.len() / left) {
            mail.copies(&message, mailbox)?;
        }
        mail.day(day, span.offset(day), target(day), u64::MAX)?;
    }
    for parts in mail.parts() {
        parts.close()?;
    }
    Ok((before, mail.counts() - before))
}

impl<'a> Mail<'a> {
    fn parts(&mut self) -> [&mut Parts<'a>; 3] {
        [&mut self.all, &mut self.sent, &mut self.inbox]
    }

    fn counts(&self) -> Counts {
        Counts { items: self.messages, rows: self.all.rows + self.sent.rows + self.inbox.rows }
    }

    /// Sends what is due on a day and begins conversations until `target` messages are reached.
    fn day(&mut self, day: i64, offset: i64, target: u64, most: u64) -> anyhow::Result<()> {
        let (_, month, _) = civil(day);
        let mut sum = 0;
        for (index, account) in self.company.accounts.iter().enumerate() {
            // Work comes in waves: every sixth week of an account is a busy one.
            let wave =
                if mix(index as u64 ^ ((day / 7) as u64) << 24).is_multiple_of(6) { 3 } else { 1 };
            sum += account.weight * liveliness(account.trend, offset, month) * wave;
            self.odds[index] = sum;
        }
        let midnight = HOME.instant((day + 1) * DAY);
        loop {
            let due = self.due.peek().is_some_and(|Reverse(due)| due.0 < midnight);
            if self.messages >= most || !(due || self.messages < target) {
                return Ok(());
            }
            let next =
                if due { self.due.pop().and_then(|Reverse(due)| self.take(due.2)) } else { None };
            let message = match next {
                Some(message) => message,
                None => self.begin(day),
            };
            self.send(message, offset)?;
        }
    }

    fn take(&mut self, slot: usize) -> Option<Message> {
        self.free.push(slot);
        self.waiting[slot].take()
    }

    fn wait(&mut self, message: Message) {
        if self.due.len() >= OPEN {
            return;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.waiting.push(None);
            self.waiting.len() - 1
        });
        // The draw settles who is first of two in one second.
        self.due.push(Reverse(Due(message.at, self.dice.bits(), slot)));
        self.waiting[slot] = Some(message);
    }

    /// Writes all copies of a message and thinks of what follows from it.
    fn send(&mut self, mut message: Message, offset: i64) -> anyhow::Result<()> {
        self.messages += 1;
        message.number = self.messages;
        if message
            .recipients
            .iter()
            .map(|recipient| recipient.named.party)
            .chain([message.from.party])
            .all(|party| self.company.mailbox(party).is_none())
        {
            let witness = self.worker().party;
            self.add(&mut message, witness, Field::Cc);
        }
        let hidden = message.recipients.iter().any(|recipient| recipient.field == Field::Bcc);
        message.has_id = hidden || !self.dice.chance(2);
        if self.dice.below(2500) == 0 {
            message.clock = Some(match self.dice.below(3) {
                0 => message.at + 3653 * DAY,
                1 => message.at.rem_euclid(DAY),
                _ => -62_135_596_800,
            });
        }
        let mut holders: Vec<u32> = Vec::with_capacity(4);
        let parties =
            [Some(message.from), message.sender].into_iter().flatten().map(|named| named.party);
        for party in parties.chain(message.recipients.iter().map(|recipient| recipient.named.party))
        {
            if let Some(mailbox) =
                self.company.mailbox(party).filter(|mailbox| !holders.contains(mailbox))
            {
                holders.push(mailbox);
            }
        }
        if message.kind == Kind::Draft {
            holders.truncate(1);
        }
        // Some copies were deleted before the export, never the last one.
        for index in (1..holders.len()).rev() {
            if self.dice.chance(40) {
                holders.remove(index);
            }
        }
        for (index, &mailbox) in holders.iter().enumerate() {
            if index > 0 && self.is_late(&message, mailbox) {
                self.late.push((message.clone(), mailbox));
            } else {
                self.copies(&message, mailbox)?;
            }
        }
        // A leftover of writing: a draft with the id of the message that was sent.
        if message.kind == Kind::Plain
            && self.company.mailbox(message.from.party) == Some(holders[0])
            && self.dice.chance(4)
        {
            let draft = Message { kind: Kind::Draft, at: message.at - 300, ..message.clone() };
            self.row(&draft, holders[0], Folder::All)?;
        }
        self.follow(message, offset);
        Ok(())
    }

    /// Whether a mailbox gets its copy only after the last day. Without a draw, so that the days before stay as they are.
    fn is_late(&self, message: &Message, mailbox: u32) -> bool {
        self.holds_back
            && self.late.len() < LATE
            && mix(message.number << 21 ^ u64::from(mailbox)).is_multiple_of(200)
    }

    fn copies(&mut self, message: &Message, mailbox: u32) -> anyhow::Result<()> {
        self.row(message, mailbox, Folder::All)?;
        if self.company.people[mailbox as usize].has_folders && message.kind != Kind::Draft {
            let is_sent = message.from.party == Party::Own(mailbox);
            self.row(message, mailbox, if is_sent { Folder::Sent } else { Folder::Inbox })?;
        }
        Ok(())
    }

    fn row(&mut self, message: &Message, mailbox: u32, folder: Folder) -> anyhow::Result<()> {
        let parts = match folder {
            Folder::All => &mut self.all,
            Folder::Sent => &mut self.sent,
            Folder::Inbox => &mut self.inbox,
        };
        self.line.clear();
        message_row::write(
            &mut self.line,
            self.company,
            message,
            mailbox,
            folder,
            self.exports.text,
            parts.numbers(mailbox),
        );
        parts.add(mailbox, &self.line)
    }

    fn add(&mut self, message: &mut Message, party: Party, field: Field) {
        if party != message.from.party
            && message.recipients.iter().all(|recipient| recipient.named.party != party)
        {
            let named = Named::new(party, &mut self.dice);
            message.recipients.push(Recipient { named, field });
        }
    }

    /// An account by the odds of the day; `None` where all are silent.
    fn account(&mut self) -> Option<u32> {
        let sum = self.odds.last().copied().filter(|&sum| sum > 0)?;
        let draw = self.dice.below(sum);
        Some(self.odds.partition_point(|&odds| odds <= draw) as u32)
    }

    fn worker(&mut self) -> Named {
        let party = self.somebody_at_work();
        Named::new(party, &mut self.dice)
    }

    fn somebody_at_work(&mut self) -> Party {
        Party::Own(self.company.workers[self.dice.front(self.company.workers.len())])
    }

    /// Anybody of the company, selected or not.
    fn colleague(&mut self) -> Party {
        Party::Own(self.dice.front(self.company.people.len()) as u32)
    }
}
