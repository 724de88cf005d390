//! The meetings of the company, day by day: single ones, series, and what became of them.
//!
//! Memory is bounded: the series (at most `SERIES`), one day's odds for each account and the meetings that change
//! after the last day (at most `CHANGING`).
//!
//! Not here: the text of a row (`event_row`).

use super::clock::{DAY, HOME, busy, civil, weekday};
use super::company::{Company, Party, Trend, liveliness};
use super::dice::{Dice, mix};
use super::event_row::{self, Answer, Attendee, Kind, Meeting, Pattern, Series};
use super::part::{Exports, Parts};
use super::row::Named;
use super::{Counts, Span, Text};

/// Series at most.
const SERIES: u64 = 4000;
/// A calendar shows the weeks to come as well.
const DAYS_AHEAD: i64 = 28;

/// Meetings that are moved or cancelled after the last day.
const CHANGING: usize = 20_000;

struct Calendar<'a> {
    company: &'a Company,
    exports: Exports<'a>,
    dice: Dice,
    events: Parts<'a>,
    view: Parts<'a>,
    odds: Vec<u64>,
    meetings: u64,
    /// Whether meetings are kept to be changed later, and those that are.
    keeps: bool,
    changing: Vec<Meeting>,
    line: Vec<u8>,
}

/// Writes about `meetings` meetings, from the span's first day to four weeks after its as-of day, and then what
/// each of the days after the span adds and changes.
pub(super) fn write(
    company: &Company,
    seed: u64,
    meetings: u64,
    span: Span,
    exports: Exports<'_>,
) -> anyhow::Result<(Counts, Counts)> {
    let parts = |data_set| Parts::new(exports, company, data_set);
    let mut calendar = Calendar {
        company,
        exports,
        dice: Dice::new(seed, 3),
        events: parts("Event_v1"),
        view: parts("CalendarView_v0"),
        odds: vec![0; company.accounts.len()],
        meetings: 0,
        keeps: false,
        changing: Vec::new(),
        line: Vec::with_capacity(4096),
    };
    let last = span.as_of + DAYS_AHEAD;
    let series: Vec<Meeting> = if meetings == 0 {
        Vec::new()
    } else {
        (0..(meetings / 90).clamp(4, SERIES))
            .map(|number| calendar.series(number + 1, span.origin))
            .collect()
    };
    let total: u64 = (span.first..=last).map(busy).sum();
    let singles = meetings * 6 / 10;
    let (mut passed, mut begun, mut before) = (0, 0, Counts::default());
    for day in span.first..=last + span.next {
        // A later day brings the meetings that its calendar now reaches, and changes of those it had.
        let told_on = day - last + span.last;
        if day > last {
            for parts in calendar.parts() {
                parts.turn_to_next(told_on)?;
            }
            calendar.change(told_on, last + span.next - day + 1)?;
        } else {
            for parts in calendar.parts() {
                parts.turn_to(day)?;
            }
        }
        calendar.keeps = span.next > 0 && day > span.as_of && day <= last;
        calendar.odds_of(day, span.offset(day));
        for master in &series {
            calendar.occurrence(master, day, day == span.first)?;
        }
        passed += busy(day);
        let target = (u128::from(singles) * u128::from(passed) / u128::from(total)) as u64;
        while begun < target {
            begun += 1;
            calendar.single(day)?;
        }
        if day == last {
            before = calendar.counts();
        }
    }
    for parts in calendar.parts() {
        parts.close()?;
    }
    Ok((before, calendar.counts() - before))
}

impl<'a> Calendar<'a> {
    fn parts(&mut self) -> [&mut Parts<'a>; 2] {
        [&mut self.events, &mut self.view]
    }

    fn counts(&self) -> Counts {
        Counts { items: self.meetings, rows: self.events.rows + self.view.rows }
    }

    /// Moves or cancels some of the coming meetings on a day after the last, of which `left` are to come.
    fn change(&mut self, day: i64, left: i64) -> anyhow::Result<()> {
        let share = self.changing.len() / left.max(1) as usize;
        for mut meeting in self.changing.split_off(self.changing.len() - share) {
            meeting.modified = day * DAY + self.dice.between(8 * 3600, 18 * 3600);
            if self.dice.chance(400) {
                meeting.is_cancelled = true;
            } else {
                let shift = self.dice.between(1, 9) * DAY;
                (meeting.start, meeting.end) = (meeting.start + shift, meeting.end + shift);
            }
            for mailbox in self.holders(&meeting) {
                self.event(&meeting, mailbox)?;
            }
        }
        Ok(())
    }

    fn odds_of(&mut self, day: i64, offset: i64) {
        let (_, month, _) = civil(day);
        let mut sum = 0;
        for (index, account) in self.company.accounts.iter().enumerate() {
            sum += account.weight * liveliness(account.trend, offset, month);
            self.odds[index] = sum;
        }
    }

    /// A series with its master row's facts; some began years ago.
    fn series(&mut self, number: u64, first_day: i64) -> Meeting {
        let begins = if self.dice.chance(300) {
            first_day - self.dice.between(100, 900)
        } else {
            first_day + self.dice.between(0, 300)
        };
        let mut first = begins;
        while weekday(first) >= 5 || civil(first).2 > 28 {
            first += 1;
        }
        let pattern = match self.dice.below(20) {
            0..=9 => Pattern::Weeks(1),
            10..=14 => Pattern::Weeks(2),
            15..=17 => Pattern::Months,
            18 => Pattern::Workdays,
            _ => Pattern::Weeks(4),
        };
        let mut last = if self.dice.chance(500) {
            Some(first.max(first_day) + self.dice.between(30, 300))
        } else {
            None
        };
        let account =
            self.dice.chance(700).then(|| self.dice.front(self.company.accounts.len()) as u32);
        let account = account
            .filter(|&account| self.company.accounts[account as usize].trend != Trend::Silent);
        match account.map(|account| self.company.accounts[account as usize].trend) {
            Some(Trend::Gone(day)) => {
                last = Some(last.unwrap_or(i64::MAX).min((first_day + day).max(first + 7)))
            }
            Some(Trend::New(day)) if first < first_day + day => {
                first = first_day + day;
                while weekday(first) >= 5 || civil(first).2 > 28 {
                    first += 1;
                }
                last = None;
            }
            _ => {}
        }
        if pattern == Pattern::Workdays {
            // Stand-ups come and go within weeks.
            last = Some(first.max(first_day) + 25);
        }
        let start = HOME.instant(first * DAY + self.dice.between(18, 32) * 1800);
        let mut meeting = self.meeting(start, account);
        meeting.number = number;
        meeting.is_all_day = false;
        meeting.end = start + *self.dice.pick(&[1800, 1800, 2700, 3600, 900]);
        meeting.kind = Kind::Master(Series { number, pattern, first, last });
        meeting
    }

    /// Writes the master of a series on its first day, and the meeting of the series on a day.
    fn occurrence(&mut self, master: &Meeting, day: i64, is_first_day: bool) -> anyhow::Result<()> {
        let Kind::Master(series) = &master.kind else {
            return Ok(());
        };
        if day == series.first || (is_first_day && series.first < day) {
            for mailbox in self.holders(master) {
                self.event(master, mailbox)?;
            }
        }
        if !series.meets_on(day) {
            return Ok(());
        }
        let second = HOME.local(master.start).rem_euclid(DAY);
        let start = HOME.instant(day * DAY + second);
        let mut meeting = master.clone();
        (meeting.start, meeting.end) = (start, start + master.end - master.start);
        meeting.kind = Kind::Occurrence(series.clone(), start);
        self.meetings += 1;
        let changed = self.dice.chance(80);
        if changed {
            meeting.kind = Kind::Exception(series.clone(), start);
            meeting.modified = start - self.dice.between(1, 5) * DAY;
            if self.dice.chance(400) {
                meeting.is_cancelled = true;
            } else {
                let shift = *self.dice.pick(&[1800, 3600, -3600, DAY]);
                (meeting.start, meeting.end) = (meeting.start + shift, meeting.end + shift);
            }
        }
        for mailbox in self.holders(&meeting) {
            // The expanded view has every meeting; Event has what was changed, in some mailboxes all.
            if changed || self.company.people[mailbox as usize].has_folders {
                self.event(&meeting, mailbox)?;
            }
            self.viewed(&meeting, mailbox)?;
        }
        Ok(())
    }

    /// A single meeting, with what happened to it.
    fn single(&mut self, day: i64) -> anyhow::Result<()> {
        self.meetings += 1;
        let account =
            match self.odds.last().copied().filter(|&sum| sum > 0 && self.dice.chance(680)) {
                Some(sum) => {
                    let draw = self.dice.below(sum);
                    Some(self.odds.partition_point(|&odds| odds <= draw) as u32)
                }
                None => None,
            };
        let second = if self.dice.chance(30) {
            self.dice.between(37, 42)
        } else {
            self.dice.between(16, 34)
        } * 1800;
        let mut meeting = self.meeting(HOME.instant(day * DAY + second), account);
        meeting.number = self.meetings;
        if meeting.is_all_day {
            meeting.start = day * DAY;
            meeting.end = meeting.start + if self.dice.chance(200) { 2 } else { 1 } * DAY;
        }
        let earlier = meeting.clone();
        let holders = self.holders(&meeting);
        let fate = self.dice.below(100);
        if fate < 12 {
            if fate != 0 {
                for &mailbox in &holders {
                    self.event(&earlier, mailbox)?;
                }
            }
            meeting.modified =
                (earlier.start - self.dice.between(1, 72) * 3600).max(earlier.modified + 600);
            if fate < 6 {
                meeting.is_cancelled = true;
            } else {
                let shift = if meeting.is_all_day {
                    DAY
                } else {
                    self.dice.between(1, 9) * DAY + self.dice.between(-2, 2) * 1800
                };
                (meeting.start, meeting.end) = (meeting.start + shift, meeting.end + shift);
            }
        }
        if self.keeps
            && fate >= 12
            && self.changing.len() < CHANGING
            && mix(meeting.number).is_multiple_of(10)
        {
            self.changing.push(meeting.clone());
        }
        for mailbox in holders {
            self.event(&meeting, mailbox)?;
            if mailbox % 3 == 0 {
                self.viewed(&meeting, mailbox)?;
            }
        }
        Ok(())
    }

    /// Who meets: with an account, with a stranger, or among colleagues.
    fn meeting(&mut self, start: i64, account: Option<u32>) -> Meeting {
        let worker = self.dice.front(self.company.workers.len());
        let mut us = Party::Own(self.company.workers[worker]);
        let mut guests: Vec<Party> = Vec::new();
        let mut organizer = us;
        if let Some(account) = account {
            us = Party::Own(self.company.teammate(account, mix(start as u64) % 5));
            organizer = us;
            for _ in 0..1 + self.dice.front(4) {
                guests.push(self.company.contact_of(account, &mut self.dice));
            }
            match self.dice.below(20) {
                0..=5 => organizer = guests[0],
                6 => organizer = Party::Desk(account),
                7 => organizer = Party::Stranger(self.dice.below(self.company.strangers()) as u32),
                _ => {}
            }
            for _ in 0..self.dice.front(3) {
                let member = self.dice.below(6);
                guests.push(Party::Own(self.company.teammate(account, member)));
            }
        } else if self.dice.chance(250) {
            guests.push(Party::Stranger(self.dice.below(self.company.strangers()) as u32));
        } else {
            for _ in 0..1 + self.dice.front(6) {
                guests.push(Party::Own(self.dice.front(self.company.people.len()) as u32));
            }
        }
        if self.dice.chance(350) {
            guests.push(Party::Room(self.dice.below(super::names::ROOM.len() as u64) as u32));
        }
        guests.insert(0, us);
        let created = start - self.dice.between(1, 40) * DAY - self.dice.between(0, 9) * 1111;
        let mut attendees: Vec<Attendee> = Vec::new();
        for party in guests {
            if party == organizer || attendees.iter().any(|attendee| attendee.named.party == party)
            {
                continue;
            }
            let answer = match self.dice.below(100) {
                _ if matches!(party, Party::Room(_)) => Answer::Yes,
                0..=62 => Answer::Yes,
                63..=70 => Answer::Maybe,
                71..=79 => Answer::No,
                80..=84 => Answer::Silence,
                _ => Answer::Nothing,
            };
            attendees.push(Attendee {
                named: Named::new(party, &mut self.dice),
                answer,
                at: self.dice.between(created + 60, start - 60),
                is_optional: self.dice.chance(200),
            });
        }
        let minutes = *self.dice.pick(&[15, 30, 30, 30, 45, 60, 60, 60, 90, 120]);
        Meeting {
            number: 0,
            kind: Kind::Single,
            uid: self.dice.guid(),
            created,
            modified: created + self.dice.between(60, 80_000),
            start,
            end: start + minutes * 60,
            is_all_day: self.dice.chance(30),
            is_cancelled: false,
            organizer: Named::new(organizer, &mut self.dice),
            attendees,
            topic: self.dice.below(8000) as u32,
        }
    }

    /// The mailboxes that hold a meeting: all but a few of those who were asked.
    fn holders(&self, meeting: &Meeting) -> Vec<u32> {
        let parties = meeting
            .attendees
            .iter()
            .map(|attendee| (attendee.named.party, attendee.answer == Answer::No));
        let mut holders = Vec::with_capacity(4);
        for (index, (party, declined)) in
            std::iter::once((meeting.organizer.party, false)).chain(parties).enumerate()
        {
            let Some(mailbox) = self.company.mailbox(party) else {
                continue;
            };
            let kept = if declined { 500 } else { 970 };
            if index == 0 || mix(meeting.number << 24 ^ u64::from(mailbox)) % 1000 < kept {
                holders.push(mailbox);
            }
        }
        holders
    }

    fn event(&mut self, meeting: &Meeting, mailbox: u32) -> anyhow::Result<()> {
        add(&mut self.events, &mut self.line, self.company, meeting, mailbox, self.exports.text)
    }

    fn viewed(&mut self, meeting: &Meeting, mailbox: u32) -> anyhow::Result<()> {
        add(&mut self.view, &mut self.line, self.company, meeting, mailbox, self.exports.text)
    }
}

/// Writes a mailbox's copy of a meeting to the parts of a data set.
fn add(
    parts: &mut Parts,
    line: &mut Vec<u8>,
    company: &Company,
    meeting: &Meeting,
    mailbox: u32,
    text: Text,
) -> anyhow::Result<()> {
    line.clear();
    event_row::write(line, company, meeting, mailbox, text, parts.numbers(mailbox));
    parts.add(mailbox, line)
}
