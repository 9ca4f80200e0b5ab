//! The flags, as the argument parser sees them.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Parser, ValueEnum};
use lightbeam_core::invocation::{Command, FailOn};

use crate::terminal::{ColorChoice, LogFormat};

const SELECTION: &str = "Which endpoints and keys";
const AGAIN: &str = "What is sent or deleted again";
const CONFIGURATION: &str = "Configuration";
const SAFETY: &str = "Looking before leaping";
const OUTPUT: &str = "Output";

/// All words but `--set`, which [`super::set`] takes out first.
#[derive(Debug, Parser)]
#[command(
    name = "lightbeam",
    version,
    no_binary_name = true,
    disable_help_flag = true,
    disable_version_flag = true,
    infer_long_args = true,
    args_override_self = true,
    override_usage = "lightbeam COMMAND [-c FILE] [flags]"
)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Flags {
    /// The command, or the path of a configuration file, which means `send`.
    #[arg(hide = true)]
    pub(super) words: Vec<String>,

    /// Print help; after a command, help on that command.
    #[arg(short = 'h', long, action = ArgAction::Help)]
    help: Option<bool>,
    /// Print the version.
    #[arg(short = 'v', long, action = ArgAction::Version)]
    version: Option<bool>,

    /// The configuration file [default: ./lightbeam.yaml, then ./lightbeam.yml].
    #[arg(short = 'c', long, value_name = "PATH", num_args = 0..=1, default_missing_value = "", help_heading = CONFIGURATION)]
    config_file: Option<String>,
    /// Values for `${NAME}` in the configuration, a JSON object; they win over environment variables.
    #[arg(short = 'p', long, value_name = "JSON", help_heading = CONFIGURATION)]
    pub(super) params: Option<String>,
    /// Set keys of the configuration, as in `--set connection.pool_size 4`; may be repeated.
    #[arg(long, value_names = ["KEY", "VALUE"], num_args = 2.., help_heading = CONFIGURATION)]
    set: Option<Vec<String>>,
    /// Drop cached API documents and descriptor values first.
    #[arg(short = 'w', long, help_heading = CONFIGURATION)]
    pub(super) wipe: bool,

    /// Only these endpoints: a comma list, `*` stands for anything.
    #[arg(short = 's', long, value_name = "LIST", num_args = 0..=1, default_missing_value = "", help_heading = SELECTION)]
    selector: Option<String>,
    /// Not these endpoints; exclusion always wins.
    #[arg(short = 'e', long, value_name = "LIST", num_args = 0..=1, default_missing_value = "", help_heading = SELECTION)]
    exclude: Option<String>,
    /// Keep only these top-level keys of each record.
    #[arg(short = 'k', long, value_name = "LIST", num_args = 0..=1, default_missing_value = "", help_heading = SELECTION)]
    keep_keys: Option<String>,
    /// Drop these top-level keys of each record.
    #[arg(short = 'd', long, value_name = "LIST", num_args = 0..=1, default_missing_value = "", help_heading = SELECTION)]
    drop_keys: Option<String>,
    /// Query parameters for every request, a JSON object.
    #[arg(short = 'q', long, value_name = "JSON", help_heading = SELECTION)]
    pub(super) query: Option<String>,

    /// All records, whatever the state says; with `create`: replace existing files.
    #[arg(short = 'f', long, help_heading = AGAIN)]
    pub(super) force: bool,
    /// Also records last sent before TIME; a time without zone is UTC.
    #[arg(short = 'o', visible_short_alias = 't', long, value_name = "TIME", help_heading = AGAIN)]
    pub(super) older_than: Option<String>,
    /// Also records last sent after TIME; a time without zone is UTC.
    #[arg(short = 'n', long, value_name = "TIME", help_heading = AGAIN)]
    pub(super) newer_than: Option<String>,
    /// Also records whose last answer had one of these statuses, as in `400,409`.
    #[arg(
        short = 'r',
        visible_short_alias = 'u',
        long,
        visible_alias = "retry-status-codes",
        value_name = "LIST",
        help_heading = AGAIN
    )]
    pub(super) resend_status_codes: Option<String>,

    /// Say what would happen, and change nothing.
    #[arg(long, help_heading = SAFETY)]
    pub(super) dry_run: bool,
    /// Remove without asking, as `force_delete: true`.
    #[arg(long, help_heading = SAFETY)]
    pub(super) yes: bool,
    /// Take over the lock of another run on the same API at once.
    #[arg(long, help_heading = SAFETY)]
    pub(super) force_unlock: bool,
    /// When failed records make the exit code tell of them.
    #[arg(
        long,
        value_name = "all|any|never",
        default_value = "all",
        ignore_case = true,
        value_parser = fail_on(),
        help_heading = SAFETY
    )]
    pub(super) fail_on: FailOn,

    /// Write the results there; `-` is standard output.
    #[arg(long, value_name = "PATH", help_heading = OUTPUT)]
    pub(super) results_file: Option<String>,
    /// Write the failed records there, ready to mend and load again.
    #[arg(long, value_name = "DIR", help_heading = OUTPUT)]
    pub(super) failed_dir: Option<String>,
    /// How much is told: DEBUG, INFO, WARNING, ERROR or CRITICAL; wins over `log_level`.
    #[arg(
        long,
        value_name = "LEVEL",
        ignore_case = true,
        value_parser = PossibleValuesParser::new(["DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"]),
        hide_possible_values = true,
        help_heading = OUTPUT
    )]
    pub(super) log_level: Option<String>,
    /// The form of log lines: text (times are UTC) or one JSON object a line.
    #[arg(long, value_name = "text|json", default_value = "text", ignore_case = true, hide_possible_values = true, help_heading = OUTPUT)]
    pub(super) log_format: LogFormat,
    /// Tell only warnings and errors, and show no progress.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) quiet: bool,
    /// Colours: auto is a terminal without the variable `NO_COLOR`.
    #[arg(long, value_name = "auto|always|never", default_value = "auto", ignore_case = true, hide_possible_values = true, help_heading = OUTPUT)]
    pub(super) color: ColorChoice,
}

impl Flags {
    /// `-c`: a path, if one was given.
    pub(super) fn config_file(&self) -> Option<String> {
        given(self.config_file.as_deref())
    }

    /// `-s`.
    pub(super) fn selector(&self) -> Option<String> {
        given(self.selector.as_deref())
    }

    /// `-e`.
    pub(super) fn exclude(&self) -> Option<String> {
        given(self.exclude.as_deref())
    }

    /// `-k`.
    pub(super) fn keep_keys(&self) -> Option<String> {
        given(self.keep_keys.as_deref())
    }

    /// `-d`.
    pub(super) fn drop_keys(&self) -> Option<String> {
        given(self.drop_keys.as_deref())
    }

    /// The flag that took a command as its value, and the command.
    pub(super) fn swallowed_command(&self) -> Option<(&'static str, &str)> {
        [
            ("-c", &self.config_file),
            ("-s", &self.selector),
            ("-e", &self.exclude),
            ("-k", &self.keep_keys),
            ("-d", &self.drop_keys),
        ]
        .into_iter()
        .filter_map(|(flag, value)| Some((flag, value.as_deref()?)))
        .find(|(_, value)| super::command(value).is_some())
    }
}

/// A flag without its value, or with an empty one, is as if absent.
fn given(value: Option<&str>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(["all", "any", "never"]).map(|word| match word.to_ascii_lowercase().as_str() {
        "any" => FailOn::Any,
        "never" => FailOn::Never,
        _ => FailOn::All,
    })
}

/// Whether a command has a use for a flag, by the flag's id; help on a command lists only such flags.
pub(super) fn serves(flag: &str, command: Command) -> bool {
    use Command::{Count, Create, Delete, Fetch, Send, Truncate, Validate, ValidateSend};
    match flag {
        "keep_keys" | "drop_keys" => command == Fetch,
        "query" => matches!(command, Fetch | Count),
        "force" => matches!(command, Send | ValidateSend | Delete | Create),
        "older_than" | "newer_than" | "resend_status_codes" => matches!(command, Send | ValidateSend | Delete),
        "failed_dir" => matches!(command, Send | Validate | ValidateSend | Delete),
        "dry_run" => matches!(command, Send | ValidateSend | Delete | Truncate | Create),
        "force_unlock" => matches!(command, Send | ValidateSend | Delete | Truncate),
        "yes" => matches!(command, Delete | Truncate),
        "fail_on" => command != Create,
        _ => true,
    }
}

impl ValueEnum for LogFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(match self {
            Self::Text => "text",
            Self::Json => "json",
        }))
    }
}

impl ValueEnum for ColorChoice {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Always, Self::Never]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }))
    }
}
