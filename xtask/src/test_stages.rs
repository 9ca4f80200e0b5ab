//! `cargo xtask test`: every check and test of the project, stage by stage.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::build::Profile;
use crate::failure::{Failure, Result};
use crate::page_tools::PageTools;
use crate::wasm_toolchain::{BROWSER, COMPONENT, WasmToolchain};
use crate::{axe, build, launcher, licences, own_words, page, page_tools, process, project, say, setup};

/// A check with a name by which it can be run alone.
struct Stage {
    name: &'static str,
    what: &'static str,
    run: fn(&mut Tools) -> Result<()>,
}

/// The order is by price: what fails fast comes first.
const STAGES: &[Stage] = &[
    Stage { name: "setup", what: "formatter and linter are there", run: |_| setup::checkers() },
    Stage {
        name: "fmt",
        what: "the code is formatted",
        run: |_| {
            process::run(project::cargo().args(["fmt", "--all", "--", "--check", "-l"]))
                .map_err(|failure| failure.hint("`cargo fmt --all` formats the files named above"))
        },
    },
    Stage { name: "words", what: "texts name no place but the project's own", run: |_| own_words::check() },
    Stage { name: "licences", what: "every dependency may be used", run: |_| licences::check() },
    Stage { name: "wasm", what: "the WebAssembly targets are there", run: |tools| tools.wasm().map(drop) },
    Stage {
        name: "browser",
        what: "the core compiles for a page, and clippy is content",
        run: |tools| clippy(tools, BROWSER, "lightbeam-core", &["--lib"]),
    },
    Stage {
        name: "clippy-wasi",
        what: "clippy is content with the component",
        run: |tools| clippy(tools, COMPONENT, build::COMPONENT_PACKAGE, &["--bins", "--tests"]),
    },
    Stage {
        name: "clippy-web",
        what: "clippy is content with the page",
        run: |tools| clippy(tools, BROWSER, page::PAGE_PACKAGE, &["--lib", "--bins", "--test", "*"]),
    },
    Stage {
        name: "clippy",
        what: "clippy is content with everything native, tests included",
        run: |_| {
            let mut cargo = project::cargo();
            cargo.args(["clippy", "--workspace", "--all-targets", "--locked"]);
            process::run(cargo.args(["--", "-D", "warnings"]))
        },
    },
    Stage {
        name: "docs",
        what: "the documentation builds without a warning",
        run: |_| {
            let mut cargo = project::cargo();
            cargo.env("RUSTDOCFLAGS", "-D warnings");
            process::run(cargo.args(["doc", "--workspace", "--no-deps", "--locked"]))
        },
    },
    Stage {
        name: "component",
        what: "the component builds: target/lightbeam.wasm",
        run: |tools| build::component(&tools.wasm()?).map(drop),
    },
    Stage {
        name: "launcher",
        what: "the launcher does what the component does, and grants no more than it must",
        run: |tools| {
            let component = build::component(&tools.wasm()?)?;
            let program = launcher::build(Profile::Dev, &component)?;
            process::run(test().env("LIGHTBEAM_LAUNCHER", program).args(["--test", "launcher"]))
        },
    },
    // Always the whole workspace: another choice of packages would build some dependencies again, with other features.
    Stage {
        name: "unit",
        what: "tests of each part by itself",
        run: |_| process::run(test().args(["--lib", "--bins"])),
    },
    Stage {
        name: "host",
        what: "the component's host keeps the promises of the host traits, inside wasmtime",
        run: |tools| {
            process::run(project::cargo().args(["build", "--workspace", "--locked", "--bin", "check-host"]))?;
            let mut cargo = tools.wasm()?.cargo("test", COMPONENT);
            cargo.args(["--release", "--package", build::COMPONENT_PACKAGE, "--locked", "--test", "host"]);
            cargo.env("CARGO_TARGET_WASM32_WASIP2_RUNNER", project::native_program("debug", "check-host"));
            process::run(&mut cargo)
        },
    },
    Stage {
        name: "page",
        what: "the page builds, and its modules are small enough: dist/",
        run: |tools| page::check_size(&tools.page()?),
    },
    Stage {
        name: "page-host",
        what: "the page's host keeps the promises of the host traits, inside a browser",
        run: page_host,
    },
    Stage { name: "examples", what: "examples in the documentation work", run: |_| process::run(test().arg("--doc")) },
    Stage {
        name: "harness",
        what: "the parts together: component and page against the simulated API",
        run: |tools| {
            let mut cargo = test();
            tools.browser()?.tell(&mut cargo);
            cargo.env("LIGHTBEAM_PAGE", tools.page()?).args(["--test", "scenarios", "--test", "page"]);
            process::run(&mut cargo)
        },
    },
    Stage {
        name: "journeys",
        what: "the page as people use it, in a browser, every command and what can go wrong",
        run: |tools| {
            let mut cargo = test();
            tools.browser()?.tell(&mut cargo);
            axe::tell(&axe::get()?, &mut cargo);
            cargo.env("LIGHTBEAM_PAGE", tools.page()?).args(["--test", "journeys"]);
            process::run(&mut cargo)
        },
    },
];

fn test() -> Command {
    let mut cargo = project::cargo();
    cargo.args(["test", "--workspace", "--locked"]);
    cargo
}

/// What several stages need and the first of them gets.
#[derive(Default)]
struct Tools {
    wasm: Option<WasmToolchain>,
    for_the_page: Option<PageTools>,
    page: Option<PathBuf>,
    browser: Option<Browser>,
}

impl Tools {
    fn wasm(&mut self) -> Result<WasmToolchain> {
        if let Some(toolchain) = &self.wasm {
            return Ok(toolchain.clone());
        }
        let toolchain = setup::wasm()?;
        self.wasm = Some(toolchain.clone());
        Ok(toolchain)
    }

    fn page_tools(&mut self) -> Result<PageTools> {
        if let Some(tools) = &self.for_the_page {
            return Ok(tools.clone());
        }
        let tools = page_tools::all()?;
        self.for_the_page = Some(tools.clone());
        Ok(tools)
    }

    /// The page, built.
    fn page(&mut self) -> Result<PathBuf> {
        if let Some(page) = &self.page {
            return Ok(page.clone());
        }
        let page = page::build(&self.wasm()?, &self.page_tools()?)?;
        self.page = Some(page.clone());
        Ok(page)
    }

    fn browser(&mut self) -> Result<Browser> {
        if let Some(browser) = &self.browser {
            return Ok(browser.clone());
        }
        let browser = Browser::get()?;
        self.browser = Some(browser.clone());
        Ok(browser)
    }
}

/// Tests that are modules: wasm-bindgen's runner runs them in a page of their own, beside the servers of the HTTP checks.
fn page_host(tools: &mut Tools) -> Result<()> {
    process::run(project::cargo().args(["build", "--workspace", "--locked", "--bin", "check-server"]))?;
    let mut cargo = tools.wasm()?.cargo("test", BROWSER);
    cargo.args(["--package", page::PAGE_PACKAGE, "--locked", "--test", "*"]);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", tools.page_tools()?.program("wasm-bindgen-test-runner"));
    // Seconds for all tests of a file; without it they are twenty.
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "600");
    tools.browser()?.tell_runner(&mut cargo)?;
    process::run(&mut process::started_by(&project::native_program("debug", "check-server"), &cargo))
}

fn clippy(tools: &mut Tools, target: &str, package: &str, what: &[&str]) -> Result<()> {
    let mut cargo = tools.wasm()?.cargo("clippy", target);
    cargo.args(["--package", package, "--locked"]).args(what);
    process::run(cargo.args(["--", "-D", "warnings"]))
}

/// Which stages to run: all, one, or one and those after it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection(std::ops::Range<usize>);

impl Selection {
    pub(crate) fn new(only: Option<String>, from: Option<String>) -> Result<Self> {
        let position = |name: &str| {
            STAGES.iter().position(|stage| stage.name == name).ok_or_else(|| {
                Failure::usage(format!("there is no stage `{name}`")).hint("`cargo xtask test --list` lists them")
            })
        };
        let range = match (only, from) {
            (None, None) => 0..STAGES.len(),
            (Some(name), None) => {
                let position = position(&name)?;
                position..position + 1
            }
            (None, Some(name)) => position(&name)?..STAGES.len(),
            (Some(_), Some(_)) => {
                return Err(Failure::usage("--only and --from exclude each other"));
            }
        };
        Ok(Self(range))
    }

    fn stages(&self) -> &'static [Stage] {
        STAGES.get(self.0.clone()).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.stages().iter().map(|stage| stage.name).collect()
    }
}

/// The names of the stages and what each shows.
pub(crate) fn list() {
    for stage in STAGES {
        say::result(format!("  {:<12} {}", stage.name, stage.what));
    }
}

/// Runs the stages up to the first that fails, and prints how long each took.
pub(crate) fn run(selection: &Selection) -> Result<()> {
    let mut tools = Tools::default();
    let mut times: Vec<(&Stage, Duration, bool)> = Vec::new();
    let stages = selection.stages();
    let mut outcome = Ok(());
    for (number, stage) in stages.iter().enumerate() {
        say::step(format!("Stage {} of {}, {}: {}", number + 1, stages.len(), stage.name, stage.what));
        let begin = Instant::now();
        outcome = (stage.run)(&mut tools);
        times.push((stage, begin.elapsed(), outcome.is_ok()));
        if let Err(failure) = outcome {
            outcome = Err(failed(stage, failure));
            break;
        }
    }
    say::result(format!("\n{}", summary(&times, stages.len())));
    outcome
}

fn failed(stage: &Stage, failure: Failure) -> Failure {
    failure
        .hint(format!("this stage alone: `cargo xtask test --only {}`", stage.name))
        .hint(format!("when it is mended, go on with: `cargo xtask test --from {}`", stage.name))
        .in_stage(stage.name)
}

fn summary(times: &[(&Stage, Duration, bool)], selected: usize) -> String {
    let total: Duration = times.iter().map(|(_, time, _)| *time).sum();
    let row = |name: &str, time: Duration, outcome: &str| {
        let minutes = format!("{:.1}", time.as_secs_f64() / 60.0);
        vec![name.to_owned(), minutes, outcome.to_owned()]
    };
    let mut rows = vec![vec!["stage".into(), "minutes".into(), "outcome".into()]];
    rows.extend(
        times.iter().map(|(stage, time, passed)| row(stage.name, *time, if *passed { "passed" } else { "FAILED" })),
    );
    let outcome = match times.iter().filter(|(_, _, passed)| *passed).count() {
        passed if passed == selected => "all passed".to_owned(),
        passed => format!("{passed} of {selected}"),
    };
    rows.push(row("total", total, &outcome));
    say::table(&rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = STAGES.iter().map(|stage| stage.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STAGES.len());
    }

    #[test]
    fn the_summary_tells_minutes_and_what_failed() {
        let times = [(&STAGES[0], Duration::from_secs(6), true), (&STAGES[1], Duration::from_secs(90), false)];
        let text = summary(&times, 3);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].contains("0.1") && lines[1].ends_with("passed"), "{text}");
        assert!(lines[2].contains("1.5") && lines[2].ends_with("FAILED"), "{text}");
        assert!(lines[3].contains("1.6") && lines[3].ends_with("1 of 3"), "{text}");
    }

    #[test]
    fn a_failure_says_how_to_run_the_stage_again() {
        let text = failed(&STAGES[1], Failure::new("`cargo fmt` ended with exit code 1")).to_string();
        assert!(text.contains("--only fmt") && text.contains("--from fmt"), "{text}");
        assert!(text.starts_with("stage fmt failed: `cargo fmt` ended"), "{text}");
    }
}
