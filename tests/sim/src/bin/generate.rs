//! Writes a synthetic district as JSONL, or a broken copy of other data.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lightbeam_sim::district::{FaultKind, Options, Source, Summary, generate};

/// Write a synthetic district as JSONL for the built-in data model, or copy data folders and break a share of them.
#[derive(Debug, Parser)]
#[command(name = "generate", version)]
struct Arguments {
    /// How many students the district has; one brings about 26 records
    #[arg(long, required_unless_present = "from", conflicts_with = "from")]
    students: Option<u64>,

    /// Only these endpoints of the district, a comma list, and all that their records refer to
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "students")]
    only: Vec<String>,

    /// A data folder to copy instead; may be given again, the folders are put together
    #[arg(long, value_name = "DIR")]
    from: Vec<PathBuf>,

    /// The folder of the documents of the API that the copied data is for
    #[arg(long, value_name = "DIR", requires = "from")]
    metadata: Option<PathBuf>,

    /// The data folder to write to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// How many percent of the records to break
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    broken: f64,

    /// The ways in which to break them, a comma list [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = kind, long_help = kinds_help())]
    faults: Vec<FaultKind>,

    /// To how many percent of the records to add a later one with the same natural key
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0)]
    same_key: f64,

    /// Another seed gives other records
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Where to list the broken records [default: DIR.broken.jsonl beside the data folder]
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let source = match arguments.students {
        Some(students) => Source::District { students, only: arguments.only },
        None => Source::Folders { from: arguments.from, metadata: arguments.metadata },
    };
    let options = Options {
        source,
        out: arguments.out,
        broken: arguments.broken,
        faults: if arguments.faults.is_empty() { FaultKind::ALL.to_vec() } else { arguments.faults },
        same_key: arguments.same_key,
        seed: arguments.seed,
        manifest: arguments.manifest,
    };
    match generate(&options).and_then(|summary| report(&options, &summary)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done when even standard error is closed.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn kind(name: &str) -> Result<FaultKind, String> {
    FaultKind::named(name).ok_or_else(|| format!("there is no such fault; there are {}", names()))
}

fn kinds_help() -> String {
    format!("The ways in which to break them, a comma list of {} [default: all]", names())
}

fn names() -> String {
    FaultKind::ALL.map(FaultKind::name).join(", ")
}

fn report(options: &Options, summary: &Summary) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} records of {} endpoints in {} files in {}",
        summary.records,
        summary.endpoints.len(),
        summary.files.len(),
        options.out.display()
    )?;
    if summary.same_key > 0 {
        writeln!(
            out,
            "{} of them have the natural key of an earlier one, listed in {}",
            summary.same_key,
            summary.manifest.display()
        )?;
    }
    let broken: u64 = summary.broken.values().sum();
    if broken > 0 {
        writeln!(out, "{broken} of them are broken, listed in {}:", summary.manifest.display())?;
        for (kind, count) in &summary.broken {
            writeln!(out, "  {count:>8} {kind}")?;
        }
    }
    Ok(())
}
