//! The project's own commands: `cargo xtask help`.
//!
//! Standard library only, so that the first command in a fresh clone starts in seconds; the work is done by other programs.

mod build;
mod debian;
mod failure;
mod process;
mod project;
mod say;
mod setup;
mod version;
mod wasm_std;
mod wasm_toolchain;

use std::process::ExitCode;

fn main() -> ExitCode {
    let r = match std::env::args().nth(1).as_deref() {
        Some("setup") => setup::all(),
        _ => build::run(),
    };
    match r {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            say::failure(&e);
            ExitCode::from(e.exit_code())
        }
    }
}
