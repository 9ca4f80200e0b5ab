//! The programs that make the page out of what the compiler leaves.
//!
//! What is on PATH in the right version is used. What cargo has to install goes into the cache folder, where the next
//! run, and other copies of the project, find it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::failure::{Failure, Result};
use crate::version::Version;
use crate::{debian, process, project, say};

/// A program that cargo installs, in exactly this version.
struct Crate {
    package: &'static str,
    program: &'static str,
    version: Version,
    what: &'static str,
    options: &'static [&'static str],
}

/// Versions as in Cargo.toml and Trunk.toml; a test compares them.
const CRATES: [Crate; 2] = [
    Crate {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: Version(0, 2, 130),
        what: "makes a module and its JavaScript of what the compiler leaves, and runs tests in a browser",
        // Its own lock file does not resolve.
        options: &[],
    },
    Crate {
        package: "trunk",
        program: "trunk",
        version: Version(0, 21, 14),
        what: "puts the page together",
        options: &["--locked"],
    },
];

/// They run for seconds: optimising them as their authors do would take longer than it could save.
const QUICKLY: [&str; 6] = [
    "--config",
    "profile.release.lto=false",
    "--config",
    "profile.release.codegen-units=16",
    "--config",
    "profile.release.opt-level=1",
];

/// The tools, all there.
#[derive(Clone, Debug)]
pub(crate) struct PageTools {
    folder: PathBuf,
}

/// Gets what is missing.
pub(crate) fn all() -> Result<PageTools> {
    say::step("Set-up: the tools of the page");
    let begin = Instant::now();
    let place = project::cache()?.join("tools");
    let tools = PageTools { folder: place.join("bin") };
    for wanted in &CRATES {
        tools.cargo_install(wanted, &place)?;
    }
    brotli()?;
    say::note(format!("Done in {}.", say::duration(begin.elapsed())));
    Ok(tools)
}

impl PageTools {
    /// Where the installed ones are; others are on PATH.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a program, or its name, if it is on PATH.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let installed = process::program_in(&self.folder, name);
        if installed.is_file() { installed } else { name.into() }
    }

    fn cargo_install(&self, wanted: &Crate, place: &Path) -> Result<()> {
        let Crate { package, program, version, what, options } = wanted;
        let found = self.version_of(program);
        match found {
            Some(found) if found == *version => {
                say::note(format!("Skipped: {program} {version} is there already."));
                return Ok(());
            }
            Some(other) => say::note(format!("There is {program} {other}, but {version} is needed: it {what}.")),
            None => say::note(format!("There is no {program}: it {what}.")),
        }
        say::note(format!("Installing {package} {version} into {}: some minutes, once.", place.display()));
        // Kept until it has succeeded, so that a broken-off installation goes on where it was.
        let building = place.join("building");
        let mut cargo = project::cargo();
        cargo.env("CARGO_TARGET_DIR", &building);
        cargo.args(["install", package, "--version", &version.to_string(), "--force", "--root"]).arg(place);
        process::run(cargo.args(*options).args(QUICKLY)).map_err(|failure| {
            failure
                .hint("what was compiled so far is kept; run this command again")
                .hint(format!("by hand: put {program} {version} on PATH"))
        })?;
        project::remove_folder(&building)?;
        match self.version_of(program) {
            Some(found) if found == *version => Ok(()),
            _ => Err(Failure::new(format!("{package} was installed, but {program} {version} does not run"))),
        }
    }

    fn version_of(&self, program: &str) -> Option<Version> {
        Version::in_text(&process::output(Command::new(self.program(program)).arg("--version")).ok()?)
    }
}

/// What tells how large the module is when it is downloaded.
///
/// There is no `wasm-opt` here: with link-time optimisation for size behind it, it makes the module 5 % smaller, but not
/// the download, and Debian 12's writes a module that does not start.
fn brotli() -> Result<()> {
    if process::answers("brotli", &["--version"]) {
        say::note("Skipped: brotli is there already.");
        return Ok(());
    }
    let why = "tells how large the module is when it is downloaded";
    if debian::has_apt() {
        return debian::apt_install(&["brotli"], why);
    }
    Err(Failure::new(format!("there is no brotli: it {why}"))
        .hint("install brotli with your system's packages, so that it is on PATH"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_manifests() {
        let version = |program: &str| CRATES.iter().find(|one| one.program == program).unwrap().version;
        let manifest = project::read(&project::root().join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("wasm-bindgen = \"={}\"", version("wasm-bindgen"))));
        let trunk = project::read(&project::root().join("Trunk.toml")).unwrap();
        assert!(trunk.contains(&format!("wasm_bindgen = \"{}\"", version("wasm-bindgen"))));
        assert!(trunk.contains(&format!("trunk-version = \"={}\"", version("trunk"))));
    }
}
