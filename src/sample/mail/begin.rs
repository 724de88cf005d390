//! The first message of a conversation: who writes to whom, and what it is.
//!
//! Not here: when it is sent out, and to which mailboxes (`super`).

use super::super::clock::{DAY, HOME, second_of_day};
use super::super::company::Party;
use super::super::dice::mix;
use super::super::message_row::{Field, Kind, Message};
use super::super::row::Named;
use super::Mail;

impl Mail<'_> {
    /// The first message of a conversation.
    pub(super) fn begin(&mut self, day: i64) -> Message {
        let at = HOME.instant(day * DAY + second_of_day(&mut self.dice));
        let account = self.account();
        // With accounts, among colleagues, with strangers, newsletters, meeting traffic, drafts, two accounts at once.
        let subject = match account {
            Some(_) => self.dice.weighted(&[640, 150, 75, 50, 35, 15, 35]),
            None => self.dice.weighted(&[0, 150, 75, 50, 15, 15, 0]),
        };
        let account = account.unwrap_or(0);
        let mut message = Message {
            number: 0,
            kind: Kind::Plain,
            at,
            clock: None,
            from: self.worker(),
            sender: None,
            recipients: Vec::new(),
            conversation: self.dice.guid(),
            started: at,
            depth: 0,
            topic: self.dice.below(8000) as u32,
            in_reply_to: None,
            has_id: true,
        };
        match subject {
            0 | 6 => self.with_account(&mut message, account),
            1 => {
                message.from = self.worker();
                for _ in 0..1 + self.dice.front(5) {
                    let colleague = self.colleague();
                    self.add(&mut message, colleague, Field::To);
                }
            }
            2 => {
                let stranger = Party::Stranger(self.dice.below(self.company.strangers()) as u32);
                self.between(&mut message, stranger);
            }
            3 => {
                message.kind = Kind::Newsletter;
                message.from.party =
                    Party::List(self.dice.below(super::super::names::LIST.len() as u64) as u32);
                // Accounts send newsletters too, in the name of a contact.
                if !self.company.accounts.is_empty()
                    && self.odds.last().is_some_and(|&sum| sum > 0)
                    && self.dice.chance(200)
                {
                    message.from.party = self.company.contact_of(account, &mut self.dice);
                }
                for _ in 0..1 + self.dice.front(4) {
                    let reader = self.worker().party;
                    self.add(&mut message, reader, Field::To);
                }
            }
            4 => {
                message.kind = if self.dice.chance(600) { Kind::Invitation } else { Kind::Answer };
                let contact = self.company.contact_of(account, &mut self.dice);
                self.between(&mut message, contact);
            }
            _ => {
                self.with_account(&mut message, account);
                message.from = self.worker();
                message.kind = Kind::Draft;
            }
        }
        if subject == 6
            && let Some(other) = self.account()
        {
            let contact = self.company.contact_of(other, &mut self.dice);
            self.add(&mut message, contact, Field::Cc);
        }
        message
    }

    /// A message between an account's team and its contacts.
    fn with_account(&mut self, message: &mut Message, account: u32) {
        let colleague = Party::Own(self.company.teammate(account, mix(message.topic.into()) % 7));
        let contact = self.company.contact_of(account, &mut self.dice);
        let (from, to) =
            if self.dice.chance(560) { (colleague, contact) } else { (contact, colleague) };
        message.from = Named::new(from, &mut self.dice);
        self.add(message, to, Field::To);
        if self.dice.chance(180) {
            let field = if self.dice.chance(500) { Field::To } else { Field::Cc };
            let another = self.company.contact_of(account, &mut self.dice);
            self.add(message, another, field);
        }
        if self.dice.chance(260) {
            let member = self.dice.below(6);
            self.add(message, Party::Own(self.company.teammate(account, member)), Field::Cc);
        }
        if self.dice.chance(30) {
            self.add(message, Party::Desk(account), Field::Cc);
        }
        if from == colleague && self.dice.chance(25) {
            let hidden = if self.dice.chance(500) {
                self.colleague()
            } else {
                self.company.contact_of(account, &mut self.dice)
            };
            self.add(message, hidden, Field::Bcc);
        }
        if from == colleague && self.dice.chance(8) {
            // An assistant sends in somebody's name.
            message.sender = Some(self.worker());
        }
    }

    /// A message between somebody of us and one outsider, either way.
    fn between(&mut self, message: &mut Message, outsider: Party) {
        let worker = self.worker();
        if self.dice.chance(400) {
            message.from = worker;
            self.add(message, outsider, Field::To);
        } else {
            message.from = Named::new(outsider, &mut self.dice);
            self.add(message, worker.party, Field::To);
        }
    }
}
