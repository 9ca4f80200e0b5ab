//! Somebody at the page: what they do, and what they see.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lightbeam_harness::browser::{Browser, BrowserError, ConsoleLine, Kind};
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::pages::{PageServer, Security};
use lightbeam_sim::{LogEntry, Server, Settings, State};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::records::{Records, refs, sorted};

/// The variable that names the folder of another page than `dist`.
const PAGE: &str = "LIGHTBEAM_PAGE";

/// The longest that anything may take: a slow machine has time, and a test that goes wrong ends.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is looked whether something has come to pass.
const LOOK: Duration = Duration::from_millis(20);

/// A person with a browser, the page and an API, which belong to nobody else.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    pub(crate) site: Option<PageServer>,
    pub(crate) api: Server,
    downloads: TempDir,
}

/// Files of the page.
pub(crate) fn dist() -> PathBuf {
    let folder =
        std::env::var_os(PAGE).map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist"), PathBuf::from);
    assert!(folder.join("index.html").is_file(), "no page in {}: run `cargo xtask page`", folder.display());
    folder
}

/// An API of the built-in model.
pub(crate) fn api(settings: Settings) -> Server {
    Server::start(settings, builtin::documents(Style::OpenApi3)).unwrap()
}

impl Person {
    /// Opens the page, beside an API with these settings.
    pub(crate) fn with_api(settings: Settings) -> Self {
        Self::at(PageServer::start(dist(), "/", Security::On).unwrap(), settings)
    }

    /// Opens the page, beside an API as it usually is.
    pub(crate) fn new() -> Self {
        Self::with_api(Settings::default())
    }

    /// Opens the page of this site.
    pub(crate) fn at(site: PageServer, settings: Settings) -> Self {
        Self::in_browser(Browser::start().unwrap(), site, settings)
    }

    /// Opens the page of this site in a browser.
    pub(crate) fn in_browser(browser: Browser, site: PageServer, settings: Settings) -> Self {
        let downloads = TempDir::new().unwrap();
        browser.keep_downloads(downloads.path()).unwrap();
        let person = Self { browser, site: Some(site), api: api(settings), downloads };
        person.open();
        person
    }

    /// Goes to the page.
    pub(crate) fn open(&self) {
        let url = self.site.as_ref().expect("the site was not taken away").url();
        self.must(self.browser.open(&url));
        self.arrived();
    }

    /// Loads the page anew, and says yes if the browser asks whether to leave it.
    #[track_caller]
    pub(crate) fn reload(&self) {
        self.must(self.browser.reload());
        self.arrived();
    }

    /// Waits until the page stands there.
    #[track_caller]
    pub(crate) fn arrived(&self) {
        self.waits_for("document.querySelector('main h1')");
    }

    // What they do.

    #[track_caller]
    pub(crate) fn presses(&self, button: &str) {
        self.must(self.browser.press_named(button, PATIENCE));
    }

    #[track_caller]
    pub(crate) fn types(&self, field: &str, text: &str) {
        self.must(self.browser.fill_named(field, text, PATIENCE));
    }

    #[track_caller]
    pub(crate) fn chooses(&self, field: &str, word: &str) {
        self.must(self.browser.choose_named(field, word, PATIENCE));
    }

    #[track_caller]
    pub(crate) fn ticks(&self, label: &str) {
        self.must(self.browser.tick_named(label, true, PATIENCE));
    }

    /// Goes to an area of the page.
    #[track_caller]
    pub(crate) fn goes_to(&self, area: &str) {
        self.presses(area);
        self.waits_for(&format!(
            "document.querySelector('header [aria-current=page]')?.textContent === {}",
            json!(area)
        ));
    }

    /// Goes to a step of a load.
    #[track_caller]
    pub(crate) fn steps_to(&self, number: u32, step: &str) {
        self.presses(&format!("{number}. {step}*"));
        self.waits_for(&format!("document.querySelector('main h2')?.textContent === {}", json!(step)));
    }

    /// Says which API, and that they are who they are.
    #[track_caller]
    pub(crate) fn connects(&self) {
        self.types_credentials("populatedSecret");
        self.presses("Test connection");
        self.sees("The connection works.");
        self.sees("The API offers");
    }

    /// Fills in address, key and secret.
    #[track_caller]
    pub(crate) fn types_credentials(&self, secret: &str) {
        self.types("Base URL", &self.api.url());
        self.types("Client id", "populated");
        self.types("Client secret", secret);
    }

    /// Chooses files in the step for them, and waits until the page has looked at them.
    #[track_caller]
    pub(crate) fn chooses_files(&self, files: &[PathBuf]) {
        self.steps_to(2, "Choose files");
        // The system's own dialog, which the button opens, is no part of the page.
        self.must(self.browser.upload("#choose-files", &refs(files)));
        self.sees("for known endpoints");
    }

    /// Chooses files while the API's endpoints are not known.
    #[track_caller]
    pub(crate) fn chooses_file_unknown(&self, records: &Records) {
        self.steps_to(2, "Choose files");
        self.must(self.browser.upload("#choose-files", &refs(&records.files())));
        self.sees("The endpoints of the API are not known yet");
    }

    /// Chooses a folder in the step for files, and waits until the page has looked at what is in it.
    #[track_caller]
    pub(crate) fn chooses_folder(&self, records: &Records) {
        self.steps_to(2, "Choose files");
        self.must(self.browser.upload("#choose-folder", &[&records.folder()]));
        self.sees("for known endpoints");
    }

    /// Sends what is chosen, and waits for the end; tells how it ended.
    #[track_caller]
    pub(crate) fn sends(&self) -> String {
        self.steps_to(5, "Send");
        self.presses("Send *");
        self.end_of("send")
    }

    /// Waits for the end of a run of a command and tells how it ended.
    #[track_caller]
    pub(crate) fn end_of(&self, command: &str) -> String {
        self.end_of_progress(&format!("Progress of {command}"))
    }

    /// Waits for the end of a dry run of a command and tells how it ended.
    #[track_caller]
    pub(crate) fn end_of_dry(&self, command: &str) -> String {
        self.end_of_progress(&format!("Progress of the dry run of {command}"))
    }

    #[track_caller]
    fn end_of_progress(&self, part: &str) -> String {
        let shown = format!(
            "[...document.querySelectorAll('section')].find((part) => part.ariaLabel === {} && part.checkVisibility())",
            json!(part)
        );
        let end = format!("{shown}?.querySelector('.end')?.innerText");
        self.waits_for(&end);
        self.asks(&end).as_str().unwrap().to_owned()
    }

    // What they see.

    /// All text that can be seen.
    pub(crate) fn text(&self) -> String {
        let text = self.asks("document.body.innerText");
        text.as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Waits until this can be read on the page.
    #[track_caller]
    pub(crate) fn sees(&self, text: &str) {
        self.waits_for(&format!("document.body.innerText.replace(/\\s+/g, ' ').includes({})", json!(text)));
    }

    /// The texts of a row of a table that can be seen, by the head of the row; the table by a part of its caption or of
    /// its region's name.
    #[track_caller]
    pub(crate) fn row(&self, table: &str, head: &str) -> Vec<String> {
        let script = format!(
            "(() => {{
               const named = (table) => (table.caption?.textContent ?? '') + (table.closest('[role=region]')?.ariaLabel ?? '');
               const tables = [...document.querySelectorAll('table')].filter((table) => table.checkVisibility() && named(table).includes({table}));
               const rows = tables.flatMap((table) => [...table.rows]);
               const row = rows.find((row) => row.querySelector('th[scope=row]')?.innerText.trim() === {head});
               return row ? [...row.cells].slice(1).map((cell) => cell.innerText.trim()) : null;
             }})()",
            table = json!(table),
            head = json!(head)
        );
        self.waits_for(&script);
        self.asks(&script).as_array().unwrap().iter().map(|cell| cell.as_str().unwrap().to_owned()).collect()
    }

    /// Whether there is such a button that can be pressed now.
    pub(crate) fn can_press(&self, button: &str) -> bool {
        self.must(self.browser.has_named(Kind::Button, button))
    }

    /// A file that the page has given, which is taken away from the folder of downloads.
    #[track_caller]
    pub(crate) fn downloaded(&self, name: &str) -> Vec<u8> {
        let file = self.downloads.path().join(name);
        // Its name is taken by an empty file before there is anything in it; none of the page's is empty.
        let is_whole = || file.metadata().is_ok_and(|about| about.len() > 0);
        self.waits_until(&format!("there is a download {name}"), is_whole);
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_file(file).unwrap();
        bytes
    }

    /// What the console says that is wrong.
    pub(crate) fn console_errors(&self) -> Vec<ConsoleLine> {
        self.must(self.browser.console()).into_iter().filter(ConsoleLine::is_error).collect()
    }

    // What the API says.

    /// Gives the API records without the page.
    pub(crate) fn holds(&self, records: &Records) {
        self.api.with_state(|state| {
            let usual = state.settings().clone();
            // In whatever order they come.
            state.change(|settings| {
                settings.check_references = false;
                settings.check_descriptors = false;
            });
            let credentials = "grant_type=client_credentials&client_id=populated&client_secret=populatedSecret";
            let token = ask(state, "/oauth/token", "application/x-www-form-urlencoded", "", credentials);
            let token = format!("Bearer {}", token["access_token"].as_str().unwrap());
            for (endpoint, records) in records.by_endpoint() {
                for record in records {
                    let body = Value::Object(record.clone()).to_string();
                    ask(state, &format!("/data/v3/ed-fi/{endpoint}"), "application/json", &token, &body);
                }
            }
            state.set(usual);
            state.clear_log();
        });
    }

    /// Has every answer of the API wait so long.
    pub(crate) fn answers_take(&self, milliseconds: u64) {
        self.api.with_state(|state| state.change(|settings| settings.latency_ms = milliseconds));
    }

    /// The records that the API holds of an endpoint, sorted.
    #[track_caller]
    pub(crate) fn held(&self, endpoint: &str) -> Vec<String> {
        let records = self.api.with_state(|state| state.records("ed-fi", endpoint));
        sorted(records.unwrap_or_else(|| panic!("no endpoint {endpoint}")).into_iter().map(|record| record.body))
    }

    /// How many records the API holds beside its own school years.
    pub(crate) fn held_in_all(&self) -> usize {
        let counts = self.api.with_state(|state| state.counts());
        counts.into_iter().filter(|(path, _)| path != "/ed-fi/schoolYearTypes").map(|(_, count)| count).sum()
    }

    /// The requests of a method for data that the API has got.
    pub(crate) fn requests(&self, method: &str) -> Vec<LogEntry> {
        let is_meant = |entry: &LogEntry| {
            entry.method == method && entry.path.starts_with("/data/v3/") && entry.path != "/data/v3/"
        };
        self.api.log().into_iter().filter(is_meant).collect()
    }

    /// Waits until the API has got so many requests of a method for data.
    #[track_caller]
    pub(crate) fn waits_for_requests(&self, method: &str, count: usize) {
        self.waits_until(&format!("there are {count} requests"), || self.requests(method).len() >= count);
    }

    /// That the API holds exactly these records, and beside them its own school years only.
    #[track_caller]
    pub(crate) fn api_holds(&self, records: &Records) {
        for (endpoint, wanted) in records.by_endpoint() {
            let held = self.held(endpoint);
            if endpoint == "schoolYearTypes" {
                for record in sorted(wanted.iter().cloned()) {
                    assert!(held.contains(&record), "{endpoint}: {record}");
                }
            } else {
                assert_eq!(held, sorted(wanted.iter().cloned()), "{endpoint}");
            }
        }
        let years = records.by_endpoint().get("schoolYearTypes").map_or(0, Vec::len);
        assert_eq!(self.held_in_all(), records.count() - years);
    }

    // How that is found out.

    /// The value of an expression of the page.
    #[track_caller]
    pub(crate) fn asks(&self, expression: &str) -> Value {
        self.must(self.browser.execute(&format!("return {expression}"), Vec::new()))
    }

    /// Waits until an expression of the page is true.
    #[track_caller]
    pub(crate) fn waits_for(&self, expression: &str) {
        self.must(self.browser.wait_until(expression, PATIENCE));
    }

    /// Waits until something outside of the page is the case; `what` is that in words.
    #[track_caller]
    pub(crate) fn waits_until(&self, what: &str, is_so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "it never comes to pass that {what}; {}", self.situation());
            std::thread::sleep(LOOK);
        }
    }

    #[track_caller]
    pub(crate) fn must<T>(&self, done: Result<T, BrowserError>) -> T {
        match done {
            Ok(value) => value,
            Err(error) => panic!("{error}; {}", self.situation()),
        }
    }

    /// What stands on the page and in the console, for whoever reads of a failure.
    fn situation(&self) -> String {
        let text = self.browser.execute("return document.body.innerText", Vec::new());
        let console = self.browser.console().unwrap_or_default();
        format!(
            "on the page:\n{}\nin the console: {console:#?}",
            text.map_or_else(|error| error.to_string(), |text| text.as_str().unwrap_or_default().to_owned())
        )
    }
}

/// Posts something to the API and returns the body of the answer.
fn ask(state: &mut State, path: &str, kind: &str, authorization: &str, body: &str) -> Value {
    let mut request = http::Request::post(path).header("content-type", kind);
    if !authorization.is_empty() {
        request = request.header("authorization", authorization);
    }
    let answer = lightbeam_sim::answer(state, &request.body(body.to_owned().into()).unwrap(), 0);
    assert!(answer.response.status().is_success(), "{path}: {:?}", answer.response);
    serde_json::from_slice(answer.response.body()).unwrap_or_default()
}
