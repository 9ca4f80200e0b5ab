//! `cargo xtask bench`: the launcher, the component and the Python tool, on the same records and the same APIs, in one run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::api::{self, Tools};
use crate::build::{self, Profile};
use crate::failure::{Failure, Result};
use crate::process::{self, Running};
use crate::python_tool::PythonTool;
use crate::results::Results;
use crate::runner::Grants;
use crate::{launcher, project, say, setup};

const CONFIGURATION: &str = "lightbeam.yaml";
const RESULTS: &str = "results.json";
const STATE: &str = "state";

/// Often enough to see nearly the peak, rarely enough to take no time from what is measured.
const LOOK_AT_MEMORY: Duration = Duration::from_millis(50);

/// The simulated APIs that records go to.
const APIS: [(&str, &[&str]); 2] = [
    // Answers every POST with 201 at once: what remains is the tool's own time.
    ("bare", &["--bare"]),
    // Checks and keeps every record, as an Ed-Fi API does.
    ("checking", &[]),
];

/// Measures with a district of that many students.
pub(crate) fn run(students: u64, rounds: u32) -> Result<()> {
    let toolchain = setup::wasm()?;
    let component = build::component(&toolchain)?;
    let (tools, runner) = Tools::with_runner(Profile::Tool)?;
    let launcher = launcher::build(Profile::Tool, &component)?;
    let folder = project::target().join("bench");
    let data = folder.join(format!("data-{students}"));
    say::step("A made-up district, as files");
    tools.district(students, &data)?;
    let python = PythonTool::find();

    let mut bench = Bench { tools, data, measured: Vec::new() };
    for (name, options) in APIS {
        // One after the other in every round, so that a change of the machine's mood meets both.
        for round in 1..=rounds {
            say::step(format!("The {name} API, round {round} of {rounds}"));
            let work = bench.prepare("launcher", options)?;
            let mut command = Command::new(&launcher);
            command.current_dir(&work.folder).args(["send", "-c", CONFIGURATION, "--results-file", RESULTS]);
            bench.measure(name, "launcher", &work, command)?;
            let work = bench.prepare("component", options)?;
            let command = runner.command(
                &component,
                &work.folder,
                &Grants {
                    // The data folder stands beside the working folder, where the sandbox does not reach.
                    folders: vec![".".into(), bench.data.display().to_string()],
                    variables: Vec::new(),
                },
                &["send", "-c", CONFIGURATION, "--results-file", RESULTS],
            );
            bench.measure(name, "component", &work, with_stats(&command))?;
            if let Some(python) = &python {
                let work = bench.prepare("python", options)?;
                let command = python.command(&work.folder, &["send", CONFIGURATION, "--results-file", RESULTS]);
                bench.measure(name, "Python tool", &work, command)?;
            }
        }
    }
    bench.tell(students, rounds);
    Ok(())
}

/// Asks the runner for the component's own memory.
fn with_stats(command: &Command) -> Command {
    let mut with = Command::new(command.get_program());
    if let Some(folder) = command.get_current_dir() {
        with.current_dir(folder);
    }
    with.arg("--stats").args(command.get_args());
    with
}

struct Bench {
    tools: Tools,
    data: PathBuf,
    measured: Vec<Measurement>,
}

/// A working folder without state, and an API without records.
struct Work {
    folder: PathBuf,
    _api: api::Served,
}

#[derive(Clone, Debug)]
struct Measurement {
    api: &'static str,
    tool: &'static str,
    accepted: u64,
    refused: u64,
    time: Duration,
    /// Processor time of the process, where the system tells it.
    processor: Option<Duration>,
    /// The most memory that the process had, in bytes, where the system tells it.
    process_memory: Option<u64>,
    /// The component's linear memory at its end, in bytes.
    wasm_memory: Option<u64>,
}

impl Measurement {
    fn rate(&self) -> f64 {
        self.accepted as f64 / self.time.as_secs_f64().max(0.001)
    }
}

impl Bench {
    fn prepare(&self, name: &str, options: &[&str]) -> Result<Work> {
        let folder = project::target().join("bench").join(name);
        project::remove_folder(&folder)?;
        project::make_folder(&folder)?;
        let api = self.tools.api(0, options)?;
        let (client, secret) = api::CLIENT;
        // The same few keys for both tools, in the form that both read.
        let configuration = format!(
            "data_dir: {}\nstate_dir: ./{STATE}\nedfi_api:\n  base_url: {}\n  client_id: {client}\n  \
            client_secret: {secret}\nconnection:\n  pool_size: 8\nlog_level: WARNING\n",
            self.data.display(),
            api.address
        );
        project::write(&folder.join(CONFIGURATION), &configuration)?;
        project::make_folder(&folder.join(STATE))?;
        Ok(Work { folder, _api: api })
    }

    fn measure(&mut self, api: &'static str, tool: &'static str, work: &Work, mut command: Command) -> Result<()> {
        let log_path = work.folder.join("output.txt");
        let file = || File::create(&log_path).map_err(|error| Failure::file("write", &log_path, &error));
        let log = file()?;
        let copy = log.try_clone().map_err(|error| Failure::file("write", &log_path, &error))?;
        command.stdin(Stdio::null()).stdout(Stdio::from(log)).stderr(Stdio::from(copy));
        say::command(process::line(&command));
        let begin = Instant::now();
        let Watched { time, processor, memory: process_memory } = watch(&mut Running::start(&mut command)?, begin)?;
        let log = project::read(&log_path)?;
        let results = Results::read(&work.folder.join(RESULTS)).map_err(|failure| {
            let tail: Vec<&str> = log.lines().rev().take(10).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            failure.hint(format!("the {tool} said last:\n{}", tail.join("\n")))
        })?;
        let measurement = Measurement {
            api,
            tool,
            accepted: results.accepted(),
            refused: results.failed,
            time,
            processor,
            process_memory,
            wasm_memory: wasm_memory(&log),
        };
        say::note(format!(
            "{tool}: {} records in {}, {:.0} a second.",
            say::count(measurement.accepted),
            say::duration(time),
            measurement.rate()
        ));
        self.measured.push(measurement);
        Ok(())
    }

    /// The median of the rounds for each tool and API, and the ratios.
    fn tell(&self, students: u64, rounds: u32) {
        let mut rows = vec![
            [
                "API / tool",
                "records/s",
                "seconds",
                "accepted",
                "refused",
                "processor, µs a record",
                "process memory",
                "wasm memory",
            ]
            .map(String::from)
            .to_vec(),
        ];
        let mut ratios = Vec::new();
        for (api, _) in APIS {
            let theirs = self.median(api, "Python tool");
            for ours in ["launcher", "component"] {
                let measured = self.median(api, ours);
                rows.extend(measured.map(row));
                if let (Some(measured), Some(theirs)) = (measured, theirs) {
                    ratios.push(format!(
                        "{api} API: the {ours} sends {:.2} times as many records a second as the Python tool.",
                        measured.rate() / theirs.rate()
                    ));
                }
            }
            rows.extend(theirs.map(row));
        }
        say::result(format!(
            "\n{students} students, 8 requests in flight, the median of {rounds} rounds:\n\n{}\n",
            say::table(&rows)
        ));
        for ratio in ratios {
            say::result(ratio);
        }
    }

    fn median(&self, api: &str, tool: &str) -> Option<&Measurement> {
        let mut rounds: Vec<&Measurement> =
            self.measured.iter().filter(|measurement| measurement.api == api && measurement.tool == tool).collect();
        rounds.sort_by_key(|measurement| measurement.time);
        rounds.get(rounds.len() / 2).copied()
    }
}

fn row(measurement: &Measurement) -> Vec<String> {
    let memory =
        |bytes: Option<u64>| bytes.map_or_else(|| "not known".into(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6));
    vec![
        format!("{} / {}", measurement.api, measurement.tool),
        format!("{:.0}", measurement.rate()),
        format!("{:.1}", measurement.time.as_secs_f64()),
        say::count(measurement.accepted),
        say::count(measurement.refused),
        measurement.processor.map_or_else(
            || "not known".into(),
            |time| format!("{:.0}", time.as_secs_f64() * 1e6 / measurement.accepted.max(1) as f64),
        ),
        memory(measurement.process_memory),
        match measurement.tool {
            "component" => memory(measurement.wasm_memory),
            _ => "-".into(),
        },
    ]
}

/// What was seen of a process.
struct Watched {
    time: Duration,
    processor: Option<Duration>,
    memory: Option<u64>,
}

/// Waits for the end; returns the time since `begin`, and the last processor time and the most memory that were seen.
fn watch(running: &mut Running, begin: Instant) -> Result<Watched> {
    let (mut most, mut processor) = (None, None);
    let mut looked = begin;
    while running.ended()?.is_none() {
        if looked.elapsed() >= LOOK_AT_MEMORY || most.is_none() {
            most = peak_memory(running.id()).max(most);
            processor = processor_time(running.id()).or(processor);
            looked = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(Watched { time: begin.elapsed(), processor, memory: most })
}

/// Processor time so far, of all threads, as Linux tells it; nothing elsewhere, and nothing after the end.
fn processor_time(process: u32) -> Option<Duration> {
    let stat = Path::new("/proc").join(process.to_string()).join("stat");
    ticks(&std::fs::read_to_string(stat).ok()?).map(|ticks| Duration::from_millis(ticks * 10))
}

/// The 14th and 15th field, in hundredths of a second; the second holds the program's name, which may hold anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// The peak so far, as Linux tells it; nothing elsewhere, and nothing after the end.
fn peak_memory(process: u32) -> Option<u64> {
    let status = Path::new("/proc").join(process.to_string()).join("status");
    high_water_mark(&std::fs::read_to_string(status).ok()?)
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// The line that the runner prints for `--stats`.
fn wasm_memory(log: &str) -> Option<u64> {
    log.lines().rev().find_map(|line| line.strip_prefix("wasm memory: ")?.strip_suffix(" bytes")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_what_programs_and_systems_print() {
        assert_eq!(high_water_mark("VmPeak:\t 9 kB\nVmHWM:\t  2048 kB\n"), Some(2_097_152));
        assert_eq!(high_water_mark("Name:\tx\n"), None);
        assert_eq!(ticks("7 (a) b) S 1 7 7 0 -1 4194304 131 0 0 0 250 50 3 4 20 0 1 0 9 1 2"), Some(300));
        assert_eq!(ticks("7 (a"), None);
        assert_eq!(wasm_memory("done\nwasm memory: 1114112 bytes\n"), Some(1_114_112));
        assert_eq!(wasm_memory("wasm memory: much\n"), None);
    }

    #[test]
    fn the_flag_for_memory_comes_before_the_component() {
        let mut command = Command::new("run-component");
        command.args(["--http", "x.wasm", "send"]);
        assert_eq!(process::line(&with_stats(&command)), "run-component --stats --http x.wasm send");
    }
}
