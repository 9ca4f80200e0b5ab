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
            Outcome::Ended { completed: Some(false), .. } => "ended before its end",
            Outcome::Ended { exit: 99, .. } => "nothing was left to do",
            Outcome::Ended { exit: 0, .. } if self.counts.failed == 0 => "done",
            Outcome::Ended { exit: 0 | 3, .. } => "done, some records failed",
            Outcome::Ended { .. } => "failed",
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
