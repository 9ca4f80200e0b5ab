use crate::bench::place::{COMPONENT, LAUNCHER, LIMIT, PAGE, PYTHON, Place};
use crate::bench::report::{Goal, Job, Wanted};
use crate::bench::{Bench, Data, Sample, observe};
use crate::failure::{Failure, Result};

/// Connections of all.
pub(super) const CONNECTIONS: &str = "8";

/// Sends a district to an API that takes everything at once.
pub(super) fn bare(bench: &Bench) -> Result<Job> {
    let data = bench.district(50_000)?;
    let tools = bench.tools.among(&[LAUNCHER, COMPONENT, PYTHON, LIMIT]);
    let series = bench.in_turn(&tools, |tool| one(bench, tool, &data, &["--bare"], true))?;
    let mut job = Job {
        name: "send",
        title: "Send, to an API that answers at once (bare)".into(),
        series,
        goals: Vec::new(),
        notes: vec![
            "the limit is a loop over the same bodies with 8 connections and nothing else".into(),
            "the Python tool passes over school years and candidates, a few records, without a word".into(),
        ],
    };
    let processor = |tool| job.of(tool)?.processor_of_a_record();
    let share = processor(LAUNCHER).zip(processor(PYTHON)).map(|(ours, theirs)| ours / theirs);
    job.goals = vec![
        goal("launcher, times the Python tool's records a second", job.ratio(LAUNCHER, PYTHON), Wanted::AtLeast(4.0)),
        goal("launcher, share of the Python tool's processor time a record", share, Wanted::AtMost(0.2)),
        goal("launcher, share of the limit's records a second", job.ratio(LAUNCHER, LIMIT), Wanted::AtLeast(0.6)),
        goal("component, times the Python tool's records a second", job.ratio(COMPONENT, PYTHON), Wanted::AtLeast(2.5)),
    ];
    Ok(job)
}

/// The same to an API that checks and keeps each record.
pub(super) fn checking(bench: &Bench) -> Result<Job> {
    let data = bench.district(50_000)?;
    let tools = bench.tools.among(&[LAUNCHER, COMPONENT, PYTHON]);
    let series = bench.in_turn(&tools, |tool| one(bench, tool, &data, &[], false))?;
    Ok(Job {
        name: "send-checking",
        title: "Send, to an API that checks and keeps each record".into(),
        series,
        goals: Vec::new(),
        notes: vec!["the API shares the two cores, and takes more of them than the tools do".into()],
    })
}

/// A tenth of it from the page.
pub(super) fn page(bench: &Bench) -> Result<Job> {
    let data = bench.district(5_000)?;
    let tools = bench.tools.among(&[LAUNCHER, PAGE, PYTHON]);
    let series = bench.in_turn(&tools, |tool| match tool {
        PAGE => from_page(bench, &data),
        tool => one(bench, tool, &data, &["--bare"], true),
    })?;
    Ok(Job {
        name: "send-page",
        title: "Send from the page, to an API that answers at once (bare)".into(),
        series,
        goals: Vec::new(),
        notes: vec![
            "the page in Chromium: time from the press of the button, 6 in flight; processor and memory are those of the \
             whole browser and of what drives it"
                .into(),
        ],
    })
}

fn one(bench: &Bench, tool: &'static str, data: &Data, api: &[&str], takes_all: bool) -> Result<(u64, Sample)> {
    let api = bench.serve(api)?;
    let place = Place::new(tool, &data.folder, &api.address, "")?;
    sent(bench, tool, &place, data, &api.address, takes_all)
}

/// Sends, and looks whether all were accepted where the API takes everything.
pub(super) fn sent(
    bench: &Bench,
    tool: &'static str,
    place: &Place,
    data: &Data,
    api: &str,
    takes_all: bool,
) -> Result<(u64, Sample)> {
    let (accepted, sample) = if tool == LIMIT {
        let mut command = bench.tools.program("load");
        command.args(["post", api]).arg(&data.folder).arg(CONNECTIONS);
        let sample = place.watched(command, observe::watch)?;
        (place.output()?.trim().parse().unwrap_or(0), sample)
    } else {
        let (sample, results) = place.run_with_results(&bench.tools, tool, &["send"])?;
        (results.accepted(), sample)
    };
    // The Python tool passes over school years and candidates, a few records, without a word.
    let least = if tool == PYTHON { data.records - data.records / 200 } else { data.records };
    if takes_all && !(least..=data.records).contains(&accepted) {
        return Err(place.wrong(format!("{tool}: {accepted} of {} records were accepted", data.records)));
    }
    Ok((accepted, sample))
}

/// Sends from the page; the time is what the page took, without the start of the browser.
pub(super) fn from_page(bench: &Bench, data: &Data) -> Result<(u64, Sample)> {
    let api = bench.serve(&["--bare"])?;
    let place = Place::new(PAGE, &data.folder, &api.address, "")?;
    let mut command = bench.tools.program("load-page");
    command.arg(&api.address).arg(&data.folder);
    let sample = place.watched(command, observe::watch_all)?;
    let output = place.output()?;
    let numbers: Vec<u64> = output.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match numbers.as_slice() {
        [accepted, milliseconds] if *accepted == data.records => {
            Ok((*accepted, Sample { time: std::time::Duration::from_millis(*milliseconds), ..sample }))
        }
        _ => Err(Failure::new(format!("the page did not load all records: {output}"))),
    }
}

pub(super) fn goal(what: &str, seen: Option<f64>, wanted: Wanted) -> Goal {
    Goal { what: what.into(), seen, wanted }
}
