//! The program: words in, a run, an exit code out.

use std::io::{IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use lightbeam_core::exit::Exit;
use lightbeam_core::host::{Clock, Host, Timestamp};
use lightbeam_core::report::Closing;
use lightbeam_core::run::run;
use wasip2::cli::{environment, exit};

use crate::host::{WasiClock, WasiHost, block_on, drive};
use lightbeam_wasi::args::{self, Parsed};
use lightbeam_wasi::terminal::{Now, Surroundings, Terminal, print_error};

/// Columns of a line where `COLUMNS` does not tell: a sandbox cannot ask the terminal.
const COLUMNS: usize = 80;

/// Runs what the arguments ask for and ends the process.
pub(crate) fn main() {
    let words: Vec<String> = environment::get_arguments().into_iter().skip(1).collect();
    let exit = match args::parse(&words) {
        Ok(parsed) => block_on(run_parsed(&parsed)),
        Err(answer) if answer.exit == Exit::Done => print(&answer.text, Exit::Done),
        Err(answer) => {
            print_error(&answer.text);
            answer.exit
        }
    };
    // std's own exit knows only success and failure.
    exit::exit_with_code(exit.code());
}

async fn run_parsed(parsed: &Parsed) -> Exit {
    let host = WasiHost::granted();
    let invocation = &parsed.invocation;
    let surroundings = surroundings(&host);
    let terminal = Terminal::new(
        &parsed.terminal,
        surroundings,
        invocation.results_file.clone(),
        *host.clock(),
        std::io::stderr(),
    )
    .sharing(host.operator().floor());
    let report = {
        let run = pin!(run(invocation, &host, &terminal));
        let ticks = pin!(async {
            loop {
                host.clock().sleep(terminal.interval()).await;
                terminal.tick();
            }
        });
        let driving = pin!(drive());
        let beside = select(ticks, driving);
        match select(run, beside).await {
            Either::Left((report, _)) => report,
            Either::Right((Either::Left((never, _)), _)) => never,
            Either::Right((Either::Right((never, _)), _)) => match never {},
        }
    };
    // A run that never began has said why.
    if let Some(ended) = report.ended {
        terminal.close(&Closing {
            at: host.clock().now(),
            ended,
            results_file: invocation.results_file.clone().filter(|path| path != "-"),
            failed_dir: invocation.failed_dir.clone(),
            sent_since: report.sent_since,
            width: surroundings.columns,
        });
    }
    match &report.stdout {
        Some(data) => print(data, report.exit),
        None => report.exit,
    }
}

fn surroundings(host: &WasiHost) -> Surroundings {
    Surroundings {
        is_terminal: std::io::stderr().is_terminal(),
        no_color: host.variable("NO_COLOR").is_some_and(|value| !value.is_empty()),
        columns: host.variable("COLUMNS").and_then(|columns| columns.parse().ok()).unwrap_or(COLUMNS),
    }
}

/// Writes data to standard output. Data that got lost is a failure, whatever the run was.
fn print(data: &str, exit: Exit) -> Exit {
    let mut out = std::io::stdout().lock();
    match out.write_all(data.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => exit,
        Err(error) => {
            print_error(&format!("error: standard output: {error}\n"));
            Exit::Failed
        }
    }
}

impl Now for WasiClock {
    fn wall(&self) -> Timestamp {
        self.now()
    }

    fn monotonic(&self) -> Duration {
        Clock::monotonic(self)
    }
}
