use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::BrowserError;

/// The variable that names another driver than the system's.
const CHROMEDRIVER: &str = "CHROMEDRIVER";

/// What the driver says before the port that it listens on.
const LISTENS: &str = "started successfully on port ";

/// A running chromedriver on a free port, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    pub(super) fn start() -> Result<Self, BrowserError> {
        let program = std::env::var_os(CHROMEDRIVER).map_or_else(|| "/usr/bin/chromedriver".into(), PathBuf::from);
        let failed = |reason: String| BrowserError::Start { program: program.clone(), reason };
        let mut process = Command::new(&program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let output = process.stdout.take().expect("it was asked for");
        // From here on the process ends whatever happens.
        let mut driver = Self { process, port: 0 };
        let mut lines = BufReader::new(output).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| port_of(&line));
        driver.port = port.ok_or_else(|| failed("it does not tell its port".to_owned()))?;
        // It must never wait for somebody to read what it says.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok(driver)
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn port_of(line: &str) -> Option<u16> {
    line.split_once(LISTENS)?.1.trim_end_matches('.').parse().ok()
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::port_of;

    #[test]
    fn the_port_stands_in_one_of_the_first_lines() {
        assert_eq!(port_of("Starting ChromeDriver 140.0.1 on port 0"), None);
        assert_eq!(port_of("ChromeDriver was started successfully on port 37465."), Some(37465));
    }
}
