//! `check-server [--port N] COMMAND [ARGS]...`: runs a command while the servers of the HTTP checks run; it finds the
//! first one's address in `LIGHTBEAM_CHECK_SERVER`.
//!
//! Tests in a page are built with that address, so with a port of one's own they need not be built anew.
#![allow(clippy::print_stderr, reason = "this is a program")]

use std::process::{Command, ExitCode};

use lightbeam_harness::check_server;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1).peekable();
    let port = match words.next_if(|word| word == "--port") {
        Some(_) => words.next().ok_or("--port needs a number")?.parse()?,
        None => 0,
    };
    let program = words.next().ok_or("usage: check-server [--port N] COMMAND [ARGS]...")?;
    let address = check_server::start_at(port)?;
    let status =
        Command::new(program).args(words).env("LIGHTBEAM_CHECK_SERVER", format!("http://{address}")).status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
