//! What follows from a message: answers, reminders, forwards and automatic replies.
//!
//! Not here: the queue in which they wait for their day (`super`).

use super::super::clock::{DAY, office_hours};
use super::super::company::{Party, liveliness};
use super::super::message_row::{Field, Kind, Message};
use super::super::row::Named;
use super::Mail;

/// Minutes until somebody answers, at every twentieth of the odds: lognormal in shape, beyond 30 days at the end.
const DELAY: [i64; 21] = [
    1, 4, 8, 14, 22, 32, 45, 62, 84, 115, 160, 225, 320, 470, 720, 1150, 1900, 3300, 6500, 15_000,
    70_000,
];

impl Mail<'_> {
    /// Answers, reminders, forwards and automatic replies that a message gives rise to.
    pub(super) fn follow(&mut self, message: Message, offset: i64) {
        if message.kind != Kind::Plain || message.clock.is_some() || message.depth >= 14 {
            return;
        }
        let to: Vec<Named> = message
            .recipients
            .iter()
            .filter(|recipient| recipient.field == Field::To)
            .map(|recipient| recipient.named)
            .collect();
        let Some(&addressee) = to.get(self.dice.front(to.len())) else {
            return;
        };
        if self.dice.chance(25) && matches!(addressee.party, Party::Own(_) | Party::Contact(_)) {
            let mut reply = self.reply(&message, addressee.party, false);
            (reply.kind, reply.at) = (Kind::AutoReply, message.at + self.dice.between(1, 9));
            self.wait(reply);
        }
        // Whoever works at an account that went silent does not answer.
        let silent = [message.from.party, addressee.party].iter().any(|party| match party {
            Party::Contact(index) => {
                let account = self.company.contacts[*index as usize].account;
                liveliness(self.company.accounts[account as usize].trend, offset, 6) == 0
            }
            _ => false,
        });
        let willing = match (addressee.party, message.from.party) {
            (Party::Own(_), Party::Contact(_)) => 680,
            (Party::Contact(_), _) => 520,
            (Party::Own(index), Party::Own(_))
                if self.company.mailbox(Party::Own(index)).is_some() =>
            {
                400
            }
            (Party::Own(_) | Party::Stranger(_), _) => 250,
            _ => 0,
        };
        if !silent && self.dice.chance(willing) {
            let all = self.dice.chance(600);
            let mut reply = self.reply(&message, addressee.party, all);
            // Some mail programs lose the conversation and keep In-Reply-To only.
            if matches!(addressee.party, Party::Contact(_)) && self.dice.chance(40) {
                (reply.conversation, reply.started, reply.depth) = (self.dice.guid(), reply.at, 0);
            }
            self.wait(reply);
        } else if self.dice.chance(60) {
            // A reminder to the same people, or news for a colleague.
            let mut again = message;
            again.at = office_hours(again.at + self.dice.between(1, 9) * DAY, &mut self.dice);
            again.depth += 1;
            again.in_reply_to = None;
            if self.dice.chance(400) {
                again.from = self.worker();
                again.sender = None;
                again.recipients.clear();
                let colleague = self.colleague();
                self.add(&mut again, colleague, Field::To);
            }
            self.wait(again);
        }
    }

    /// The answer of `from` to a message, later.
    fn reply(&mut self, message: &Message, from: Party, all: bool) -> Message {
        let delay = self.dice.quantile(&DELAY) * 60 + self.dice.between(0, 59);
        let at = message.at + delay;
        let mut reply = Message {
            number: 0,
            kind: Kind::Plain,
            at: if delay > 5400 { office_hours(at, &mut self.dice) } else { at },
            clock: None,
            from: Named::new(from, &mut self.dice),
            sender: None,
            recipients: Vec::new(),
            conversation: message.conversation,
            started: message.started,
            depth: message.depth + 1,
            topic: message.topic,
            in_reply_to: (message.has_id && self.dice.chance(800))
                .then_some((message.number, message.from.party)),
            has_id: true,
        };
        self.add(&mut reply, message.from.party, Field::To);
        if all {
            for recipient in
                message.recipients.iter().filter(|recipient| recipient.field != Field::Bcc)
            {
                self.add(&mut reply, recipient.named.party, Field::Cc);
            }
        }
        reply
    }
}
