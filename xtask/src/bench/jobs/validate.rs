use super::send::goal;
use crate::bench::place::{COMPONENT, LAUNCHER, LIMIT, PYTHON, Place};
use crate::bench::report::{Job, Wanted};
use crate::bench::{Bench, Data, Sample};
use crate::failure::Result;

const METHODS: &str = "validate:\n  methods: [schema, descriptors, uniqueness]\n";

/// Beside the Python tool.
pub(super) fn small(bench: &Bench) -> Result<Job> {
    let data = bench.district(20_000)?;
    let series = measured(bench, &data, &[LAUNCHER, COMPONENT, PYTHON, LIMIT], METHODS)?;
    let mut job = Job {
        name: "validate",
        title: "Validate schema, descriptors and uniqueness".into(),
        series,
        goals: Vec::new(),
        notes: vec!["the limit is a plain copy of the files".into()],
    };
    job.goals = vec![goal(
        "launcher, times the Python tool's records a second",
        job.ratio(LAUNCHER, PYTHON),
        Wanted::AtLeast(20.0),
    )];
    Ok(job)
}

/// Fifty times as many.
pub(super) fn large(bench: &Bench) -> Result<Job> {
    let data = bench.district(1_000_000)?;
    let small = bench.district(20_000)?;
    let series = measured(bench, &data, &[LAUNCHER, COMPONENT, LIMIT], METHODS)?;
    let mut job = Job {
        name: "validate-large",
        title: "Validate schema, descriptors and uniqueness of a million".into(),
        series,
        goals: Vec::new(),
        notes: Vec::new(),
    };
    let few = measured(bench, &small, &[LAUNCHER], METHODS)?;
    let of_a_record =
        |series: &crate::bench::series::Series| Some(series.processor()?.as_secs_f64() / series.records.max(1) as f64);
    let growth = job.of(LAUNCHER).and_then(of_a_record).zip(few.first().and_then(of_a_record));
    job.goals = vec![goal(
        "launcher, processor time a record, beside that at a fiftieth of the records",
        growth.map(|(many, few)| many / few),
        Wanted::AtMost(1.1),
    )];
    Ok(job)
}

/// Validates with each tool.
pub(super) fn measured(
    bench: &Bench,
    data: &Data,
    tools: &[&'static str],
    more: &str,
) -> Result<Vec<crate::bench::series::Series>> {
    let api = bench.serve(&[])?;
    bench.in_turn(&bench.tools.among(tools), |tool| {
        if tool == LIMIT {
            return Ok((data.records, data.copied()?));
        }
        let place = Place::new(tool, &data.folder, &api.address, more)?;
        let sample = checked(bench, tool, &place)?;
        Ok((data.records, sample))
    })
}

fn checked(bench: &Bench, tool: &'static str, place: &Place) -> Result<Sample> {
    let sample = place.run(&bench.tools, tool, &["validate"])?;
    place.expect(tool, &sample)?;
    Ok(sample)
}
