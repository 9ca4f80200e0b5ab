//! The server of static files as a program.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lightbeam_sim::pages::{PageServer, Security};

/// Serves a folder of static files, such as the page, on this machine.
///
/// The first line on standard output is its address. It ends with Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "serve")]
struct Arguments {
    /// The folder
    folder: PathBuf,
    /// Port on 127.0.0.1; 0 for any that is free
    #[arg(long, default_value_t = 8766)]
    port: u16,
    /// The path that the folder is served below, such as /some/path/
    #[arg(long, value_name = "PATH", default_value = "/")]
    prefix: String,
    /// Send no security headers
    #[arg(long)]
    plain: bool,
    /// Let the page call this origin only; may be given more than once
    #[arg(long, value_name = "ORIGIN", conflicts_with = "plain", value_parser = origin)]
    pin: Vec<String>,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing else can be done when not even this can be written.
            let _ = writeln!(io::stderr(), "serve: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { folder, port, prefix, plain, pin } = arguments;
    if !folder.join("index.html").is_file() {
        return Err(format!("there is no page in {}", folder.display()).into());
    }
    let security = match (plain, pin.is_empty()) {
        (true, _) => Security::Off,
        (false, true) => Security::On,
        (false, false) => Security::Pinned(pin),
    };
    let server = PageServer::start_on(port, folder, &prefix, security)?;
    let mut out = io::stdout();
    writeln!(out, "{}", server.url())?;
    out.flush()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(tokio::signal::ctrl_c())?)
}

/// What a policy can name: scheme, host and port.
fn origin(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
    match rest {
        Some(host) if !host.is_empty() && host.chars().all(fits) => Ok(text.to_owned()),
        _ => {
            Err("expected an origin such as https://api.example.org: scheme, host and perhaps port, no path".to_owned())
        }
    }
}
