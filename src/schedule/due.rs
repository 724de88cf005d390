//! When the next run is due.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;

use super::Schedule;

/// Hours from a consent to the first run after it.
pub const FIRST_RUN_HOURS: i64 = 6;

impl Schedule {
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
        match last {
            Some(last) if last >= first => self.next_since(first, last, zone),
            _ => first,
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use chrono_tz::Europe::Berlin;
    use chrono_tz::Tz::UTC;

    use super::super::tests::{at, schedule};
    use super::*;

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
