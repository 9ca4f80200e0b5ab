//! Building the component and the native programs.

use std::path::PathBuf;
use std::time::Instant;

use crate::failure::{Failure, Result};
use crate::wasm_toolchain::{COMPONENT, WasmToolchain};
use crate::{launcher, process, project, say, setup};

/// The package of the component, and the name of the file that cargo makes of it.
pub(crate) const COMPONENT_PACKAGE: &str = "lightbeam-wasi";

/// `cargo xtask build`: set-up if needed, then the component, and the launcher with it inside.
pub(crate) fn run() -> Result<()> {
    let begin = Instant::now();
    let toolchain = setup::wasm()?;
    let component = component(&toolchain)?;
    launcher::build(Profile::Tool, &component)?;
    say::note(format!("All of it took {}.", say::duration(begin.elapsed())));
    Ok(())
}

/// Leaves `target/lightbeam.wasm` and says how large it is.
pub(crate) fn component(toolchain: &WasmToolchain) -> Result<PathBuf> {
    say::step("Building the component");
    let begin = Instant::now();
    let mut cargo = toolchain.cargo("build", COMPONENT);
    cargo.args(["--release", "--package", COMPONENT_PACKAGE]);
    process::run(&mut cargo)?;

    let built = project::wasm_target().join(COMPONENT).join("release").join(format!("{COMPONENT_PACKAGE}.wasm"));
    let place = project::component();
    let bytes = std::fs::read(&built).map_err(|error| Failure::file("read", &built, &error))?;
    check_is_component(&bytes)?;
    // A file that is the same keeps its time, so that nobody who looks at it builds or compiles anew.
    if std::fs::read(&place).ok().as_ref() != Some(&bytes) {
        let beside = place.with_extension("wasm.new");
        std::fs::write(&beside, &bytes).map_err(|error| Failure::file("write", &beside, &error))?;
        std::fs::rename(&beside, &place).map_err(|error| Failure::file("move to its place", &beside, &error))?;
    }
    say::note(format!(
        "{}: {} bytes, in {}.",
        project::shown(&place),
        say::count(bytes.len() as u64),
        say::duration(begin.elapsed())
    ));
    Ok(place)
}

/// The first eight bytes tell a component from a core module.
fn check_is_component(bytes: &[u8]) -> Result<()> {
    match bytes {
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        _ => Err(Failure::new("what was built is no WebAssembly component, though the target makes nothing else")),
    }
}

/// How the native programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As the tests are built, so that nothing is built twice.
    Dev,
    /// Optimised, for what is measured.
    Tool,
    /// Optimised as a whole, which takes long: for what is given to others.
    Release,
}

impl Profile {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Tool => "tool",
            Self::Release => "release",
        }
    }

    /// Cargo's folder for it; that of `dev` is called otherwise.
    pub(crate) fn folder(self) -> PathBuf {
        project::native_target().join(match self {
            Self::Dev => "debug",
            Self::Tool | Self::Release => self.name(),
        })
    }
}

/// Builds the programs of native packages and returns the folder that they are in.
pub(crate) fn native(profile: Profile, packages: &[&str]) -> Result<PathBuf> {
    let mut cargo = project::cargo();
    cargo.args(["build", "--bins", "--profile", profile.name()]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    process::run(&mut cargo)?;
    Ok(profile.folder())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_module_is_not_taken_for_a_component() {
        assert!(check_is_component(b"\0asm\x0d\0\x01\0rest").is_ok());
        assert!(check_is_component(b"\0asm\x01\0\0\0rest").is_err());
        assert!(check_is_component(b"").is_err());
    }
}
