//! Texts: length, allowed values, and the forms of dates and times.

use super::super::path::Path;
use super::push;
use crate::event::Finding;
use crate::model::{TextFormat, TextRule};

/// So many allowed values are told.
const MOST_TOLD: usize = 10;

/// Checks the value of a property that is a text.
pub(super) fn check(rule: &TextRule, text: &str, path: &Path<'_>, found: &mut Vec<Finding>) {
    let has_form = match rule.format {
        None => true,
        Some(TextFormat::Date) => is_date(text.as_bytes()),
        Some(TextFormat::DateTime) => is_date_time(text.as_bytes()),
        Some(TextFormat::Time) => is_time(text.as_bytes()),
    };
    if !has_form {
        push(found, format!("{path} must be {}", wanted(rule)));
    }
    // Characters are at most as many as bytes, and at least a quarter: most texts need not be counted.
    if let Some(most) = rule.max_length
        && text.len() > size(most)
        && let length = text.chars().count()
        && length > size(most)
    {
        push(found, format!("{path} is longer than {most} characters ({length})"));
    }
    if let Some(least) = rule.min_length
        && text.len() < size(least).saturating_mul(4)
        && let length = text.chars().count()
        && length < size(least)
    {
        push(
            found,
            match (length, least) {
                (0, 1) => format!("{path} must not be empty"),
                _ => format!("{path} is shorter than {least} characters ({length})"),
            },
        );
    }
    if !rule.values.is_empty() && !rule.values.iter().any(|allowed| allowed == text) {
        let mut told: Vec<&str> = rule.values.iter().take(MOST_TOLD).map(String::as_str).collect();
        if rule.values.len() > MOST_TOLD {
            told.push("…");
        }
        push(found, format!("{path} must be one of {}", told.join(", ")));
    }
}

/// What a text must be, for people.
pub(super) fn wanted(rule: &TextRule) -> &'static str {
    match rule.format {
        None => "a text",
        Some(TextFormat::Date) => "a date such as 2026-08-31",
        Some(TextFormat::DateTime) => "a date and time such as 2026-08-31T08:15:00Z",
        Some(TextFormat::Time) => "a time such as 08:15:00",
    }
}

fn size(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// `2026-08-31`: a day that the calendar has, from year 1, where .NET's begins.
fn is_date(text: &[u8]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return false };
    let (Some(century), Some(year), Some(month), Some(day)) =
        (two(*y1, *y2), two(*y3, *y4), two(*m1, *m2), two(*d1, *d2))
    else {
        return false;
    };
    let year = 100 * u32::from(century) + u32::from(year);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    year > 0 && (1..=days).contains(&day)
}

/// A date, or a date and a time of ISO 8601; without a zone it is taken as UTC. APIs read a date alone as its midnight.
fn is_date_time(text: &[u8]) -> bool {
    match text.iter().position(|byte| byte.eq_ignore_ascii_case(&b'T')) {
        Some(at) => is_date(&text[..at]) && is_time(&text[at + 1..]),
        None => is_date(text),
    }
}

/// `08:15`, `08:15:00`, `08:15:00.000`, each with or without a zone.
fn is_time(text: &[u8]) -> bool {
    let [h1, h2, b':', m1, m2, rest @ ..] = text else { return false };
    let is_clock = |hour: Option<u8>, minute: Option<u8>| {
        hour.is_some_and(|hour| hour < 24) && minute.is_some_and(|minute| minute < 60)
    };
    if !is_clock(two(*h1, *h2), two(*m1, *m2)) {
        return false;
    }
    let mut rest = rest;
    if let [b':', s1, s2, after @ ..] = rest {
        if two(*s1, *s2).is_none_or(|second| second > 59) {
            return false;
        }
        rest = after;
        if let [b'.', fraction @ ..] = rest {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            rest = &fraction[digits..];
        }
    }
    match rest {
        [] | [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] | [b'+' | b'-', h1, h2, m1, m2] => is_clock(two(*h1, *h2), two(*m1, *m2)),
        _ => false,
    }
}

/// The number that two digits write.
fn two(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| 10 * (tens - b'0') + (ones - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(rule: &TextRule, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        check(rule, text, &Path::Property(&Path::Record, "x"), &mut found);
        found.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn dates_are_days_of_the_calendar() {
        for date in ["2026-08-31", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"] {
            assert!(is_date(date.as_bytes()), "{date}");
        }
        for date in [
            "2026-08-32",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "0000-01-01",
            "2026-8-31",
            "26-08-31",
            "08/31/2026",
            "2026-08-31T00:00:00",
            " 2026-08-31",
            "2026-08-3１",
            "",
        ] {
            assert!(!is_date(date.as_bytes()), "{date}");
        }
    }

    #[test]
    fn times_of_iso_8601_with_and_without_zone() {
        for time in [
            "2026-08-31T08:15:00Z",
            "2026-08-31T08:15:00",
            "2026-08-31T08:15",
            "2026-08-31t08:15:00.1234567z",
            "2026-08-31T08:15:00+05:30",
            "2026-08-31T23:59:59-0600",
            "2026-08-31",
        ] {
            assert!(is_date_time(time.as_bytes()), "{time}");
        }
        for time in [
            "2026-08-31 08:15:00",
            "2026-08-31T24:00:00",
            "2026-08-31T08:60:00",
            "2026-08-31T08:15:60Z",
            "2026-08-31T08:15:00.Z",
            "2026-08-31T08:15:00+5",
            "2026-08-31T08:15:00+24:00",
            "2026-02-30T08:15:00Z",
            "2026-08-31T",
            "T08:15:00",
            "08:15:00",
        ] {
            assert!(!is_date_time(time.as_bytes()), "{time}");
        }
        assert!(is_time(b"08:15:00") && is_time(b"08:15") && !is_time(b"8:15") && !is_time(b"08:15:00x"));
    }

    #[test]
    fn lengths_count_characters() {
        let rule = TextRule { min_length: Some(2), max_length: Some(4), ..TextRule::default() };
        assert_eq!(findings(&rule, "Zoë"), [""; 0]);
        assert_eq!(findings(&rule, "𝕏𝕐𝕏𝕐"), [""; 0], "characters, not what .NET counts");
        assert_eq!(findings(&rule, "Zoëzz"), ["x is longer than 4 characters (5)"]);
        assert_eq!(findings(&rule, "ë"), ["x is shorter than 2 characters (1)"]);
        let rule = TextRule { min_length: Some(1), ..TextRule::default() };
        assert_eq!(findings(&rule, ""), ["x must not be empty"]);
    }

    #[test]
    fn allowed_values_are_told() {
        let values: Vec<String> = (0..12).map(|value| value.to_string()).collect();
        let rule = TextRule { values, ..TextRule::default() };
        assert_eq!(findings(&rule, "11"), [""; 0]);
        assert_eq!(findings(&rule, "12"), ["x must be one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …"]);
    }
}
