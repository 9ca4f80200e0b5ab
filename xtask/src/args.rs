//! The command line of `cargo xtask`.

use std::str::FromStr;

use crate::bench::Choice;
use crate::failure::{Failure, Result};
use crate::test_stages::Selection;

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
The project's own commands. Each gets what it needs by itself, says what it does, and skips what is done.

usage: cargo xtask COMMAND [OPTIONS]

  setup      get the WebAssembly targets, formatter, linter, the tools of the page, and a browser to test it in
  build      build the component, target/lightbeam.wasm, and the launcher, target/tool/lightbeam
  page       build the page: dist/
  dist       build what a release is made of, with digests: target/release-artefacts/
  serve      serve the page on this machine; options as in `cargo xtask serve --help`
  demo       send a made-up district into a simulated Ed-Fi API, show the result, and serve the page beside it
               --students N   how large the district is, when it is made (200)
               --port P       where the simulated API listens (8765)
               --page-port P  where the page is served (8766)
  test       run every check and test of the project
               --only STAGE   one stage
               --from STAGE   this stage and all after it
               --list         the stages
  bench      measure launcher, component and page, beside the Python tool where that can be had: docs/performance.md
               --only JOB     one of the jobs, by its name there
               --rounds N     how often each is measured; the median counts (5)
               --shrink N     an Nth of the records, for a quick look; writes nothing (1)
  sim        run the simulated Ed-Fi API; options as in `cargo xtask sim --help`
  generate   write a made-up district; options as in `cargo xtask generate --help`
  docs       write the lists of docs/cli.md and docs/configuration.md from the code
  help       this text";

/// A command with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Setup,
    Build,
    Page,
    Dist,
    Demo { students: u64, port: u16, page_port: u16 },
    Test(Selection),
    ListStages,
    Bench(Choice),
    Docs,
    Serve(Vec<String>),
    Sim(Vec<String>),
    Generate(Vec<String>),
    Help,
}

impl Task {
    /// Reads what stands behind `cargo xtask`.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut arguments = arguments.into_iter();
        let Some(command) = arguments.next() else {
            return Ok(Self::Help);
        };
        let rest: Vec<String> = arguments.collect();
        match command.as_str() {
            // These read their own options.
            "serve" => return Ok(Self::Serve(rest)),
            "sim" => return Ok(Self::Sim(rest)),
            "generate" => return Ok(Self::Generate(rest)),
            _ if rest.iter().any(|word| word == "--help" || word == "-h") => return Ok(Self::Help),
            _ => {}
        }
        let mut options = Options::read(&command, &rest)?;
        let task = match command.as_str() {
            "setup" => Self::Setup,
            "build" => Self::Build,
            "page" => Self::Page,
            "dist" => Self::Dist,
            "demo" => Self::Demo {
                students: options.number("--students", 200)?,
                port: options.number("--port", 8765)?,
                page_port: options.number("--page-port", 8766)?,
            },
            "test" if options.take_switch("--list") => Self::ListStages,
            "test" => Self::Test(Selection::new(options.take("--only"), options.take("--from"))?),
            "bench" => Self::Bench(Choice {
                only: options.take("--only"),
                rounds: options.number("--rounds", 5)?,
                shrink: options.number("--shrink", 1)?,
            }),
            "docs" => Self::Docs,
            "help" | "--help" | "-h" => Self::Help,
            other => return Err(Failure::usage(format!("there is no command `{other}`"))),
        };
        options.nothing_left()?;
        Ok(task)
    }
}

/// Options that no command has taken yet.
struct Options {
    command: String,
    given: Vec<(String, Option<String>)>,
}

impl Options {
    /// `--name value`, `--name=value` and `--name`.
    fn read(command: &str, words: &[String]) -> Result<Self> {
        let mut given = Vec::new();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                return Err(Failure::usage(format!("`{command}` has no use for `{word}`")));
            }
            let option = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word.clone(), words.next_if(|next| !next.starts_with("--")).cloned()),
            };
            given.push(option);
        }
        Ok(Self { command: command.to_owned(), given })
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.given.iter().position(|(given, _)| given == name)
    }

    /// An option with its value; one without a value stays, and is complained about in the end.
    fn take(&mut self, name: &str) -> Option<String> {
        let position = self.position(name)?;
        let value = self.given[position].1.clone()?;
        self.given.remove(position);
        Some(value)
    }

    /// An option that has no value.
    fn take_switch(&mut self, name: &str) -> bool {
        match self.position(name) {
            Some(position) if self.given[position].1.is_none() => {
                self.given.remove(position);
                true
            }
            _ => false,
        }
    }

    fn number<N: FromStr + PartialOrd + From<u8>>(&mut self, name: &str, usual: N) -> Result<N> {
        let Some(text) = self.take(name) else {
            return Ok(usual);
        };
        match text.parse() {
            Ok(number) if number >= N::from(1) => Ok(number),
            _ => Err(Failure::usage(format!("{name} wants a number from 1 on, not `{text}`"))),
        }
    }

    fn nothing_left(&self) -> Result<()> {
        match self.given.first() {
            None => Ok(()),
            Some((name, value)) => {
                let value = value.as_ref().map_or(String::new(), |value| format!(" {value}"));
                Err(Failure::usage(format!("`{}` cannot take `{name}{value}`", self.command)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Task> {
        Task::read(line.split_whitespace().map(String::from))
    }

    #[test]
    fn commands_and_options_are_read() {
        assert_eq!(read("").unwrap(), Task::Help);
        assert_eq!(read("setup").unwrap(), Task::Setup);
        assert_eq!(read("docs").unwrap(), Task::Docs);
        assert_eq!(read("page").unwrap(), Task::Page);
        assert_eq!(read("dist").unwrap(), Task::Dist);
        assert_eq!(
            read("demo --port=9000 --page-port 9001").unwrap(),
            Task::Demo { students: 200, port: 9000, page_port: 9001 }
        );
        let choice = Choice { only: Some("send".into()), rounds: 1, shrink: 1 };
        assert_eq!(read("bench --only send --rounds 1").unwrap(), Task::Bench(choice));
        assert_eq!(read("test --help").unwrap(), Task::Help);
        assert_eq!(read("test --list").unwrap(), Task::ListStages);
    }

    #[test]
    fn stages_are_selected_by_name() {
        let selected = |line: &str| match read(line).unwrap() {
            Task::Test(selection) => selection.names(),
            other => panic!("{other:?}"),
        };
        let all = selected("test");
        assert!(all.len() > 5);
        assert_eq!(selected("test --only fmt"), ["fmt"]);
        assert_eq!(selected("test --from fmt").first(), Some(&"fmt"));
        assert_eq!(selected("test --from harness").last(), all.last());
    }

    #[test]
    fn the_options_of_other_programs_are_their_own() {
        assert_eq!(read("serve --prefix /x/").unwrap(), Task::Serve(vec!["--prefix".into(), "/x/".into()]));
        assert_eq!(read("sim --port 1 --help").unwrap(), Task::Sim(vec!["--port".into(), "1".into(), "--help".into()]));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, named) in [
            ("dmeo", "`dmeo`"),
            ("demo --port x", "`x`"),
            ("demo --port 0", "`0`"),
            ("demo --port 70000", "`70000`"),
            ("demo --port", "`--port`"),
            ("demo --studnets 4", "`--studnets 4`"),
            ("setup now", "`now`"),
            ("dist --target x", "`--target x`"),
            ("test --only nothing", "`nothing`"),
            ("test --only fmt --from fmt", "--from"),
            ("test --list x", "`--list x`"),
        ] {
            let failure = read(line).unwrap_err();
            assert!(failure.to_string().contains(named), "{line}: {failure}");
            assert_eq!(failure.exit_code(), 2, "{line}");
        }
    }
}
