//! `local_day(instant, timezone)`: the calendar day of an instant in an IANA time zone.
//!
//! `local_day(timestamp '2025-03-01T03:00:00Z', 'America/New_York')` is `2025-02-28`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Builder};
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use chrono::{DateTime, Datelike, NaiveDate, TimeZone};
use chrono_tz::Tz;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

/// The function as DataFusion registers it.
pub(super) fn function() -> ScalarUDF {
    ScalarUDF::from(LocalDay {
        signature: Signature::exact(
            vec![
                DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC"))),
                DataType::Utf8,
            ],
            Volatility::Immutable,
        ),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct LocalDay {
    signature: Signature,
}

impl ScalarUDFImpl for LocalDay {
    fn name(&self) -> &str {
        "local_day"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Date32)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        Ok(ColumnarValue::Array(local_days(&arrays[0], &arrays[1])?))
    }
}

fn local_days(instants: &ArrayRef, zones: &ArrayRef) -> Result<ArrayRef> {
    let instants = instants.as_primitive::<TimestampMicrosecondType>();
    let zones = zones.as_string::<i32>();
    let mut days = Date32Builder::with_capacity(instants.len());
    // the zone is a setting of the run, so one parsed zone serves nearly every row
    let mut known: Option<(&str, Tz)> = None;
    for row in 0..instants.len() {
        if instants.is_null(row) || zones.is_null(row) {
            days.append_null();
            continue;
        }
        let name = zones.value(row);
        let zone = match known {
            Some((known_name, zone)) if known_name == name => zone,
            _ => match name.parse::<Tz>() {
                Ok(zone) => zone,
                Err(_) => return exec_err!("`{name}` is no IANA time zone"),
            },
        };
        known = Some((name, zone));
        days.append_option(local_day(instants.value(row), zone));
    }
    Ok(Arc::new(days.finish()))
}

/// Days since 1970-01-01 of the local day of `micros` in `zone`; `None` beyond the calendar's range.
fn local_day(micros: i64, zone: Tz) -> Option<i32> {
    let instant = DateTime::from_timestamp_micros(micros)?;
    let local = zone.from_utc_datetime(&instant.naive_utc()).date_naive();
    Some(local.num_days_from_ce() - NaiveDate::default().num_days_from_ce())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_local_midnight() {
        let micros =
            |text: &str| DateTime::parse_from_rfc3339(text).expect("an instant").timestamp_micros();
        let day = |text: &str| {
            NaiveDate::parse_from_str(text, "%F").expect("a day").num_days_from_ce()
                - NaiveDate::default().num_days_from_ce()
        };
        for (instant, zone, expected) in [
            ("2025-03-01T04:59:59Z", Tz::America__New_York, "2025-02-28"),
            ("2025-03-01T05:00:00Z", Tz::America__New_York, "2025-03-01"),
            ("2025-06-30T23:00:00Z", Tz::Europe__London, "2025-07-01"),
            ("2025-12-31T23:00:00Z", Tz::Europe__London, "2025-12-31"),
            ("1969-12-31T23:59:59Z", Tz::UTC, "1969-12-31"),
        ] {
            assert_eq!(local_day(micros(instant), zone), Some(day(expected)), "{instant} {zone}");
        }
    }
}
