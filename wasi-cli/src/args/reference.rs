//! docs/cli.md lists exactly the commands, flags and exit codes that there are. With `LIGHTBEAM_WRITE_DOCS` set, the
//! list is written.

use std::path::Path;

use clap::{Arg, CommandFactory};
use lightbeam_core::invocation::Command;

use super::flags::{Flags, serves};
use super::help;

/// The end of what people write.
const MARK: &str = "<!-- From here on: written by `cargo xtask docs` from wasi-cli/src/args. -->\n";

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(" | "))
}

fn commands() -> String {
    let row = |command: Command| row(&[format!("`{}`", command.name()), help::sentence(command).to_owned()]);
    let rows: String = Command::ALL.into_iter().map(row).collect();
    let examples: String = Command::ALL.into_iter().map(help::examples).collect();
    let examples: String = examples.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    format!("\n## Commands\n\n| command | |\n|---|---|\n{rows}\n```\n{examples}```\n")
}

/// The flag in all its spellings, with what stands behind it.
fn spelling(arg: &Arg) -> String {
    let short = arg.get_short_and_visible_aliases().unwrap_or_default().into_iter().map(|short| format!("-{short}"));
    let long = arg.get_long_and_visible_aliases().unwrap_or_default().into_iter().map(|long| format!("--{long}"));
    let names: Vec<String> = short.chain(long).map(|name| format!("`{name}`")).collect();
    let takes = arg.get_action().takes_values();
    let values = arg.get_value_names().unwrap_or_default().iter().map(|name| format!(" `{name}`")).collect::<String>();
    format!("{}{}", names.join(" "), if takes { values } else { String::new() })
}

/// The commands that have a use for a flag.
fn on(arg: &Arg) -> String {
    let serves = |command: &Command| serves(arg.get_id().as_str(), *command);
    let with: Vec<&str> = Command::ALL.iter().filter(|command| serves(command)).map(|command| command.name()).collect();
    let without: Vec<&str> =
        Command::ALL.iter().filter(|command| !serves(command)).map(|command| command.name()).collect();
    match without.as_slice() {
        [] => "all".to_owned(),
        [only] => format!("all but {only}"),
        _ => with.join(", "),
    }
}

fn meaning(arg: &Arg) -> String {
    let told = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let default: Vec<String> = arg.get_default_values().iter().map(|value| value.display().to_string()).collect();
    if default.is_empty() || !arg.get_action().takes_values() {
        told
    } else {
        format!("{told}; default `{}`", default.join(" "))
    }
}

fn flags() -> String {
    let parser = Flags::command();
    let shown: Vec<&Arg> = parser.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
    let mut headings: Vec<&str> = Vec::new();
    for heading in shown.iter().filter_map(|arg| arg.get_help_heading()) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    let table = |heading: Option<&str>| {
        let of = shown.iter().filter(|arg| arg.get_help_heading() == heading);
        let rows: String = of.map(|arg| row(&[spelling(arg), meaning(arg), on(arg)])).collect();
        format!("\n## {}\n\n| flag | | on |\n|---|---|---|\n{rows}", heading.unwrap_or("Help"))
    };
    headings.into_iter().map(Some).chain([None]).map(table).collect()
}

fn exit_codes() -> String {
    let lines = help::EXIT_CODES.lines().filter_map(|line| line.trim().split_once(' '));
    let rows = lines.filter(|(code, _)| code.bytes().all(|byte| byte.is_ascii_digit()));
    let rows: String = rows.map(|(code, meaning)| row(&[code.to_owned(), meaning.trim().to_owned()])).collect();
    format!("\n## Exit codes\n\n| code | |\n|---|---|\n{rows}")
}

#[test]
fn the_list_of_flags_is_that_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (introduction, list) = text.split_once(MARK).expect("docs/cli.md has its mark");
    let reference = format!("{}{}{}", commands(), flags(), exit_codes());
    if std::env::var_os("LIGHTBEAM_WRITE_DOCS").is_some() {
        std::fs::write(&file, format!("{introduction}{MARK}{reference}")).unwrap();
    } else {
        assert!(list == reference, "docs/cli.md is out of date: run `cargo xtask docs`\n{reference}");
    }
}
