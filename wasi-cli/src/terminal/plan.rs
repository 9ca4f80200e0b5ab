//! What a dry run found, in a line.

use lightbeam_core::event::{DryRun, EndpointId, RemovalPlan};
use lightbeam_core::notice::Severity;

use super::counted;
use super::line::Line;

/// The plan for one endpoint.
pub(super) fn line(endpoint: &EndpointId, plan: &DryRun) -> Line {
    if let Some(removal) = &plan.removal {
        return removal_line(endpoint, plan, removal);
    }
    let mut parts = vec![
        format!("{} new", plan.new),
        format!("{} changed", plan.changed),
        format!("{} already sent", plan.already_sent),
        format!("{} failed before", plan.failed_before),
    ];
    for (count, what) in [(plan.repeated, "repeated or outdated"), (plan.unreadable, "unreadable")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    let text = format!("{endpoint}: {}; {} to be made", parts.join(", "), counted(plan.requests, "request"));
    Line::new(Severity::Info, "dry_run", text)
        .with("endpoint", endpoint.to_string())
        .with("new", plan.new)
        .with("changed", plan.changed)
        .with("already_sent", plan.already_sent)
        .with("failed_before", plan.failed_before)
        .with("repeated", plan.repeated)
        .with("unreadable", plan.unreadable)
        .with("requests", plan.requests)
}

fn removal_line(endpoint: &EndpointId, plan: &DryRun, removal: &RemovalPlan) -> Line {
    let mut parts = vec![format!("{} to be deleted", counted(removal.found, "record"))];
    for (count, what) in [
        (removal.not_found, "not found"),
        (removal.several_found, "found more than once"),
        (plan.already_sent, "sent before"),
        (plan.repeated, "repeated"),
        (plan.unreadable, "unreadable"),
        (removal.failed, "that cannot be looked up"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    Line::new(Severity::Info, "dry_run", format!("{endpoint}: {}", parts.join(", ")))
        .with("endpoint", endpoint.to_string())
        .with("found", removal.found)
        .with("not_found", removal.not_found)
        .with("several_found", removal.several_found)
        .with("already_sent", plan.already_sent)
        .with("repeated", plan.repeated)
        .with("unreadable", plan.unreadable)
        .with("failed", removal.failed)
        .with("requests", plan.requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> EndpointId {
        EndpointId::new("ed-fi", "students")
    }

    #[test]
    fn a_plan_leaves_out_what_is_nought() {
        let plan = DryRun { new: 2, already_sent: 5, requests: 1, ..DryRun::default() };
        assert_eq!(
            line(&endpoint(), &plan).text,
            "ed-fi/students: 2 new, 0 changed, 5 already sent, 0 failed before; 1 request to be made"
        );
    }

    #[test]
    fn a_plan_of_removal_says_what_would_go() {
        let removal = RemovalPlan { found: 2, not_found: 1, ..RemovalPlan::default() };
        let plan = DryRun { already_sent: 5, requests: 5, removal: Some(removal), ..DryRun::default() };
        assert_eq!(
            line(&endpoint(), &plan).text,
            "ed-fi/students: 2 records to be deleted, 1 not found, 5 sent before"
        );
    }
}
