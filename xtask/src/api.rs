//! The native programs of the tests: the simulated Ed-Fi API, the generator of data, the server of the page, and one
//! that runs components.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build::{self, Profile};
use crate::failure::{Failure, Result};
use crate::process::{self, Running};
use crate::runner::Runner;
use crate::{project, say};

/// The package of the simulated API and the generator.
const SIM: &str = "lightbeam-sim";
/// The package of the program that embeds wasmtime.
const HARNESS: &str = "lightbeam-harness";

/// The client of the simulated API. It is made up: nothing is guarded by it.
pub(crate) const CLIENT: (&str, &str) = ("populated", "populatedSecret");

/// `cargo xtask sim …` and `cargo xtask generate …`: the program in our place, with the user's own terminal and folder.
pub(crate) fn hand_over(program: &str, arguments: &[String]) -> Result<u8> {
    let mut command = handed_over(program)?;
    in_our_place(command.args(arguments))
}

/// `cargo xtask serve …`: the page that was built, as a static host would serve it.
pub(crate) fn serve(arguments: &[String]) -> Result<u8> {
    let page = project::page();
    // Its help is of use before there is a page.
    let asks = arguments.iter().any(|word| word == "--help" || word == "-h");
    if !asks && !page.join("index.html").is_file() {
        return Err(
            Failure::new(format!("there is no page in {}", project::shown(&page))).hint("`cargo xtask page` builds it")
        );
    }
    in_our_place(handed_over("serve")?.arg(page).args(arguments))
}

fn handed_over(program: &str) -> Result<Command> {
    let folder = build::native(Profile::Tool, &[SIM])?;
    Ok(Command::new(process::program_in(&folder, program)))
}

fn in_our_place(command: &mut Command) -> Result<u8> {
    let status =
        command.status().map_err(|error| Failure::new(format!("cannot run `{}`: {error}", process::line(command))))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Where the programs are.
#[derive(Debug)]
pub(crate) struct Tools {
    folder: PathBuf,
}

/// A server, such as the simulated API, that ends with this value.
#[derive(Debug)]
pub(crate) struct Served {
    /// Without a slash at its end.
    pub(crate) address: String,
    _program: Running,
}

impl Tools {
    /// Builds the simulated API and the generator.
    pub(crate) fn without_runner(profile: Profile) -> Result<Self> {
        say::step("Building the simulated Ed-Fi API and the generator of data");
        Ok(Self { folder: build::native(profile, &[SIM])? })
    }

    /// Builds them, and the program that runs components.
    ///
    /// In one go: built by themselves, they would share fewer of their dependencies.
    pub(crate) fn with_runner(profile: Profile) -> Result<(Self, Runner)> {
        say::step("Building the simulated Ed-Fi API, the generator of data, and a program that embeds wasmtime");
        say::note("The first time this takes several minutes.");
        let folder = build::native(profile, &[SIM, HARNESS])?;
        let runner = Runner::Embedded(process::program_in(&folder, "run-component"));
        Ok((Self { folder }, runner))
    }

    /// Writes a district, or keeps the one that is there.
    pub(crate) fn district(&self, students: u64, folder: &Path) -> Result<()> {
        self.district_of(students, None, folder)
    }

    /// The same with some endpoints only, and what they refer to.
    pub(crate) fn district_of(&self, students: u64, only: Option<&str>, folder: &Path) -> Result<()> {
        if folder.is_dir() {
            say::note(format!("Skipped: there is data already in {}.", project::shown(folder)));
            return Ok(());
        }
        // Moved only when complete, so that half a district is never taken for one.
        let beside = folder.with_extension("new");
        project::remove_folder(&beside)?;
        if let Some(above) = folder.parent() {
            project::make_folder(above)?;
        }
        let mut generate = Command::new(process::program_in(&self.folder, "generate"));
        generate
            .arg("--students")
            .arg(students.to_string())
            .arg("--out")
            .arg(&beside)
            .arg("--manifest")
            .arg(folder.with_extension("broken.jsonl"));
        if let Some(only) = only {
            generate.args(["--only", only]);
        }
        process::run(&mut generate)?;
        std::fs::rename(&beside, folder).map_err(|error| Failure::file("move to its place", &beside, &error))
    }

    /// Starts the simulated API and waits until it answers.
    pub(crate) fn api(&self, port: u16, options: &[&str]) -> Result<Served> {
        let mut command = Command::new(process::program_in(&self.folder, "sim"));
        serve_on(port, "--port", command.args(options))
    }

    /// Serves the page until the value is dropped.
    pub(crate) fn page(&self, port: u16) -> Result<Served> {
        let mut command = Command::new(process::program_in(&self.folder, "serve"));
        serve_on(port, "--page-port", command.arg(project::page()))
    }
}

/// Starts a program that listens on a port, which a person can choose by an option of ours.
fn serve_on(port: u16, option: &str, command: &mut Command) -> Result<Served> {
    if port != 0 {
        check_free(port, option)?;
    }
    let (program, first) = Running::server(command.arg("--port").arg(port.to_string()))?;
    let address =
        address_in(&first).ok_or_else(|| Failure::new(format!("the server told no address, but `{first}`")))?;
    say::note(format!("It listens on {address}."));
    Ok(Served { address, _program: program })
}

/// A port that another program holds is worth a sentence of its own.
fn check_free(port: u16, option: &str) -> Result<()> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(drop).map_err(|error| {
        Failure::new(format!("nothing can be served on port {port}: {error}")).hint(format!(
            "another program has it, perhaps another demo: end that, or give another port, such as {option} {}",
            port.checked_add(10).unwrap_or(8765)
        ))
    })
}

/// The address in the first line that the simulated API prints, without a slash at its end.
fn address_in(line: &str) -> Option<String> {
    line.split_whitespace()
        .find(|word| word.starts_with("http://") || word.starts_with("https://"))
        .map(|word| word.trim_end_matches(['/', '.', ',']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found() {
        for line in ["http://127.0.0.1:8765", "listening on http://127.0.0.1:8765/."] {
            assert_eq!(address_in(line).as_deref(), Some("http://127.0.0.1:8765"));
        }
        assert_eq!(address_in("https://api.example.org/").as_deref(), Some("https://api.example.org"));
        assert_eq!(address_in("ready"), None);
    }

    #[test]
    fn a_port_that_is_taken_is_named() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let text = check_free(port, "--port").unwrap_err().to_string();
        assert!(text.contains(&port.to_string()) && text.contains("--port"), "{text}");
    }
}
