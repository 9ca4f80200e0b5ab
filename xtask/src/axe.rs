//! axe-core, by which tests of the page check that people can use it with and without good eyes.
//!
//! It comes inside a Python package: fetching that needs no more than Python, and no Node.js.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::failure::{Failure, Result};
use crate::{debian, digest, process, project, say};

/// The Python package that brings it, and its version there.
const PACKAGE: &str = "axe-playwright-python";
const PACKAGE_VERSION: &str = "0.1.8";
/// The version of axe-core in that package.
const VERSION: &str = "4.12.1";
/// SHA-256 of that file.
const DIGEST: &str = "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc";
/// The file below the folder that the package is installed into.
const FILE: &str = "axe_playwright_python/axe.min.js";

const WHY: &str = "checks that people can use the page with and without good eyes";

/// Gets it if it is not there; returns its file.
pub(crate) fn get() -> Result<PathBuf> {
    say::step(format!("Set-up: axe-core {VERSION}"));
    let begin = Instant::now();
    let folder = project::cache()?.join("tools").join(format!("axe-core-{VERSION}"));
    let file = folder.join("axe.min.js");
    if is_it(&file) {
        say::note("Skipped: it is there already.");
        return Ok(file);
    }
    say::note(format!("There is no axe-core: it {WHY}. Getting it out of the Python package {PACKAGE}."));
    let working = folder.join("getting");
    project::remove_folder(&working)?;
    project::make_folder(&working)?;
    let fetched = fetch(&working).map_err(|failure| {
        failure.hint(format!("by hand: put axe.min.js of axe-core {VERSION} to {}", file.display()))
    })?;
    std::fs::copy(&fetched, &file).map_err(|error| Failure::file("copy", &fetched, &error))?;
    project::remove_folder(&working)?;
    if !is_it(&file) {
        return Err(Failure::new(format!(
            "{PACKAGE} {PACKAGE_VERSION} brought something else than axe-core {VERSION}"
        )));
    }
    say::note(format!("{}, in {}.", file.display(), say::duration(begin.elapsed())));
    Ok(file)
}

/// Tells a test where it is.
pub(crate) fn tell(file: &Path, command: &mut Command) {
    command.env("LIGHTBEAM_AXE", file);
}

/// Whether a file is there, and is that very version.
fn is_it(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|content| digest::sha256(&content) == DIGEST)
}

/// The file, inside of an environment that is made for this alone: the system's own takes no packages.
fn fetch(folder: &Path) -> Result<PathBuf> {
    let python = if cfg!(windows) { "python" } else { "python3" };
    let environment = folder.join("environment");
    let packages = folder.join("packages");
    if !process::answers(python, &["-c", "import ensurepip, venv"]) && debian::has_apt() {
        debian::apt_install(&["python3-venv"], "gets Python packages, such as the one that brings axe-core")?;
    }
    process::run(Command::new(python).args(["-m", "venv"]).arg(&environment))?;
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    process::run(
        Command::new(process::program_in(&programs, "python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"])
            .arg(&packages)
            .arg(format!("{PACKAGE}=={PACKAGE_VERSION}")),
    )?;
    Ok(packages.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_not_it() {
        assert!(!is_it(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml").as_path()));
    }
}
