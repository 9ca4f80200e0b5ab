use super::send::goal;
use super::validate::measured;
use crate::bench::Bench;
use crate::bench::place::{LAUNCHER, PYTHON};
use crate::bench::report::{Job, Wanted};
use crate::failure::Result;

const LOCAL: &str = "validate:\n  methods: [references]\n  references:\n    remote: false\n";

/// References against local files.
pub(super) fn references(bench: &Bench) -> Result<Job> {
    let series = measured(bench, &bench.district(10_000)?, &[LAUNCHER, PYTHON], LOCAL)?;
    let mut job = Job {
        name: "references",
        title: "Validate references, against local files".into(),
        series,
        goals: Vec::new(),
        notes: vec!["a whole district; the last row has no Python tool beside it".into()],
    };
    job.goals = vec![goal(
        "launcher, times the Python tool's records a second",
        job.ratio(LAUNCHER, PYTHON),
        Wanted::AtLeast(50.0),
    )];
    job.series.extend(measured(bench, &bench.district(200_000)?, &[LAUNCHER], LOCAL)?);
    Ok(job)
}
