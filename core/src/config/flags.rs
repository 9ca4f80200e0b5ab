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

const READING: &[Command] = &[Command::Fetch, Command::Count];
const ALL_BUT_CREATE: &[Command] = &[
    Command::Count,
    Command::Fetch,
    Command::Validate,
    Command::Send,
    Command::ValidateSend,
    Command::Delete,
    Command::Truncate,
];

/// A flag that not every command has a use for.
struct Flag {
    name: &'static str,
    commands: &'static [Command],
    is_given: fn(&Invocation) -> bool,
    clear: fn(&mut Invocation),
}

const FLAGS: &[Flag] = &[
    Flag {
        name: "--keep-keys",
        commands: &[Command::Fetch],
        is_given: |given| given.keep_keys.is_some(),
        clear: |given| given.keep_keys = None,
    },
    Flag {
        name: "--drop-keys",
        commands: &[Command::Fetch],
        is_given: |given| given.drop_keys.is_some(),
        clear: |given| given.drop_keys = None,
    },
    Flag {
        name: "--query",
        commands: READING,
        is_given: |given| given.query.is_some(),
        clear: |given| given.query = None,
    },
    Flag { name: "--force", commands: FORCED, is_given: |given| given.force, clear: |given| given.force = false },
    Flag {
        name: "--older-than",
        commands: WITH_STATE,
        is_given: |given| given.older_than.is_some(),
        clear: |given| given.older_than = None,
    },
    Flag {
        name: "--newer-than",
        commands: WITH_STATE,
        is_given: |given| given.newer_than.is_some(),
        clear: |given| given.newer_than = None,
    },
    Flag {
        name: "--resend-status-codes",
        commands: WITH_STATE,
        is_given: |given| given.resend_status_codes.is_some(),
        clear: |given| given.resend_status_codes = None,
    },
    Flag {
        name: "--failed-dir",
        commands: WITH_RECORDS,
        is_given: |given| given.failed_dir.is_some(),
        clear: |given| given.failed_dir = None,
    },
    Flag {
        name: "--dry-run",
        commands: REHEARSED,
        is_given: |given| given.dry_run,
        clear: |given| given.dry_run = false,
    },
    Flag { name: "--yes", commands: REMOVING, is_given: |given| given.yes, clear: |given| given.yes = false },
    Flag {
        name: "--force-unlock",
        commands: CHANGING,
        is_given: |given| given.force_unlock,
        clear: |given| given.force_unlock = false,
    },
    Flag {
        name: "--fail-on",
        commands: ALL_BUT_CREATE,
        is_given: |given| given.fail_on != FailOn::All,
        clear: |given| given.fail_on = FailOn::All,
    },
];

fn useless(invocation: &Invocation) -> impl Iterator<Item = &'static Flag> + use<> {
    let command = invocation.command;
    FLAGS.iter().filter(move |flag| !flag.commands.contains(&command))
}

/// A warning for each flag that the command has no use for.
pub fn flags_without_use(invocation: &Invocation) -> Vec<Notice> {
    useless(invocation)
        .filter(|flag| (flag.is_given)(invocation))
        .map(|flag| {
            let names: Vec<&str> = flag.commands.iter().map(|command| command.name()).collect();
            Notice::warning(format!("{} has no effect on {}", flag.name, invocation.command.name()))
                .with_hint(format!("it is for {}", names.join(", ")))
        })
        .collect()
}

/// The invocation without the flags that its command has no use for: for front ends where the flags of all commands
/// are set side by side.
#[must_use]
pub fn without_useless_flags(mut invocation: Invocation) -> Invocation {
    for flag in useless(&invocation) {
        (flag.clear)(&mut invocation);
    }
    invocation
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
    if READING.contains(&command) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_other_commands_are_dropped_and_the_own_ones_stay() {
        let all = Invocation {
            selector: Some("students".to_owned()),
            keep_keys: Some("id".to_owned()),
            drop_keys: Some("x".to_owned()),
            query: Some("{}".to_owned()),
            force: true,
            older_than: Some("2026-01-01".to_owned()),
            newer_than: Some("2026-01-01".to_owned()),
            resend_status_codes: Some("400".to_owned()),
            failed_dir: Some("failed".to_owned()),
            dry_run: true,
            yes: true,
            force_unlock: true,
            fail_on: FailOn::Any,
            ..Invocation::default()
        };
        for command in Command::ALL {
            let given = Invocation { command, ..all.clone() };
            let warned = flags_without_use(&given).len();
            let left = without_useless_flags(given);
            assert_eq!(flags_without_use(&left), [], "{}", command.name());
            assert_eq!(left.selector.as_deref(), Some("students"));
            assert_eq!(FLAGS.iter().filter(|flag| (flag.is_given)(&left)).count(), FLAGS.len() - warned);
            assert!(check(&left).is_ok(), "{}", command.name());
        }
    }
}
