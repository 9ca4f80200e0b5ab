use super::send::{CONNECTIONS, goal};
use crate::bench::place::{COMPONENT, LAUNCHER, LIMIT, PYTHON, Place};
use crate::bench::report::{Job, Wanted};
use crate::bench::{Bench, lines_below, lines_of, observe};
use crate::failure::{Failure, Result};
use crate::{project, say};

/// Fetches all that an API holds.
pub(super) fn fetch(bench: &Bench) -> Result<Job> {
    let data = bench.district(500_000)?;
    let endpoints = data.endpoints()?;
    let api = bench.serve(&[])?;
    say::step("Filling the API");
    let place = Place::new("filling", &data.folder, &api.address, "")?;
    let (_, filled) = place.run_with_results(&bench.tools, LAUNCHER, &["send"])?;
    let held = filled.accepted();
    let selector = endpoints.join(",");
    // The only ones of another namespace.
    let (candidates, ed_fi): (Vec<_>, Vec<_>) = endpoints.iter().partition(|name| *name == "candidates");
    let candidates = candidates.iter().map(|name| lines_of(&data.folder.join(format!("{name}.jsonl"))));
    let candidates = candidates.sum::<Result<u64>>()?;
    let tools = bench.tools.among(&[LAUNCHER, COMPONENT, PYTHON, LIMIT]);
    let out = project::target().join("bench").join("fetched");
    let anew = |tool| {
        project::remove_folder(&out)?;
        project::make_folder(&out)?;
        Place::new(tool, &out, &api.address, "")
    };
    let pages = |place: &Place| {
        let mut command = bench.tools.program("load");
        command.args(["pages", &api.address]).arg(out.join("all.json")).arg(CONNECTIONS).args(&ed_fi);
        place.watched(command, observe::watch)
    };
    // The API puts its answers together when they are asked for the first time.
    pages(&anew(LIMIT)?)?;
    let series = bench.in_turn(&tools, |tool| {
        let place = anew(tool)?;
        if tool == LIMIT {
            return Ok((held - candidates, pages(&place)?));
        }
        let sample = place.run(&bench.tools, tool, &["fetch", "-s", &selector])?;
        let fetched = lines_below(&out)?;
        // The API has school years of its own; the Python tool passes over those, and over candidates.
        if fetched < if tool == PYTHON { held - held / 200 } else { held } {
            return Err(Failure::new(format!("{tool}: {fetched} of {held} records were fetched")));
        }
        Ok((fetched, sample))
    })?;
    let mut job = Job {
        name: "fetch",
        title: "Fetch, 500 records a page".into(),
        series,
        goals: Vec::new(),
        notes: vec![
            "the API shares the two cores; the limit asks for the same pages over 8 connections and writes the bytes as \
             they come, but for the candidates"
                .into(),
        ],
    };
    job.goals = vec![
        goal("launcher, times the Python tool's records a second", job.ratio(LAUNCHER, PYTHON), Wanted::AtLeast(5.0)),
        goal("launcher, share of the limit's records a second", job.ratio(LAUNCHER, LIMIT), Wanted::AtLeast(0.6)),
    ];
    Ok(job)
}
