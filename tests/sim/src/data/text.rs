//! The text formats of the data standard.

use jiff::civil;

/// Whether a text is a calendar date without a time: `2025-08-15`.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-' && text.parse::<civil::Date>().is_ok()
}

/// Whether a text is an ISO 8601 date and time, with or without an offset (none means UTC), or a date alone (midnight).
pub(crate) fn is_date_time(text: &str) -> bool {
    is_date(text)
        || text.parse::<jiff::Timestamp>().is_ok()
        || (text.contains(':') && text.parse::<civil::DateTime>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_no_time() {
        assert!(is_date("2025-08-15"));
        for wrong in ["2025-8-15", "2025-02-30", "08/15/2025", "2025-08-15T00:00:00", "20250815", ""] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }

    #[test]
    fn times_may_have_an_offset() {
        for right in ["2025-08-15T10:00:00", "2025-08-15T10:00:00Z", "2025-08-15T10:00:00.123+02:00", "2025-08-15"] {
            assert!(is_date_time(right), "{right}");
        }
        for wrong in ["10:00", "yesterday", "2025-08-15T25:00:00Z"] {
            assert!(!is_date_time(wrong), "{wrong}");
        }
    }
}
