//! Instants, local days of the company and the time zones that its calendars use.
//!
//! Not here: a time zone database. All zones used follow the European rule (since 1996) or have no summer time.

use super::dice::Dice;

pub(super) const DAY: i64 = 86_400;

/// How far a zone is from UTC, in seconds.
#[derive(Clone, Copy)]
pub(super) struct Zone {
    /// As `timeZone` writes it: IANA or Windows.
    pub(super) name: &'static str,
    winter: i64,
    summer: i64,
}

/// Zones of mailboxes; the first ones are the most frequent.
pub(super) const ZONES: [Zone; 7] = [
    Zone { name: "UTC", winter: 0, summer: 0 },
    Zone { name: "GMT Standard Time", winter: 0, summer: 3600 },
    Zone { name: "Europe/London", winter: 0, summer: 3600 },
    Zone { name: "W. Europe Standard Time", winter: 3600, summer: 7200 },
    Zone { name: "Europe/Berlin", winter: 3600, summer: 7200 },
    Zone { name: "India Standard Time", winter: 19_800, summer: 19_800 },
    Zone { name: "Asia/Kolkata", winter: 19_800, summer: 19_800 },
];

/// The company's own zone, `timezone` of the definition.
pub(super) const HOME: Zone = ZONES[2];

impl Zone {
    /// Wall clock of an instant, as seconds since 1970 of that clock.
    pub(super) fn local(self, instant: i64) -> i64 {
        instant + if is_summer(instant) { self.summer } else { self.winter }
    }

    /// The instant of a wall clock time.
    pub(super) fn instant(self, local: i64) -> i64 {
        let guess = local - self.summer;
        if self.local(guess) == local { guess } else { local - self.winter }
    }
}

/// Year, month and day of a day number (days since 1970-01-01).
pub(super) fn civil(day: i64) -> (i64, u32, u32) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month as u32, (doy - (153 * mp + 2) / 5 + 1) as u32)
}

/// 0 is Monday.
pub(super) fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// European summer time: from the last Sunday of March, 01:00 UTC, to the last Sunday of October, 01:00 UTC.
fn is_summer(instant: i64) -> bool {
    let (_, month, day) = civil(instant.div_euclid(DAY));
    if month != 3 && month != 10 {
        return (4..=9).contains(&month);
    }
    // Both months have 31 days.
    let last = instant.div_euclid(DAY) + 31 - i64::from(day);
    let last_sunday = last - (weekday(last) as i64 + 1) % 7;
    let passed = instant >= last_sunday * DAY + 3600;
    passed == (month == 3)
}

/// How busy a local day is, in thousandths of a plain one.
pub(super) fn busy(day: i64) -> u64 {
    const WEEK: [u64; 7] = [1000, 1080, 1060, 1000, 800, 55, 35];
    const YEAR: [u64; 12] = [950, 1000, 1050, 960, 1000, 1040, 900, 700, 1050, 1100, 1080, 800];
    let (_, month, date) = civil(day);
    let holidays =
        if (month == 12 && date >= 24) || (month == 1 && date == 1) { 200 } else { 1000 };
    WEEK[weekday(day)] * YEAR[month as usize - 1] * holidays / 1_000_000
}

/// A second of a local day: office hours, seldom the evening, hardly ever the night.
pub(super) fn second_of_day(dice: &mut Dice) -> i64 {
    const HOURS: [u64; 24] =
        [1, 0, 0, 0, 0, 1, 4, 18, 80, 140, 130, 120, 80, 90, 120, 110, 90, 50, 18, 9, 8, 7, 4, 2];
    dice.weighted(&HOURS) as i64 * 3600 + dice.below(3600) as i64
}

/// Moves most moments that fall into the night or a weekend to the next morning of work.
pub(super) fn office_hours(instant: i64, dice: &mut Dice) -> i64 {
    let local = HOME.local(instant);
    let (mut day, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let night = !(7 * 3600..20 * 3600).contains(&second);
    if (!night && weekday(day) < 5) || dice.chance(120) {
        return instant;
    }
    if second >= 20 * 3600 {
        day += 1;
    }
    while weekday(day) >= 5 {
        day += 1;
    }
    HOME.instant(day * DAY + 8 * 3600 + dice.below(7200) as i64).max(instant)
}

/// Windows file time (100 ns since 1601) of an instant.
pub(super) fn file_time(instant: i64) -> u64 {
    ((instant + 11_644_473_600).max(0) as u64) * 10_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp()
    }

    #[test]
    fn summer_time_begins_and_ends_at_one_utc() {
        for (instant, summer) in [
            ("2025-03-30T00:59:59Z", false),
            ("2025-03-30T01:00:00Z", true),
            ("2025-03-31T12:00:00Z", true),
            ("2025-03-29T12:00:00Z", false),
            ("2024-03-31T00:59:59Z", false),
            ("2024-03-31T01:00:00Z", true),
            ("2025-10-26T00:59:59Z", true),
            ("2025-10-26T01:00:00Z", false),
            ("2025-10-31T12:00:00Z", false),
            ("2025-10-25T12:00:00Z", true),
            ("2025-07-01T00:00:00Z", true),
            ("2025-12-31T23:59:59Z", false),
        ] {
            assert_eq!(is_summer(at(instant)), summer, "{instant}");
        }
    }

    #[test]
    fn local_times_go_there_and_back() {
        for zone in ZONES {
            for instant in (at("2025-01-01T09:00:00Z")..at("2026-01-01T00:00:00Z")).step_by(86_400)
            {
                assert_eq!(zone.instant(zone.local(instant)), instant, "{}", zone.name);
            }
        }
        assert_eq!(civil(at("2024-02-29T00:00:00Z") / DAY), (2024, 2, 29));
        assert_eq!(weekday(at("2025-06-30T00:00:00Z") / DAY), 0);
    }
}
