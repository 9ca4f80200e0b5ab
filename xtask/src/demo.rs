//! `cargo xtask demo`: a made-up district goes into a simulated Ed-Fi API, twice, and the page is served beside it.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::api::{self, Tools};
use crate::build::{self, Profile};
use crate::failure::{Failure, Result};
use crate::results::Results;
use crate::runner::{self, Grants, Runner};
use crate::{page, page_tools, process, project, say, setup};

const CONFIGURATION: &str = "lightbeam.yaml";
const RESULTS: &str = "results.json";

/// The component's exit code for "nothing left to do".
const ALL_SKIPPED: i32 = 99;

/// Runs the demonstration with a district of that many students, if it has to be made.
pub(crate) fn run(students: u64, port: u16, page_port: u16) -> Result<()> {
    let toolchain = setup::wasm()?;
    let component = build::component(&toolchain)?;
    let (tools, runner) = match Runner::on_path() {
        Some(wasmtime) => (Tools::without_runner(Profile::Dev)?, wasmtime),
        None => Tools::with_runner(Profile::Dev)?,
    };

    let folder = project::target().join("demo");
    say::step("A made-up district, as files");
    tools.district(students, &folder.join("data"))?;

    say::step("Starting the simulated Ed-Fi API");
    let api = tools.api(port, &[])?;
    let configuration = folder.join(CONFIGURATION);
    project::write(&configuration, &configuration_for(&api.address))?;

    let demo = Demo { runner, component, folder, port };
    demo.refill()?;
    say::step("Sending the district");
    let first = demo.send()?;
    say::step("Sending the same once more");
    let second = demo.send()?;
    demo.explain(&first, &second, &api.address)?;

    page::build(&toolchain, &page_tools::all()?)?;
    say::step("Serving the page");
    let page = tools.page(page_port)?;
    demo.show_page(&page.address, &api.address)
}

struct Demo {
    runner: Runner,
    component: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Demo {
    fn send(&self) -> Result<Results> {
        let begin = Instant::now();
        let results = self.folder.join(RESULTS);
        // An old one must not be taken for this run's.
        if let Err(error) = std::fs::remove_file(&results)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(Failure::file("remove", &results, &error));
        }
        let status = process::status(&mut self.command(&arguments()))?;
        if !matches!(status.code(), Some(0 | ALL_SKIPPED)) {
            return Err(Failure::new(format!("the component ended with {status}; what it said stands above")));
        }
        say::note(format!("That took {}.", say::duration(begin.elapsed())));
        Results::read(&results)
    }

    /// The simulated API starts empty, though our state says what earlier runs of the demo sent to it.
    fn refill(&self) -> Result<()> {
        if !self.folder.join("state").is_dir() {
            return Ok(());
        }
        say::step("Giving the simulated API back what it had");
        say::note("It keeps records in memory only. So they are sent once without looking at what was sent before.");
        // Whether all of it can be sent shows below.
        process::status(&mut self.command(&["send", "-c", CONFIGURATION, "--quiet", "--set", "state_dir", ""]))
            .map(drop)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.runner.command(&self.component, &self.folder, &grants(), arguments);
        let (client, secret) = api::CLIENT;
        command.env("EDFI_CLIENT_ID", client).env("EDFI_CLIENT_SECRET", secret);
        command
    }

    fn explain(&self, first: &Results, second: &Results, address: &str) -> Result<()> {
        say::step("What happened");
        if first.all_skipped() {
            say::result(format!(
                "\nEverything was already sent: an earlier run of this demo has sent these {} records,\n\
                and lightbeam remembers that, so nothing was sent again.",
                say::count(first.processed)
            ));
        } else {
            say::result(format!(
                "\nOf {} records, {} were sent to the simulated Ed-Fi API at {address}, in the order in which\n\
                they depend on each other; {} had been sent before; {} were refused.",
                say::count(first.processed),
                say::count(first.accepted()),
                say::count(first.skipped),
                say::count(first.failed)
            ));
        }
        if second.all_skipped() {
            say::result(format!(
                "\nSending once more sent nothing: everything was already sent ({} of {} records skipped).",
                say::count(second.skipped),
                say::count(second.processed)
            ));
        }
        say::result(self.where_files_are());
        if first.failed + second.failed > 0 {
            return Err(Failure::new(format!(
                "the simulated API refused {} records of a district that has no mistakes",
                say::count(first.failed.max(second.failed))
            ))
            .hint(format!("the reasons are in {}", project::shown(&self.folder.join(RESULTS)))));
        }
        if !second.all_skipped() {
            return Err(Failure::new("the second sending should have found that everything was already sent"));
        }
        Ok(())
    }

    /// Whoever sits before it can try the page; where nobody does, it was only shown that it is served.
    fn show_page(&self, page: &str, api: &str) -> Result<()> {
        let (client, secret) = api::CLIENT;
        say::result(format!(
            "\n\
            The same in a browser: open the page, and give it what it asks for.\n\
            \n\
            \x20 page      {page}/\n\
            \x20 base URL  {api}\n\
            \x20 key       {client}\n\
            \x20 secret    {secret}\n\
            \x20 records   the files in {data}\n\
            \n\
            The page remembers for itself what it has sent.",
            data = project::shown(&self.folder.join("data")),
        ));
        if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
            say::result("\nNo terminal: the demo ends here, and with it the page and the simulated API.");
            return Ok(());
        }
        say::result("\nBoth are there until you press Enter.");
        let mut line = String::new();
        std::io::stdin()
            .read_line(&mut line)
            .map(drop)
            .map_err(|error| Failure::new(format!("cannot wait for Enter: {error}")))
    }

    fn where_files_are(&self) -> String {
        let file = |name: &str| project::shown(&self.folder.join(name));
        format!(
            "\n\
            The same by hand, with wasmtime 46 or later, while `cargo xtask sim --port {port}` runs in another terminal:\n\
            \n\
            \x20 cd {folder}\n\
            \x20 export EDFI_CLIENT_ID={client} EDFI_CLIENT_SECRET={secret}\n\
            \x20 {typed}\n\
            \n\
            {component:<28} the component\n\
            {configuration:<28} where to send to, and what\n\
            {data:<28} the records, a file for each kind, a record in each line\n\
            {results:<28} the outcome of every record, as JSON\n\
            {state:<28} what was sent before: change a record and run the demo again,\n\
            {nothing:<28} and only that one is sent\n\
            \n\
            To start afresh, remove {folder}.",
            folder = project::shown(&self.folder),
            typed = runner::typed(Path::new("../lightbeam.wasm"), &grants(), &arguments()),
            component = project::shown(&self.component),
            configuration = file(CONFIGURATION),
            data = file("data"),
            results = file(RESULTS),
            state = file("state"),
            nothing = "",
            port = self.port,
            client = api::CLIENT.0,
            secret = api::CLIENT.1,
        )
    }
}

fn grants() -> Grants {
    Grants { folders: vec![".".into()], variables: vec!["EDFI_CLIENT_ID".into(), "EDFI_CLIENT_SECRET".into()] }
}

fn arguments() -> [&'static str; 5] {
    ["send", "-c", CONFIGURATION, "--results-file", RESULTS]
}

fn configuration_for(address: &str) -> String {
    format!(
        "# Written anew by every `cargo xtask demo`.\n\
        data_dir: ./data\n\
        state_dir: ./state\n\
        edfi_api:\n\
        \x20 base_url: {address}\n\
        \x20 client_id: ${{EDFI_CLIENT_ID}}\n\
        \x20 client_secret: ${{EDFI_CLIENT_SECRET}}\n"
    )
}
