//! Shell completions and the man page, made from the command line that is in force.

use clap::{Arg, Command, ValueHint};
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

/// The component's command line with the commands by name, and what the launcher adds.
fn parser() -> Command {
    let commands: Vec<&str> = Task::ALL.into_iter().map(Task::name).chain(["completions", "man"]).collect();
    args::parser()
        .no_binary_name(false)
        .bin_name("lightbeam")
        .mut_arg("words", |words| words.hide(false).value_name("COMMAND").value_parser(commands).num_args(0..=1))
        .mut_arg("config_file", |arg| arg.value_hint(ValueHint::FilePath))
        .mut_arg("results_file", |arg| arg.value_hint(ValueHint::FilePath))
        .mut_arg("failed_dir", |arg| arg.value_hint(ValueHint::DirPath))
        .arg(
            Arg::new("allow_host")
                .long("allow-host")
                .value_name("HOST")
                .value_hint(ValueHint::Hostname)
                .help("A host that may be called beside those of the configuration; may be repeated"),
        )
        .arg(
            Arg::new("ca_file")
                .long("ca-file")
                .value_name("FILE")
                .value_hint(ValueHint::FilePath)
                .help("Certificates (PEM) that are trusted beside the system's own"),
        )
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
