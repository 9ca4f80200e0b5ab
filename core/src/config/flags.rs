//! Checks between flags, commands and the configuration.

use crate::invocation::{Command, FailOn, Invocation};
use crate::notice::Notice;

use super::paths::lies_in;
use super::{Config, ConfigError, Resend, Selection, query};

const WITH_STATE: &[Command] = &[Command::Send, Command::ValidateSend, Command::Delete];
const FORCED: &[Command] = &[Command::Send, Command::ValidateSend, Command::Delete, Command::Create];
const CHANGING: &[Command] = &[Command::Send, Command::ValidateSend, Command::Delete, Command::Truncate];
const REHEARSED: &[Command] =
    &[Command::Send, Command::ValidateSend, Command::Delete, Command::Truncate, Command::Create];
const REMOVING: &[Command] = &[Command::Delete, Command::Truncate];
const WITH_RECORDS: &[Command] = &[Command::Validate, Command::Send, Command::ValidateSend, Command::Delete];

/// A warning for each flag that the command has no use for.
pub fn flags_without_use(invocation: &Invocation) -> Vec<Notice> {
    let command = invocation.command;
    let all_but_create: Vec<Command> = Command::ALL.into_iter().filter(|command| *command != Command::Create).collect();
    let uses: &[(bool, &str, &[Command])] = &[
        (invocation.keep_keys.is_some(), "--keep-keys", &[Command::Fetch]),
        (invocation.drop_keys.is_some(), "--drop-keys", &[Command::Fetch]),
        (invocation.query.is_some(), "--query", &[Command::Fetch, Command::Count]),
        (invocation.force, "--force", FORCED),
        (invocation.older_than.is_some(), "--older-than", WITH_STATE),
        (invocation.newer_than.is_some(), "--newer-than", WITH_STATE),
        (invocation.resend_status_codes.is_some(), "--resend-status-codes", WITH_STATE),
        (invocation.failed_dir.is_some(), "--failed-dir", WITH_RECORDS),
        (invocation.dry_run, "--dry-run", REHEARSED),
        (invocation.yes, "--yes", REMOVING),
        (invocation.force_unlock, "--force-unlock", CHANGING),
        (invocation.fail_on != FailOn::All, "--fail-on", &all_but_create),
    ];
    uses.iter()
        .filter(|(given, _, commands)| *given && !commands.contains(&command))
        .map(|(_, flag, commands)| {
            let names: Vec<&str> = commands.iter().map(|command| command.name()).collect();
            Notice::warning(format!("{flag} has no effect on {}", command.name()))
                .with_hint(format!("it is for {}", names.join(", ")))
        })
        .collect()
}

/// Refuses flags that are wrong whatever the configuration says.
pub(super) fn check(invocation: &Invocation) -> Result<(), ConfigError> {
    let command = invocation.command;
    if invocation.query.is_some() && REMOVING.contains(&command) {
        // Ignoring it would remove everything instead of the few records meant.
        return Err(ConfigError {
            message: format!("--query cannot be used with {}: it would not limit what is removed", command.name()),
            hint: Some("choose endpoints with --selector".to_owned()),
        });
    }
    Selection::parse(invocation.selector.as_deref(), invocation.exclude.as_deref())?;
    if WITH_STATE.contains(&command) {
        Resend::from_invocation(invocation)?;
    }
    if [Command::Fetch, Command::Count].contains(&command) {
        query(invocation)?;
    }
    Ok(())
}

/// Refuses paths that the shell was to complete, and a results file that would replace the configuration.
pub(super) fn check_outputs(invocation: &Invocation, file: &str, working_dir: &str) -> Result<(), ConfigError> {
    for (flag, path) in [("--results-file", &invocation.results_file), ("--failed-dir", &invocation.failed_dir)] {
        if path.as_deref().is_some_and(|path| path.starts_with('~')) {
            return Err(ConfigError {
                message: format!("{flag} begins with ~, which the shell has not replaced"),
                hint: Some(format!("leave a blank after {flag} instead of =, or write the path out")),
            });
        }
    }
    match invocation.results_file.as_deref() {
        Some(path) if lies_in(path, file, working_dir) => {
            Err(ConfigError::new(format!("--results-file {path} is the configuration file, which it would replace")))
        }
        _ => Ok(()),
    }
}

/// Refuses a folder for failed records inside of the data folder: the next run would send them too.
pub(super) fn check_failed_dir(invocation: &Invocation, config: &Config, working_dir: &str) -> Result<(), ConfigError> {
    match invocation.failed_dir.as_deref() {
        Some(failed_dir)
            if WITH_RECORDS.contains(&invocation.command) && lies_in(failed_dir, &config.data_dir, working_dir) =>
        {
            Err(ConfigError {
                message: format!(
                    "--failed-dir {failed_dir} lies in data_dir ({}), so its files would be taken for data",
                    config.data_dir
                ),
                hint: Some("name a folder beside data_dir, such as ../failed".to_owned()),
            })
        }
        Some(failed_dir)
            if WITH_RECORDS.contains(&invocation.command)
                && !failed_dir.is_empty()
                && lies_in(&config.data_dir, failed_dir, working_dir) =>
        {
            Err(ConfigError {
                message: format!(
                    "--failed-dir {failed_dir} holds data_dir ({}), so files of yours could be overwritten",
                    config.data_dir
                ),
                hint: Some("name a folder of its own, such as ../failed".to_owned()),
            })
        }
        _ => Ok(()),
    }
}
