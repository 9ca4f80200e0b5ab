//! Starting other programs and ending them.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, Result};
use crate::say;

/// Prints the command and runs it with our own output; any status but success is a failure.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    check(command, status)
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {}", line(command), how(status))))
}

/// Prints the command, runs it with our own output and returns how it ended.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    say::command(line(command));
    command.stdin(Stdio::null()).status().map_err(|error| not_started(command, &error))
}

/// Like [`run`], but the program is ended when it takes longer than `limit`.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    say::command(line(command));
    let mut running = Running::start(command.stdin(Stdio::null()))?;
    let begin = Instant::now();
    loop {
        match running.ended()? {
            Some(status) => return check(command, status),
            None if begin.elapsed() > limit => {
                return Err(Failure::new(format!("`{}` had not ended after {}", line(command), say::duration(limit))));
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Runs a program that only tells something and returns its stdout, which is UTF-8 or repaired to be.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::piped()).output().map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("`{}` ended with {}: {}", line(command), how(output.status), said.trim())))
}

/// Whether a program is there and answers this question with success.
pub(crate) fn answers(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// A program that runs beside us and is ended with this value, whatever happens.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    /// Starts a server that prints one line on stdout when it is ready, and returns that line.
    pub(crate) fn server(command: &mut Command) -> Result<(Self, String)> {
        say::command(line(command));
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| not_started(command, &error))?;
        let stdout = child.stdout.take();
        let mut running = Self(child);
        let first = stdout.map(first_line_then_drain).unwrap_or_default();
        if first.is_empty() {
            let ended = running.0.wait().map_or_else(|error| error.to_string(), how);
            return Err(Failure::new(format!("`{}` did not start: it ended with {ended}", line(command))));
        }
        Ok((running, first))
    }

    /// Starts a program as the command says.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let child = command.spawn().map_err(|error| not_started(command, &error))?;
        Ok(Self(child))
    }

    /// The process id, to look at its memory while it runs.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.0.try_wait().map_err(|error| Failure::new(format!("cannot wait for a program: {error}")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first line; a thread reads on, so that a server that prints more never waits for a reader.
fn first_line_then_drain(stdout: ChildStdout) -> String {
    let mut reader = BufReader::new(stdout);
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() {
        first.clear();
    }
    std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    first.trim_end().to_owned()
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    let failure = Failure::new(format!("cannot run `{program}`: {error}"));
    if error.kind() == std::io::ErrorKind::NotFound {
        failure.hint(format!("install `{program}`, or put it on PATH"))
    } else {
        failure
    }
}

/// How a program ended, in words.
fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

/// A command as the arguments of a program that runs it, with its variables and folder.
pub(crate) fn started_by(program: &Path, inner: &Command) -> Command {
    let mut outer = Command::new(program);
    outer.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
    outer
}

/// The command as a person would type it, without the variables that we set.
pub(crate) fn line(command: &Command) -> String {
    // The cargo that runs us has a long path that says nothing to a reader.
    let ours = std::env::var_os("CARGO").is_some_and(|cargo| cargo == command.get_program());
    let program = if ours { "cargo".into() } else { command.get_program().to_string_lossy() };
    std::iter::once(quoted(&program))
        .chain(command.get_args().map(|word| quoted(&word.to_string_lossy())))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./\\:=,+@%*{}".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// The file of a program in a folder, with the ending that this system gives programs.
pub(crate) fn program_in(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_typed_again() {
        let mut command = Command::new("/usr/bin/cargo");
        command.args(["test", "--", "it's", "a b", ""]);
        assert_eq!(line(&command), "/usr/bin/cargo test -- 'it'\\''s' 'a b' ''");
    }

    #[test]
    fn a_program_gets_a_command_with_all_that_belongs_to_it() {
        let mut inner = Command::new("cargo");
        inner.args(["test", "x"]).env("SET", "1").env_remove("GONE").current_dir("somewhere");
        let outer = started_by(Path::new("server"), &inner);
        assert_eq!(line(&outer), "server cargo test x");
        assert_eq!(outer.get_current_dir(), Some(Path::new("somewhere")));
        assert!(outer.get_envs().eq(inner.get_envs()));
    }

    #[test]
    fn a_missing_program_is_named() {
        let failure = run(&mut Command::new("no-such-program-anywhere")).unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("no-such-program-anywhere"), "{text}");
        assert!(text.contains("hint: install"), "{text}");
    }

    #[test]
    fn a_program_that_is_not_there_answers_nothing() {
        assert!(!answers("no-such-program-anywhere", &["--version"]));
    }
}
