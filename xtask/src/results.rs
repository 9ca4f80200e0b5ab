//! What a results file of the component says, for people.

use std::path::Path;

use crate::failure::{Failure, Result};
use crate::project;

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Results {
    pub(crate) processed: u64,
    pub(crate) skipped: u64,
    pub(crate) failed: u64,
}

impl Results {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = project::read(path)?;
        Self::of(&text)
            .ok_or_else(|| Failure::new(format!("{} is not a results file with its counts", project::shown(path))))
    }

    fn of(text: &str) -> Option<Self> {
        Some(Self {
            processed: number(text, "total_records_processed")?,
            skipped: number(text, "total_records_skipped")?,
            failed: number(text, "total_records_failed")?,
        })
    }

    /// Records that the API took.
    pub(crate) fn accepted(&self) -> u64 {
        self.processed.saturating_sub(self.skipped + self.failed)
    }

    /// Whether there was something, and all of it had been sent before.
    pub(crate) fn all_skipped(&self) -> bool {
        self.processed > 0 && self.skipped == self.processed
    }
}

/// The number of a member that occurs once. Inside of a text its quotation marks would be escaped, so that it is not mistaken.
fn number(json: &str, member: &str) -> Option<u64> {
    let (_, rest) = json.split_once(&format!("\"{member}\":"))?;
    let digits = rest.trim_start();
    let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read() {
        let text = r#"{"resources": {"students": {"message": "\"total_records_processed\": 9", "records_processed": 7}},
            "total_records_processed": 10, "total_records_skipped": 4, "total_records_failed":1}"#;
        let results = Results::of(text).unwrap();
        assert_eq!(results, Results { processed: 10, skipped: 4, failed: 1 });
        assert_eq!(results.accepted(), 5);
        assert!(!results.all_skipped());
    }

    #[test]
    fn nothing_at_all_is_not_all_skipped() {
        assert!(!Results::default().all_skipped());
        let results = Results { processed: 2, skipped: 2, ..Results::default() };
        assert!(results.all_skipped());
    }

    #[test]
    fn what_has_no_counts_is_no_results_file() {
        assert_eq!(Results::of("{}"), None);
        assert_eq!(Results::of("{\"total_records_processed\": 1}"), None);
        assert_eq!(number("{\"x\": null}", "x"), None);
    }
}
