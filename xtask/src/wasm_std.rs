//! Standard libraries for the wasm targets, built from Debian's sources of them.
//!
//! They are kept in the user's cache folder under the compiler's version, so that they are built once
//! and no folder of the system changes.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::failure::{Failure, Result};
use crate::wasm_toolchain::{
    COMPONENT, DEBIAN_CARGO, DEBIAN_RUSTC, TARGETS, WasmToolchain, debian_command, missing_targets,
};
use crate::{process, project, say};

/// Goes up when the way of building changes, so that what an older version of us built is not used.
const RECIPE: u32 = 1;

/// Written last into a finished folder; its text differs with every building.
const STAMP: &str = "built";

const WASI_LIBC: &str = "/usr/lib/wasm32-wasi";

/// The toolchain with standard libraries for every wasm target, built now if they are not there.
pub(crate) fn toolchain() -> Result<WasmToolchain> {
    let cache = project::cache()?;
    let sysroot = sysroot(&cache)?;
    if is_complete(&sysroot) {
        say::note(format!("The standard libraries are there already, in {}.", sysroot.display()));
    } else {
        say::note(format!(
            "Building the standard libraries from Debian's sources, into {}: a minute or two, once.",
            sysroot.display()
        ));
        build(&cache, &sysroot)?;
    }
    forget_what_an_older_one_built(&sysroot)?;
    Ok(WasmToolchain::Debian(sysroot))
}

/// Whether an earlier set-up has built them for the compiler that Debian has now.
pub(crate) fn is_built() -> bool {
    project::cache().and_then(|cache| sysroot(&cache)).is_ok_and(|sysroot| is_complete(&sysroot))
}

fn sysroot(cache: &Path) -> Result<PathBuf> {
    let version = process::output(debian_command(DEBIAN_RUSTC).arg("-vV"))?;
    Ok(cache.join(folder_name(&version)?))
}

fn is_complete(sysroot: &Path) -> bool {
    sysroot.join(STAMP).is_file() && missing_targets(sysroot).is_empty()
}

/// What is needed is built beside the place and then moved there, so that a broken-off building leaves nothing half done.
fn build(cache: &Path, sysroot: &Path) -> Result<()> {
    remove_abandoned(cache)?;
    let place = cache.join(format!("building-{}", std::process::id()));
    project::remove_folder(&place)?;
    let built = compile(&place).and_then(|()| collect(&place));
    let moved = built.and_then(|finished| move_to(&finished, sysroot));
    project::remove_folder(&place)?;
    moved
}

/// Compiles an empty crate with its own standard library, which is what we are after.
fn compile(place: &Path) -> Result<()> {
    project::make_folder(&place.join("src"))?;
    let manifest = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
    project::write(&place.join("Cargo.toml"), manifest)?;
    project::write(&place.join("src/lib.rs"), "#![no_std]\n")?;
    let mut cargo = debian_command(DEBIAN_CARGO);
    cargo
        .current_dir(place)
        .env("CARGO_TARGET_DIR", place.join("target"))
        // The standard library is allowed what is unstable; so is this building of it.
        .env("RUSTC_BOOTSTRAP", "1")
        // Without bitcode no link-time optimisation is possible afterwards.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes -Zforce-unstable-if-unmarked")
        .args(["build", "--release"])
        .args(["-Z", "build-std=std,panic_abort,panic_unwind,test"]);
    for target in TARGETS {
        cargo.args(["--target", target]);
    }
    process::run(&mut cargo)
}

/// Puts what was compiled into the folders where a compiler looks for it.
fn collect(place: &Path) -> Result<PathBuf> {
    let finished = place.join("sysroot");
    for target in TARGETS {
        let libraries = finished.join("lib/rustlib").join(target).join("lib");
        project::make_folder(&libraries)?;
        let compiled = place.join("target").join(target).join("release/deps");
        copy_libraries(&compiled, &libraries)?;
        if target == COMPONENT {
            let parts = libraries.join("self-contained");
            project::make_folder(&parts)?;
            for part in ["crt1-command.o", "crt1-reactor.o", "libc.a"] {
                copy(&Path::new(WASI_LIBC).join(part), &parts.join(part))?;
            }
        }
    }
    let missing = missing_targets(&finished);
    if !missing.is_empty() {
        return Err(Failure::new(format!("the building left no standard library for {}", missing.join(" and "))));
    }
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let stamp = format!("{} by {}\n", time.as_nanos(), std::process::id());
    project::write(&finished.join(STAMP), &stamp)?;
    Ok(finished)
}

fn copy_libraries(from: &Path, to: &Path) -> Result<()> {
    let entries = std::fs::read_dir(from).map_err(|error| Failure::file("list", from, &error))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libempty-") {
            copy(&entry.path(), &to.join(&name))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).map(drop).map_err(|error| Failure::file("copy", from, &error))
}

/// Another process may have finished the same in the meantime: then its folder stays.
fn move_to(finished: &Path, sysroot: &Path) -> Result<()> {
    if is_complete(sysroot) {
        return Ok(());
    }
    project::remove_folder(sysroot)?;
    match std::fs::rename(finished, sysroot) {
        Err(_) if sysroot.join(STAMP).is_file() => Ok(()),
        other => other.map_err(|error| Failure::file("move to its place", finished, &error)),
    }
}

/// What a process that was killed has left.
fn remove_abandoned(cache: &Path) -> Result<()> {
    project::make_folder(cache)?;
    let entries = std::fs::read_dir(cache).map_err(|error| Failure::file("list", cache, &error))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let builder = name.to_str().and_then(|name| name.strip_prefix("building-"));
        if builder.is_some_and(|id| !Path::new("/proc").join(id).exists()) {
            project::remove_folder(&entry.path())?;
        }
    }
    Ok(())
}

/// Cargo does not see that the standard library is another one, and would mix both.
fn forget_what_an_older_one_built(sysroot: &Path) -> Result<()> {
    let built = project::wasm_target();
    let known = built.join("standard-library");
    let stamp = project::read(&sysroot.join(STAMP))?;
    let earlier = std::fs::read_to_string(&known).ok();
    if earlier.as_ref() == Some(&stamp) {
        return Ok(());
    }
    if earlier.is_some() {
        say::note("The standard libraries were built anew: what was built with the old ones goes.");
        for target in TARGETS {
            project::remove_folder(&built.join(target))?;
        }
    }
    project::make_folder(&built)?;
    project::write(&known, &stamp)
}

/// The name says all that decides whether the libraries fit the compiler.
fn folder_name(verbose_version: &str) -> Result<String> {
    let field = |name: &str| verbose_version.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    match (field("release"), field("commit-hash")) {
        (Some(release), Some(hash)) => Ok(format!("wasm-std-{release}-{}-{RECIPE}", hash.get(..9).unwrap_or(hash))),
        _ => Err(Failure::new(format!("`{DEBIAN_RUSTC} -vV` does not tell its version"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_named_after_the_compiler() {
        let printed = "rustc 1.96.0 (built from a source tarball)\nbinary: rustc\n\
            commit-hash: ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96\nrelease: 1.96.0\n";
        assert_eq!(folder_name(printed).unwrap(), format!("wasm-std-1.96.0-ac68faa20-{RECIPE}"));
        assert!(folder_name("rustc 1.96.0").is_err());
    }
}
