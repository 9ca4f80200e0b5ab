//! Shell completions and the man page, made from the command line that is in force.

use clap::{Arg, ArgAction, Command, ValueHint};
use clap_complete::Shell;

use lightbeam_core::invocation::Command as Task;
use lightbeam_wasi::args;

/// What `lightbeam completions SHELL` prints; `None` for a shell that is not known.
pub fn completions(shell: &str) -> Option<String> {
    let shell: Shell = shell.parse().ok()?;
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut parser(), "lightbeam", &mut text);
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// What `lightbeam man` prints.
pub fn man_page() -> std::io::Result<String> {
    let mut text = Vec::new();
    clap_mangen::Man::new(parser()).render(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The shells that there are completions for.
pub fn shells() -> String {
    let names = [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh];
    names.map(|shell| shell.to_string()).join(", ")
}

/// The command line as shells and manuals have it: the commands as commands, and flags that may stand anywhere.
fn parser() -> Command {
    let component = args::parser();
    let flags = component.get_arguments().filter(|arg| !arg.is_positional()).map(|arg| match arg.get_id().as_str() {
        "config_file" | "results_file" => arg.clone().value_hint(ValueHint::FilePath),
        "failed_dir" => arg.clone().value_hint(ValueHint::DirPath),
        _ => arg.clone(),
    });
    let own = [
        Arg::new("allow_host")
            .long("allow-host")
            .value_name("HOST")
            .value_hint(ValueHint::Hostname)
            .action(ArgAction::Append)
            .help("A host that may be called beside those of the configuration; may be repeated"),
        Arg::new("ca_file")
            .long("ca-file")
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .help("Certificates (PEM) that are trusted beside the system's own"),
    ];
    let commands = Task::ALL.into_iter().map(|task| Command::new(task.name()).about(args::sentence(task)));
    let manuals = [
        Command::new("completions").about("Print completions for a shell").arg(Arg::new("shell").value_name("SHELL")),
        Command::new("man").about("Print the man page"),
    ];
    Command::new("lightbeam")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Counts, fetches, checks, sends and removes records of an Ed-Fi API")
        .disable_help_subcommand(true)
        .disable_help_flag(true)
        .disable_version_flag(true)
        // The flag may stand after a command, too.
        .propagate_version(true)
        .args(flags.chain(own).map(|arg| arg.global(true)))
        .subcommands(commands.chain(manuals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_completes_commands_and_flags() {
        for shell in shells().split(", ") {
            let text = completions(shell).unwrap();
            for word in ["validate+send", "truncate", "allow-host", "results-file", "dry-run"] {
                assert!(text.contains(word), "{shell}: {word}");
            }
        }
        assert_eq!(completions("cmd"), None);
    }

    #[test]
    fn the_man_page_has_the_flags() {
        let page = man_page().unwrap();
        assert!(page.contains(r"\-\-results\-file") && page.contains(r"\-\-ca\-file"), "{page}");
    }
}
