//! `far http://127.0.0.1:PORT MILLISECONDS AUTHORITY.pem`: the server at that address as if it were far away, over secure
//! connections. Its first line is the address to call; the authority to trust is in the file.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a program")]

use std::process::ExitCode;
use std::time::Duration;

use lightbeam_harness::far::far;
use lightbeam_harness::secure::Secure;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [server, milliseconds, authority] = words.as_slice() else {
        return Err("usage: far http://127.0.0.1:PORT MILLISECONDS AUTHORITY.pem".into());
    };
    let secure = Secure::before(server.trim_start_matches("http://").trim_end_matches('/').parse()?)?;
    std::fs::write(authority, secure.authority())?;
    let address = far(secure.address(), Duration::from_millis(milliseconds.parse()?))?;
    println!("https://{address}");
    loop {
        std::thread::park();
    }
}
