//! The parts that rows of every kind share: addresses, times and zones, enums, marks of rows that
//! hold no data.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::Tz;
use serde::de::MapAccess;
use windows_timezones::WindowsTimezone;

use super::Reason;
use super::json::{Anything, Field, Shape, Text, object};
use crate::activity::{Micros, lower, normal_form, trim};

object! {
    /// `{"emailAddress": {"name": …, "address": …}}`, or an empty object.
    Recipient {
        email_address: EmailAddress<'a> = "emailAddress",
    }
}

object! {
    EmailAddress {
        address: Text<'a> = "address",
    }
}

/// The address of a sender or recipient in normal form.
pub(super) fn address(
    field: Field<Recipient<'_>>,
    name: &'static str,
) -> Result<Option<String>, Reason> {
    field.get(name)?.map_or(Ok(None), |recipient| email_address(recipient.email_address, name))
}

/// The address of an `emailAddress` in normal form.
pub(super) fn email_address(
    field: Field<EmailAddress<'_>>,
    name: &'static str,
) -> Result<Option<String>, Reason> {
    let Some(email_address) = field.get(name)? else {
        return Ok(None);
    };
    Ok(email_address.address.text(name)?.and_then(normal_form))
}

object! {
    /// Where an export says that a row stands for a mailbox without data.
    RowInformation {
        is_summary: bool = "isUserSummaryRow",
        is_empty: bool = "userReturnedNoData",
    }
}

/// Whether a row holds no data: a summary row, or a removal of a delta page.
pub(super) fn is_no_data(
    information: &Field<RowInformation<'_>>,
    is_summary: &Field<bool>,
    is_empty: &Field<bool>,
    removed: &Field<Anything>,
) -> bool {
    let is_set = |flag: &Field<bool>| matches!(flag, Field::Is(true));
    let is_said_inside = matches!(
        information,
        Field::Is(inside) if is_set(&inside.is_summary) || is_set(&inside.is_empty)
    );
    is_said_inside || is_set(is_summary) || is_set(is_empty) || removed.has_value()
}

/// An enum value in lower case: `microsoft.graph.responseType'accepted'` is `accepted`.
pub(super) fn enum_word(value: &str) -> String {
    let mut parts = value.split('\'');
    let word = match (parts.next(), parts.next()) {
        (_, Some(quoted)) => quoted,
        (plain, None) => plain.unwrap_or_default(),
    };
    lower(trim(word))
}

/// Whether the OData type's name contains the word, given in lower case.
pub(super) fn type_contains(odata_type: Option<&str>, word: &str) -> bool {
    let holds = |name: &str| {
        let mut windows = name.as_bytes().windows(word.len());
        windows.any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    odata_type.is_some_and(|name| {
        if name.is_ascii() { holds(name) } else { name.to_lowercase().contains(word) }
    })
}

/// The time of a field that holds an instant; without offset it is UTC. `None` if it is empty.
pub(super) fn instant(
    field: &Field<Text<'_>>,
    name: &'static str,
) -> Result<Option<Micros>, Reason> {
    let Some(text) = field.text(name)? else {
        return Ok(None);
    };
    match parse_time(text).ok_or(Reason::UnreadableTime(name))? {
        Time::Instant(micros) => Ok(Some(micros)),
        Time::Local(local) => Ok(Some(local.and_utc().timestamp_micros())),
    }
}

/// A point of time in an event: an object with a zone, or a plain text.
#[derive(Debug)]
pub(super) enum EventTime<'a> {
    Zoned(ZonedTime<'a>),
    Plain(Text<'a>),
}

object! {
    ZonedTime {
        date_time: Text<'a> = "dateTime",
        time_zone: Text<'a> = "timeZone",
    }
}

impl<'a> Shape<'a> for EventTime<'a> {
    fn from_text(text: Text<'a>) -> Option<Self> {
        Some(Self::Plain(text))
    }

    fn from_object<A: MapAccess<'a>>(object: A) -> Result<Option<Self>, A::Error> {
        Ok(ZonedTime::from_object(object)?.map(Self::Zoned))
    }
}

/// The instant of an event's start or end.
pub(super) fn event_instant(
    field: Field<EventTime<'_>>,
    name: &'static str,
) -> Result<Micros, Reason> {
    let zoned = match field.get(name)?.ok_or(Reason::Missing(name))? {
        EventTime::Zoned(zoned) => zoned,
        EventTime::Plain(text) => ZonedTime { date_time: Field::Is(text), ..ZonedTime::default() },
    };
    let text = zoned.date_time.text(name)?.ok_or(Reason::Missing(name))?;
    match parse_time(text).ok_or(Reason::UnreadableTime(name))? {
        Time::Instant(micros) => Ok(micros),
        Time::Local(local) => {
            let zone = match zoned.time_zone.text(name)? {
                None => Tz::UTC,
                Some(zone) => time_zone(zone).ok_or(Reason::UnknownZone(name))?,
            };
            instant_in_zone(local, zone).ok_or(Reason::UnreadableTime(name))
        }
    }
}

enum Time {
    Instant(Micros),
    Local(NaiveDateTime),
}

/// RFC 3339, with or without offset and fraction, or a date alone.
fn parse_time(text: &str) -> Option<Time> {
    // chrono alone would also take signs, blanks and short years.
    let shape = text.as_bytes().get(..10)?;
    let is_date = shape.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !is_date {
        return None;
    }
    if let Some(time) = parse_usual_time(text.as_bytes()) {
        return Some(time);
    }
    if text.len() == 10 {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        return Some(Time::Local(date.and_time(NaiveTime::MIN)));
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(Time::Instant(time.timestamp_micros()));
    }
    let format = match text.as_bytes()[10] {
        b'T' | b't' => "%Y-%m-%dT%H:%M:%S%.f",
        _ => "%Y-%m-%d %H:%M:%S%.f",
    };
    NaiveDateTime::parse_from_str(&text.replacen('t', "T", 1), format).ok().map(Time::Local)
}

/// `2024-03-01T10:00:00` of this century or the last, with up to nine digits of a fraction, with or without `Z`.
fn parse_usual_time(text: &[u8]) -> Option<Time> {
    let (shape, rest) = text.split_first_chunk::<19>()?;
    let [_, _, _, _, b'-', _, _, b'-', _, _, b'T', _, _, b':', _, _, b':', _, _] = shape else {
        return None;
    };
    let number = |from: usize| -> Option<u32> {
        let (tens, ones) = (shape[from].wrapping_sub(b'0'), shape[from + 1].wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
    };
    let year = match number(0)? {
        century @ 19..=20 => (century * 100 + number(2)?).cast_signed(),
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt(year, number(5)?, number(8)?)?;
    let (rest, is_utc) = match rest {
        [rest @ .., b'Z'] => (rest, true),
        _ => (rest, false),
    };
    let mut micros = 0;
    match rest {
        [] => {}
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            for at in 0..6 {
                micros = micros * 10
                    + u32::from(digits.get(at).map_or(0, |digit| digit.wrapping_sub(b'0')));
            }
            if !digits.iter().all(u8::is_ascii_digit) {
                return None;
            }
        }
        _ => return None,
    }
    let local = date.and_hms_micro_opt(number(11)?, number(14)?, number(17)?, micros)?;
    Some(if is_utc {
        Time::Instant(local.and_utc().timestamp_micros())
    } else {
        Time::Local(local)
    })
}

/// IANA, Windows and Microsoft's own names of time zones.
fn time_zone(name: &str) -> Option<Tz> {
    if let Ok(zone) = name.parse() {
        return Some(zone);
    }
    ZONES.get(name.to_ascii_lowercase().as_str()).copied()
}

/// Zones by their name in lower case.
static ZONES: LazyLock<HashMap<String, Tz>> = LazyLock::new(|| {
    let mut zones = HashMap::new();
    for zone in chrono_tz::TZ_VARIANTS {
        zones.insert(zone.name().to_ascii_lowercase(), zone);
        if let Ok(windows) = WindowsTimezone::try_from(zone) {
            zones.insert(windows.name().to_ascii_lowercase(), windows.into());
        }
    }
    // Names that Windows has retired and old calendars still hold.
    zones.insert("mid-atlantic standard time".to_owned(), Tz::Etc__GMTPlus2);
    zones.insert("kamchatka standard time".to_owned(), Tz::Asia__Kamchatka);
    zones.insert("tzone://microsoft/utc".to_owned(), Tz::UTC);
    zones
});

/// The instant of a local time: the earlier of two; in a gap, as if the clocks had not moved yet.
fn instant_in_zone(local: NaiveDateTime, zone: Tz) -> Option<Micros> {
    let offset = (0..=60).find_map(|half_hours| {
        let before = local.checked_sub_signed(Duration::minutes(30 * half_hours))?;
        zone.offset_from_local_datetime(&before).earliest()
    })?;
    let utc = local.checked_sub_offset(offset.fix())?;
    Some(utc.and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<String> {
        parse_time(text).map(|time| match time {
            Time::Instant(micros) => {
                format!("{:?}", DateTime::from_timestamp_micros(micros).unwrap())
            }
            Time::Local(local) => format!("{local:?}"),
        })
    }

    #[test]
    fn times_are_read_strictly() {
        let check =
            |text, expected: Option<&str>| assert_eq!(utc(text).as_deref(), expected, "{text}");
        check("2024-03-01T10:00:00.1234567Z", Some("2024-03-01T10:00:00.123456Z"));
        check("2024-03-01T10:00:00+02:00", Some("2024-03-01T08:00:00Z"));
        check("2024-03-01t10:00:00z", Some("2024-03-01T10:00:00Z"));
        check("2024-03-01T10:00:00.0000000", Some("2024-03-01T10:00:00"));
        check("2024-03-01 10:00:00", Some("2024-03-01T10:00:00"));
        check("2024-03-01", Some("2024-03-01T00:00:00"));
        check("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00Z"));
        check("2024-02-30", None);
        check("24-02-03T10:00:00Z", None);
        check("1709287200", None);
        check("2024-03-01T10", None);
        check("2024-03-0é", None);
        check("", None);
    }

    #[test]
    fn local_times_that_a_clock_change_repeats_or_skips() {
        let check = |zone: &str, local: &str, expected: &str| {
            let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").unwrap();
            let micros = instant_in_zone(local, time_zone(zone).unwrap()).unwrap();
            let instant = DateTime::from_timestamp_micros(micros).unwrap();
            assert_eq!(instant.format("%Y-%m-%dT%H:%MZ").to_string(), expected);
        };
        check("Europe/Berlin", "2024-07-01T12:00", "2024-07-01T10:00Z");
        check("W. Europe Standard Time", "2024-03-31T02:30", "2024-03-31T01:30Z");
        check("europe/berlin", "2024-10-27T02:30", "2024-10-27T00:30Z");
        check("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T22:00Z");
        check("pacific standard time", "2024-01-01T00:00", "2024-01-01T08:00Z");
        check("tzone://Microsoft/Utc", "2024-01-01T00:00", "2024-01-01T00:00Z");
    }

    #[test]
    fn every_windows_zone_is_known_and_custom_ones_are_not() {
        let windows = chrono_tz::TZ_VARIANTS
            .into_iter()
            .filter_map(|zone| WindowsTimezone::try_from(zone).ok())
            .map(WindowsTimezone::name)
            .collect::<std::collections::BTreeSet<_>>();
        assert!(windows.len() >= 139, "{}", windows.len());
        assert!(time_zone("tzone://Microsoft/Custom").is_none());
        assert!(time_zone("Customized Time Zone").is_none());
    }

    #[test]
    fn enum_values_lose_their_type() {
        assert_eq!(enum_word("microsoft.graph.responseType'accepted'"), "accepted");
        assert_eq!(
            enum_word("Microsoft.OutlookServices.ResponseType'NotResponded'"),
            "notresponded"
        );
        assert_eq!(enum_word(" Declined "), "declined");
        assert_eq!(enum_word(""), "");
    }
}
