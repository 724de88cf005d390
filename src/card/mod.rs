//! The card of a customer: plain data from the relations of `sql/card/`, and how it is shown.
//!
//! Here: the data. What its figures mean stands in the headers of `sql/card/`; nothing is computed from activity here.

pub mod html;
pub mod number;
mod read;
pub mod svg;
pub mod text;
pub mod words;

use chrono::NaiveDate;

pub use read::{Selection, of, read};

/// Relations with a row or a few for each customer: in memory, whoever reads one card after the other finds it at once.
pub const SMALL: [&str; 3] = ["card.summary", "card.component", "card.trend"];

/// What is shown of one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// The customer (account) id as the contact table gives it: any text at all.
    pub customer: String,
    /// First day of the window.
    pub window_start: NaiveDate,
    /// Last day of the window.
    pub as_of: NaiveDate,
    /// Engagement score over the window, 1 to 100; none where there was neither e-mail nor meeting in it.
    pub score: Option<u32>,
    /// Place by score, from 1; the same for the same score, none without one.
    pub rank: Option<u32>,
    /// Customers that have a score.
    pub ranked: u32,
    /// What the score is made of, five in the order of METRICS; empty without a score.
    pub components: Vec<Component>,
    /// Messages in the window.
    pub emails: Directions,
    /// Meetings in the window that we or the account organised.
    pub meetings: Directions,
    /// People in the e-mails.
    pub email_people: People,
    /// People in the meetings.
    pub meeting_people: People,
    /// Local day of the first counted e-mail or meeting in all data; none without a score.
    pub engaged_since: Option<NaiveDate>,
    /// Days from the last counted e-mail to the as-of day; none if never, and without a score.
    pub days_since_email: Option<u32>,
    /// Days from the last counted meeting to the as-of day; none if never, and without a score.
    pub days_since_meeting: Option<u32>,
    /// Mean duration of the meetings in minutes; none if there are none or it is hidden.
    pub meeting_minutes: Option<f64>,
    /// Mean delay of the account's replies in hours; none if there are none or it is hidden.
    pub reply_hours: Option<f64>,
    /// The median of this over all customers that have one.
    pub median_reply_hours: Option<f64>,
    /// The last quarter against the pace of the window; none without a score.
    pub trend: Option<Trend>,
    /// The last twelve calendar months, as far as the window reaches into them, oldest first, none left out.
    pub months: Vec<Period>,
    /// The weeks that the window reaches into, oldest first, none left out.
    pub weeks: Vec<Period>,
}

impl Card {
    /// Meetings in the window, whoever organised them: what the score counts.
    pub fn all_meetings(&self) -> u32 {
        let meetings = self.components.iter().find(|component| component.name == "meetings");
        meetings.and_then(|component| component.value).map_or(0, |count| count as u32)
    }

    /// There were people, and the definition's `min_group` has their number hidden.
    pub fn hides_people(&self) -> bool {
        [&self.email_people, &self.meeting_people]
            .iter()
            .any(|people| people.own.is_none() || people.theirs.is_none())
    }
}

/// How many went from us to the account, and how many came from there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Directions {
    /// Messages to the account, or meetings that we organised.
    pub to: u32,
    /// Messages from the account, or meetings that it organised.
    pub from: u32,
}

impl Directions {
    /// Both together.
    pub fn total(self) -> u32 {
        self.to + self.from
    }
}

/// Distinct people involved; none where the number is hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct People {
    /// Our own.
    pub own: Option<u32>,
    /// Contacts of the account.
    pub theirs: Option<u32>,
}

/// One of the five that make a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// `emails_from`, `emails_to`, `meetings`, `people` or `recency`.
    pub name: String,
    /// Its value in the window, of `recency` the Unix day of the last e-mail or meeting; none where it is hidden.
    pub value: Option<f64>,
    /// Share of customers whose value is not greater, 0 to 1; none where it is hidden.
    pub percentile: Option<f64>,
    /// Its weight in the definition.
    pub weight: f64,
    /// What it brings; none where it is hidden.
    pub points: Option<f64>,
    /// What it brings the best customer.
    pub most_points: f64,
}

/// The 13 complete weeks that ended last against 91 days of the window on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Of messages.
    pub emails: Pace,
    /// Of meetings.
    pub meetings: Pace,
    /// Of both together.
    pub both: Pace,
}

/// A quarter and what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// How many in the 13 complete weeks that ended last.
    pub this_quarter: u32,
    /// How many in 91 days of the window on average.
    pub at_pace: f64,
    /// How much more the former are, 0.5 for half as many again; none where that says nothing.
    pub change: Option<f64>,
}

/// A month or a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First calendar day.
    pub start: NaiveDate,
    /// Last calendar day.
    pub end: NaiveDate,
    /// The window begins after the first day: what was before does not count.
    pub is_cut: bool,
    /// The as-of day comes before the last day: the period is not over.
    pub is_under_way: bool,
    /// Messages.
    pub emails: Directions,
    /// Meetings that we or the account organised.
    pub meetings: Directions,
}

impl Period {
    /// The window has all of its days.
    pub fn is_whole(&self) -> bool {
        !self.is_cut && !self.is_under_way
    }
}
