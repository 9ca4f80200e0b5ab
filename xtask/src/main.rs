//! The project's own commands: `cargo xtask help`.
//!
//! Little but the standard library, so that the first command in a fresh clone starts in seconds; the work is done by other
//! programs.

mod api;
mod args;
mod axe;
mod bench;
mod browser;
mod build;
mod debian;
mod demo;
mod digest;
mod dist;
mod docs;
mod failure;
mod fingerprint;
mod launcher;
mod licences;
mod modules;
mod notices;
mod offline;
mod own_words;
mod page;
mod page_tools;
mod process;
mod project;
mod python_tool;
mod results;
mod runner;
mod say;
mod setup;
mod test_stages;
mod version;
mod wasm_std;
mod wasm_toolchain;
#[cfg(test)]
#[cfg(unix)]
mod wrapper_tests;

use std::process::ExitCode;

use args::Task;
use failure::Result;

fn main() -> ExitCode {
    match Task::read(std::env::args().skip(1)).and_then(perform) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            say::failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Does what was asked for and returns the exit code.
fn perform(task: Task) -> Result<u8> {
    match task {
        Task::Setup => setup::all(),
        Task::Build => build::run(),
        Task::Page => page::run(),
        Task::Dist => dist::run(),
        Task::Demo { students, port, page_port } => demo::run(students, port, page_port),
        Task::Test(selection) => test_stages::run(&selection),
        Task::ListStages => {
            test_stages::list();
            Ok(())
        }
        Task::Bench(choice) => bench::run(&choice),
        Task::Docs => docs::write(),
        Task::Serve(arguments) => return api::serve(&arguments),
        Task::Sim(arguments) => return api::hand_over("sim", &arguments),
        Task::Generate(arguments) => return api::hand_over("generate", &arguments),
        Task::Help => {
            say::result(args::HELP);
            Ok(())
        }
    }?;
    Ok(0)
}
