//! When runs are due: the definition's `schedule`.
//!
//! A schedule names times on the clock of the definition's time zone. Where the clocks go back and a
//! time comes twice, the earlier one counts; where they go forward over it, the moment of the change.
//! In a cron expression a day counts that is either the day of the month or the day of the week, where
//! both are given; months and days of the week may have English names, and `L` is the last day.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};
use croner::{Cron, Direction};

/// Hours from a consent to the first run after it.
pub const FIRST_RUN_HOURS: i64 = 6;

/// Most runs that a schedule may give on one local day.
pub const MOST_RUNS_A_DAY: usize = 4;

/// Most days from one run to the next.
pub const MOST_DAYS: u32 = 366;

/// The fields of a cron expression.
const FIELDS: [&str; 5] = ["minute", "hour", "day of the month", "month", "day of the week"];

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
        let rule = match words.as_slice() {
            ["every", "day"] => Rule::Days(1),
            ["every", days, "day" | "days"] => match days.parse() {
                Ok(days @ 1..=MOST_DAYS) => Rule::Days(days),
                Ok(_) => return Err(Error::Days(text.to_owned())),
                Err(_) if days.chars().all(|c| c.is_ascii_digit()) => {
                    return Err(Error::Days(text.to_owned()));
                }
                Err(_) => return Err(Error::Unknown(text.to_owned())),
            },
            ["every", ..] => return Err(Error::Unknown(text.to_owned())),
            &[a, b, c, d, e] => {
                Rule::Cron { text: text.to_owned(), cron: Box::new(cron(text, [a, b, c, d, e])?) }
            }
            _ => return Err(Error::Unknown(text.to_owned())),
        };
        Ok(Schedule(rule))
    }
}

/// A cron expression that is fit for a schedule.
fn cron(text: &str, fields: [&str; 5]) -> Result<Cron, Error> {
    for (index, (field, name)) in fields.into_iter().zip(FIELDS).enumerate() {
        let mut alone = ["*"; 5];
        alone[index] = field;
        if alone.join(" ").parse::<Cron>().is_err() {
            return Err(Error::Field { field: field.to_owned(), name });
        }
    }
    let cron: Cron = text.parse().map_err(|_| Error::Unknown(text.to_owned()))?;
    // the days of an expression do not depend on the year it is read in, and all have the same times
    let start = NaiveDate::default().and_time(Default::default());
    let Ok(first) = cron.find_next_occurrence(&start, true) else {
        return Err(Error::Never(text.to_owned()));
    };
    let slots = cron.iter_from(first, Direction::Forward);
    match slots.take_while(|slot| slot.date() == first.date()).nth(MOST_RUNS_A_DAY) {
        Some(_) => Err(Error::TooOften(text.to_owned())),
        None => Ok(cron),
    }
}

impl Schedule {
    /// The first time after `after`: with `every N days` the same time of the day N days later.
    ///
    /// Beyond the year 5000 a cron expression has no times; it then gives the end of all time.
    pub fn next(&self, after: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        match &self.0 {
            Rule::Days(days) => next_by_days(*days, after, after, zone),
            Rule::Cron { cron, .. } => next_by_cron(cron, after, zone),
        }
    }

    /// When the next run is due: now or in the past if it is overdue.
    ///
    /// `agreed` is the time of the consent, `last` the start of the last run. Nothing is due before the
    /// first run, six hours after the consent. From then on the next run is due at the first time of the
    /// schedule after the start of the last one, however many were missed. The times of `every N days`
    /// count from that first run, not from the last, so a run that starts late leaves them where they are.
    ///
    /// A run that was started by hand, or late, does not stand in for the next time of the schedule,
    /// however close that is; one that was started before the first run was due does not for that.
    /// A new consent begins anew, with a first run and with the times that follow from it.
    pub fn due(
        &self,
        agreed: DateTime<Utc>,
        last: Option<DateTime<Utc>>,
        zone: Tz,
    ) -> DateTime<Utc> {
        // times of runs may be kept in whole seconds: one that has started must not seem to be before
        let first = agreed.trunc_subsecs(0) + TimeDelta::hours(FIRST_RUN_HOURS);
        match (last, &self.0) {
            (Some(last), Rule::Days(days)) if last >= first => {
                next_by_days(*days, first, last, zone)
            }
            (Some(last), Rule::Cron { cron, .. }) if last >= first => {
                next_by_cron(cron, last, zone)
            }
            _ => first,
        }
    }
}

/// The first time after `after` that lies a multiple of `days` after `first`, at the same time of the day.
fn next_by_days(days: u32, first: DateTime<Utc>, after: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let local = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
    let days = u64::from(days);
    let passed = (local(after).date() - local(first).date()).num_days();
    // the last multiple that is no later than the day of `after`
    let mut times = u64::try_from(passed).unwrap_or(0) / days;
    loop {
        let next = instant(local(first) + Days::new(times * days), zone);
        if next > after {
            return next;
        }
        times += 1;
    }
}

/// The first time of a cron expression after `after`.
fn next_by_cron(cron: &Cron, after: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    // asked on the clock alone: with a zone, croner drops or repeats times of several hours when the clocks change
    let mut local = after.with_timezone(&zone).naive_local();
    while let Ok(slot) = cron.find_next_occurrence(&local, false) {
        let next = instant(slot, zone);
        if next > after {
            return next;
        }
        local = slot;
    }
    DateTime::<Utc>::MAX_UTC
}

/// The instant of a local time: the earlier of two; where the clocks skip it, the moment of the change,
/// or the last minute before that if the change ends the day.
pub(crate) fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    if let Some(found) = zone.from_local_datetime(&local).earliest() {
        return found.to_utc();
    }
    match GapInfo::new(&local, &zone).and_then(|gap| gap.end) {
        Some(change) if change.date_naive() == local.date() => change.to_utc(),
        Some(change) => change.to_utc() - TimeDelta::minutes(1),
        None => local.and_utc(),
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::{New_York, Nuuk};
    use chrono_tz::Europe::Berlin;
    use chrono_tz::{Africa, Tz::UTC};

    use super::*;

    fn schedule(text: &str) -> Schedule {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    /// The times of the schedule after `after`, on the clock of the zone.
    fn times(text: &str, after: &str, zone: Tz, count: usize) -> Vec<String> {
        let schedule = schedule(text);
        let mut after = at(after);
        let mut times = Vec::new();
        for _ in 0..count {
            after = schedule.next(after, zone);
            times.push(after.with_timezone(&zone).to_rfc3339());
        }
        times
    }

    fn refusal(text: &str) -> String {
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
    fn at_most_four_runs_on_a_day() {
        for text in ["0 6,12,18,23 * * *", "0 */6 * * *", "0,15,30,45 3 1 * *", "0 0,12 1 * 1"] {
            schedule(text);
        }
        for text in [
            "0 */4 * * *",
            "0 0,6,12,18,23 * * *",
            "* * * * *",
            "0,30 6,12,18 * * 1",
            "*/10 6 29 2 *",
        ] {
            assert_eq!(
                refusal(text),
                format!(
                    "`{text}` gives more than 4 runs on a day\nhint: name up to 4 times of the day, as in `0 6,12,18,23 * * *`"
                )
            );
        }
    }

    #[test]
    fn days_that_never_come_are_refused() {
        for text in ["0 6 30 2 *", "0 6 31 4,6,9,11 *"] {
            assert_eq!(
                refusal(text),
                format!(
                    "`{text}` never comes\nhint: name a day that the months have, as in `0 6 28 * *`"
                )
            );
        }
        // either day: Mondays come
        schedule("0 6 30 2 1");
    }

    #[test]
    fn days_keep_the_time_of_the_day_when_the_clocks_change() {
        assert_eq!(
            times("every day", "2026-03-27T05:30:00Z", Berlin, 3),
            ["2026-03-28T06:30:00+01:00", "2026-03-29T06:30:00+02:00", "2026-03-30T06:30:00+02:00"]
        );
        assert_eq!(
            times("every 7 days", "2026-10-20T04:30:00Z", Berlin, 2),
            ["2026-10-27T06:30:00+01:00", "2026-11-03T06:30:00+01:00"]
        );
        assert_eq!(
            times("every 7 days", "2026-03-03T11:30:00Z", New_York, 2),
            ["2026-03-10T06:30:00-04:00", "2026-03-17T06:30:00-04:00"]
        );
        assert_eq!(
            times("every day", "2026-10-31T10:30:00Z", New_York, 2),
            ["2026-11-01T06:30:00-05:00", "2026-11-02T06:30:00-05:00"]
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

    #[test]
    fn a_change_of_the_clocks_at_midnight_leaves_runs_on_their_day() {
        // Cairo goes from 0:00 to 1:00
        assert_eq!(
            times("0 */6 * * *", "2026-04-23T17:00:00Z", Africa::Cairo, 2),
            ["2026-04-24T01:00:00+03:00", "2026-04-24T06:00:00+03:00"]
        );
        // Nuuk goes from Saturday 23:00 to Sunday 0:00
        assert_eq!(
            times("30 6,12,18,23 * * *", "2026-03-28T20:45:00Z", Nuuk, 2),
            ["2026-03-28T22:59:00-02:00", "2026-03-29T06:30:00-01:00"]
        );
    }

    /// No local day of four years has more than four runs, whatever the clocks do.
    #[test]
    fn four_times_of_the_day_are_four_runs_at_most_on_each_day_of_the_zone() {
        for zone in [Berlin, New_York, Nuuk, Africa::Cairo, chrono_tz::America::Havana] {
            for text in ["30 2,3,22,23 * * *", "0 */6 * * *", "59 0,1,2,23 * * *"] {
                let schedule = schedule(text);
                let (mut day, mut runs, mut days) = (NaiveDate::MIN, 0, 0);
                let mut next = at("2026-01-01T12:00:00Z");
                while next < at("2030-01-01T12:00:00Z") {
                    next = schedule.next(next, zone);
                    let local = next.with_timezone(&zone).date_naive();
                    (day, runs, days) = match local == day {
                        true => (day, runs + 1, days),
                        false => (local, 1, days + 1),
                    };
                    assert!(runs <= 4, "{zone} {text} {local}");
                }
                assert_eq!(days, 1462, "{zone} {text}: a day is missing");
            }
        }
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
    fn a_time_itself_is_not_after_itself() {
        assert_eq!(
            times("0 6 * * *", "2026-01-01T06:00:00Z", UTC, 1),
            ["2026-01-02T06:00:00+00:00"]
        );
        assert_eq!(
            times("0 6 * * *", "2026-01-01T05:59:59.5Z", UTC, 1),
            ["2026-01-01T06:00:00+00:00"]
        );
        assert_eq!(
            times("0 6 * * *", "2026-01-01T06:00:00.5Z", UTC, 1),
            ["2026-01-02T06:00:00+00:00"]
        );
    }

    #[test]
    fn the_first_run_is_six_hours_after_the_consent() {
        let agreed = at("2026-05-04T09:15:30.9Z");
        let first = at("2026-05-04T15:15:30Z");
        for text in ["every 7 days", "0 12 * * *"] {
            let due = |last: Option<&str>| schedule(text).due(agreed, last.map(at), UTC);
            assert_eq!(due(None), first);
            // a run of an earlier consent, and one by hand before the first
            assert_eq!(due(Some("2026-05-03T12:00:00Z")), first);
            assert_eq!(due(Some("2026-05-04T15:15:29Z")), first);
            assert!(due(Some("2026-05-04T15:15:30Z")) > first);
        }
    }

    #[test]
    fn delays_do_not_make_the_time_of_the_day_creep() {
        let agreed = at("2026-05-04T09:00:00Z");
        let daily = schedule("every day");
        let mut last = None;
        for day in 0..200 {
            let due = daily.due(agreed, last, Berlin);
            let local = due.with_timezone(&Berlin).naive_local();
            assert_eq!(local, at("2026-05-04T17:00:00Z").naive_utc() + Days::new(day));
            last = Some(due + TimeDelta::seconds(97));
        }
    }

    #[test]
    fn after_a_pause_a_run_is_overdue_once() {
        let agreed = at("2026-05-04T00:00:00Z");
        for (text, missed, next) in [
            ("every 7 days", "2026-05-11T06:00:00Z", "2026-07-06T06:00:00Z"),
            ("0 6 * * *", "2026-05-05T06:00:00Z", "2026-07-02T06:00:00Z"),
        ] {
            let due = |last: &str| schedule(text).due(agreed, Some(at(last)), UTC);
            assert_eq!(due("2026-05-04T06:00:10Z"), at(missed));
            // it starts now, weeks late
            assert_eq!(due("2026-07-01T11:11:11Z"), at(next));
        }
    }

    #[test]
    fn a_run_by_hand_leaves_the_times_where_they_are() {
        let due = |text: &str| {
            schedule(text).due(at("2026-05-04T00:00:00Z"), Some(at("2026-05-11T05:59:00Z")), UTC)
        };
        assert_eq!(due("every 7 days"), at("2026-05-11T06:00:00Z"));
        assert_eq!(due("0 6 * * 1"), at("2026-05-11T06:00:00Z"));
    }

    #[test]
    fn a_first_run_in_the_hour_that_comes_twice_is_not_due_again() {
        // 6 hours after the consent it is 2:30 for the second time
        let agreed = at("2026-10-24T19:30:00Z");
        let due = |last| schedule("every day").due(agreed, last, Berlin);
        assert_eq!(due(None), at("2026-10-25T01:30:00Z"));
        assert_eq!(due(Some(at("2026-10-25T01:30:00Z"))), at("2026-10-26T01:30:00Z"));
    }
}
