//! Which days a sample spans, and how much was written in them.

use chrono::{Datelike as _, NaiveDate};

use super::Request;
use super::company::{DAYS_AFTER, DAYS_BEFORE};

/// Distinct things and the rows that tell of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Distinct messages or meetings.
    pub items: u64,
    /// Their rows in all exports.
    pub rows: u64,
}

impl std::ops::Sub for Counts {
    type Output = Counts;

    fn sub(self, other: Counts) -> Counts {
        Counts { items: self.items - other.items, rows: self.rows - other.rows }
    }
}

/// Which days are written (day numbers).
#[derive(Clone, Copy)]
pub(super) struct Span {
    /// The day from which accounts rise and fade.
    pub(super) origin: i64,
    pub(super) first: i64,
    pub(super) as_of: i64,
    pub(super) last: i64,
    /// How many days after the last are written apart.
    pub(super) next: i64,
}

impl Span {
    pub(super) fn of(request: &Request) -> Span {
        let as_of = i64::from(request.end.num_days_from_ce())
            - i64::from(NaiveDate::default().num_days_from_ce());
        let origin = as_of - DAYS_BEFORE;
        let (first, last) = match request.days {
            Some(days) => (as_of + 1 - i64::from(days), as_of),
            None => (origin, as_of + DAYS_AFTER),
        };
        Span { origin, first, as_of, last, next: i64::from(request.next_days) }
    }

    /// How far trends have come.
    pub(super) fn offset(self, day: i64) -> i64 {
        day - self.origin
    }

    pub(super) fn next_days(self) -> std::ops::RangeInclusive<i64> {
        self.last + 1..=self.last + self.next
    }
}
