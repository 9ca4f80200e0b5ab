//! Times as texts: reading ISO 8601, and dates in UTC.
//!
//! jiff reads them too, but with its parsers come its error texts and time zones: a tenth of the page's download.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use crate::host::Timestamp;

/// A date and a time as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// Without a time, midnight.
    pub(crate) civil: DateTime,
    /// How far the clock that was read is ahead of UTC, if that was written.
    pub(crate) offset: Option<Offset>,
}

impl Written {
    /// The point in time; without an offset, UTC was meant. `None` if it is out of range.
    pub(crate) fn instant(self) -> Option<Timestamp> {
        self.offset.unwrap_or(Offset::UTC).to_timestamp(self.civil).ok()
    }
}

/// The date and the time of day at which it is `at` in UTC.
pub(crate) fn in_utc(at: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(at)
}

/// Reads `2020-12-25`, `2020-12-25T13:14`, `2020-12-25 13:14:15.25Z` or `20201225T131415-0600`.
pub(crate) fn read(text: &str) -> Option<Written> {
    let mut rest = Rest(text.as_bytes());
    let date = rest.date()?;
    if rest.0.is_empty() {
        return Some(Written { civil: date.to_datetime(Time::midnight()), offset: None });
    }
    rest.mark(b"Tt ")?;
    let time = rest.time()?;
    let offset = if rest.0.is_empty() { None } else { Some(rest.offset()?) };
    rest.0.is_empty().then(|| Written { civil: date.to_datetime(time), offset })
}

/// Reads a time of day: `13`, `13:14`, `13:14:15.25`, `131415`; an offset or a date around it is passed over.
pub(crate) fn time_of_day(text: &str) -> Option<Time> {
    let mut rest = Rest(text.as_bytes());
    let time = rest.time();
    if time.is_some() && rest.0.is_empty() { time } else { read(text).map(|written| written.civil.time()) }
}

/// What is left of a text.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    /// Takes one of these characters.
    fn mark(&mut self, marks: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        marks.contains(first).then(|| self.0 = rest)?;
        Some(*first)
    }

    /// Takes so many digits, at most four.
    fn number(&mut self, digits: usize) -> Option<i16> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let value = number
            .iter()
            .try_fold(0, |value, digit| digit.is_ascii_digit().then(|| value * 10 + i16::from(digit - b'0')))?;
        self.0 = rest;
        Some(value)
    }

    /// Takes a number of two digits.
    fn pair(&mut self) -> Option<i8> {
        self.number(2).map(|number| i8::try_from(number).expect("two digits fit"))
    }

    /// Takes the next pair of `13:14:15` or `131415`: with a colon if the first one had one.
    #[allow(clippy::option_option, reason = "no pair is something else than half a pair")]
    fn next_pair(&mut self, colons: &mut Option<bool>) -> Option<Option<i8>> {
        let is_next = match self.0 {
            [b':', ..] => *colons != Some(false),
            [digit, ..] => *colons != Some(true) && digit.is_ascii_digit(),
            [] => false,
        };
        if !is_next {
            return Some(None);
        }
        *colons = Some(self.mark(b":").is_some());
        self.pair().map(Some)
    }

    fn date(&mut self) -> Option<Date> {
        let year = self.number(4)?;
        let is_parted = self.mark(b"-").is_some();
        let month = self.pair()?;
        if is_parted {
            self.mark(b"-")?;
        }
        let day = self.pair()?;
        Date::new(year, month, day).ok()
    }

    fn time(&mut self) -> Option<Time> {
        let hour = self.pair()?;
        let mut colons = None;
        let Some(minute) = self.next_pair(&mut colons)? else { return Time::new(hour, 0, 0, 0).ok() };
        let Some(second) = self.next_pair(&mut colons)? else { return Time::new(hour, minute, 0, 0).ok() };
        let nanosecond = if self.mark(b".,").is_some() { self.fraction()? } else { 0 };
        // A leap second is taken for the one before it.
        Time::new(hour, minute, if second == 60 { 59 } else { second }, nanosecond).ok()
    }

    /// Takes up to nine digits of a second, as nanoseconds.
    fn fraction(&mut self) -> Option<i32> {
        let digits = self.0.iter().take_while(|digit| digit.is_ascii_digit()).count();
        if !(1..=9).contains(&digits) {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        let padded = number.iter().copied().chain(std::iter::repeat(b'0')).take(9);
        Some(padded.fold(0, |value, digit| value * 10 + i32::from(digit - b'0')))
    }

    /// Takes `Z`, `-06:00`, `+0200` or `+02`.
    fn offset(&mut self) -> Option<Offset> {
        let sign = match self.mark(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(Offset::UTC),
        };
        let hours = self.pair()?;
        let mut colons = None;
        let minutes = self.next_pair(&mut colons)?.unwrap_or(0);
        let seconds = self.next_pair(&mut colons)?.unwrap_or(0);
        if minutes > 59 || seconds > 59 {
            return None;
        }
        let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60 + i32::from(seconds);
        Offset::from_seconds(sign * seconds).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "2020",
            "2020-12",
            "2020-13-01",
            "2020-02-30",
            "25.12.2020",
            "2020-12-25T",
            "2020-12-25T25:00",
            "2020-12-25T24:00",
            "2020-12-25+02:00",
            "2020-12-25T13:1",
            "2020-12-25T13:1415",
            "2020-12-25T13:14:15.",
            "2020-12-25T13:14:15.0123456789",
            "2020-12-25T13:14+02:60",
            "2020-12-25T13:14+99",
            "2020-12-25T13:14Zx",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_same_as_jiff_reads(
            text in "(19|20)[0-9]{2}(-[01][0-9]-[0-3][0-9]|[01][0-9][0-3][0-9])[Tt ][0-2][0-9](:[0-6][0-9](:[0-6][0-9]([.,][0-9]{1,10})?)?|[0-5][0-9]([0-5][0-9])?)?(Z|z|[+-][0-2][0-9](:?[0-6][0-9])?)"
        ) {
            prop_assert_eq!(read(&text).and_then(Written::instant), text.parse::<Timestamp>().ok());
        }

        #[test]
        fn the_same_as_jiff_reads_without_an_offset(
            text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]([Tt ][0-2][0-9](:[0-6][0-9](:[0-6][0-9]([.,][0-9]{1,10})?)?)?)?"
        ) {
            prop_assert_eq!(read(&text).map(|written| written.civil), text.parse::<DateTime>().ok());
        }

        #[test]
        fn the_same_time_of_day_as_jiff_reads(text in "[0-2][0-9]:[0-6][0-9](:[0-6][0-9]([.,][0-9]{1,10})?)?") {
            prop_assert_eq!(time_of_day(&text), text.parse::<Time>().ok());
        }

        #[test]
        fn any_text_is_a_time_or_none(text in r"\PC{0,30}") {
            if let Some(written) = read(&text) {
                prop_assert_eq!(Some(written.civil), text.parse::<DateTime>().ok(), "{}", text);
            }
            let _ = time_of_day(&text);
        }
    }
}
