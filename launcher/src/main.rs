//! `lightbeam`: the component in its sandbox, as one program.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use lightbeam::component::Component;
use lightbeam::grants::grants;
use lightbeam::http::{Hosts, client};
use lightbeam::orders::Orders;
use lightbeam::words::{self, Words};
use lightbeam::{interrupt, manual, sandbox};
use lightbeam_core::api::NamedHosts;
use lightbeam_core::exit::Exit;
use lightbeam_core::host::Timestamp;
use lightbeam_wasi::args;
use lightbeam_wasi::terminal::print_error;

/// Each request is a good hundred small allocations, which the system's own allocator takes twice as long for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words: Result<Vec<String>, _> = std::env::args_os().skip(1).map(std::ffi::OsString::into_string).collect();
    let Ok(words) = words else {
        return wrong(
            "one of the words of the command line is not UTF-8 text",
            "rename the file, or type its name anew",
        );
    };
    let words = match words::take(words) {
        Ok(words) => words,
        Err(error) => {
            return wrong(&error.to_string(), "as in lightbeam send --ca-file ca.pem --allow-host api.example.org");
        }
    };
    match words.rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["completions", shell] => return completions(shell),
        ["completions"] => {
            return wrong("which shell?", &format!("lightbeam completions SHELL, one of {}", manual::shells()));
        }
        ["man"] => return man(),
        _ => {}
    }
    match args::parse(&words.rest) {
        Ok(parsed) => run(&words, &parsed.invocation),
        Err(answer) if answer.exit == Exit::Done => {
            let is_help = answer.text.contains("Usage:");
            print(&if is_help { format!("{}\n{}", answer.text, words::HELP) } else { answer.text })
        }
        Err(answer) => {
            print_error(&answer.text);
            ExitCode::from(answer.exit.code())
        }
    }
}

fn run(words: &Words, invocation: &lightbeam_core::invocation::Invocation) -> ExitCode {
    let variable = |name: &str| match name {
        "COLUMNS" => columns(),
        name => std::env::var(name).ok(),
    };
    let granted = match grants(invocation, &variable) {
        Ok(granted) => granted,
        Err(error) => return wrong(&error.to_string(), error.hint()),
    };
    let client = match client(granted.verify_ssl, words.ca_file.as_deref(), granted.is_secure()) {
        Ok(client) => client,
        Err(error) => {
            return wrong(&error.to_string(), error.hint());
        }
    };
    let component = match Component::of_this_program() {
        Ok(component) => component,
        Err(error) => return wrong(&error.to_string(), error.hint()),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return wrong(&format!("this system gives no event loop: {error}"), "close other programs"),
    };
    let allowed = granted.hosts.iter().chain(&words.allowed_hosts).map(String::as_str);
    let named = granted.api.clone().map(|api| NamedHosts::new(api, Timestamp::now()));
    let hosts = Arc::new(Hosts::new(allowed, named));
    let orders = Orders::new(sandbox::is_attended());
    interrupt::watch(orders.clone());
    let ended = runtime.block_on(sandbox::run(&component, &words.rest, &granted, orders, client, hosts.clone()));
    // A thread that still waits for the terminal must not hold up the end.
    runtime.shutdown_background();
    for host in hosts.all_refused() {
        print_error(&format!(
            "hint: {host} is named neither by the configuration nor by the API's discovery document, so nothing was sent to \
             it; if you trust it, add --allow-host {host}\n"
        ));
    }
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            print_error(&format!("error: {error}\n"));
            ExitCode::from(error.exit())
        }
    }
}

/// The width of the terminal, which a sandbox cannot ask for; what the user has set wins.
fn columns() -> Option<String> {
    let set = std::env::var("COLUMNS").ok();
    set.or_else(|| terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| width.0.to_string()))
}

fn completions(shell: &str) -> ExitCode {
    match manual::completions(shell) {
        Some(text) => print(&text),
        None => wrong(&format!("there are no completions for {shell}"), &format!("one of {}", manual::shells())),
    }
}

fn man() -> ExitCode {
    match manual::man_page() {
        Ok(text) => print(&text),
        Err(error) => wrong(&format!("the man page could not be made: {error}"), "lightbeam --help says the same"),
    }
}

fn print(text: &str) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&format!("error: standard output: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn wrong(text: &str, hint: &str) -> ExitCode {
    print_error(&format!("error: {text}\n\nhint: {hint}\n"));
    ExitCode::from(Exit::Usage.code())
}
