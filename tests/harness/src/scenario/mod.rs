//! Scenarios: data that says what is run and what is expected, and the comparison of hosts.

mod check;
mod compare;
mod everywhere;
mod format;
mod observed;

pub use compare::Sameness;
pub use everywhere::{chosen, compared, played};
pub use format::{
    Changes, Content, Endpoint, Expect, FailureGroup, InPage, Lines, Run, Scenario, ScenarioError, Texts,
};
pub use observed::{Observed, Records, Request};
pub(crate) use observed::{decode_log, log_of};

use crate::host::{Call, Host, Stage, look};

/// The file that a run's results go to, unless its command line names another.
const RESULTS: &str = "results.json";

/// What a host did in each run of a scenario, and what of that was not expected.
#[derive(Debug)]
pub struct Played {
    /// The host.
    pub host: String,
    /// Its runs.
    pub runs: Vec<Observed>,
    /// What was not expected.
    pub wrong: Vec<String>,
}

/// Plays a scenario on a host. Fails when the host itself cannot be set up.
pub fn play(scenario: &Scenario, host: &dyn Host) -> Result<Played, String> {
    let mut stage = host.stage(scenario)?;
    for (path, content) in &scenario.files {
        stage.write(path, &content.bytes())?;
    }
    let mut played = Played { host: host.name().to_owned(), runs: Vec::new(), wrong: Vec::new() };
    for (at, run) in scenario.runs.iter().enumerate() {
        stage.change(&run.before)?;
        let before = if is_dry(run) { Some((stage.files()?, held(stage.as_mut()))) } else { None };
        let seen = observe(run, stage.as_mut())?;
        let mut wrong = check::check(host.expected(run), &seen);
        if let Some((files, records)) = before {
            let known = played.runs.last().map(|run| &run.state);
            wrong.extend(check::changes_of_a_dry_run(&seen, &files, &records, known));
        }
        if !wrong.is_empty() {
            played.wrong.push(format!(
                "{}, run {} on {}:\n  {}\n  standard error:\n{}",
                scenario.name,
                at + 1,
                played.host,
                wrong.join("\n  "),
                seen.stderr
            ));
        }
        played.runs.push(seen);
    }
    Ok(played)
}

/// Whether a run must not change anything.
fn is_dry(run: &Run) -> bool {
    run.args.iter().any(|word| word == "--dry-run")
}

/// What the API holds.
fn held(stage: &mut dyn Stage) -> Records {
    let mut seen = Observed::default();
    stage.api(&mut |state| look(state, &mut seen));
    seen.records
}

fn observe(run: &Run, stage: &mut dyn Stage) -> Result<Observed, String> {
    let mut args = run.args.clone();
    let named = args.iter().position(|word| word == "--results-file").and_then(|at| args.get(at + 1).cloned());
    let results = match named {
        Some(path) => path,
        None if args.iter().any(|word| word == "count") => {
            stage.remove(RESULTS)?;
            String::new()
        }
        None => {
            stage.remove(RESULTS)?;
            args.extend(["--results-file".to_owned(), RESULTS.to_owned()]);
            RESULTS.to_owned()
        }
    };
    let call = Call {
        args,
        env: run.env.clone(),
        answer: run.answer.clone(),
        stop: run.stop,
        kill_after_requests: run.kill_after_requests,
    };
    let mut seen = stage.run(&call)?;
    seen.results = if results.is_empty() || results == "-" {
        None
    } else {
        stage.read(&results)?.and_then(|bytes| serde_json::from_slice(&bytes).ok())
    };
    seen.files = stage.files()?;
    if seen.results.is_some() {
        seen.files.remove(results.strip_prefix("./").unwrap_or(&results));
    }
    Ok(seen)
}

/// What differs between two hosts that played the same scenario.
///
/// A killed run is compared only by the state it was meant to leave to the next one, which the later runs show: which
/// requests were under way at the moment of death is chance.
pub fn differences(scenario: &Scenario, one: &Played, other: &Played, sameness: Sameness) -> Vec<String> {
    let mut differences = Vec::new();
    let mut chance = false;
    for (at, run) in scenario.runs.iter().enumerate() {
        chance |= run.kill_after_requests.is_some() || run.stop;
        if chance {
            continue;
        }
        let found = compare::compare(&one.runs[at], &other.runs[at], sameness);
        differences.extend(
            found
                .into_iter()
                .map(|what| format!("{}, run {}: {} and {}: {what}", scenario.name, at + 1, one.host, other.host)),
        );
    }
    differences
}

#[cfg(test)]
mod tests;
