//! The company: its people, its accounts with their contacts, and everybody else who writes.
//!
//! Not here: what they write (`mail`) and when they meet (`calendar`).

use super::MOST_PEOPLE;
use super::clock::ZONES;
use super::dice::{Dice, mix};
use super::names::{FIRST, LAST, LIST, PLACE, STRANGER, TRADE};
use super::row;

/// The company's own domain.
pub(super) const DOMAIN: &str = "fennimore.example";

/// Somebody who sends, receives or meets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Party {
    /// A person of the company, by index.
    Own(u32),
    /// A contact, by index.
    Contact(u32),
    /// Somebody at an account who is not in the contact table, by account.
    Desk(u32),
    /// Somebody at a company that is no account.
    Stranger(u32),
    /// A sender of newsletters.
    List(u32),
    /// A meeting room.
    Room(u32),
}

/// How the definition selects a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Direct member of the selected group.
    Team,
    /// Member of the nested group of advisers.
    Advisers,
    /// Member of the nested group of the support desk.
    Support,
    /// Named by address in the definition.
    Single,
    /// Works here, and is not selected.
    Outside,
}

/// One person of the company, or its shared mailbox.
pub(super) struct Person {
    pub(super) guid: String,
    pub(super) name: String,
    /// Mail address first, a second address where there is one.
    pub(super) addresses: Vec<String>,
    pub(super) principal: String,
    pub(super) place: Place,
    /// The user export knows this person.
    pub(super) is_listed: bool,
    /// The mailbox was exported.
    pub(super) has_mailbox: bool,
    /// SentItem and Inbox were exported too, on top of Message.
    pub(super) has_folders: bool,
    /// Received copies carry `internetMessageHeaders`.
    pub(super) has_headers: bool,
    pub(super) zone: usize,
    /// Beginnings of this mailbox's item and conversation ids, in base64.
    pub(super) id_prefix: String,
    pub(super) conversation_prefix: String,
}

/// How an account's activity moves over the time of the sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trend {
    Steady,
    Rising,
    Fading,
    /// Nothing any more from this day on (0 is the first day of the sample).
    Gone(i64),
    /// Nothing before this day.
    New(i64),
    /// With the seasons; the number shifts the peak.
    Seasonal(u32),
    /// Never any activity.
    Silent,
}

/// A customer of the contact table.
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) first_contact: u32,
    pub(super) contacts: u32,
    /// Index into `Company::workers` of whoever looks after the account.
    pub(super) owner: u32,
    pub(super) team: u32,
    pub(super) weight: u64,
    pub(super) trend: Trend,
}

/// A person at an account.
pub(super) struct Contact {
    pub(super) account: u32,
    /// The second customer of a contact that belongs to two.
    pub(super) also: Option<u32>,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) second: Option<String>,
}

/// Everybody.
pub(super) struct Company {
    pub(super) tenant: String,
    pub(super) people: Vec<Person>,
    /// Selected people with an exported mailbox: those who do the work. Never empty.
    pub(super) workers: Vec<u32>,
    pub(super) accounts: Vec<Account>,
    pub(super) contacts: Vec<Contact>,
    strangers: Vec<(String, String)>,
    rooms: Vec<(String, String)>,
    desks: Vec<String>,
}

/// The tenant of the fictional company, of any seed and size.
pub const TENANT: &str = "d172637e-08ef-443d-8f19-7ebb2c161cd6";

/// Days of the sample before and after the as-of day.
pub(super) const DAYS_BEFORE: i64 = 420;
/// See [`DAYS_BEFORE`].
pub(super) const DAYS_AFTER: i64 = 4;

/// Founds the company.
pub(super) fn found(seed: u64, people: u32, accounts: u32, contacts: Option<u32>) -> Company {
    let mut dice = Dice::new(seed, 1);
    // what follows is drawn as it always was
    dice.guid();
    let tenant = TENANT.to_owned();
    let people = hire(&mut dice, people);
    let workers: Vec<u32> = (0..people.len() as u32)
        .filter(|&index| {
            people[index as usize].place != Place::Outside && people[index as usize].has_mailbox
        })
        .collect();
    let (accounts, contacts) = win(&mut dice, accounts, contacts, workers.len() as u64);
    let strangers = (0..240)
        .map(|index| {
            let (first, last) = (dice.pick(&FIRST), dice.pick(&LAST));
            (
                format!("{first} {last}"),
                format!("{}@{}.example", local_part(first, last), STRANGER[index % STRANGER.len()]),
            )
        })
        .collect();
    let rooms = super::names::ROOM
        .iter()
        .map(|room| (format!("Room {room}"), format!("room.{}@{DOMAIN}", room.to_lowercase())))
        .collect();
    let desks = accounts.iter().map(|account| format!("desk@{}", account.domain)).collect();
    Company { tenant, people, workers, accounts, contacts, strangers, rooms, desks }
}

fn hire(dice: &mut Dice, count: u32) -> Vec<Person> {
    let mut people = Vec::new();
    let mut taken = std::collections::HashSet::new();
    let mut singles = 0;
    // Own addresses are limited, so in the biggest companies not everybody who could has a second one.
    let mut spare = MOST_PEOPLE - count.min(MOST_PEOPLE) + count / 20;
    let mut spare_one = |wanted: bool| {
        let given = wanted && spare > 1;
        spare -= u32::from(given);
        given
    };
    for index in 0..count {
        let (first, last) = (*dice.pick(&FIRST), *dice.pick(&LAST));
        let mut local = local_part(first, last);
        if !taken.insert(local.clone()) {
            local = format!("{local}{}", index + 1);
            taken.insert(local.clone());
        }
        let place = match index {
            _ if index % 20 == 19 => Place::Outside,
            _ if index % 13 == 5 && singles < 5 => Place::Single,
            _ if index % 9 == 0 => Place::Team,
            _ if index % 2 == 1 => Place::Advisers,
            _ => Place::Support,
        };
        singles += u32::from(place == Place::Single);
        let mut addresses = vec![format!("{local}@{DOMAIN}")];
        if spare_one(index % 8 == 2 && place != Place::Single) {
            addresses.push(format!("{}@group.{DOMAIN}", local.replace('.', "-")));
        }
        let principal = if spare_one(index % 10 == 4) {
            format!("u{index:05}@tenant.{DOMAIN}")
        } else {
            addresses[0].clone()
        };
        let mut person = mailbox(dice, format!("{first} {last}"), addresses, principal, place);
        // Somebody who left: still in a group, no longer in the user export.
        person.is_listed = index % 40 != 7;
        person.has_mailbox = place != Place::Outside && index % 30 != 16;
        person.has_folders = index % 7 == 3;
        person.has_headers = index % 2 == 0;
        people.push(person);
    }
    let hello = format!("hello@{DOMAIN}");
    let mut shared =
        mailbox(dice, "Fennimore Hello".to_owned(), vec![hello.clone()], hello, Place::Single);
    shared.is_listed = false;
    people.push(shared);
    people
}

fn mailbox(
    dice: &mut Dice,
    name: String,
    addresses: Vec<String>,
    principal: String,
    place: Place,
) -> Person {
    let guid = row::guid_text(&dice.guid());
    let zone = dice.weighted(&[740, 90, 70, 40, 30, 20, 10]).min(ZONES.len() - 1);
    Person {
        id_prefix: row::id_prefix(&row::guid_text(&dice.guid()), dice.bits()),
        conversation_prefix: row::conversation_prefix(&guid),
        guid,
        name,
        addresses,
        principal,
        place,
        is_listed: true,
        has_mailbox: true,
        has_folders: false,
        has_headers: true,
        zone,
    }
}

fn win(
    dice: &mut Dice,
    count: u32,
    average: Option<u32>,
    workers: u64,
) -> (Vec<Account>, Vec<Contact>) {
    let mut accounts = Vec::new();
    let mut contacts: Vec<Contact> = Vec::new();
    let places = (PLACE.len() * TRADE.len()) as u64;
    let shift = dice.below(places);
    for index in 0..count {
        // A stride prime to the number of pairs meets every pair once before the first repeats.
        let pair = (u64::from(index) * 607 + shift) % places;
        let (place, trade) =
            (PLACE[pair as usize % PLACE.len()], TRADE[pair as usize / PLACE.len()]);
        let round = u64::from(index) / places + 1;
        let suffix = if round > 1 { format!(" {round}") } else { String::new() };
        let name = format!("{place} {trade}{suffix}");
        let domain = format!("{}.example", name.to_lowercase().replace(' ', "-"));
        let trend = match index % 16 {
            7 | 15 => Trend::Silent,
            1 | 10 => Trend::Rising,
            3 | 12 => Trend::Fading,
            5 => Trend::Gone(dice.between(120, 300)),
            9 => Trend::New(dice.between(150, 380)),
            4 | 13 => Trend::Seasonal(dice.below(12) as u32),
            _ => Trend::Steady,
        };
        let first_contact = contacts.len() as u32;
        let size = match average {
            Some(average) => 1 + dice.below(2 * u64::from(average) - 1),
            None => 1 + dice.below(4) + 48 / (u64::from(index) + 2),
        } as u32;
        for _ in 0..size {
            contacts.push(contact(dice, &contacts[first_contact as usize..], index, &domain));
        }
        accounts.push(Account {
            id: format!("ACC-{:05}", index + 1),
            name,
            domain,
            first_contact,
            contacts: size,
            owner: (dice.below(workers) * (1 + dice.below(workers)) / workers.max(1)) as u32,
            team: 1 + dice.front(6) as u32,
            // Few are big: a fall with rank, and no account without any weight.
            weight: 1_000_000 / (u64::from(index) + 3) + 2,
            trend,
        });
    }
    // A consultant who works for two customers, in every fifth account.
    for index in (1..accounts.len()).step_by(5) {
        // Not for a customer that has to stay silent.
        if !matches!(accounts[index - 1].trend, Trend::Silent | Trend::Gone(_)) {
            let contact = accounts[index].first_contact as usize;
            contacts[contact].also = Some(index as u32 - 1);
        }
    }
    (accounts, contacts)
}

fn contact(dice: &mut Dice, colleagues: &[Contact], account: u32, domain: &str) -> Contact {
    let (first, last) = (*dice.pick(&FIRST), *dice.pick(&LAST));
    let mut local = local_part(first, last);
    while colleagues.iter().any(|other| {
        other.address.len() > local.len() && other.address.starts_with(&format!("{local}@"))
    }) {
        local.push('2');
    }
    Contact {
        account,
        also: None,
        name: format!("{first} {last}"),
        address: format!("{local}@{domain}"),
        second: dice.chance(130).then(|| {
            format!(
                "{local}.{}@{}.example",
                mix(u64::from(account)) % 97,
                ["post-nook", "mail-burrow"][dice.index(2)]
            )
        }),
    }
}

/// `first.last` in ASCII.
fn local_part(first: &str, last: &str) -> String {
    let mut local = String::new();
    for character in format!("{first}.{last}").to_lowercase().chars() {
        match character {
            'å' | 'â' | 'ä' => local.push('a'),
            'ø' | 'ö' => local.push('o'),
            'ü' => local.push_str("ue"),
            'é' | 'ë' => local.push('e'),
            _ => local.push(character),
        }
    }
    local
}

impl Company {
    pub(super) fn name(&self, party: Party) -> &str {
        match party {
            Party::Own(index) => &self.people[index as usize].name,
            Party::Contact(index) => &self.contacts[index as usize].name,
            Party::Desk(index) => &self.accounts[index as usize].name,
            Party::Stranger(index) => &self.strangers[index as usize].0,
            Party::List(index) => LIST[index as usize].0,
            Party::Room(index) => &self.rooms[index as usize].0,
        }
    }

    /// The address; `second` asks for the second one where there is one.
    pub(super) fn address(&self, party: Party, second: bool) -> &str {
        match party {
            Party::Own(index) => {
                let addresses = &self.people[index as usize].addresses;
                addresses.get(usize::from(second)).unwrap_or(&addresses[0])
            }
            Party::Contact(index) => {
                let contact = &self.contacts[index as usize];
                contact.second.as_ref().filter(|_| second).unwrap_or(&contact.address)
            }
            Party::Desk(index) => &self.desks[index as usize],
            Party::Stranger(index) => &self.strangers[index as usize].1,
            Party::List(index) => LIST[index as usize].1,
            Party::Room(index) => &self.rooms[index as usize].1,
        }
    }

    pub(super) fn strangers(&self) -> u64 {
        self.strangers.len() as u64
    }

    /// A member of the team that looks after an account.
    pub(super) fn teammate(&self, account: u32, member: u64) -> u32 {
        let account = &self.accounts[account as usize];
        let place = u64::from(account.owner) + member % u64::from(account.team) * 3;
        self.workers[(place % self.workers.len() as u64) as usize]
    }

    /// A contact of an account; the first ones are the most talkative.
    pub(super) fn contact_of(&self, account: u32, dice: &mut Dice) -> Party {
        let account = &self.accounts[account as usize];
        Party::Contact(account.first_contact + dice.front(account.contacts as usize) as u32)
    }

    /// The exported mailbox of a party.
    pub(super) fn mailbox(&self, party: Party) -> Option<u32> {
        match party {
            Party::Own(index) if self.people[index as usize].has_mailbox => Some(index),
            _ => None,
        }
    }
}

/// How active an account is on a day, in thousandths; `offset` counts from the first day of the sample.
pub(super) fn liveliness(trend: Trend, offset: i64, month: u32) -> u64 {
    const SEASON: [u64; 12] = [300, 400, 700, 1000, 1500, 1800, 1900, 1600, 1200, 700, 400, 300];
    let share = 1600 * offset.clamp(0, DAYS_BEFORE) / DAYS_BEFORE;
    match trend {
        Trend::Steady => 1000,
        Trend::Rising => 200 + share as u64,
        Trend::Fading => 1800 - share as u64,
        Trend::Gone(day) => 1000 * u64::from(offset < day),
        Trend::New(day) => 1000 * u64::from(offset >= day),
        Trend::Seasonal(shift) => SEASON[((month + shift) % 12) as usize],
        Trend::Silent => 0,
    }
}
