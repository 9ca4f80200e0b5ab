//! Chromium and its driver, in which the page is tested.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::{debian, process, project, say};

/// Names of the browser on PATH, and its place where PATH does not lead.
const BROWSERS: [&str; 5] = [
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const DRIVERS: [&str; 2] = ["chromedriver", "chromium-driver"];

/// Flags with which it runs everywhere, and by itself asks nobody anything.
const FLAGS: [&str; 8] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// A browser that tests can drive.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    chromium: PathBuf,
    driver: PathBuf,
}

impl Browser {
    /// Finds it, or installs it where Debian's packages have it. `CHROMIUM` and `CHROMEDRIVER` name others.
    pub(crate) fn get() -> Result<Self> {
        say::step("Set-up: a browser to test the page in");
        let missing: Vec<&str> = [("chromium", chromium()), ("chromium-driver", driver())]
            .into_iter()
            .filter_map(|(package, found)| found.is_none().then_some(package))
            .collect();
        if !missing.is_empty() && debian::is_here() {
            debian::apt_install(&missing, "a browser, and what lets tests drive it")?;
        }
        let lacks = |what: &str, variable: &str| {
            Failure::new(format!("there is no {what} on PATH, in which the page is tested")).hint(format!(
                "install Chromium or Chrome and the ChromeDriver of the same version, or name it in {variable}"
            ))
        };
        let browser = Self {
            chromium: chromium().ok_or_else(|| lacks("Chromium or Chrome", "CHROMIUM"))?,
            driver: driver().ok_or_else(|| lacks("ChromeDriver", "CHROMEDRIVER"))?,
        };
        say::note(format!("{}, driven by {}.", browser.chromium.display(), browser.driver.display()));
        Ok(browser)
    }

    /// Tells a test where they are.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.env("CHROMIUM", &self.chromium).env("CHROMEDRIVER", &self.driver);
    }

    /// Tells wasm-bindgen's runner of tests where they are, and how to start them.
    pub(crate) fn tell_runner(&self, command: &mut Command) -> Result<()> {
        let file = project::target().join("webdriver.json");
        project::make_folder(&project::target())?;
        project::write(&file, &capabilities(&self.chromium))?;
        self.tell(command);
        command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", file);
        Ok(())
    }
}

fn chromium() -> Option<PathBuf> {
    find("CHROMIUM", &BROWSERS)
}

fn driver() -> Option<PathBuf> {
    find("CHROMEDRIVER", &DRIVERS)
}

fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable).filter(|value| !value.is_empty()) {
        return Some(named.into());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    names.iter().find_map(|name| {
        let absolute = Path::new(name).is_absolute().then(|| PathBuf::from(name));
        let on_path = folders.iter().map(|folder| process::program_in(folder, name));
        absolute.into_iter().chain(on_path).find(|file| file.is_file())
    })
}

fn capabilities(chromium: &Path) -> String {
    let flags = FLAGS.map(|flag| format!("\"{flag}\"")).join(", ");
    // Quotes and backslashes are all that a path can have which JSON writes otherwise.
    let binary = chromium.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    format!("{{\"goog:chromeOptions\": {{\"binary\": \"{binary}\", \"args\": [{flags}]}}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_is_told_the_browser_and_its_flags() {
        let text = capabilities(Path::new("a \"b\"/chromium"));
        assert!(
            text.starts_with(r#"{"goog:chromeOptions": {"binary": "a \"b\"/chromium", "args": ["--headless=new", "#)
        );
        assert!(text.ends_with("\"--disable-sync\"]}}\n"), "{text}");
    }

    #[test]
    fn what_is_nowhere_is_not_found() {
        assert_eq!(find("NO_SUCH_VARIABLE_ANYWHERE", &["no-such-program-anywhere"]), None);
    }
}
