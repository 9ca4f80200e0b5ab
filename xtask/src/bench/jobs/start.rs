use super::send::goal;
use crate::bench::Bench;
use crate::bench::place::{COMPONENT, LAUNCHER, PYTHON, Place};
use crate::bench::report::{Job, Wanted};
use crate::bench::series::Series;
use crate::failure::Result;

/// How long until there is an answer.
pub(super) fn start(bench: &Bench) -> Result<Job> {
    let data = bench.students(5_000)?;
    let api = bench.serve(&[])?;
    let tools = bench.tools.among(&[LAUNCHER, COMPONENT, PYTHON]);
    let versions = bench.in_turn(&tools, |tool| {
        let place = Place::new(tool, &data.folder, &api.address, "")?;
        let sample = place.run_alone(&bench.tools, tool, &["--version"])?;
        // The Python tool's package lacks the file with its version: it starts all the same, and ends with an error.
        if tool != PYTHON {
            place.expect(tool, &sample)?;
        }
        Ok((1, sample))
    })?;
    let counts = bench.in_turn(&tools, |tool| {
        let place = Place::new(tool, &data.folder, &api.address, "")?;
        let sample = place.run(&bench.tools, tool, &["count", "-s", "students"])?;
        place.expect(tool, &sample)?;
        Ok((1, sample))
    })?;
    let milliseconds = |series: &[Series], tool: &str| {
        let series = series.iter().find(|series| series.tool == tool)?;
        Some(series.times()?.0.as_secs_f64() * 1e3)
    };
    let goals = vec![
        goal("launcher, milliseconds for --version", milliseconds(&versions, LAUNCHER), Wanted::AtMost(30.0)),
        goal(
            "launcher, milliseconds for count of one endpoint, the API's own time included",
            milliseconds(&counts, LAUNCHER),
            Wanted::AtMost(60.0),
        ),
    ];
    let named = |series: Series, tool| Series { tool, ..series };
    let mut all = Vec::new();
    for series in versions {
        all.push(named(
            series.clone(),
            match series.tool {
                LAUNCHER => "launcher: --version",
                PYTHON => "Python tool: --version",
                _ => "component: --version",
            },
        ));
    }
    for series in counts {
        all.push(named(
            series.clone(),
            match series.tool {
                LAUNCHER => "launcher: count",
                PYTHON => "Python tool: count",
                _ => "component: count",
            },
        ));
    }
    Ok(Job {
        name: "start",
        title: "Start: --version, and count of one endpoint".into(),
        series: all,
        goals,
        notes: vec![
            "the launcher carries the component compiled; wasmtime keeps in its cache what it has compiled before"
                .into(),
        ],
    })
}
