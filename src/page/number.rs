//! Numbers, days and sizes as people read them.

use chrono::{DateTime, NaiveDate, Utc};
use maud::{Markup, html};

use super::Page;
pub use crate::card::words::day;

impl Page<'_> {
    /// A whole number.
    pub(super) fn whole(&self, number: impl TryInto<u64>) -> String {
        self.numbers.whole(number.try_into().unwrap_or_default())
    }

    /// A whole number in few signs, for the axis of a chart.
    pub(super) fn short(&self, number: u64) -> String {
        match number {
            0..=9_999 => self.whole(number),
            10_000..=999_999 => self.scaled(number as f64 / 1e3, "k"),
            _ => self.scaled(number as f64 / 1e6, "M"),
        }
    }

    fn scaled(&self, number: f64, unit: &str) -> String {
        let places = usize::from((number * 10.0).round() % 10.0 != 0.0);
        format!("{}{unit}", self.numbers.decimal(number, places))
    }

    /// How much of `all` is `part`, in percent.
    pub(super) fn percent(&self, part: u64, all: u64) -> String {
        let share = 100.0 * part as f64 / all.max(1) as f64;
        match share {
            share if share > 0.0 && share < 1.0 => "<1 %".to_owned(),
            share if share > 99.0 && share < 100.0 => ">99 %".to_owned(),
            share => format!("{share:.0} %"),
        }
    }

    /// `count` and what it counts.
    pub(super) fn counted(&self, count: impl TryInto<u64>, one: &str, many: &str) -> String {
        let count = count.try_into().unwrap_or_default();
        format!("{} {}", self.whole(count), if count == 1 { one } else { many })
    }

    /// How many days ago; `None` for never.
    pub(super) fn days_ago(&self, days: Option<i64>) -> Option<String> {
        Some(match days? {
            0 => "today".to_owned(),
            1 => "1 day".to_owned(),
            days => format!("{} days", self.whole(days)),
        })
    }
}

/// A day that programs can read too.
pub fn day_element(on: NaiveDate) -> Markup {
    html! { time datetime=(on.format("%Y-%m-%d").to_string()) { (day(on)) } }
}

/// An instant that programs can read too.
pub fn instant_element(at: DateTime<Utc>) -> Markup {
    html! {
        time datetime=(at.format("%Y-%m-%dT%H:%M:%SZ").to_string()) {
            (at.format("%-d %b %Y, %H:%M UTC").to_string())
        }
    }
}

/// How long something took.
pub fn duration(seconds: f64) -> String {
    match seconds as u64 {
        whole @ 3600.. => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
        whole @ 60.. => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{seconds:.1} s"),
    }
}

#[cfg(test)]
mod tests {
    use crate::card::number::Numbers;
    use crate::page::Links;

    use super::*;

    #[test]
    fn numbers_are_grouped_and_shortened() {
        let of = |locale: &str| Numbers::of(locale).unwrap();
        let (english, german) = (of("en"), of("de"));
        let page = |numbers| Page {
            links: Links::Live,
            enrichment: "north",
            set: None,
            can_sign_out: false,
            numbers,
        };
        let english = page(&english);
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(|n: u64| english.whole(n)),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [9_999, 10_000, 12_345, 3_000_000].map(|n| english.short(n)),
            ["9,999", "10k", "12.3k", "3M"]
        );
        assert_eq!(
            [(1, 1000), (999, 1000), (1, 3), (0, 0)].map(|(part, all)| english.percent(part, all)),
            ["<1 %", ">99 %", "33 %", "0 %"]
        );
        assert_eq!(page(&german).short(12_345), "12,3k");
        assert_eq!(page(&german).counted(1_000_u64, "day", "days"), "1.000 days");
    }
}
