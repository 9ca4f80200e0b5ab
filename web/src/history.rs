//! Runs that are kept in the browser: what was run when, where and how it ended. Never a secret, never a record.
//!
//! Each run is a small blob `page/history/{id}.json`, and its results file a second one beside it, which is read only
//! when somebody asks for it.

mod files;
mod words;

use lightbeam_core::invocation::{Command, Invocation};
use lightbeam_core::sort;
use serde::{Deserialize, Serialize};

use crate::protocol::{NoticeRow, RunEnd, Severity, Snapshot};

pub use files::{Difference, FileMark, differences};
pub use words::host_of;

/// The beginning of the names of all that is kept of runs.
pub const FOLDER: &str = "page/history/";
/// So many runs are kept.
pub const MOST_RUNS: usize = 50;
/// So many bytes of runs are kept.
pub const MOST_BYTES: u64 = 32 << 20;
/// A results file that is longer, in bytes, is not kept.
pub const MOST_RESULTS: usize = 8 << 20;
/// A table of counts that is longer, in bytes, is not kept.
const MOST_STDOUT: usize = 1 << 18;
/// So many errors of a run are kept.
const MOST_ERRORS: usize = 20;
/// The form of what is kept. A page that does not know a form leaves it alone.
const VERSION: u32 = 1;

/// A run that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    version: u32,
    /// Its name; later runs have later names.
    pub id: String,
    /// When it began, in milliseconds since 1970.
    pub began: i64,
    /// When it ended.
    pub ended: Option<i64>,
    /// What was asked for, without what might hold a secret or say who somebody is.
    pub asked: Invocation,
    /// Host and port of the API.
    pub host: String,
    /// The data root, once the API was found.
    pub data_url: Option<String>,
    /// How it is.
    pub outcome: Outcome,
    /// What became of the records.
    pub counts: Counts,
    /// What the command line would tell at the end.
    pub summary: String,
    /// What the command line would print.
    pub stdout: Option<String>,
    /// Errors that were told.
    pub errors: Vec<String>,
    /// The length of its results file, if that is kept.
    pub results_bytes: Option<u64>,
    /// The files that it read.
    pub files: Vec<FileMark>,
}

/// How a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Under way, or the page was closed under it.
    Going,
    /// The page was closed under it, and the user knows.
    Interrupted,
    /// It ended by itself, or was stopped.
    Ended {
        /// The exit code that the command line would give.
        exit: u8,
        /// Whether everything was tried; `None` if the work never began.
        completed: Option<bool>,
    },
    /// The worker broke under it, for this reason.
    Lost(String),
    /// The user was asked whether it may remove, and did not agree; nothing was removed.
    Refused,
}

/// What became of the records of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records that there will have been.
    pub expected: Option<u64>,
    /// Records that had their final word.
    pub processed: u64,
    /// Accepted records.
    pub succeeded: u64,
    /// Records that were not tried.
    pub skipped: u64,
    /// Records that were refused, unanswered or invalid.
    pub failed: u64,
}

impl Entry {
    /// A run that begins at `now`, in milliseconds since 1970. `seed` tells runs of one moment apart.
    pub fn begun(now: i64, seed: u32, asked: &Invocation, url: &str, files: Vec<FileMark>) -> Self {
        let reads =
            matches!(asked.command, Command::Send | Command::Validate | Command::ValidateSend | Command::Delete);
        Self {
            version: VERSION,
            id: format!("{now:013}-{seed:08x}"),
            began: now,
            ended: None,
            asked: harmless(asked),
            host: host_of(url),
            data_url: None,
            outcome: Outcome::Going,
            counts: Counts::default(),
            summary: String::new(),
            stdout: None,
            errors: Vec::new(),
            results_bytes: None,
            files: if reads { files } else { Vec::new() },
        }
    }

    /// Takes in how far the run is.
    pub fn hear(&mut self, snapshot: &Snapshot, notices: &[NoticeRow]) {
        self.counts = Counts {
            expected: snapshot.expected,
            processed: snapshot.processed,
            succeeded: snapshot.succeeded,
            skipped: snapshot.skipped,
            failed: snapshot.failed,
        };
        if let Some(url) = &snapshot.data_url {
            self.host = host_of(url);
            self.data_url = Some(url.clone());
        }
        let errors = notices.iter().filter(|notice| notice.severity == Severity::Error);
        self.errors = errors.take(MOST_ERRORS).map(|notice| notice.text.clone()).collect();
    }

    /// Takes in how the run ended. Returns the results file that is to be kept beside it.
    pub fn end(&mut self, now: i64, end: &RunEnd) -> Option<String> {
        self.ended = Some(now);
        self.outcome = Outcome::Ended { exit: end.exit, completed: end.completed };
        self.summary.clone_from(&end.summary);
        self.stdout = end.stdout.clone().filter(|text| text.len() <= MOST_STDOUT);
        let results = end.results.clone().filter(|text| text.len() <= MOST_RESULTS);
        self.results_bytes = results.as_ref().map(|text| text.len() as u64);
        results
    }

    /// Takes in that the user did not let it remove anything.
    pub fn refuse(&mut self) {
        self.outcome = Outcome::Refused;
    }

    /// Takes in that the worker broke.
    pub fn lose(&mut self, now: i64, why: &str) {
        self.ended = Some(now);
        self.outcome = Outcome::Lost(why.to_owned());
    }

    /// Whether something is left of it that can be gone on with: what it sent is remembered, and it was cut off.
    pub fn can_go_on(&self) -> bool {
        self.was_cut_off() && self.sends()
    }

    /// Whether it was cut off, and can only be begun anew.
    pub fn can_run_again(&self) -> bool {
        self.was_cut_off() && !self.sends()
    }

    fn sends(&self) -> bool {
        matches!(self.asked.command, Command::Send | Command::ValidateSend)
    }

    /// A dry run that was cut off is nothing that is missed.
    fn was_cut_off(&self) -> bool {
        let cut_off = matches!(self.outcome, Outcome::Going | Outcome::Interrupted | Outcome::Lost(_));
        cut_off && !self.asked.dry_run
    }

    /// The name of its blob.
    pub fn name(&self) -> String {
        format!("{FOLDER}{}.json", self.id)
    }

    /// The name of the blob that holds its results file.
    pub fn results_name(&self) -> String {
        format!("{FOLDER}{}.results", self.id)
    }

    /// The name of the lock that the page holds as long as the run goes on in it.
    pub fn lock_name(&self) -> String {
        format!("page/going/{}", self.id)
    }

    /// What is written into its blob.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("all keys are texts")
    }

    /// Reads what was written; `None` for what another version of the page wrote.
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Form {
            version: u32,
        }
        let form: Form = serde_json::from_slice(bytes).ok()?;
        if form.version == VERSION { serde_json::from_slice(bytes).ok() } else { None }
    }

    /// How much it takes, with its results file, in bytes.
    pub fn bytes(&self) -> u64 {
        self.to_json().len() as u64 + self.results_bytes.unwrap_or(0)
    }
}

/// What was asked for, without what may hold secrets (values for names, keys that were set) or say who somebody is (a
/// query), and without paths that the page sets itself.
fn harmless(asked: &Invocation) -> Invocation {
    Invocation {
        params: None,
        set: Vec::new(),
        query: None,
        config_file: None,
        results_file: None,
        failed_dir: None,
        ..asked.clone()
    }
}

/// Sorts runs, the newest first.
pub fn sort(entries: &mut [Entry]) {
    sort::by(entries, |one, other| other.id.cmp(&one.id));
}

/// Which of the runs, the newest first, are too many: beyond the number or the bytes that are kept. One that goes on
/// is never among them.
pub fn surplus(entries: &[Entry]) -> Vec<Entry> {
    let (mut runs, mut bytes) = (0, 0);
    let mut surplus = Vec::new();
    for entry in entries {
        let more = entry.bytes();
        let fits = runs < MOST_RUNS && bytes + more <= MOST_BYTES;
        if fits || entry.outcome == Outcome::Going {
            runs += 1;
            bytes += more;
        } else {
            surplus.push(entry.clone());
        }
    }
    surplus
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
