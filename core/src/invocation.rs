//! What the user asked for: a command and its flags, before any configuration is read.

use serde::{Deserialize, Serialize};

/// A command with its flags. Front ends build it; texts are as typed, and are checked by [`crate::config`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag that the user types")]
pub struct Invocation {
    /// The command.
    pub command: Command,
    /// `-c`: the configuration file; `None`: `./lightbeam.yaml`, then `./lightbeam.yml`.
    pub config_file: Option<String>,
    /// `-s`: which endpoints.
    pub selector: Option<String>,
    /// `-e`: which endpoints not.
    pub exclude: Option<String>,
    /// `-k`: top-level keys to keep (fetch).
    pub keep_keys: Option<String>,
    /// `-d`: top-level keys to drop (fetch).
    pub drop_keys: Option<String>,
    /// `-q`: a JSON object of query parameters (fetch, count).
    pub query: Option<String>,
    /// `-p`: a JSON object of values for `${NAME}`.
    pub params: Option<String>,
    /// `--set`: dotted key and value, in the order given.
    pub set: Vec<(String, String)>,
    /// `-w`: drop cached API documents and descriptor values first.
    pub wipe: bool,
    /// `-f`: whatever the state says.
    pub force: bool,
    /// `-t`, `-o`: also records last sent before this time.
    pub older_than: Option<String>,
    /// `-n`: also records last sent after this time.
    pub newer_than: Option<String>,
    /// `-r`, `-u`: also records whose last answer had one of these statuses.
    pub resend_status_codes: Option<String>,
    /// `--results-file`.
    pub results_file: Option<String>,
    /// `--failed-dir`.
    pub failed_dir: Option<String>,
    /// `--dry-run`: say what would happen, change nothing.
    pub dry_run: bool,
    /// `--yes`: as `force_delete: true`.
    pub yes: bool,
    /// `--force-unlock`: take the target's lock over at once.
    pub force_unlock: bool,
    /// `--fail-on`.
    pub fail_on: FailOn,
    /// `--log-level`: wins over the configuration's `log_level`.
    pub log_level: Option<String>,
}

/// The commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Command {
    /// Counts records per endpoint.
    Count,
    /// Writes the API's records to files.
    Fetch,
    /// Checks local records.
    Validate,
    /// Posts local records.
    #[default]
    Send,
    /// Checks local records, then posts the valid ones.
    ValidateSend,
    /// Deletes what local records describe.
    Delete,
    /// Deletes all records of the selected endpoints.
    Truncate,
    /// Writes template skeletons.
    Create,
}

impl Command {
    /// All commands, in the order help lists them.
    pub const ALL: [Self; 8] = [
        Self::Count,
        Self::Fetch,
        Self::Validate,
        Self::Send,
        Self::ValidateSend,
        Self::Delete,
        Self::Truncate,
        Self::Create,
    ];

    /// The word the user types.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Fetch => "fetch",
            Self::Validate => "validate",
            Self::Send => "send",
            Self::ValidateSend => "validate+send",
            Self::Delete => "delete",
            Self::Truncate => "truncate",
            Self::Create => "create",
        }
    }
}

/// When failures make the exit code tell of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum FailOn {
    /// Every record failed: exit 1. The Python tool's contract.
    #[default]
    All,
    /// Any record failed: exit 3 (1 if every one did).
    Any,
    /// Failed records never change the exit code.
    Never,
}
