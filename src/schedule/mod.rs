//! When runs are due: the definition's `schedule`.
//!
//! A schedule names times on the clock of the definition's time zone: `every` so many days, or those of a `cron`
//! expression. `due` tells which of them is next after a consent and the runs before, `clock` which instant a time is
//! where the clocks change. Not here: the clock itself, waiting, running.

mod clock;
mod cron;
mod due;
mod every;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;

pub(crate) use clock::instant;
pub use cron::MOST_RUNS_A_DAY;
pub use due::FIRST_RUN_HOURS;
pub use every::MOST_DAYS;

use cron::FIELDS;

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Neither days nor five fields.
    #[error(
        "`{0}` is no schedule\nhint: write `every 7 days`, or a cron expression of five fields, as in `0 6 * * 1-5`"
    )]
    Unknown(String),
    /// A number of days out of range.
    #[error(
        "`{0}` is out of range\nhint: write `every day`, or `every 2 days` up to `every {MOST_DAYS} days`"
    )]
    Days(String),
    /// A field of a cron expression that cannot be read.
    #[error("`{field}` is no {name}\nhint: the fields of a cron expression are {}", FIELDS.join(", "))]
    Field {
        /// As written.
        field: String,
        /// What it should be.
        name: &'static str,
    },
    /// More runs on a day than are allowed.
    #[error(
        "`{0}` gives more than {MOST_RUNS_A_DAY} runs on a day\nhint: name up to {MOST_RUNS_A_DAY} times of the day, as in `0 6,12,18,23 * * *`"
    )]
    TooOften(String),
    /// Days that no month has.
    #[error("`{0}` never comes\nhint: name a day that the months have, as in `0 6 28 * *`")]
    Never(String),
}

/// The times at which runs are due.
#[derive(Clone, PartialEq, Eq)]
pub struct Schedule(Rule);

#[derive(Clone, PartialEq, Eq)]
enum Rule {
    /// From a time to the same time of the day so many days later.
    Days(u32),
    /// The times of a cron expression, which is kept as written.
    Cron { text: String, cron: Box<Cron> },
}

impl Default for Schedule {
    /// `every 7 days`
    fn default() -> Self {
        Schedule(Rule::Days(7))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Rule::Days(1) => f.write_str("every day"),
            Rule::Days(days) => write!(f, "every {days} days"),
            Rule::Cron { text, .. } => f.write_str(text),
        }
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // a parsed cron expression would fill pages
        write!(f, "Schedule({self})")
    }
}

impl FromStr for Schedule {
    type Err = Error;

    /// Reads `every day`, `every N days` (N from 1 to 366), or a cron expression of five fields that comes
    /// at some time and at most four times on a day.
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        let words: Vec<&str> = text.split_whitespace().collect();
        let rule = match *words.as_slice() {
            ["every", ref rest @ ..] => Rule::Days(every::parse(text, rest)?),
            [a, b, c, d, e] => {
                let cron = cron::parse(text, [a, b, c, d, e])?;
                Rule::Cron { text: text.to_owned(), cron: Box::new(cron) }
            }
            _ => return Err(Error::Unknown(text.to_owned())),
        };
        Ok(Schedule(rule))
    }
}

impl Schedule {
    /// The first time after `after`: with `every N days` the same time of the day N days later.
    ///
    /// Beyond the year 5000 a cron expression has no times; it then gives the end of all time.
    pub fn next(&self, after: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        self.next_since(after, after, zone)
    }

    /// The first time after `after`; those of `every N days` count from `first`.
    fn next_since(&self, first: DateTime<Utc>, after: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        match &self.0 {
            Rule::Days(days) => every::next(*days, first, after, zone),
            Rule::Cron { cron, .. } => cron::next(cron, after, zone),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::New_York;
    use chrono_tz::Europe::Berlin;
    use chrono_tz::Tz::UTC;

    use super::*;

    pub(super) fn schedule(text: &str) -> Schedule {
        text.parse().unwrap()
    }

    pub(super) fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    /// The times of the schedule after `after`, on the clock of the zone.
    pub(super) fn times(text: &str, after: &str, zone: Tz, count: usize) -> Vec<String> {
        let schedule = schedule(text);
        let mut after = at(after);
        let mut times = Vec::new();
        for _ in 0..count {
            after = schedule.next(after, zone);
            times.push(after.with_timezone(&zone).to_rfc3339());
        }
        times
    }

    pub(super) fn refusal(text: &str) -> String {
        text.parse::<Schedule>().unwrap_err().to_string()
    }

    #[test]
    fn a_schedule_is_shown_as_it_is_written() {
        assert_eq!(Schedule::default(), schedule("every 7 days"));
        for text in
            ["every day", "every 2 days", "every 366 days", "0 6 * * MON-fri", "0 6 1 jan *"]
        {
            assert_eq!(schedule(text).to_string(), text);
        }
        assert_eq!(schedule(" every  1 days ").to_string(), "every day");
        assert_eq!(schedule(" 0 6 * * *\n").to_string(), "0 6 * * *");
    }

    #[test]
    fn what_is_no_schedule_is_told_with_what_to_write() {
        let hint = "\nhint: write `every 7 days`, or a cron expression of five fields, as in `0 6 * * 1-5`";
        for text in [
            "",
            "weekly",
            "@daily",
            "every day of the week",
            "every x days",
            "every -1 days",
            "every days",
            "every 7 days at 6",
            "0 0 6 * * *",
        ] {
            assert_eq!(refusal(text), format!("`{text}` is no schedule{hint}"));
        }
        for text in ["every 0 days", "every 367 days", "every 99999999999 days"] {
            assert_eq!(
                refusal(text),
                format!(
                    "`{text}` is out of range\nhint: write `every day`, or `every 2 days` up to `every 366 days`"
                )
            );
        }
        for (text, field, name) in [
            ("61 6 * * *", "61", "minute"),
            ("0 25 * * *", "25", "hour"),
            ("0 6 32 * *", "32", "day of the month"),
            ("0 6 * 13 *", "13", "month"),
            ("0 6 * * 8", "8", "day of the week"),
            ("x 6 * * *", "x", "minute"),
            ("@daily * * * *", "@daily", "minute"),
        ] {
            assert_eq!(
                refusal(text),
                format!(
                    "`{field}` is no {name}\nhint: the fields of a cron expression are minute, hour, day of the month, month, day of the week"
                )
            );
        }
        assert_eq!(format!("{:?}", schedule("0 6 * * 1")), "Schedule(0 6 * * 1)");
    }

    #[test]
    fn month_ends_and_leap_days() {
        assert_eq!(
            times("0 6 31 * *", "2026-01-31T06:00:00Z", UTC, 2),
            ["2026-03-31T06:00:00+00:00", "2026-05-31T06:00:00+00:00"]
        );
        assert_eq!(
            times("0 6 29 2 *", "2026-01-31T06:00:00Z", UTC, 2),
            ["2028-02-29T06:00:00+00:00", "2032-02-29T06:00:00+00:00"]
        );
        // the last day of each month
        assert_eq!(
            times("0 6 L * *", "2028-01-31T06:00:00Z", UTC, 2),
            ["2028-02-29T06:00:00+00:00", "2028-03-31T06:00:00+00:00"]
        );
        assert_eq!(
            times("every 30 days", "2028-01-30T06:00:00Z", UTC, 2),
            ["2028-02-29T06:00:00+00:00", "2028-03-30T06:00:00+00:00"]
        );
        assert_eq!(
            times("every 366 days", "2028-02-29T06:00:00Z", UTC, 1),
            ["2029-03-01T06:00:00+00:00"]
        );
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_the_moment_of_the_change_and_one_that_they_repeat_the_earlier()
     {
        assert_eq!(
            times("30 2 * * *", "2026-03-28T12:00:00Z", Berlin, 2),
            ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]
        );
        assert_eq!(
            times("30 2 * * *", "2026-10-24T12:00:00Z", Berlin, 2),
            ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
        );
        assert_eq!(
            times("30 1,2,3 * * *", "2026-03-08T05:00:00Z", New_York, 4),
            [
                "2026-03-08T01:30:00-05:00",
                "2026-03-08T03:00:00-04:00",
                "2026-03-08T03:30:00-04:00",
                "2026-03-09T01:30:00-04:00"
            ]
        );
        // steps and several hours too: no time is dropped and none comes twice
        assert_eq!(
            times("30 1,7,13,19 * * *", "2026-11-01T04:00:00Z", New_York, 5),
            [
                "2026-11-01T01:30:00-04:00",
                "2026-11-01T07:30:00-05:00",
                "2026-11-01T13:30:00-05:00",
                "2026-11-01T19:30:00-05:00",
                "2026-11-02T01:30:00-05:00"
            ]
        );
        // from within the hour that comes for the second time
        assert_eq!(
            times("45 1 * * *", "2026-11-01T06:30:00Z", New_York, 1),
            ["2026-11-02T01:45:00-05:00"]
        );
        // two times in the hour that is skipped are one
        assert_eq!(
            times("0,30 2 * * *", "2026-03-28T12:00:00Z", Berlin, 2),
            ["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"]
        );
        let daily = schedule("every day");
        let anchored = |last: &str| daily.due(at("2026-03-27T19:30:00Z"), Some(at(last)), Berlin);
        assert_eq!(anchored("2026-03-28T01:30:00Z"), at("2026-03-29T01:00:00Z"));
        assert_eq!(anchored("2026-03-29T01:00:00Z"), at("2026-03-30T00:30:00Z"));
    }
}
