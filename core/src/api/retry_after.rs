use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::{decimal, time};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The wait that a `Retry-After` asks for, in seconds or as an HTTP date.
///
/// `None` where it asks for no wait at all (zero, or a date that has passed) or cannot be read: then the caller's own,
/// growing wait keeps a server that says so for ever from being asked without pause.
pub(super) fn read(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let wait = if text.starts_with(|first: char| first.is_ascii_digit()) {
        // The caller caps it.
        Duration::from_secs_f64(decimal::parse(text)?.min(1e9))
    } else {
        Duration::try_from(date(text)?.duration_since(now)).ok()?
    };
    (!wait.is_zero()).then_some(wait)
}

/// An HTTP date, of any of the three forms that recipients must accept (RFC 9110, 5.6.7).
fn date(text: &str) -> Option<Timestamp> {
    let mut parts = text.split([' ', ',', '-']).filter(|part| !part.is_empty());
    let mut next = || parts.next();
    let (_weekday, second, third, fourth, fifth) = (next()?, next()?, next()?, next()?, next()?);
    let (day, month, year, time) = match next() {
        Some("GMT") => (second, third, fourth, fifth),
        None => (third, second, fifth, fourth),
        Some(_) => return None,
    };
    let year = match (year.len(), year.parse::<i16>().ok()?) {
        // Two digits: of this century unless that is far ahead, as POSIX has it.
        (2, year @ 69..) => 1900 + year,
        (2, year) => 2000 + year,
        (_, year) => year,
    };
    let month = MONTHS.iter().zip(1..).find_map(|(name, number)| name.eq_ignore_ascii_case(month).then_some(number))?;
    let date = Date::new(year, month, day.parse().ok()?).ok()?;
    Offset::UTC.to_timestamp(date.to_datetime(time::time_of_day(time)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates() {
        let now: Timestamp = "1994-11-06T08:49:07Z".parse().unwrap();
        for (text, wait) in [
            ("5", Some(5.0)),
            (" 0.5 ", Some(0.5)),
            ("60000", Some(60000.0)),
            ("99999999999999999999", Some(1e9)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(30.0)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(30.0)),
            ("Sun Nov  6 08:49:37 1994", Some(30.0)),
            ("0", None),
            ("-3", None),
            ("NaN", None),
            ("", None),
            ("soon", None),
            ("Sun, 06 Nov 1994 08:49:37 CET", None),
            ("Sun, 31 Nov 1994 08:49:37 GMT", None),
            ("Sunday, 06-Nov-69 08:49:37 GMT", None),
            ("Wed Nov 16 08:49:37 1994", Some(864_030.0)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", None),
        ] {
            assert_eq!(read(text, now), wait.map(Duration::from_secs_f64), "{text}");
        }
    }
}
