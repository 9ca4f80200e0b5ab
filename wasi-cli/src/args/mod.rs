//! The command line: from words to an [`Invocation`]. Free of any host, so that it is tested natively.

mod flags;
mod help;
#[cfg(all(test, not(target_os = "wasi")))]
mod reference;
mod set;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use lightbeam_core::exit::Exit;
use lightbeam_core::invocation::{Command, Invocation};

use crate::terminal::TerminalOptions;
use flags::Flags;
pub use help::sentence;

/// A command line that asks for a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What to do.
    pub invocation: Invocation,
    /// How to tell of it.
    pub terminal: TerminalOptions,
}

/// A command line that is answered with a text, and no run.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The text, with its last line end.
    pub text: String,
    /// [`Exit::Done`]: asked for, and so for standard output; otherwise for standard error.
    pub exit: Exit,
}

impl Answer {
    fn wrong(text: impl std::fmt::Display, hint: &str) -> Self {
        Self { text: format!("error: {text}\n\nhint: {hint}\n"), exit: Exit::Usage }
    }
}

/// The flags, for whoever makes documents of them. The command is the first of the words.
pub fn parser() -> clap::Command {
    Flags::command()
}

/// Reads the words after the program's name.
pub fn parse(words: &[String]) -> Result<Parsed, Answer> {
    if words.is_empty() {
        return Err(Answer { text: help::short(), exit: Exit::Usage });
    }
    let asked_about = words.iter().find_map(|word| command(word));
    let set::Taken { pairs, rest } = match set::take(words) {
        Ok(taken) => taken,
        Err(_) if words.iter().any(|word| word == "-h" || word == "--help") => {
            return Err(Answer { text: help::long(asked_about), exit: Exit::Done });
        }
        Err(unpaired) => {
            return Err(Answer::wrong(unpaired, "write --set KEY VALUE, as in --set connection.pool_size 4"));
        }
    };
    let flags = Flags::try_parse_from(rest).map_err(|error| answer(&error, asked_about))?;
    let (command, path) = command_and_path(&flags)?;
    if path.is_some() && flags.config_file().is_some() {
        return Err(Answer::wrong(
            "two configuration files: one after -c, one as a word of its own",
            "write lightbeam COMMAND -c FILE",
        ));
    }
    Ok(Parsed {
        terminal: TerminalOptions {
            log_format: flags.log_format,
            quiet: flags.quiet,
            color: flags.color,
            log_level: flags.log_level.clone(),
        },
        invocation: Invocation {
            command,
            config_file: path.or_else(|| flags.config_file()),
            selector: flags.selector(),
            exclude: flags.exclude(),
            keep_keys: flags.keep_keys(),
            drop_keys: flags.drop_keys(),
            query: flags.query,
            params: flags.params,
            set: pairs,
            wipe: flags.wipe,
            force: flags.force,
            older_than: flags.older_than,
            newer_than: flags.newer_than,
            resend_status_codes: flags.resend_status_codes,
            results_file: flags.results_file,
            failed_dir: flags.failed_dir,
            dry_run: flags.dry_run,
            yes: flags.yes,
            force_unlock: flags.force_unlock,
            fail_on: flags.fail_on,
            log_level: flags.log_level,
        },
    })
}

/// The command of that name.
fn command(word: &str) -> Option<Command> {
    Command::ALL.into_iter().find(|command| command.name() == word)
}

/// The command, and the configuration file of the oldest call form.
fn command_and_path(flags: &Flags) -> Result<(Command, Option<String>), Answer> {
    match flags.words.as_slice() {
        [] => Err(match flags.swallowed_command() {
            Some((flag, word)) => Answer::wrong(
                format!("no command: `{word}` was read as the value of {flag}"),
                "put the command first: lightbeam COMMAND [-c FILE] [flags]",
            ),
            None => Answer { text: format!("error: no command\n\n{}", help::commands()), exit: Exit::Usage },
        }),
        [word] => match command(word) {
            Some(command) => Ok((command, None)),
            None if looks_like_path(word) => Ok((Command::Send, Some(word.clone()))),
            None => Err(unknown_command(word)),
        },
        [first, second, ..] => {
            let (Some(_), other) = (command(first), second) else {
                let (Some(_), other) = (command(second), first) else {
                    return Err(unknown_command(first));
                };
                return Err(surplus(other));
            };
            Err(surplus(other))
        }
    }
}

fn surplus(word: &str) -> Answer {
    let text = format!("`{word}` is one word too many");
    if command(word).is_some() {
        Answer::wrong(text, "one command a call")
    } else if looks_like_path(word) || word.contains('.') {
        Answer::wrong(
            text,
            "the configuration file goes after -c; if a pattern such as * became file names, quote it: -s 'student*'",
        )
    } else {
        Answer::wrong(text, "lists are written without blanks, as in -s students,schools")
    }
}

fn unknown_command(word: &str) -> Answer {
    let nearest = Command::ALL
        .into_iter()
        .map(|command| (strsim::jaro_winkler(&word.to_lowercase(), command.name()), command.name()))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.7);
    match nearest {
        Some((_, name)) => Answer::wrong(format!("unknown command `{word}`"), &format!("did you mean `{name}`?")),
        None => Answer { text: format!("error: unknown command `{word}`\n\n{}", help::commands()), exit: Exit::Usage },
    }
}

/// Whether a word is meant as a file: it has a folder in it, or ends as YAML files do.
fn looks_like_path(word: &str) -> bool {
    let ends_as_yaml =
        || word.rsplit_once('.').is_some_and(|(_, ending)| ["yaml", "yml"].contains(&&*ending.to_ascii_lowercase()));
    word.contains(['/', '\\']) || ends_as_yaml()
}

fn answer(error: &clap::Error, asked_about: Option<Command>) -> Answer {
    match error.kind() {
        ErrorKind::DisplayHelp => Answer { text: help::long(asked_about), exit: Exit::Done },
        ErrorKind::DisplayVersion => Answer { text: help::version(), exit: Exit::Done },
        ErrorKind::UnknownArgument => {
            let flag = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::String(flag)) => flag.as_str(),
                _ => "",
            };
            match meant_by_prefix(flag).as_slice() {
                [] => Answer { text: error.render().to_string(), exit: Exit::Usage },
                several => Answer::wrong(
                    format!("`{flag}` is the beginning of several flags"),
                    &format!("write one of {}", several.join(", ")),
                ),
            }
        }
        _ => Answer { text: error.render().to_string(), exit: Exit::Usage },
    }
}

/// The long flags that begin with `flag`.
fn meant_by_prefix(flag: &str) -> Vec<String> {
    let Some(prefix) = flag.strip_prefix("--").filter(|prefix| !prefix.is_empty()) else { return Vec::new() };
    Flags::command()
        .get_arguments()
        .flat_map(|arg| arg.get_long_and_visible_aliases().unwrap_or_default())
        .filter(|long| long.starts_with(prefix))
        .map(|long| format!("--{long}"))
        .collect()
}

#[cfg(test)]
mod tests;
