//! A real browser: Chromium without a window, driven over `WebDriver`.
//!
//! ```no_run
//! # use lightbeam_harness::browser::Browser;
//! let browser = Browser::start()?;
//! browser.open("http://127.0.0.1:8080/")?;
//! browser.fill("#address", "https://api.example.org")?;
//! browser.click("button[type=submit]")?;
//! assert!(browser.text("h1")?.contains("Connected"));
//! # Ok::<(), lightbeam_harness::browser::BrowserError>(())
//! ```

mod cdp;
mod driver;
mod log;
mod named;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::{Capabilities, TimeoutConfiguration};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use cdp::DevTools;
use driver::Driver;
pub use log::ConsoleLine;
use log::ReadLog;
pub use named::Kind;

/// The variable that names another Chromium than the system's.
const CHROMIUM: &str = "CHROMIUM";

/// What keeps Chromium from wanting a screen, rights, or the network.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// The longest that a script or a page may take to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// The longest that [`Browser`] waits for an element to come.
const ELEMENT: Duration = Duration::from_secs(10);

/// How often it is looked whether something has come to pass.
const LOOK: Duration = Duration::from_millis(20);

/// A browser of one's own, with a profile of its own, which ends when this is dropped.
///
/// Elements are named by CSS selectors; what is not there yet is waited for, ten seconds at most.
#[derive(Debug)]
pub struct Browser {
    // Ended in this order, after the session (see `drop`).
    client: Client,
    runtime: Runtime,
    _driver: Driver,
    _profile: TempDir,
}

/// Why something could not be done in a browser.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// The program does not start.
    #[error("{program} could not be started: {reason}")]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        reason: String,
    },
    /// The driver gave no session.
    #[error("no browser session: {0}")]
    Session(Box<fantoccini::error::NewSessionError>),
    /// A command failed.
    #[error("{what}: {source}")]
    Command {
        /// What was tried.
        what: String,
        /// What the driver says.
        source: Box<CmdError>,
    },
    /// No element of this name could be used.
    #[error("{kind} `{name}`: {trouble}")]
    Named {
        /// Which kind of element.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What there was instead.
        trouble: String,
    },
}

impl Browser {
    /// Starts Chromium by way of its driver: `/usr/bin/chromium` and `/usr/bin/chromedriver`, or what the environment
    /// variables `CHROMIUM` and `CHROMEDRIVER` name.
    pub fn start() -> Result<Self, BrowserError> {
        Self::start_with(&[])
    }

    /// The same with more flags of Chromium.
    pub fn start_with(more_flags: &[String]) -> Result<Self, BrowserError> {
        let driver = Driver::start()?;
        let failed = |error: std::io::Error| BrowserError::Start {
            program: PathBuf::from("the client of the driver"),
            reason: error.to_string(),
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let profile = tempfile::tempdir().map_err(failed)?;
        let wanted = capabilities(profile.path(), more_flags);
        let client = runtime.block_on(async {
            let client = ClientBuilder::new(HttpConnector::new())
                .capabilities(wanted)
                .connect(&driver.url())
                .await
                .map_err(|error| BrowserError::Session(Box::new(error)))?;
            let timeouts = TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), Some(Duration::ZERO));
            client.update_timeouts(timeouts).await.map_err(failure("time-outs"))?;
            Ok(client)
        })?;
        Ok(Self { client, runtime, _driver: driver, _profile: profile })
    }

    /// Goes to an address and waits until the page is loaded.
    pub fn open(&self, url: &str) -> Result<(), BrowserError> {
        self.runtime.block_on(self.client.goto(url)).map_err(failure(url))
    }

    /// Loads the page again.
    pub fn reload(&self) -> Result<(), BrowserError> {
        self.runtime.block_on(self.client.refresh()).map_err(failure("reload"))
    }

    /// Runs a script in the page: the body of a function with `arguments`, whose `return` value is given back. It is
    /// not subject to the page's content security policy.
    pub fn execute(&self, script: &str, arguments: Vec<Value>) -> Result<Value, BrowserError> {
        self.runtime.block_on(self.client.execute(script, arguments)).map_err(failure("script"))
    }

    /// Runs a script in the page that gives its value to a function, the last of `arguments`; a minute at most.
    pub fn execute_async(&self, script: &str, arguments: Vec<Value>) -> Result<Value, BrowserError> {
        self.runtime.block_on(self.client.execute_async(script, arguments)).map_err(failure("script"))
    }

    /// Clicks an element.
    pub fn click(&self, css: &str) -> Result<(), BrowserError> {
        self.with_element(css, async |element| element.click().await)
    }

    /// Replaces what is in a field.
    pub fn fill(&self, css: &str, text: &str) -> Result<(), BrowserError> {
        self.with_element(css, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
    }

    /// Types keys at an element, without emptying it first; special keys are those of [`fantoccini::key`].
    pub fn press(&self, css: &str, keys: &str) -> Result<(), BrowserError> {
        self.with_element(css, async |element| element.send_keys(keys).await)
    }

    /// Chooses files in an `input` of type `file`. With `webkitdirectory` on it, the path is that of a folder.
    pub fn upload(&self, css: &str, paths: &[&Path]) -> Result<(), BrowserError> {
        let list: Vec<_> = paths.iter().map(|path| path.to_string_lossy()).collect();
        let list = list.join("\n");
        self.with_element(css, async |element| element.send_keys(&list).await)
    }

    /// The text of an element as people see it.
    pub fn text(&self, css: &str) -> Result<String, BrowserError> {
        self.with_element(css, async |element| element.text().await)
    }

    /// An attribute of an element, if it has it.
    pub fn attribute(&self, css: &str, name: &str) -> Result<Option<String>, BrowserError> {
        self.with_element(css, async |element| element.attr(name).await)
    }

    /// How many elements there are at this moment.
    pub fn count(&self, css: &str) -> Result<usize, BrowserError> {
        let found = self.runtime.block_on(self.client.find_all(Locator::Css(css))).map_err(failure(css))?;
        Ok(found.len())
    }

    /// Waits until a script, an expression of the page, gives a true value; fails after `patience`.
    pub fn wait_until(&self, expression: &str, patience: Duration) -> Result<(), BrowserError> {
        let script = format!("return Boolean({expression})");
        let begun = Instant::now();
        while self.execute(&script, Vec::new())? != Value::Bool(true) {
            if begun.elapsed() > patience {
                return Err(failure(expression)(CmdError::WaitTimeout));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// What the page and its workers wrote to the console since this was last asked, failed downloads and refusals of
    /// the content security policy included.
    pub fn console(&self) -> Result<Vec<ConsoleLine>, BrowserError> {
        let lines = self.runtime.block_on(self.client.issue_cmd(ReadLog)).map_err(failure("console"))?;
        Ok(log::lines(lines))
    }

    /// A command of Chromium's own protocol, such as `Emulation.setEmulatedMedia`.
    pub fn devtools(&self, command: &'static str, parameters: Value) -> Result<Value, BrowserError> {
        self.runtime.block_on(self.client.issue_cmd(DevTools { command, parameters })).map_err(failure(command))
    }

    /// Has downloads kept in a folder, without a question.
    pub fn keep_downloads(&self, folder: &Path) -> Result<(), BrowserError> {
        let parameters = json!({"behavior": "allow", "downloadPath": folder.to_string_lossy()});
        self.devtools("Browser.setDownloadBehavior", parameters).map(drop)
    }

    /// A picture of what is to be seen, as PNG.
    pub fn screenshot(&self) -> Result<Vec<u8>, BrowserError> {
        self.runtime.block_on(self.client.screenshot()).map_err(failure("screenshot"))
    }

    /// Sets the size of the window, in pixels.
    pub fn resize(&self, width: u32, height: u32) -> Result<(), BrowserError> {
        self.runtime.block_on(self.client.set_window_size(width, height)).map_err(failure("size of the window"))
    }

    /// The client of the driver and the runtime that drives it, for whatever has no method here.
    pub fn raw(&self) -> (&Client, &Runtime) {
        (&self.client, &self.runtime)
    }

    fn with_element<T>(
        &self,
        css: &str,
        act: impl AsyncFnOnce(&Element) -> Result<T, CmdError>,
    ) -> Result<T, BrowserError> {
        self.runtime.block_on(async {
            let found = self.client.wait().at_most(ELEMENT).for_element(Locator::Css(css)).await;
            act(&found.map_err(failure(css))?).await.map_err(failure(css))
        })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends Chromium itself. Fails where it is gone already.
        let _ = self.runtime.block_on(self.client.clone().close());
    }
}

fn failure(what: &str) -> impl Fn(CmdError) -> BrowserError {
    move |source| BrowserError::Command { what: what.to_owned(), source: Box::new(source) }
}

fn capabilities(profile: &Path, more_flags: &[String]) -> Capabilities {
    let program = std::env::var(CHROMIUM).unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let mut flags: Vec<String> = FLAGS.map(str::to_owned).to_vec();
    flags.push(format!("--user-data-dir={}", profile.display()));
    flags.extend_from_slice(more_flags);
    let mut wanted = Capabilities::new();
    wanted.insert("browserName".to_owned(), "chrome".into());
    wanted.insert("goog:chromeOptions".to_owned(), json!({"binary": program, "args": flags}));
    wanted.insert("goog:loggingPrefs".to_owned(), json!({"browser": "ALL"}));
    wanted
}
