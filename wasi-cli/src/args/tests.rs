use super::*;
use crate::terminal::{ColorChoice, LogFormat};
use lightbeam_core::invocation::FailOn;

fn run(text: &str) -> Result<Parsed, Answer> {
    parse(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
}

fn invocation(text: &str) -> Invocation {
    run(text).unwrap_or_else(|answer| panic!("{text}: {}", answer.text)).invocation
}

fn refused(text: &str) -> String {
    let answer = run(text).expect_err(text);
    assert_eq!(answer.exit, Exit::Usage, "{text}: {}", answer.text);
    answer.text
}

#[allow(clippy::unnecessary_wraps, reason = "the texts of an invocation are optional")]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn every_command_by_its_name() {
    for command in Command::ALL {
        assert_eq!(invocation(command.name()), Invocation { command, ..Invocation::default() });
    }
}

#[test]
fn flags_stand_before_or_after_the_command() {
    let expected = Invocation {
        command: Command::Fetch,
        config_file: some("f.yaml"),
        selector: some("students"),
        keep_keys: some("a,b"),
        ..Invocation::default()
    };
    assert_eq!(invocation("fetch -c f.yaml -s students -k a,b"), expected);
    assert_eq!(invocation("-c f.yaml fetch -s students -k a,b"), expected);
    assert_eq!(invocation("-c f.yaml -s students -k a,b fetch"), expected);
    assert_eq!(invocation("--config-file=f.yaml --selector=students fetch --keep-keys=a,b"), expected);
}

#[test]
fn every_spelling_of_every_flag() {
    let same = |forms: &[&str]| {
        let first = invocation(&format!("send {}", forms[0]));
        assert_ne!(first, invocation("send"), "{}", forms[0]);
        for form in forms {
            assert_eq!(invocation(&format!("send {form}")), first, "{form}");
        }
    };
    same(&["-c F", "--config-file F", "--config F"]);
    same(&["-s L", "--selector L", "-sL"]);
    same(&["-e L", "--exclude L"]);
    same(&["-k L", "--keep-keys L"]);
    same(&["-d L", "--drop-keys L"]);
    same(&["-q {}", "--query {}"]);
    same(&["-p {}", "--params {}"]);
    same(&["-w", "--wipe"]);
    same(&["-f", "--force"]);
    same(&["-o T", "-t T", "--older-than T"]);
    same(&["-n T", "--newer-than T"]);
    same(&[
        "-r 400,409",
        "-u 400,409",
        "--resend-status-codes 400,409",
        "--retry-status-codes 400,409",
        "--ret 400,409",
    ]);
    same(&["--results-file P", "--results P"]);
    same(&["--failed-dir D", "--faile D"]);
    same(&["--dry-run", "--dry"]);
    same(&["--yes", "--y"]);
    same(&["--force-unlock", "--force-u"]);
    same(&["--fail-on any", "--fail-on ANY"]);
    same(&["--log-level DEBUG", "--log-lev DEBUG"]);
}

#[test]
fn choices_are_read() {
    assert_eq!(invocation("send --fail-on any").fail_on, FailOn::Any);
    assert_eq!(invocation("send --fail-on never").fail_on, FailOn::Never);
    assert_eq!(invocation("send --fail-on all").fail_on, FailOn::All);
    assert!(refused("send --fail-on some").contains("all, any, never"));
    let parsed = run("send --log-format json --quiet --color never --log-level warning").unwrap();
    assert_eq!(
        parsed.terminal,
        TerminalOptions {
            log_format: LogFormat::Json,
            quiet: true,
            color: ColorChoice::Never,
            log_level: some("warning"),
        }
    );
    assert_eq!(parsed.invocation.log_level, some("warning"));
    assert!(refused("send --log-level loud").contains("CRITICAL"));
}

#[test]
fn the_last_of_a_repeated_flag_wins() {
    assert_eq!(invocation("send -s a -s b --selector c").selector, some("c"));
    assert_eq!(invocation("send -f -f --yes --yes --fail-on any --fail-on never").fail_on, FailOn::Never);
    assert_eq!(invocation("send -s a -s").selector, None);
}

#[test]
fn list_flags_without_a_value_are_as_if_absent() {
    assert_eq!(invocation("fetch -s -e -k -d -c"), invocation("fetch"));
    assert_eq!(invocation("fetch --selector= -e"), invocation("fetch"));
}

#[test]
fn the_oldest_form_means_send() {
    let expected = Invocation { config_file: some("path/to/config.yaml"), force: true, ..Invocation::default() };
    assert_eq!(invocation("path/to/config.yaml -f"), expected);
    assert_eq!(invocation("-f path/to/config.yaml"), expected);
    assert_eq!(invocation("config.YML").config_file, some("config.YML"));
    assert_eq!(invocation(r"C:\load\config").config_file, some(r"C:\load\config"));
    assert!(refused("a.yaml -c b.yaml").contains("two configuration files"));
}

#[test]
fn a_set_list_ends_at_a_command_or_a_flag() {
    let expected = vec![("a.b".to_owned(), "1".to_owned()), ("c".to_owned(), "x".to_owned())];
    assert_eq!(invocation("--set a.b 1 c x send").set, expected);
    assert_eq!(invocation("send --set a.b 1 --set c x -w").set, expected);
    assert!(refused("send --set data_dir").contains("`data_dir` has no value"));
    assert!(refused("--set a send").contains("the command `send` ends the list"));
}

#[test]
fn help_and_version_are_no_errors() {
    for (text, wanted) in [
        ("-h", "Examples:"),
        ("--help", "validate+send"),
        ("send --help", "--older-than"),
        ("--help fetch", "--keep-keys"),
        ("-s x -h", "Exit codes"),
        ("--set a --help", "Exit codes"),
        ("-v", "lightbeam, version "),
        ("send --version", "lightbeam, version "),
    ] {
        let answer = run(text).expect_err(text);
        assert_eq!(answer.exit, Exit::Done, "{text}");
        assert!(answer.text.contains(wanted), "{text}: {}", answer.text);
    }
    assert_eq!(run("-v").unwrap_err().text, format!("lightbeam, version {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn help_begins_with_examples_and_names_every_flag() {
    let text = help::long(None);
    assert!(text.find("Examples:").unwrap() < text.find("--config-file").unwrap());
    for flag in [
        "-h",
        "-v",
        "-c",
        "-s",
        "-e",
        "-k",
        "-d",
        "-q",
        "-p",
        "--set",
        "-w",
        "-f",
        "-t",
        "-o",
        "-n",
        "-r",
        "-u",
        "--retry-status-codes",
        "--results-file",
        "--failed-dir",
        "--dry-run",
        "--yes",
        "--force-unlock",
        "--fail-on",
        "--log-level",
        "--log-format",
        "--quiet",
        "--color",
    ] {
        assert!(text.contains(flag), "{flag}\n{text}");
    }
    for command in Command::ALL {
        assert!(text.contains(command.name()));
    }
}

#[test]
fn help_on_a_command_leaves_out_what_it_has_no_use_for() {
    let fetch = help::long(Some(Command::Fetch));
    assert!(fetch.contains("--query") && !fetch.contains("--failed-dir") && !fetch.contains("--yes"), "{fetch}");
    let truncate = help::long(Some(Command::Truncate));
    assert!(truncate.contains("--yes") && !truncate.contains("--query"), "{truncate}");
}

#[test]
fn wrong_usage_says_what_was_meant() {
    assert!(refused("").contains("Examples:"));
    assert!(refused("sned").contains("did you mean `send`?"));
    assert!(refused("valdate").contains("did you mean `validate`?"));
    assert!(refused("xyzzy").contains("Commands:"));
    assert!(refused("send --selecter a").contains("--selector"));
    let several = refused("send --re a");
    assert!(several.contains("--resend-status-codes, --retry-status-codes, --results-file"), "{several}");
    assert!(refused("-c f.yaml").contains("no command"));
    assert!(refused("-c send").contains("`send` was read as the value of -c"));
    assert!(refused("send students.jsonl schools.jsonl").contains("quote it"));
    assert!(refused("send f.yaml").contains("after -c"));
    assert!(refused("send fetch").contains("one command a call"));
    assert!(refused("send -s a, b").contains("without blanks"));
}
