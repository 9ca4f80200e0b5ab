//! Help, long and short, general and per command.

use clap::CommandFactory;
use lightbeam_core::invocation::Command;

use super::flags::{Flags, serves};

const ABOUT: &str = "Loads JSONL files into an Ed-Fi API, and reads, checks, counts and removes what is there.";

const CALLS: &str = "\
Examples:
  lightbeam send -c lightbeam.yaml --results-file results.json
  lightbeam send -c lightbeam.yaml -s 'students,staff*' --dry-run
  lightbeam send -c lightbeam.yaml -e '*Descriptors' --failed-dir ../failed

Under wasmtime, `lightbeam` stands for: wasmtime run -S http --dir . [--env NAME] lightbeam.wasm
";

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0   done (also with some failed records, unless --fail-on any)
  1   every record failed, nothing to do it with, not confirmed, or stopped
  2   wrong usage or configuration
  3   some records failed, with --fail-on any
  4   the API could not be reached, or the run was broken off
  99  every record was skipped";

/// What no argument at all answers.
pub(super) fn short() -> String {
    format!("{ABOUT}\n\n{CALLS}\n{}\nMore: lightbeam --help, lightbeam COMMAND --help\n", commands())
}

/// What `--help` answers, after a command for that command alone.
pub(super) fn long(command: Option<Command>) -> String {
    let mut parser = Flags::command();
    let (before, usage) = match command {
        None => (format!("{ABOUT}\n\n{CALLS}\n{}", commands()), "lightbeam COMMAND [-c FILE] [flags]".to_owned()),
        Some(command) => {
            parser = parser.mut_args(|arg| {
                let hidden = arg.is_hide_set() || !serves(arg.get_id().as_str(), command);
                arg.hide(hidden)
            });
            (
                format!("{}\n\nExamples:\n{}", sentence(command), examples(command)),
                format!("lightbeam {} [-c FILE] [flags]", command.name()),
            )
        }
    };
    parser
        .help_template("{before-help}Usage: {usage}\n\n{all-args}{after-help}\n")
        .override_usage(usage)
        .before_help(before)
        .after_help(EXIT_CODES)
        .render_long_help()
        .to_string()
}

/// What `--version` answers.
pub(super) fn version() -> String {
    format!("lightbeam, version {}\n", env!("CARGO_PKG_VERSION"))
}

/// The commands with what they do.
pub(super) fn commands() -> String {
    let line = |command: Command| format!("  {:<14} {}\n", command.name(), sentence(command));
    Command::ALL.into_iter().fold("Commands:\n".to_owned(), |text, command| text + &line(command))
}

/// What a command does, one sentence.
pub fn sentence(command: Command) -> &'static str {
    match command {
        Command::Count => "Count the records of each endpoint",
        Command::Fetch => "Write the records of the API to JSONL files",
        Command::Validate => "Check local records; nothing is sent",
        Command::Send => "Post local records, in dependency order",
        Command::ValidateSend => "Check all local records first, then post those that passed",
        Command::Delete => "Delete from the API what the local records describe",
        Command::Truncate => "Delete all records of the selected endpoints",
        Command::Create => "Write template skeletons for the selected endpoints",
    }
}

pub(super) fn examples(command: Command) -> &'static str {
    match command {
        Command::Count => {
            "  lightbeam count -s 'student*'\n  lightbeam count -q '{\"schoolId\": 255901}' --results-file counts.tsv\n"
        }
        Command::Fetch => {
            "  lightbeam fetch -s students,schools\n  lightbeam fetch -s students -k studentUniqueId,birthDate\n"
        }
        Command::Validate => "  lightbeam validate --results-file findings.json\n  lightbeam validate -s 'staff*'\n",
        Command::Send => {
            "  lightbeam send --results-file results.json\n  lightbeam send -r 400,409\n  lightbeam send --dry-run\n"
        }
        Command::ValidateSend => {
            "  lightbeam validate+send --failed-dir failed\n  lightbeam validate+send --fail-on any\n"
        }
        Command::Delete => "  lightbeam delete -s students --dry-run\n  lightbeam delete -s students --yes\n",
        Command::Truncate => "  lightbeam truncate -s grades --dry-run\n  lightbeam truncate -s grades --yes\n",
        Command::Create => "  lightbeam create -s students,schools\n  lightbeam create -s students --force\n",
    }
}
