//! Local times where the clocks change.

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};

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
    use chrono_tz::Africa::Cairo;
    use chrono_tz::America::Nuuk;

    use super::super::tests::times;

    #[test]
    fn a_change_of_the_clocks_at_midnight_leaves_runs_on_their_day() {
        // Cairo goes from 0:00 to 1:00
        assert_eq!(
            times("0 */6 * * *", "2026-04-23T17:00:00Z", Cairo, 2),
            ["2026-04-24T01:00:00+03:00", "2026-04-24T06:00:00+03:00"]
        );
        // Nuuk goes from Saturday 23:00 to Sunday 0:00
        assert_eq!(
            times("30 6,12,18,23 * * *", "2026-03-28T20:45:00Z", Nuuk, 2),
            ["2026-03-28T22:59:00-02:00", "2026-03-29T06:30:00-01:00"]
        );
    }
}
