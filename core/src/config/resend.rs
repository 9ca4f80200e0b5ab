//! `--force`, `--older-than`, `--newer-than` and `--resend-status-codes`: what is sent although state knows it.

use crate::host::Timestamp;
use crate::invocation::Invocation;
use crate::time;

use super::ConfigError;
use super::scalar;

/// Which records that state knows are taken all the same: those that any of the criteria holds for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resend {
    /// All.
    pub force: bool,
    /// Those last sent before.
    pub older_than: Option<Timestamp>,
    /// Those last sent after.
    pub newer_than: Option<Timestamp>,
    /// Those whose last answer had one of these statuses.
    pub statuses: Vec<u16>,
}

impl Resend {
    /// Reads the criteria of an invocation.
    pub fn from_invocation(invocation: &Invocation) -> Result<Self, ConfigError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let time = |flag: &str, text: &Option<String>| given(text).map(|text| point(flag, &text)).transpose();
        Ok(Self {
            force: invocation.force,
            older_than: time("--older-than", &invocation.older_than)?,
            newer_than: time("--newer-than", &invocation.newer_than)?,
            statuses: statuses(invocation.resend_status_codes.as_deref().unwrap_or_default())?,
        })
    }

    /// Whether there is any criterion.
    pub fn is_any(&self) -> bool {
        self.force || self.older_than.is_some() || self.newer_than.is_some() || !self.statuses.is_empty()
    }
}

fn statuses(list: &str) -> Result<Vec<u16>, ConfigError> {
    scalar::items(list)
        .map(|item| {
            item.parse().ok().filter(|status| (100..=599).contains(status)).ok_or_else(|| ConfigError {
                message: format!("--resend-status-codes: \"{item}\" is not an HTTP status (100 to 599)"),
                hint: Some("write a comma list, such as 200,201".to_owned()),
            })
        })
        .collect()
}

/// A point in time in ISO form; without a zone it is UTC.
fn point(flag: &str, written: &str) -> Result<Timestamp, ConfigError> {
    parse_time(written.trim()).ok_or_else(|| ConfigError {
        message: format!("{flag}: \"{}\" is not a time", written.trim()),
        hint: Some(
            "write 2020-12-25, 2020-12-25T13:00:00 or 2020-12-25T13:00:00-06:00; without a zone it is UTC".to_owned(),
        ),
    })
}

fn parse_time(text: &str) -> Option<Timestamp> {
    let text = ["UTC", "GMT"]
        .iter()
        .find_map(|zone| text.strip_suffix(zone))
        .map_or_else(|| text.to_owned(), |time| format!("{}Z", time.trim_end()));
    // A blank before the offset, as in 13:00:00 -06:00.
    let text = match text.rsplit_once(' ') {
        Some((time, offset)) if offset.starts_with(['+', '-', 'Z', 'z']) => format!("{}{offset}", time.trim_end()),
        _ => text,
    };
    // A number of digits alone may be meant otherwise.
    time::read(&text).filter(|written| written.offset.is_some() || text.contains('-'))?.instant()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_of_all_forms() {
        for (text, expected) in [
            ("2020-12-25", "2020-12-25T00:00:00Z"),
            ("2020-12-25T13:14:15", "2020-12-25T13:14:15Z"),
            ("2020-12-25 13:14:15", "2020-12-25T13:14:15Z"),
            ("2020-12-25T13:14", "2020-12-25T13:14:00Z"),
            ("2020-12-25T13:14:15.25", "2020-12-25T13:14:15.25Z"),
            ("2020-12-25T13:14:15Z", "2020-12-25T13:14:15Z"),
            ("2020-12-25 13:14:15 UTC", "2020-12-25T13:14:15Z"),
            ("2020-12-25T13:14:15-06:00", "2020-12-25T19:14:15Z"),
            ("2020-12-25 13:14:15 +0200", "2020-12-25T11:14:15Z"),
            (" 2020-12-25 ", "2020-12-25T00:00:00Z"),
        ] {
            assert_eq!(parse_time(text.trim()).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "yesterday", "2020", "2020-13-01", "25.12.2020", "2020-12-25T25:00", "2020-12-25+02:00", "12/25/2020"]
        {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn an_invocation_is_read() {
        let mut invocation = Invocation {
            older_than: Some("2020-12-25".to_owned()),
            resend_status_codes: Some(" 200, 201,".to_owned()),
            ..Invocation::default()
        };
        let resend = Resend::from_invocation(&invocation).unwrap();
        assert_eq!(resend.statuses, [200, 201]);
        assert!(resend.is_any() && !resend.force && resend.newer_than.is_none());
        invocation.resend_status_codes = Some("200,2oo".to_owned());
        assert_eq!(
            Resend::from_invocation(&invocation).unwrap_err().message,
            "--resend-status-codes: \"2oo\" is not an HTTP status (100 to 599)"
        );
        invocation.resend_status_codes = None;
        invocation.older_than = Some("soon".to_owned());
        assert_eq!(Resend::from_invocation(&invocation).unwrap_err().message, "--older-than: \"soon\" is not a time");
        assert!(!Resend::from_invocation(&Invocation::default()).unwrap().is_any());
    }

    proptest! {
        #[test]
        fn any_text_is_a_time_or_none(text in r"\PC{0,30}") {
            let _ = parse_time(&text);
        }
    }
}
