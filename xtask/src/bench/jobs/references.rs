use super::validate::measured;
use crate::bench::Bench;
use crate::bench::place::LAUNCHER;
use crate::bench::report::Job;
use crate::failure::Result;

const LOCAL: &str = "validate:\n  methods: [references]\n  references:\n    remote: false\n";

/// References against local files. Without the Python tool: it ends with an error of its own (`'schoolId'`) on a district.
pub(super) fn references(bench: &Bench) -> Result<Job> {
    let mut series = measured(bench, &bench.district(10_000)?, &[LAUNCHER], LOCAL)?;
    series.extend(measured(bench, &bench.district(200_000)?, &[LAUNCHER], LOCAL)?);
    Ok(Job {
        name: "references",
        title: "Validate references, against local files".into(),
        series,
        goals: Vec::new(),
        notes: vec![
            "a whole district, on which the Python tool ends with an error of its own: it has no time to compare with"
                .into(),
        ],
    })
}
