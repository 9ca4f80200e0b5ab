use lightbeam_core::invocation::Command;

use super::{Entry, Outcome};

impl Entry {
    /// The command, as people know it.
    pub fn command_in_words(&self) -> String {
        let name = self.asked.command.name();
        if self.asked.dry_run { format!("{name} (dry run)") } else { name.to_owned() }
    }

    /// How it ended, in a few words.
    pub fn outcome_in_words(&self) -> &'static str {
        match &self.outcome {
            Outcome::Going => "going on",
            Outcome::Interrupted => "interrupted: the page was closed",
            Outcome::Lost(_) => "broke off",
            Outcome::Refused => "cancelled by you: nothing was removed",
            Outcome::Ended { exit: 2, .. } => "not begun: wrong configuration",
            Outcome::Ended { completed: None, .. } => "not begun",
            Outcome::Ended { exit: 4, .. } => "broken off: the API could not be reached",
            Outcome::Ended { completed: Some(false), .. } => "stopped before its end",
            Outcome::Ended { exit: 99, .. } => "nothing was left to do",
            Outcome::Ended { exit: 0, .. } if self.counts.failed == 0 => "done",
            Outcome::Ended { exit: 0 | 3, .. } => "done, some records failed",
            Outcome::Ended { .. } => "failed",
        }
    }

    /// What is left of it where it was cut off, and what it means to begin it once more.
    pub fn left_in_words(&self) -> &'static str {
        match self.asked.command {
            Command::Send | Command::ValidateSend => "What was accepted is remembered and is not sent again.",
            Command::Validate => "Nothing was sent. The check begins anew.",
            Command::Count => "The counting begins anew.",
            Command::Fetch => {
                "Only files that were written into a folder of yours are still there. The fetching begins anew, with \
                 all records."
            }
            Command::Create => "The templates are made anew.",
            Command::Delete => {
                "What was deleted until then is gone, and is passed over as not found. Before anything else is deleted, \
                 you look first and are asked again."
            }
            Command::Truncate => {
                "What was deleted until then is gone; the rest is still there. Before anything else is deleted, you \
                 look first and are asked again."
            }
        }
    }

    /// Whether that is as it should be.
    pub fn is_good(&self) -> bool {
        matches!(self.outcome, Outcome::Ended { exit: 0 | 99, completed: Some(true) }) && self.counts.failed == 0
    }
}

/// Host and port of a URL as it was typed, without a user's name and password in it.
pub fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().to_owned()
}
