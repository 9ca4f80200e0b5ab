//! What the user asked for: a command and its flags, before any configuration is read.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// A command with its flags. Front ends build it; texts are as typed, and are checked by [`crate::config`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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

impl<'de> Deserialize<'de> for Invocation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Value::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("no invocation"))
    }
}

impl Invocation {
    /// Of a JSON object, as it is written; what is missing has its default. `None` where something is of another kind.
    ///
    /// Not derived: that is 15 kB of WebAssembly, in each of the page's modules.
    pub fn from_json(json: &Value) -> Option<Self> {
        let given = json.as_object()?;
        let mut invocation = Self::default();
        for (name, text) in invocation.texts() {
            *text = match given.get(name) {
                Some(Value::String(given)) => Some(given.clone()),
                Some(Value::Null) | None => None,
                Some(_) => return None,
            };
        }
        for (name, switch) in invocation.switches() {
            *switch = match given.get(name) {
                Some(given) => given.as_bool()?,
                None => false,
            };
        }
        if let Some(set) = given.get("set") {
            for pair in set.as_array()? {
                invocation.set.push((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
            }
        }
        if let Some(command) = given.get("command") {
            let command = command.as_str()?;
            invocation.command = Command::ALL.into_iter().find(|it| it.variant() == command)?;
        }
        if let Some(fail_on) = given.get("fail_on") {
            invocation.fail_on = match fail_on.as_str()? {
                "All" => FailOn::All,
                "Any" => FailOn::Any,
                "Never" => FailOn::Never,
                _ => return None,
            };
        }
        Some(invocation)
    }

    fn texts(&mut self) -> [(&'static str, &mut Option<String>); 13] {
        [
            ("config_file", &mut self.config_file),
            ("selector", &mut self.selector),
            ("exclude", &mut self.exclude),
            ("keep_keys", &mut self.keep_keys),
            ("drop_keys", &mut self.drop_keys),
            ("query", &mut self.query),
            ("params", &mut self.params),
            ("older_than", &mut self.older_than),
            ("newer_than", &mut self.newer_than),
            ("resend_status_codes", &mut self.resend_status_codes),
            ("results_file", &mut self.results_file),
            ("failed_dir", &mut self.failed_dir),
            ("log_level", &mut self.log_level),
        ]
    }

    fn switches(&mut self) -> [(&'static str, &mut bool); 5] {
        [
            ("wipe", &mut self.wipe),
            ("force", &mut self.force),
            ("dry_run", &mut self.dry_run),
            ("yes", &mut self.yes),
            ("force_unlock", &mut self.force_unlock),
        ]
    }
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

    /// The name that is written to JSON.
    fn variant(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Fetch => "Fetch",
            Self::Validate => "Validate",
            Self::Send => "Send",
            Self::ValidateSend => "ValidateSend",
            Self::Delete => "Delete",
            Self::Truncate => "Truncate",
            Self::Create => "Create",
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every field with another value than its default.
    fn whole() -> Invocation {
        let mut invocation = Invocation {
            command: Command::ValidateSend,
            set: vec![("data_dir".to_owned(), "x".to_owned())],
            fail_on: FailOn::Never,
            ..Invocation::default()
        };
        invocation.texts().into_iter().for_each(|(name, text)| *text = Some(name.to_owned()));
        invocation.switches().into_iter().for_each(|(_, switch)| *switch = true);
        invocation
    }

    #[test]
    fn what_is_written_is_read() {
        for invocation in [Invocation::default(), whole()] {
            let json = serde_json::to_string(&invocation).unwrap();
            assert_eq!(serde_json::from_str::<Invocation>(&json).unwrap(), invocation);
        }
        assert_eq!(serde_json::from_str::<Invocation>("{\"unknown\":1}").unwrap(), Invocation::default());
        for command in Command::ALL {
            assert_eq!(serde_json::to_value(command).unwrap(), command.variant());
        }
        for fail_on in [FailOn::All, FailOn::Any, FailOn::Never] {
            let json = serde_json::json!({ "fail_on": fail_on });
            assert_eq!(Invocation::from_json(&json).unwrap().fail_on, fail_on);
        }
    }

    #[test]
    fn every_field_is_read() {
        // A field that was forgotten would be read as its default.
        let Value::Object(written) = serde_json::to_value(whole()).unwrap() else { panic!("no object") };
        let Value::Object(default) = serde_json::to_value(Invocation::default()).unwrap() else { panic!("no object") };
        for (name, value) in &written {
            assert_ne!(value, &default[name], "{name} is missing in the tables");
        }
    }

    #[test]
    fn what_is_of_another_kind_is_refused() {
        for json in ["[]", "{\"selector\":1}", "{\"wipe\":\"yes\"}", "{\"command\":\"Fly\"}", "{\"set\":[[1]]}"] {
            assert!(serde_json::from_str::<Invocation>(json).is_err(), "{json}");
        }
    }
}
