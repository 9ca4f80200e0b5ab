//! What a results file of the component says, for people.

use std::path::Path;

use crate::failure::{Failure, Result};
use crate::json::Json;
use crate::{project, say};

/// How many endpoints a table shows; the others are put together.
const SHOWN: usize = 12;

/// The counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Results {
    pub(crate) processed: u64,
    pub(crate) skipped: u64,
    pub(crate) failed: u64,
    endpoints: Vec<Endpoint>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Endpoint {
    name: String,
    processed: u64,
    skipped: u64,
    failed: u64,
}

impl Results {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = project::read(path)?;
        Self::of(&text)
            .ok_or_else(|| Failure::new(format!("{} is not a results file with its counts", project::shown(path))))
    }

    fn of(text: &str) -> Option<Self> {
        let json = Json::read(text)?;
        let total = |name: &str| json.get(name)?.count();
        let endpoint = |(name, value): &(String, Json)| {
            let count = |field: &str| value.get(field)?.count();
            Some(Endpoint {
                name: name.clone(),
                processed: count("records_processed")?,
                skipped: count("records_skipped")?,
                failed: count("records_failed")?,
            })
        };
        Some(Self {
            processed: total("total_records_processed")?,
            skipped: total("total_records_skipped")?,
            failed: total("total_records_failed")?,
            endpoints: json.get("resources")?.members().iter().map(endpoint).collect::<Option<_>>()?,
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

    /// Records sent, sent before and refused, for the largest endpoints.
    pub(crate) fn table(&self) -> String {
        let row = |name: String, endpoint: &Endpoint| {
            let sent = endpoint.processed.saturating_sub(endpoint.skipped + endpoint.failed);
            let counts = [endpoint.processed, sent, endpoint.skipped, endpoint.failed];
            std::iter::once(name).chain(counts.map(say::count)).collect::<Vec<_>>()
        };
        let sum = |endpoints: &[&Endpoint]| {
            endpoints.iter().fold(Endpoint::default(), |sum, endpoint| Endpoint {
                name: String::new(),
                processed: sum.processed + endpoint.processed,
                skipped: sum.skipped + endpoint.skipped,
                failed: sum.failed + endpoint.failed,
            })
        };
        let mut by_size: Vec<&Endpoint> = self.endpoints.iter().collect();
        by_size.sort_by_key(|endpoint| std::cmp::Reverse(endpoint.processed));
        let (large, small) = by_size.split_at(by_size.len().min(SHOWN));

        let mut rows = vec![["endpoint", "read", "sent", "sent before", "refused"].map(String::from).to_vec()];
        rows.extend(large.iter().map(|endpoint| row(endpoint.name.clone(), endpoint)));
        if !small.is_empty() {
            rows.push(row(format!("{} smaller ones", small.len()), &sum(small)));
        }
        rows.push(row("all".into(), &sum(&by_size)));
        say::table(&rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(endpoints: usize) -> String {
        let resources: Vec<String> = (1..=endpoints)
            .map(|number| {
                format!(
                    "\"e{number}\": {{\"successes\": [{{\"status_code\": 201, \"count\": 1}}], \
                    \"records_processed\": {number}, \"records_skipped\": 0, \"records_failed\": 1}}"
                )
            })
            .collect();
        let total = endpoints * (endpoints + 1) / 2;
        format!(
            "{{\"command\": \"send\", \"resources\": {{{}}}, \"total_records_processed\": {total}, \
            \"total_records_skipped\": 0, \"total_records_failed\": {endpoints}}}",
            resources.join(", ")
        )
    }

    #[test]
    fn the_largest_endpoints_are_shown_and_the_rest_summed() {
        let table = Results::of(&file(14)).unwrap().table();
        let lines: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["e14", "14", "13", "0", "1"]);
        assert_eq!(lines[13], ["2", "smaller", "ones", "3", "1", "0", "2"]);
        assert_eq!(lines[14], ["all", "105", "91", "0", "14"]);
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
        assert_eq!(Results::of("{\"resources\": {\"x\": {}}}"), None);
    }
}
