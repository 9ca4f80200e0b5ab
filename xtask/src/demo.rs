//! `cargo xtask demo`: a made-up district goes into a simulated Ed-Fi API, twice.

use std::path::PathBuf;
use std::time::Instant;

use crate::api::{self, Tools};
use crate::build::{self, Profile};
use crate::failure::{Failure, Result};
use crate::results::Results;
use crate::runner::{self, Grants, Runner};
use crate::{process, project, say, setup};

const CONFIGURATION: &str = "lightbeam.yaml";
const RESULTS: &str = "results.json";

/// The component's exit code for "nothing left to do".
const ALL_SKIPPED: i32 = 99;

/// Runs the demonstration with a district of that many students, if it has to be made.
pub(crate) fn run(students: u64, port: u16) -> Result<()> {
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

    let demo = Demo { runner, component, folder };
    say::step("Sending the district");
    let first = demo.send()?;
    say::step("Sending the same once more");
    let second = demo.send()?;
    demo.explain(&first, &second, &api.address)
}

struct Demo {
    runner: Runner,
    component: PathBuf,
    folder: PathBuf,
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
        let mut command = self.runner.command(&self.component, &self.folder, &grants(), &arguments());
        let (client, secret) = api::CLIENT;
        command.env("EDFI_CLIENT_ID", client).env("EDFI_CLIENT_SECRET", secret);
        let status = process::status(&mut command)?;
        if !matches!(status.code(), Some(0 | ALL_SKIPPED)) {
            return Err(Failure::new(format!("the component ended with {status}; what it said stands above")));
        }
        say::note(format!("That took {}.", say::duration(begin.elapsed())));
        Results::read(&results)
    }

    fn explain(&self, first: &Results, second: &Results, address: &str) -> Result<()> {
        say::step("What happened");
        if first.all_skipped() {
            say::result(format!(
                "\nEverything was already sent: an earlier run of this demo had sent these {} records to\n\
                {address}, and what was sent is remembered, so that nothing goes twice.",
                say::count(first.processed)
            ));
        } else {
            say::result(format!(
                "\nThe component read {} records and posted each that was not sent before to the simulated\n\
                Ed-Fi API at {address}, in the order in which records depend on each other:\n",
                say::count(first.processed)
            ));
            say::result(first.table());
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

    fn where_files_are(&self) -> String {
        let file = |name: &str| project::shown(&self.folder.join(name));
        format!(
            "\n\
            The same by hand, in {folder}, with wasmtime 46 or later and your own API:\n\
            \n  {typed}\n\
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
            typed = runner::typed(&grants(), &arguments()),
            component = project::shown(&self.component),
            configuration = file(CONFIGURATION),
            data = file("data"),
            results = file(RESULTS),
            state = file("state"),
            nothing = "",
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
