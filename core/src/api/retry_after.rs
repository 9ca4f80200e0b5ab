use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The three forms of an HTTP date (RFC 9110, 5.6.7); recipients must accept all of them.
const DATE_FORMS: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// The wait that a `Retry-After` asks for, in seconds or as an HTTP date.
///
/// `None` where it asks for no wait at all (zero, or a date that has passed) or cannot be read: then the caller's own,
/// growing wait keeps a server that says so for ever from being asked without pause.
pub(super) fn read(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let wait = if text.starts_with(|first: char| first.is_ascii_digit()) {
        // A number beyond all bounds is still a wait; the caller caps it.
        Duration::from_secs_f64(text.parse::<f64>().ok()?.min(1e9))
    } else {
        let date = DATE_FORMS.iter().find_map(|form| DateTime::strptime(form, text).ok())?;
        let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
        Duration::try_from(at.duration_since(now)).ok()?
    };
    (!wait.is_zero()).then_some(wait)
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
            ("Sun, 06 Nov 1994 08:49:00 GMT", None),
        ] {
            assert_eq!(read(text, now), wait.map(Duration::from_secs_f64), "{text}");
        }
    }
}
