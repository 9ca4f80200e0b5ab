use super::RunResults;
use crate::amount::{counted, duration, grouped};
use crate::protocol::Snapshot;

/// What an exit code of the command line means, in a sentence; of so many records, so many failed.
pub fn exit_sentence(exit: u8, processed: u64, failed: u64) -> &'static str {
    match exit {
        1 if failed > 0 && failed == processed => "Every record failed.",
        0 => "Everything that was to be done was tried.",
        1 => {
            "The run failed: every record failed, it was not confirmed, it was stopped, or it could not go on. The messages say which."
        }
        2 => "Nothing was done: a setting or an option is wrong. The messages say which.",
        3 => "Some records failed, and you asked to be told of that as a failure.",
        4 => "The API could not be reached or refused the credentials, or the run broke off. The messages say which.",
        99 => "There was nothing to do: every record was sent before, or the files hold no records.",
        _ => "The run ended in a way that this page does not know.",
    }
}

/// What became of the records, in a sentence or two. What the API did not accept is never called accepted.
pub fn totals(results: &RunResults) -> String {
    let (done, skipped) = match results.command.as_str() {
        "validate" => {
            let valid = results.processed.saturating_sub(results.failed + results.skipped);
            return format!(
                "{} checked: in {} nothing was found, in {} something was.",
                counted(results.processed, "record"),
                grouped(valid),
                grouped(results.failed)
            );
        }
        "delete" | "truncate" => ("deleted", "not deleted"),
        "fetch" => ("written", "not fetched"),
        "create" => ("written", "not written"),
        "count" => ("counted", "not counted"),
        _ => ("accepted by the API", "not sent, as they had been sent before or stand twice"),
    };
    let noun = if results.command == "create" { "template" } else { "record" };
    let mut text = format!("{} {done}, {} failed", counted(results.succeeded(), noun), grouped(results.failed));
    if results.skipped > 0 {
        text.push_str(&format!(", {} {skipped}", grouped(results.skipped)));
    }
    text.push('.');
    if !results.completed {
        text.push_str(" The run did not come to its end: there are records that were not tried.");
    }
    text
}

/// How far a run is, in a sentence to be read out.
pub fn progress_sentence(snapshot: &Snapshot) -> String {
    let mut text = match snapshot.expected {
        Some(expected) if expected >= snapshot.processed => {
            format!("{} of about {}", grouped(snapshot.processed), counted(expected, "record"))
        }
        _ => counted(snapshot.processed, "record"),
    };
    if let Some(percent) = snapshot.percent {
        text = format!("{percent} per cent, {text}");
    }
    text.push_str(&format!(", {} failed", grouped(snapshot.failed)));
    if let Some(left) = snapshot.seconds_left {
        text.push_str(&format!(", about {} left", duration(left)));
    }
    text.push('.');
    text
}
