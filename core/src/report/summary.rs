//! What people read when a run has ended: plain text, without colour, within a width.

use std::time::Duration;

use super::causes::{CauseEntry, cause_name};
use super::exit::Ended;
use super::results::{EndpointResults, Results};
use super::words::{counted, duration, number, rate, table, wrap};
use crate::api::problem::plain;
use crate::event::{DryRun, Skip};
use crate::host::Timestamp;
use crate::invocation::Command;
use crate::time;

/// How many causes are shown; the results file has them all.
const CAUSES: usize = 10;
/// How much of an example message is shown, in characters.
const EXAMPLE_CHARS: usize = 400;

/// What the summary tells beside the results.
#[derive(Debug, Clone)]
pub struct Closing {
    /// When the run ended.
    pub at: Timestamp,
    /// How.
    pub ended: Ended,
    /// The results file, if there is one.
    pub results_file: Option<String>,
    /// The folder of failed records, if there is one.
    pub failed_dir: Option<String>,
    /// The oldest time at which one of the records skipped as already sent was sent.
    pub sent_since: Option<Timestamp>,
    /// Columns of a line; at least 40 are taken.
    pub width: usize,
}

/// The summary of a run, one entry a line: totals, causes with one example each, endpoints where something happened,
/// where to find more, what to do next. Holds no control characters, whatever the API said.
pub fn summary(results: &Results, closing: &Closing) -> Vec<String> {
    let width = closing.width.max(40);
    let command = results.command();
    let mut lines = Vec::new();
    if closing.ended == Ended::DryRun {
        dry_run(results, command, width, &mut lines);
    } else {
        totals(results, closing, command, width, &mut lines);
        causes(results, width, &mut lines);
        endpoints(results, command, width, &mut lines);
    }
    places(results, closing, width, &mut lines);
    next(results, closing, command, width, &mut lines);
    lines
}

/// What accepted records are called: created, and changed where the API tells the two apart.
fn accepted(command: Command) -> &'static [&'static str] {
    match command {
        Command::Send | Command::ValidateSend => &["new", "updated"],
        Command::Validate => &["valid"],
        Command::Delete | Command::Truncate => &["deleted"],
        Command::Fetch | Command::Create => &["written"],
        Command::Count => &["counted"],
    }
}

/// The numbers to the names of [`accepted`].
fn accepted_counts(endpoint: &EndpointResults, command: Command) -> Vec<u64> {
    let all = endpoint.counts().succeeded + endpoint.valid();
    if accepted(command).len() == 1 {
        return vec![all];
    }
    let new = endpoint.successes().iter().filter(|(status, _)| *status == 201).map(|(_, count)| count).sum();
    vec![new, all - new]
}

fn totals(results: &Results, closing: &Closing, command: Command, width: usize, lines: &mut Vec<String>) {
    let totals = results.totals();
    let (one, many) = match command {
        Command::Create => ("endpoint", "endpoints"),
        _ => ("record", "records"),
    };
    let mut head = format!("{}: {}", command.name(), counted(totals.processed, one, many));
    if let Some(started) = results.started() {
        let time = Duration::try_from(closing.at.duration_since(started.at)).unwrap_or_default();
        head = format!("{head} in {}", duration(time));
        let per_second = totals.processed as f64 / time.as_secs_f64().max(1.0);
        if time >= Duration::from_secs(1) && per_second >= 0.1 {
            head = format!("{head} ({})", rate(per_second));
        }
    }
    lines.extend(wrap(&head, 0, width));

    let mut parts = Vec::new();
    for (at, name) in accepted(command).iter().enumerate() {
        let sum = results.endpoints().iter().map(|endpoint| accepted_counts(endpoint, command)[at]).sum();
        parts.push(format!("{} {name}", number(sum)));
    }
    if totals.skipped > 0 {
        parts.push(format!("{} skipped{}", number(totals.skipped), reasons(results)));
    }
    parts.push(format!("{} failed", number(totals.failed)));
    let retries: u64 = results.endpoints().iter().map(EndpointResults::retries).sum();
    if retries > 0 {
        parts.push(counted(retries, "repeated request", "repeated requests"));
    }
    lines.extend(wrap(&parts.join(", "), 2, width));
}

fn reasons(results: &Results) -> String {
    let named = [
        (Skip::AlreadySent, "sent before"),
        (Skip::Repeated, "repeated lines"),
        (Skip::Outdated, "outdated by a later line"),
        (Skip::NotFound, "not found"),
        (Skip::SeveralFound, "several found"),
        (Skip::NotPermitted, "not permitted"),
        (Skip::NotAsked, "without what the query asks for"),
        (Skip::Kept, "kept"),
    ];
    let sum = |skip| results.endpoints().iter().map(|endpoint| endpoint.skipped(skip)).sum::<u64>();
    let told = named.iter().map(|(skip, name)| (sum(*skip), name)).filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, name)| format!("{} {name}", number(count))).collect();
    format!(" ({})", told.join(", "))
}

fn causes(results: &Results, width: usize, lines: &mut Vec<String>) {
    let entries = results.causes.entries();
    if entries.is_empty() {
        return;
    }
    lines.extend([String::new(), "Why records failed:".to_owned()]);
    for entry in entries.iter().take(CAUSES) {
        cause(results, entry, width, lines);
    }
    if entries.len() > CAUSES {
        let more = (entries.len() - CAUSES) as u64;
        lines.extend(wrap(&format!("and {}: --results-file has them all", counted(more, "more", "more")), 2, width));
    }
}

fn cause(results: &Results, entry: &CauseEntry<'_>, width: usize, lines: &mut Vec<String>) {
    let mut head = format!("{} {}", number(entry.group.records), cause_name(entry.cause));
    let name = [entry.thing, entry.value].into_iter().flatten().collect::<Vec<_>>().join(" ");
    if !name.is_empty() {
        head = format!("{head}: {}", plain(&name, EXAMPLE_CHARS));
    }
    let named = entry.group.endpoints.keys().map(|at| plain(&results.name(results.endpoints[*at].id()), 100));
    let named: Vec<String> = named.collect();
    let shown = named.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let more = if named.len() > 3 { format!(" and {} more", named.len() - 3) } else { String::new() };
    head = format!("{head} (in {shown}{more})");
    lines.extend(wrap(&head, 2, width));

    let example = &entry.group.example;
    let mut place = plain(&example.file, EXAMPLE_CHARS);
    if let Some(line) = example.line {
        place = format!("{place}:{line}");
    }
    let message = plain(&example.message, EXAMPLE_CHARS);
    let place = if place.is_empty() { place } else { format!("{place}: ") };
    lines.extend(wrap(&format!("{place}{message}"), 6, width));
    lines.extend(wrap(&entry.hint(results.command()), 6, width));
}

fn endpoints(results: &Results, command: Command, width: usize, lines: &mut Vec<String>) {
    let mut header = vec!["endpoint"];
    header.extend(accepted(command));
    header.extend(["skipped", "failed"]);
    let busy = results.endpoints().iter().filter(|endpoint| endpoint.counts().processed > 0);
    let rows = busy.map(|endpoint| {
        let mut row = accepted_counts(endpoint, command);
        row.extend([endpoint.counts().skipped, endpoint.counts().failed]);
        (plain(&results.name(endpoint.id()), 200), row)
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        lines.push(String::new());
        lines.extend(table(&header, &rows, width));
    }
}

fn dry_run(results: &Results, command: Command, width: usize, lines: &mut Vec<String>) {
    lines.extend(wrap(&format!("{}: dry run, nothing was changed", command.name()), 0, width));
    let (header, legend): (&[&str], &str) = match command {
        Command::Delete => (
            &["endpoint", "delete", "absent", "several", "sent", "twice", "bad", "requests"],
            "delete: would be deleted; absent: not held by the API; several: held more than once; sent: sent before; \
             twice: repeated lines; bad: lines that cannot be looked up; requests: look-ups among them",
        ),
        Command::Truncate => (&["endpoint", "delete"], "delete: would be deleted"),
        _ => (
            &["endpoint", "new", "changed", "sent", "failed", "twice", "bad", "requests"],
            "sent: already sent; failed: failed before; twice: repeated or outdated lines; bad: unreadable lines",
        ),
    };
    let row = |plan: &DryRun| {
        let removal = plan.removal.unwrap_or_default();
        match command {
            Command::Delete => vec![
                removal.found,
                removal.not_found,
                removal.several_found,
                plan.already_sent,
                plan.repeated,
                plan.unreadable + removal.failed,
                plan.requests,
            ],
            Command::Truncate => vec![removal.found],
            _ => vec![
                plan.new,
                plan.changed,
                plan.already_sent,
                plan.failed_before,
                plan.repeated,
                plan.unreadable,
                plan.requests,
            ],
        }
    };
    let mut rows: Vec<(String, Vec<u64>)> =
        results.dry_run.iter().map(|(id, plan)| (plain(&results.name(id), 200), row(plan))).collect();
    rows.retain(|(_, row)| row.iter().any(|count| *count > 0));
    if rows.is_empty() {
        let text = if results.endpoints().iter().any(EndpointResults::broke) {
            "what would be done could not be found out: see the failures above"
        } else {
            "nothing would be done"
        };
        lines.extend(wrap(text, 2, width));
        return;
    }
    if rows.len() > 1 {
        let sums = (0..header.len() - 1).map(|at| rows.iter().map(|(_, row)| row[at]).sum()).collect();
        rows.push(("all".to_owned(), sums));
    }
    lines.push(String::new());
    lines.extend(table(header, &rows, width));
    lines.push(String::new());
    lines.extend(wrap(legend, 0, width));
}

fn places(results: &Results, closing: &Closing, width: usize, lines: &mut Vec<String>) {
    let failed = results.totals().failed > 0;
    let results_file = closing.results_file.as_ref().map(|path| format!("Results: {}", plain(path, 1_000)));
    let failed_dir = closing.failed_dir.as_ref().filter(|_| failed);
    let failed_dir = failed_dir.map(|path| format!("Failed records: {}", plain(path, 1_000)));
    let places: Vec<String> = results_file.into_iter().chain(failed_dir).collect();
    if !places.is_empty() {
        lines.push(String::new());
    }
    for place in places {
        lines.extend(wrap(&place, 0, width));
    }
}

/// Why no record had a final word.
fn nothing_done(results: &Results) -> &'static str {
    let any = |test: fn(&EndpointResults) -> bool| results.endpoints().iter().any(test);
    if any(EndpointResults::broke) {
        "Not all endpoints could be worked on: see the failures above."
    } else if any(|endpoint| endpoint.denied || endpoint.not_asked) {
        "Endpoints were passed over: see the warnings above."
    } else {
        "There was nothing to do."
    }
}

fn next(results: &Results, closing: &Closing, command: Command, width: usize, lines: &mut Vec<String>) {
    let totals = results.totals();
    let sends = matches!(command, Command::Send | Command::ValidateSend);
    let sent_before: u64 = results.endpoints().iter().map(|endpoint| endpoint.skipped(Skip::AlreadySent)).sum();
    let text = match closing.ended {
        Ended::Stopped if sends => "Stopped. Run the same command again to go on with what is left.".to_owned(),
        Ended::Stopped => "Stopped: not everything was done.".to_owned(),
        Ended::Incomplete => {
            "Not everything could be read or written: see the errors above, then run the same command again.".to_owned()
        }
        Ended::StateLost => {
            "The run ended because its state could not be read or kept: see the errors above. Nothing accepted is lost."
                .to_owned()
        }
        Ended::MaxFailures => "Stopped: max_failures was reached. Correct the failures above first.".to_owned(),
        Ended::BrokenOff if sends => {
            "Broken off: the API or a token could not be reached any more. What was not tried is left for the next \
             run: run the same command again."
                .to_owned()
        }
        Ended::BrokenOff => {
            "Broken off: the API or a token could not be reached any more, so not everything was done.".to_owned()
        }
        Ended::Completed if totals.processed == 0 => nothing_done(results).to_owned(),
        Ended::Completed if totals.processed == totals.skipped && totals.skipped == sent_before => {
            let since = closing.sent_since.map(|since| {
                let since = time::in_utc(since);
                format!(", since {} {:02}:{:02} UTC", since.date(), since.hour(), since.minute())
            });
            let done = if sends { "sent again" } else { "treated again" };
            format!(
                "All of this was sent before{}, so nothing was done. Add -f (--force) to have it {done}.",
                since.unwrap_or_default()
            )
        }
        Ended::Completed if totals.failed > 0 && sends => {
            "Next: correct the causes above, then run the same command again. What failed is sent again, what was \
             accepted is not."
                .to_owned()
        }
        Ended::DryRun | Ended::Completed => return,
    };
    lines.push(String::new());
    lines.extend(wrap(&text, 0, width));
}
