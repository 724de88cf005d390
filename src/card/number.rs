//! Numbers as the reader of a card writes them: separators of the locale, no system asked.

use anyhow::{Result, bail};
use num_format::{Buffer, Locale};

use crate::definition::near;

/// How numbers are written.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    locale: Locale,
}

impl Numbers {
    /// As in the locale of this name, such as `de-DE`, `de_CH.UTF-8` or `fr`.
    ///
    /// Fails where neither the locale nor its language is known.
    pub fn of(name: &str) -> Result<Self> {
        match find(name) {
            Some(locale) => Ok(Self { locale }),
            None => {
                let names = Locale::available_names();
                let near = near::nearest(name, names.iter().copied());
                let hint = near.map_or("such as `en-US`, `de-DE` or `fr`".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
                bail!("no locale `{}`\nhint: {hint}", name.escape_default());
            }
        }
    }

    /// As in the first of these locales that is set, else as in English; they are what `LC_ALL`, `LC_NUMERIC` and
    /// `LANG` say.
    pub fn of_environment(names: impl IntoIterator<Item = Option<String>>) -> Self {
        let set = names.into_iter().flatten().find(|name| !name.is_empty());
        Self { locale: set.and_then(|name| find(&name)).unwrap_or(Locale::en) }
    }

    /// A whole number.
    pub fn count(&self, number: u32) -> String {
        self.whole(u64::from(number))
    }

    /// A number with so many decimals.
    pub fn decimal(&self, number: f64, places: usize) -> String {
        let text = format!("{:.places$}", number.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let Ok(whole) = whole.parse() else { return number.to_string() };
        let is_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        let mut written = String::new();
        if number < 0.0 && !is_zero {
            written.push_str(self.locale.minus_sign());
        }
        written.push_str(&self.whole(whole));
        if !fraction.is_empty() {
            written.push_str(self.locale.decimal());
            written.push_str(fraction);
        }
        written
    }

    /// A change as a percentage with its sign.
    pub fn change(&self, share: f64) -> String {
        let percent = (share * 100.0).round();
        let sign = if percent > 0.0 { self.locale.plus_sign() } else { "" };
        format!("{sign}{}\u{a0}%", self.decimal(percent, 0))
    }

    /// A whole number in at most `width` characters if that can be: `12k` for 12,345.
    pub fn short(&self, number: u32, width: usize) -> String {
        let whole = self.count(number);
        if whole.chars().count() <= width {
            return whole;
        }
        let (scaled, unit) = match number {
            0..1_000_000 => (f64::from(number) / 1e3, "k"),
            _ => (f64::from(number) / 1e6, "M"),
        };
        let exact = format!("{}{unit}", self.decimal(scaled, 1));
        match exact.chars().count() <= width {
            true => exact,
            false => format!("{}{unit}", self.decimal(scaled, 0)),
        }
    }

    /// A whole number of any size.
    pub fn whole(&self, number: u64) -> String {
        let mut buffer = Buffer::new();
        buffer.write_formatted(&number, &self.locale);
        buffer.as_str().to_owned()
    }
}

/// The locale, else its language's: `de_DE.UTF-8@euro` is German. `C` has no format of its own.
fn find(name: &str) -> Option<Locale> {
    let name = name.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    if matches!(name.as_str(), "C" | "POSIX") {
        return Some(Locale::en);
    }
    let language = name.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let known = |name: &str| Locale::from_name(name).ok();
    known(&name).or_else(|| known(&language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_locale_has_them() {
        let of = |name: &str| Numbers::of(name).unwrap();
        let texts = |numbers: Numbers| {
            (numbers.count(1_234_567), numbers.decimal(1234.55, 1), numbers.change(-0.125))
        };
        let told = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(texts(of("en-US")), told("1,234,567", "1,234.5", "-13\u{a0}%"));
        assert_eq!(texts(of("de_DE.UTF-8")), told("1.234.567", "1.234,5", "-13\u{a0}%"));
        assert_eq!(of("de-CH").count(1234), "1’234");
        assert_eq!(of("en-IN").count(1_234_567), "12,34,567");
        assert_eq!(of("fr_FR").decimal(0.5, 1), "0,5");
        assert_eq!(of("C").change(0.2), "+20\u{a0}%");
        assert_eq!(of("en").decimal(-0.04, 1), "0.0");
    }

    #[test]
    fn the_first_locale_that_is_set_decides_and_an_unknown_one_is_an_error_when_asked_for() {
        let set = |name: &str| Some(name.to_owned());
        let count = |names: [Option<String>; 3]| Numbers::of_environment(names).count(1000);
        assert_eq!(count([None, set(""), set("de_DE")]), "1.000");
        assert_eq!(count([set("C"), set("de_DE"), None]), "1,000");
        assert_eq!(count([set("xx_YY"), None, None]), "1,000");
        assert!(Numbers::of("xx").unwrap_err().to_string().contains("no locale `xx`"));
    }

    #[test]
    fn what_is_too_wide_is_rounded() {
        let numbers = Numbers::of("en").unwrap();
        for (number, width, text) in [
            (999, 3, "999"),
            (1000, 5, "1,000"),
            (1234, 4, "1.2k"),
            (12_345, 3, "12k"),
            (3_400_000, 4, "3.4M"),
        ] {
            assert_eq!(numbers.short(number, width), text);
        }
    }
}
