//! What every rendering of a card says in the same words.

use chrono::{Days, NaiveDate};

use super::number::Numbers;
use super::{Card, Component, Directions, Pace, People, Period};
use crate::format::harmless::harmless;

/// Which of the two histories of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Messages.
    Emails,
    /// Meetings.
    Meetings,
}

impl Kind {
    /// Both, in the order in which they are shown.
    pub const ALL: [Kind; 2] = [Kind::Emails, Kind::Meetings];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Emails => "E-mails",
            Kind::Meetings => "Meetings",
        }
    }

    /// What the heading's things are called in a sentence.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Emails => "e-mails",
            Kind::Meetings => "meetings",
        }
    }

    /// Its class in pages and pictures.
    pub fn class(self) -> &'static str {
        match self {
            Kind::Emails => "emails",
            Kind::Meetings => "meetings",
        }
    }

    /// What came from the account.
    pub fn from(self) -> &'static str {
        match self {
            Kind::Emails => "from them",
            Kind::Meetings => "by them",
        }
    }

    /// What went to the account.
    pub fn to(self) -> &'static str {
        match self {
            Kind::Emails => "to them",
            Kind::Meetings => "by us",
        }
    }

    /// Those of a period.
    pub fn of(self, period: &Period) -> Directions {
        match self {
            Kind::Emails => period.emails,
            Kind::Meetings => period.meetings,
        }
    }

    /// Those of the window by direction.
    pub fn directions(self, card: &Card) -> Directions {
        match self {
            Kind::Emails => card.emails,
            Kind::Meetings => card.meetings,
        }
    }

    /// Who was in them.
    pub fn people(self, card: &Card) -> People {
        match self {
            Kind::Emails => card.email_people,
            Kind::Meetings => card.meeting_people,
        }
    }

    /// All of the window.
    pub fn total(self, card: &Card) -> u32 {
        match self {
            Kind::Emails => card.emails.total(),
            Kind::Meetings => card.all_meetings(),
        }
    }

    /// How many of them have no direction, and so are in no chart.
    pub fn others(self, card: &Card, numbers: &Numbers) -> Option<String> {
        match self.total(card).saturating_sub(self.directions(card).total()) {
            0 => None,
            others => Some(format!("{} by others, not shown", numbers.count(others))),
        }
    }

    /// Their trend.
    pub fn pace(self, card: &Card) -> Option<Pace> {
        card.trend.map(|trend| match self {
            Kind::Emails => trend.emails,
            Kind::Meetings => trend.meetings,
        })
    }
}

/// What stands for a figure that there is not.
pub const NONE: &str = "–";

/// Why people and averages are missing.
pub const HIDDEN: &str = "Numbers of people and averages of small groups are not published.";

/// What a card without a score says.
pub const NOTHING: &str = "Neither e-mails nor meetings in these months.";

/// What a component is called.
pub fn component(name: &str) -> &str {
    match name {
        "emails_from" => "E-mails from them",
        "emails_to" => "E-mails to them",
        "meetings" => "Meetings",
        "people" => "People involved",
        "recency" => "Last contact",
        other => other,
    }
}

/// The value of a component: how many, or the day of the last e-mail or meeting.
pub fn value(component: &Component, numbers: &Numbers) -> String {
    match (component.value, component.name.as_str()) {
        (None, _) => "hidden".to_owned(),
        (Some(number), "recency") => {
            let day = NaiveDate::default().checked_add_days(Days::new(number.max(0.0) as u64));
            day.map_or(NONE.to_owned(), self::day)
        }
        (Some(number), _) => numbers.decimal(number, 0),
    }
}

/// `30 Jun 2025`
pub fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// First and last day.
pub fn window(card: &Card) -> String {
    format!("{} – {}", day(card.window_start), day(card.as_of))
}

/// `7 days ago`, as seen from the as-of day; `never`.
pub fn ago(days: Option<u32>, numbers: &Numbers) -> String {
    match days {
        None => "never".to_owned(),
        Some(0) => "on the last day".to_owned(),
        Some(1) => "1 day ago".to_owned(),
        Some(days) => format!("{} days ago", numbers.count(days)),
    }
}

/// `3rd of 22 customers`
pub fn rank(card: &Card, numbers: &Numbers) -> Option<String> {
    let rank = card.rank?;
    let ending = match (rank % 10, rank % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    let customers = if card.ranked == 1 { "customer" } else { "customers" };
    Some(format!("{}{ending} of {} {customers}", numbers.count(rank), numbers.count(card.ranked)))
}

/// Hours with one decimal, days from two days on.
pub fn hours(hours: f64, numbers: &Numbers) -> String {
    match hours {
        hours if hours >= 48.0 => format!("{} days", numbers.decimal(hours / 24.0, 1)),
        hours => format!("{} h", numbers.decimal(hours, 1)),
    }
}

/// The last quarter beside the pace, without the change.
pub fn quarter(pace: &Pace, card: &Card, numbers: &Numbers) -> String {
    let places = if pace.at_pace < 100.0 { 1 } else { 0 };
    let days = (card.as_of - card.window_start).num_days() + 1;
    let window = if days >= 365 { "12-month".to_owned() } else { format!("{days}-day") };
    format!(
        "Last 13 weeks {} · {window} pace {}",
        numbers.count(pace.this_quarter),
        numbers.decimal(pace.at_pace, places)
    )
}

/// Which of the periods are not whole, and why.
pub fn partial(periods: &[Period], card: &Card) -> Vec<String> {
    let cut = periods.iter().find(|period| period.is_cut);
    let under_way = periods.iter().find(|period| period.is_under_way);
    let cut = cut.map(|_| format!("the first one from {}", day(card.window_start)));
    let under_way = under_way.map(|_| format!("the last one up to {}", day(card.as_of)));
    cut.into_iter().chain(under_way).collect()
}

/// `25.0 of 30`
pub fn points(component: &Component, numbers: &Numbers) -> String {
    let most = numbers.decimal(component.most_points, 0);
    match component.points {
        Some(points) => format!("{} of {most}", numbers.decimal(points, 1)),
        None => "hidden".to_owned(),
    }
}

/// The direction of a change.
pub fn arrow(change: f64) -> &'static str {
    match (change * 100.0).round() {
        rounded if rounded > 0.0 => "▲ ",
        rounded if rounded < 0.0 => "▼ ",
        _ => "",
    }
}

/// A number of people, where it is told.
pub fn people(number: Option<u32>, numbers: &Numbers) -> String {
    number.map_or("hidden".to_owned(), |number| numbers.count(number))
}

/// `4 of our people, 21 of theirs`
pub fn involved_in(kind: Kind, card: &Card, numbers: &Numbers) -> String {
    let People { own, theirs } = kind.people(card);
    match (own, theirs) {
        (None, None) => "people hidden".to_owned(),
        _ => {
            format!("{} of our people, {} of theirs", people(own, numbers), people(theirs, numbers))
        }
    }
}

/// How long ago, how fast and how long, each with its name.
pub fn facts(card: &Card, numbers: &Numbers) -> Vec<(&'static str, String)> {
    let none = || NONE.to_owned();
    let replies = card.reply_hours.map_or_else(none, |hours| self::hours(hours, numbers));
    let median = card.median_reply_hours.map_or_else(none, |hours| self::hours(hours, numbers));
    let minutes = card.meeting_minutes;
    let since = card.engaged_since.map_or_else(none, day);
    vec![
        ("Last e-mail", ago(card.days_since_email, numbers)),
        ("Last meeting", ago(card.days_since_meeting, numbers)),
        ("They reply after", replies),
        ("Median of all customers", median),
        (
            "A meeting lasts",
            minutes.map_or_else(none, |minutes| format!("{} min", numbers.decimal(minutes, 0))),
        ),
        ("In contact since", since),
    ]
}

/// A text of somebody else's in at most so many characters, harmless.
pub fn shortened(text: &str, most: usize) -> String {
    let text = harmless(text);
    match text.chars().count() <= most {
        true => text,
        false => text.chars().take(most - 1).chain(['…']).collect(),
    }
}
