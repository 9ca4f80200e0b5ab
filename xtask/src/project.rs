//! Where things are: the project's folders, and the cargo that started us.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};

/// The folder of the whole project.
pub(crate) fn root() -> PathBuf {
    let xtask =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map_or_else(|| xtask.clone(), Path::to_owned)
}

/// What our commands leave behind: the component, the demo's files, benchmarks.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Where native programs are built; the one folder that a person may have moved.
pub(crate) fn native_target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(target, |folder| root().join(folder))
}

/// A native program that was built with the profile of that folder.
pub(crate) fn native_program(folder: &str, name: &str) -> PathBuf {
    native_target().join(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Where everything for WebAssembly is built: apart from the native folder, because the compiler may be another one.
pub(crate) fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// The component that `build` leaves.
pub(crate) fn component() -> PathBuf {
    target().join("lightbeam.wasm")
}

/// The files of a release, as `dist` leaves them.
pub(crate) fn release_artefacts() -> PathBuf {
    target().join("release-artefacts")
}

/// The page as `page` leaves it, complete.
pub(crate) fn page() -> PathBuf {
    root().join("dist")
}

/// What is kept for the next time, and for other copies of the project: `$XDG_CACHE_HOME/lightbeam`, else
/// `~/.cache/lightbeam`.
pub(crate) fn cache() -> Result<PathBuf> {
    let named = |variable| std::env::var_os(variable).filter(|value| !value.is_empty());
    named("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| named("HOME").map(|home| Path::new(&home).join(".cache")))
        .map(|cache| cache.join("lightbeam"))
        .ok_or_else(|| {
            Failure::new("there is no folder to keep compilers and tools in").hint("set HOME or XDG_CACHE_HOME")
        })
}

/// The cargo that runs us, in the project's folder.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root()).env("CARGO_TARGET_DIR", native_target());
    command
}

/// A path as a reader wants it: relative to where the project is.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("make the folder", folder, &error))
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))
}

/// Writes a file as a whole.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|error| Failure::file("write", path, &error))
}

/// Every file below a folder, by its path from there with forward slashes, sorted.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut left = vec![PathBuf::new()];
    while let Some(inner) = left.pop() {
        let place = folder.join(&inner);
        let failed = |error: &std::io::Error| Failure::file("list", &place, error);
        for entry in std::fs::read_dir(&place).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            let path = inner.join(entry.file_name());
            if entry.path().is_dir() {
                left.push(path);
            } else {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                found.push(parts.join("/"));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Removes a folder with all that is in it; one that is not there is fine.
pub(crate) fn remove_folder(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::file("remove", folder, &error)),
        _ => Ok(()),
    }
}
