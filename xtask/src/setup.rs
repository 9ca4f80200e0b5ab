//! Getting what the other commands need. Every step is skipped when it is done already.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::failure::{Failure, Result};
use crate::wasm_toolchain::{self, WasmToolchain, missing_targets};
use crate::{axe, debian, page_tools, process, project, say, wasm_std};

/// How long rustup may take before we look for another way.
const RUSTUP_LIMIT: Duration = Duration::from_mins(5);

/// `debian` takes Debian's packages even where rustup has the targets, to try that way; `rustup` allows only the other.
const CHOICE: &str = "LIGHTBEAM_WASM_TOOLCHAIN";

/// Everything, as `cargo xtask setup`.
pub(crate) fn all() -> Result<()> {
    let begin = Instant::now();
    wasm()?;
    checkers()?;
    page_tools::all()?;
    Browser::get()?;
    axe::get()?;
    say::note(format!("Set-up is complete. It took {}.", say::duration(begin.elapsed())));
    Ok(())
}

/// A compiler with standard libraries for the component and the page.
pub(crate) fn wasm() -> Result<WasmToolchain> {
    say::step("Set-up: the compiler for WebAssembly");
    let begin = Instant::now();
    let choice = std::env::var(CHOICE).unwrap_or_default();
    let toolchain = match choice.as_str() {
        "" => first_that_works(),
        "rustup" => rustup().map_err(|failure| failure.hint(by_hand())),
        "debian" => from_debian(),
        other => Err(Failure::new(format!("{CHOICE} is `{other}`")).hint("it can be `debian` or `rustup`, or not set")),
    }?;
    say::note(format!("Done in {}.", say::duration(begin.elapsed())));
    Ok(toolchain)
}

/// The compiler in use as it is, Debian's as an earlier set-up left it, then what has to be fetched.
fn first_that_works() -> Result<WasmToolchain> {
    // Once rustup could not help it is not asked again: where a firewall swallows its questions, that takes minutes.
    if !missing_targets(&wasm_toolchain::usual_sysroot()?).is_empty() && wasm_std::is_built() {
        say::note("The compiler in use lacks the targets; taking Debian's, as set up before.");
        return from_debian();
    }
    rustup().or_else(|failure| {
        if debian::is_here() {
            say::note(format!("{}.", failure.what()));
            say::note("So Debian's packages it is.");
            from_debian()
        } else {
            Err(failure.hint(by_hand()))
        }
    })
}

/// The compiler in use, given the targets by rustup if it lacks them.
fn rustup() -> Result<WasmToolchain> {
    let missing = missing_targets(&wasm_toolchain::usual_sysroot()?);
    if missing.is_empty() {
        say::note("Skipped: the compiler in use has the targets already.");
        return Ok(WasmToolchain::Usual);
    }
    say::note(format!(
        "The compiler in use has no standard library for {}. Asking rustup for it.",
        missing.join(" and ")
    ));
    let mut add = Command::new("rustup");
    add.current_dir(project::root()).args(["target", "add"]).args(&missing);
    process::run_within(&mut add, RUSTUP_LIMIT)?;
    let missing = missing_targets(&wasm_toolchain::usual_sysroot()?);
    if missing.is_empty() {
        Ok(WasmToolchain::Usual)
    } else {
        Err(Failure::new(format!(
            "rustup added the targets, but not to the compiler that cargo uses: it still lacks {}",
            missing.join(" and ")
        ))
        .hint("`rustup show` tells which toolchain is active here"))
    }
}

fn from_debian() -> Result<WasmToolchain> {
    if !debian::is_here() {
        return Err(Failure::new("this is not Debian").hint(by_hand()));
    }
    debian::install()?;
    wasm_std::toolchain()
}

fn by_hand() -> String {
    format!(
        "the usual way is `rustup target add {}`; Debian 12 and later can do without rustup",
        wasm_toolchain::TARGETS.join(" ")
    )
}

/// Formatter and linter of the compiler in use.
pub(crate) fn checkers() -> Result<()> {
    say::step("Set-up: formatter and linter");
    let cargo = project::cargo();
    let lacks = |tool: &&str| !process::answers(cargo.get_program(), &[tool, "--version"]);
    let missing: Vec<&str> = ["fmt", "clippy"].into_iter().filter(lacks).collect();
    if missing.is_empty() {
        say::note("Skipped: both are there already.");
        return Ok(());
    }
    say::note(format!("`cargo {}` is missing. Asking rustup for it.", missing.join("` and `cargo ")));
    let mut add = Command::new("rustup");
    add.current_dir(project::root()).args(["component", "add", "rustfmt", "clippy"]);
    process::run_within(&mut add, RUSTUP_LIMIT)
        .map_err(|failure| failure.hint("without rustup, install the packages of rustfmt and clippy for your compiler"))
}
