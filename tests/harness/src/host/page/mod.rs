//! The page's engine in a real browser, in the page's own worker.

mod run;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lightbeam_core::config::Written;
use lightbeam_core::invocation::Invocation;
use lightbeam_sim::pages::{PageServer, Security};
use lightbeam_sim::{Cors, Server, Settings, State};
use lightbeam_wasi::args;
use serde_json::{Value, json};

use super::{Call, Host, Stage, documents, is_state, look, settings};
use crate::browser::Browser;
use crate::scenario::{Expect, Observed, Run, Scenario, decode_log, log_of};

/// The variable that names the folder of another page than `dist`.
const PAGE: &str = "LIGHTBEAM_PAGE";

/// The word for the page's own origin in a scenario's `cors: {one: …}`.
const OWN_ORIGIN: &str = "${PAGE}";

/// How long the page may take to load.
const LOADING: Duration = Duration::from_mins(1);

/// The page in a browser. Its runs are those of one tab, one after the other; each host has a browser for itself.
#[derive(Debug)]
pub struct PageHost(Rc<Page>);

#[derive(Debug)]
struct Page {
    browser: Browser,
    site: PageServer,
}

impl PageHost {
    /// Opens the page of this repository: that in `dist`, or in the folder that `LIGHTBEAM_PAGE` names.
    pub fn open() -> Result<Self, String> {
        let folder = std::env::var_os(PAGE)
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist"), PathBuf::from);
        if !folder.join("index.html").is_file() {
            return Err(format!("there is no page in {}: run `cargo xtask page` first", folder.display()));
        }
        // With the headers that a careful host sends: what works with them works without.
        let site = PageServer::start(folder, "/", Security::On).map_err(|error| error.to_string())?;
        let browser = Browser::start().map_err(|error| error.to_string())?;
        browser.open(&site.url()).map_err(|error| error.to_string())?;
        let page = Page { browser, site };
        page.browser
            .wait_until("globalThis.lightbeamEngine", LOADING)
            .map_err(|error| page.explained(&format!("the page does not load: {error}")))?;
        Ok(Self(Rc::new(page)))
    }
}

impl Page {
    fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value, String> {
        self.browser.execute_async(script, arguments).map_err(|error| self.explained(&error.to_string()))
    }

    /// The text, with what the console says of it.
    fn explained(&self, text: &str) -> String {
        let console = self.browser.console().unwrap_or_default();
        let lines: Vec<_> = console.into_iter().map(|line| format!("{} {}", line.level, line.message)).collect();
        format!("{text}\n  console:\n  {}", lines.join("\n  "))
    }
}

impl Host for PageHost {
    fn name(&self) -> &'static str {
        "page"
    }

    fn stage(&self, scenario: &Scenario) -> Result<Box<dyn Stage>, String> {
        let page = self.0.clone();
        let server =
            Server::start(allowing(settings(scenario)?, page.site.url().trim_end_matches('/')), documents(scenario))
                .map_err(|error| error.to_string())?;
        let left = page.script(include_str!("clear.js"), Vec::new())?;
        if let Some(wrong) = left.as_str() {
            return Err(format!("the state of the last scenario could not be removed: {wrong}"));
        }
        Ok(Box::new(PageStage { page, server, files: BTreeMap::new() }))
    }

    fn expected<'a>(&self, run: &'a Run) -> &'a Expect {
        run.in_page.as_ref().unwrap_or(&run.expect)
    }
}

/// The settings of an API whose keepers let this page in: by default generation 8 knows one other page only.
fn allowing(mut settings: Settings, origin: &str) -> Settings {
    match &mut settings.cors {
        None => settings.cors = Some(Cors::Any),
        Some(Cors::One(one)) if one == OWN_ORIGIN => origin.clone_into(one),
        Some(_) => {}
    }
    settings
}

struct PageStage {
    page: Rc<Page>,
    server: Server,
    /// The user's files: those of each run are chosen anew from them, and what it wrote goes there.
    files: BTreeMap<String, Vec<u8>>,
}

impl PageStage {
    /// Reads the state logs in the browser's database.
    fn state(&self) -> Result<BTreeMap<String, Vec<String>>, String> {
        let read = self.page.script(include_str!("state.js"), Vec::new())?;
        let Some(blobs) = read["blobs"].as_array() else {
            return Err(format!("the state cannot be read: {}", read["failure"]));
        };
        let mut logs = BTreeMap::new();
        for blob in blobs {
            if let Some(log) = blob[0].as_str().and_then(log_of) {
                logs.insert(log, decode_log(&decoded(&blob[1])?));
            }
        }
        Ok(logs)
    }

    /// The files of a run. The page reads the configuration before it begins one, and hands over what stands in it.
    fn chosen(&self, invocation: &Invocation) -> Value {
        let named = invocation.config_file.as_deref().map(normal);
        let is_configuration = |path: &str| match &named {
            Some(named) => path == named,
            None => matches!(path, "lightbeam.yaml" | "lightbeam.yml"),
        };
        let content = |path: &str, bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(yaml) if is_configuration(path) => BASE64.encode(Written::from_yaml(yaml).to_json()),
            _ => BASE64.encode(bytes),
        };
        self.files.iter().map(|(path, bytes)| json!([path, content(path, bytes)])).collect()
    }
}

fn decoded(text: &Value) -> Result<Vec<u8>, String> {
    BASE64.decode(text.as_str().unwrap_or_default()).map_err(|error| format!("what the browser gave: {error}"))
}

/// The path as the page names it, relative to the root.
fn normal(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

impl Stage for PageStage {
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.files.insert(normal(path), bytes.to_vec());
        Ok(())
    }

    fn remove(&mut self, path: &str) -> Result<(), String> {
        self.files.remove(&normal(path));
        Ok(())
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.files.get(&normal(path)).cloned())
    }

    fn files(&self) -> Result<BTreeMap<String, Vec<u8>>, String> {
        Ok(self
            .files
            .iter()
            .filter(|(path, _)| !is_state(path))
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect())
    }

    fn api(&mut self, look: &mut dyn FnMut(&mut State)) {
        self.server.with_state(look);
    }

    fn revive(&mut self) -> Result<(), String> {
        self.server.revive().map_err(|error| error.to_string())
    }

    fn run(&mut self, call: &Call) -> Result<Observed, String> {
        self.server.with_state(State::clear_log);
        let mut seen = match args::parse(&call.args) {
            Ok(parsed) => self.carry_out(&parsed, call)?,
            // The page has no command line: what is wrong with one is the same for every host.
            Err(answer) if answer.exit.code() == 0 => {
                Observed { exit: Some(0), stdout: answer.text, ..Observed::default() }
            }
            Err(answer) => {
                Observed { exit: Some(answer.exit.code().into()), stderr: answer.text, ..Observed::default() }
            }
        };
        self.server.with_state(|state| look(state, &mut seen));
        seen.state = self.state()?;
        Ok(seen)
    }
}
