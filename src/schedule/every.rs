//! The times of `every N days`.

use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;

use super::{Error, instant};

/// Most days from one run to the next.
pub const MOST_DAYS: u32 = 366;

/// The days of `text`, whose words after `every` are `words`.
pub(super) fn parse(text: &str, words: &[&str]) -> Result<u32, Error> {
    match words {
        ["day"] => Ok(1),
        [days, "day" | "days"] if days.chars().all(|c| c.is_ascii_digit()) => {
            let days = days.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
            days.ok_or_else(|| Error::Days(text.to_owned()))
        }
        _ => Err(Error::Unknown(text.to_owned())),
    }
}

/// The first time after `after` that lies a multiple of `days` after `first`, at the same time of the day.
pub(super) fn next(
    days: u32,
    first: DateTime<Utc>,
    after: DateTime<Utc>,
    zone: Tz,
) -> DateTime<Utc> {
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

#[cfg(test)]
mod tests {
    use chrono_tz::America::New_York;
    use chrono_tz::Europe::Berlin;

    use super::super::tests::times;

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
}
