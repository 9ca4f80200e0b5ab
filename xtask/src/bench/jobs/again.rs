use super::send::goal;
use crate::bench::place::{COMPONENT, LAUNCHER, LIMIT, PYTHON, Place};
use crate::bench::report::{Job, Wanted};
use crate::bench::series::Series;
use crate::bench::{Bench, Data};
use crate::failure::Result;

/// Everything was sent before.
pub(super) fn again(bench: &Bench) -> Result<Job> {
    let data = bench.district(1_000_000)?;
    let few = bench.district(50_000)?;
    let api = bench.serve(&["--bare"])?;
    let tools = bench.tools.among(&[LAUNCHER, COMPONENT, PYTHON, LIMIT]);
    // The component goes on with the launcher's state, as it may.
    let ours = sent_before(bench, LAUNCHER, &data, &api.address)?;
    let theirs = if tools.contains(&PYTHON) { Some(sent_before(bench, PYTHON, &data, &api.address)?) } else { None };
    let series = bench.in_turn(&tools, |tool| {
        let place = match (tool, &theirs) {
            (LIMIT, _) => return Ok((data.records, data.copied()?)),
            (PYTHON, Some(theirs)) => theirs,
            _ => &ours,
        };
        skipped(bench, tool, place, &data)
    })?;
    let mut job = Job {
        name: "again",
        title: "Run again, everything already sent".into(),
        series,
        goals: Vec::new(),
        notes: vec!["the limit is a plain copy of the files".into()],
    };
    let little = sent_before(bench, LAUNCHER, &few, &api.address)?;
    let (_, sample) = skipped(bench, LAUNCHER, &little, &few)?;
    let little = Series { tool: LAUNCHER, records: few.records, samples: vec![sample] };
    let memory = job.of(LAUNCHER).and_then(Series::memory).zip(little.memory());
    let more = data.records.saturating_sub(few.records).max(1);
    let of_a_record = memory.map(|(many, few)| many.saturating_sub(few) as f64 / more as f64);
    job.goals = vec![
        goal("launcher, times the Python tool's records a second", job.ratio(LAUNCHER, PYTHON), Wanted::AtLeast(1.8)),
        goal("launcher, bytes of memory a record", of_a_record, Wanted::AtMost(100.0)),
    ];
    Ok(job)
}

fn sent_before(bench: &Bench, tool: &'static str, data: &Data, api: &str) -> Result<Place> {
    let place = Place::new(&format!("{tool}{}", data.records), &data.folder, api, "")?;
    let (_, results) = place.run_with_results(&bench.tools, tool, &["send"])?;
    if results.accepted() < least(tool, data) {
        return Err(place.wrong(format!("{tool}: not all records were accepted")));
    }
    Ok(place)
}

/// How many records a tool takes; see [`sent`](super::send::sent).
fn least(tool: &str, data: &Data) -> u64 {
    if tool == PYTHON { data.records - data.records / 200 } else { data.records }
}

fn skipped(bench: &Bench, tool: &'static str, place: &Place, data: &Data) -> Result<(u64, crate::bench::Sample)> {
    let (sample, results) = place.run_with_results(&bench.tools, tool, &["send"])?;
    if !results.all_skipped() || results.processed < least(tool, data) {
        return Err(place.wrong(format!("{tool}: not all records were skipped")));
    }
    Ok((data.records, sample))
}
