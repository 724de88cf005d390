//! The times of a cron expression.
//!
//! In an expression a day counts that is either the day of the month or the day of the week, where both are given;
//! months and days of the week may have English names, and `L` is the last day.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use croner::{Cron, Direction};

use super::{Error, instant};

/// Most runs that a schedule may give on one local day.
pub const MOST_RUNS_A_DAY: usize = 4;

/// The fields of a cron expression.
pub(super) const FIELDS: [&str; 5] =
    ["minute", "hour", "day of the month", "month", "day of the week"];

/// A cron expression that is fit for a schedule.
pub(super) fn parse(text: &str, fields: [&str; 5]) -> Result<Cron, Error> {
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

/// The first time of a cron expression after `after`.
pub(super) fn next(cron: &Cron, after: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
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

#[cfg(test)]
mod tests {
    use chrono_tz::America::{Havana, New_York, Nuuk};
    use chrono_tz::Europe::Berlin;
    use chrono_tz::{Africa, Tz::UTC};

    use super::super::tests::{at, refusal, schedule, times};
    use super::*;

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

    /// No local day of four years has more than four runs, whatever the clocks do.
    #[test]
    fn four_times_of_the_day_are_four_runs_at_most_on_each_day_of_the_zone() {
        for zone in [Berlin, New_York, Nuuk, Africa::Cairo, Havana] {
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
}
