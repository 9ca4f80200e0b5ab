//! Building the launcher, with the compiled component inside.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::build::Profile;
use crate::failure::Result;
use crate::{process, project, say};

/// The package of the launcher, and its program.
pub(crate) const LAUNCHER: &str = "lightbeam";

/// Builds the launcher with this component inside; returns the program.
///
/// That is two steps: the component is compiled to the processor's code by the very runtime that the launcher then has.
pub(crate) fn build(profile: Profile, component: &Path) -> Result<PathBuf> {
    say::step("Building the launcher");
    let begin = Instant::now();
    // To optimise the compiler as a whole would take minutes, for the one second that it works.
    let compiler = if profile == Profile::Release { Profile::Tool } else { profile };
    process::run(cargo(compiler).args(["--example", "precompile"]))?;
    let precompile = compiler.folder().join("examples").join(format!("precompile{}", std::env::consts::EXE_SUFFIX));
    // Named in .cargo/config.toml, for the launcher's build script.
    process::run(Command::new(precompile).arg(component).arg(project::target().join("lightbeam.cwasm")))?;
    process::run(cargo(profile).args(["--bin", LAUNCHER]))?;
    let program = profile.folder().join(format!("{LAUNCHER}{}", std::env::consts::EXE_SUFFIX));
    say::note(format!("{}, in {}.", project::shown(&program), say::duration(begin.elapsed())));
    Ok(program)
}

fn cargo(profile: Profile) -> Command {
    let mut cargo = project::cargo();
    cargo.args(["build", "--locked", "--profile", profile.name()]);
    match profile {
        // Always the whole workspace, as tests are built: another choice of packages would build some dependencies again.
        Profile::Dev => cargo.arg("--workspace"),
        Profile::Tool | Profile::Release => cargo.args(["--package", LAUNCHER]),
    };
    cargo
}
