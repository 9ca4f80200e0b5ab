//! The compiler that makes WebAssembly.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::{process, project};

/// The target of the component.
pub(crate) const COMPONENT: &str = "wasm32-wasip2";
/// The target of the page, for which the core must always compile.
pub(crate) const BROWSER: &str = "wasm32-unknown-unknown";
/// All that we build for.
pub(crate) const TARGETS: [&str; 2] = [COMPONENT, BROWSER];

/// Debian's programs, named by path, for rustup's stand before them on PATH.
pub(crate) const DEBIAN_CARGO: &str = "/usr/bin/cargo";
pub(crate) const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
pub(crate) const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";

/// What makes the page's modules small, as in `.cargo/config.toml`.
const PAGE_FLAGS: [&str; 2] = ["--cfg", "erase_components"];
/// What makes the component fast, as there.
const COMPONENT_FLAGS: [&str; 2] = ["-C", "target-feature=+simd128"];

/// Which compiler has standard libraries for the wasm targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WasmToolchain {
    /// The one that also builds the native programs.
    Usual,
    /// Debian's, with standard libraries of our own building in this folder.
    Debian(PathBuf),
}

impl WasmToolchain {
    /// A cargo command for one wasm target, `cargo SUBCOMMAND --target TARGET`.
    pub(crate) fn cargo(&self, subcommand: &str, target: &str) -> Command {
        let mut command = match self {
            Self::Usual => project::cargo(),
            Self::Debian(sysroot) if subcommand == "clippy" => {
                let mut command = debian(DEBIAN_CLIPPY, sysroot, target);
                command.env("CARGO", DEBIAN_CARGO);
                command
            }
            Self::Debian(sysroot) => debian(DEBIAN_CARGO, sysroot, target),
        };
        command.env("CARGO_TARGET_DIR", project::wasm_target()).args([subcommand, "--target", target]);
        command
    }

    /// A program that calls the cargo on PATH itself for the browser, such as the one that builds the page, with these
    /// folders on PATH before all others.
    pub(crate) fn program(&self, program: &Path, folders: &[PathBuf]) -> Result<Command> {
        let mut first = Vec::new();
        let mut command = match self {
            Self::Usual => Command::new(program),
            Self::Debian(sysroot) => {
                first.extend(Path::new(DEBIAN_CARGO).parent().map(Path::to_owned));
                let mut command = debian(program, sysroot, BROWSER);
                command.env("CARGO", DEBIAN_CARGO);
                command
            }
        };
        let usual = std::env::var_os("PATH").unwrap_or_default();
        let all = folders.iter().cloned().chain(first).chain(std::env::split_paths(&usual));
        let path = std::env::join_paths(all).map_err(|error| Failure::new(format!("PATH cannot be set: {error}")))?;
        command.current_dir(project::root()).env("CARGO_TARGET_DIR", project::wasm_target()).env("PATH", path);
        Ok(command)
    }

    /// What the compiler calls itself.
    pub(crate) fn version(&self) -> Result<String> {
        match self {
            Self::Usual => process::output(Command::new(usual_rustc()).current_dir(project::root()).arg("-vV")),
            Self::Debian(_) => process::output(debian_command(DEBIAN_RUSTC).arg("-vV")),
        }
    }
}

/// A program of Debian's, undisturbed by the toolchain that runs us.
pub(crate) fn debian_command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("RUSTC", DEBIAN_RUSTC);
    for variable in [
        "CARGO",
        "CARGO_BUILD_TARGET",
        "CARGO_ENCODED_RUSTFLAGS",
        "LD_LIBRARY_PATH",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTC_WRAPPER",
        "RUSTDOC",
        "RUSTFLAGS",
        "RUSTUP_TOOLCHAIN",
    ] {
        command.env_remove(variable);
    }
    command
}

fn debian(program: impl AsRef<OsStr>, sysroot: &Path, target: &str) -> Command {
    // The encoded form alone takes a path with blanks in it.
    let mut flags = OsString::from("--sysroot\u{1f}");
    flags.push(sysroot);
    // What is in the environment hides the flags of .cargo/config.toml.
    let more: &[&str] = if target == BROWSER { &PAGE_FLAGS } else { &COMPONENT_FLAGS };
    for flag in more {
        flags.push("\u{1f}");
        flags.push(flag);
    }
    let mut command = debian_command(program);
    command.current_dir(project::root()).env("CARGO_ENCODED_RUSTFLAGS", flags);
    command
}

/// Whether this sysroot has a standard library for the target.
pub(crate) fn has_std(sysroot: &Path, target: &str) -> bool {
    let libraries = sysroot.join("lib/rustlib").join(target).join("lib");
    std::fs::read_dir(libraries).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}

fn usual_rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// The sysroot of the compiler that cargo uses for native programs.
pub(crate) fn usual_sysroot() -> Result<PathBuf> {
    let printed =
        process::output(Command::new(usual_rustc()).current_dir(project::root()).args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(printed.trim()))
}

/// The wasm targets that a sysroot lacks.
pub(crate) fn missing_targets(sysroot: &Path) -> Vec<&'static str> {
    let lacks = |target: &&str| !has_std(sysroot, target);
    TARGETS.into_iter().filter(lacks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debians_cargo_gets_the_sysroot_and_nothing_of_the_usual_toolchain() {
        let toolchain = WasmToolchain::Debian(PathBuf::from("/a b/std"));
        let command = toolchain.cargo("build", COMPONENT);
        let variable = |name: &str| {
            command
                .get_envs()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.map(|value| value.to_string_lossy().into_owned()))
        };
        assert_eq!(command.get_program(), DEBIAN_CARGO);
        assert_eq!(variable("RUSTC"), Some(Some(DEBIAN_RUSTC.into())));
        assert_eq!(variable("RUSTUP_TOOLCHAIN"), Some(None));
        let config = project::read(&project::root().join(".cargo/config.toml")).unwrap();
        for (target, flags) in [(COMPONENT, &COMPONENT_FLAGS[..]), (BROWSER, &PAGE_FLAGS)] {
            let command = toolchain.cargo("build", target);
            let given = command.get_envs().find(|(key, _)| *key == "CARGO_ENCODED_RUSTFLAGS").unwrap().1.unwrap();
            assert_eq!(given.to_string_lossy(), format!("--sysroot\u{1f}/a b/std\u{1f}{}", flags.join("\u{1f}")));
            assert!(config.contains(&format!("[target.{target}]\nrustflags = {flags:?}")), "{config}");
        }
        let arguments: Vec<_> = command.get_args().collect();
        assert_eq!(arguments, ["build", "--target", COMPONENT]);
    }

    #[test]
    fn a_folder_without_a_standard_library_has_none() {
        assert!(!has_std(Path::new("no-such-folder"), COMPONENT));
        assert_eq!(missing_targets(Path::new("no-such-folder")), TARGETS);
    }
}
