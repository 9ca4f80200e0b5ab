//! What a run needs from a sandbox: the one list from which a launcher grants and hints are made.

use crate::invocation::{Command, Invocation};
use crate::secret::Url;

use super::assemble::Assembled;
use super::edfi_api::without_placeholders;
use super::interpolate::{self, Variables};
use super::{Config, ConfigError, EdFiApi, Written, paths};
use super::{flags, load};

/// Folders, hosts and variables that a run needs. Paths are as configured, `~` expanded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Folders that are read.
    pub read: Vec<String>,
    /// Folders that are written, and read where they are.
    pub write: Vec<String>,
    /// Hosts that are called, with the port where it is not the scheme's own: those of the configured URLs. The API's
    /// discovery document may name others.
    pub hosts: Vec<String>,
    /// The API, whose root tells the URLs of the rest.
    pub api: EdFiApi,
    /// Environment variables that are read.
    pub env: Vec<String>,
    /// Whether the certificates of these hosts are checked.
    pub verify_ssl: bool,
}

/// What the run of an invocation needs, told by the text of its configuration, which is in `file`.
///
/// `variable` gives the values of environment variables, `working_dir` is where relative paths begin. The same mistakes
/// are errors as when the configuration is loaded. With a mistake in the flags, which ends a run before it writes
/// anything, nothing is written.
pub fn needs(
    invocation: &Invocation,
    (file, text): (&str, &str),
    working_dir: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Needs, ConfigError> {
    let written = Written::from_yaml(text);
    let assembled = load::interpret(invocation, file, written.clone(), variable)?;
    let mut root = load::tree(file, written, &mut Vec::new())?;
    let params = Variables::new(invocation.params.as_deref(), variable)?;
    let mut env: Vec<String> = ["HOME", "USERPROFILE"].map(str::to_owned).to_vec();
    for name in interpolate::names(&mut root) {
        if !params.is_param(&name) && !env.contains(&name) {
            env.push(name);
        }
    }
    let flags = flags::check(invocation)
        .and_then(|()| flags::check_outputs(invocation, &assembled.config.file, working_dir))
        .and_then(|()| flags::check_failed_dir(invocation, &assembled.config, working_dir));
    let write = if flags.is_ok() { write(invocation, &assembled.config) } else { Vec::new() };
    let mut read = read(invocation, file, &assembled);
    read.retain(|path| !write.contains(path));
    let config = &assembled.config;
    let api = config.edfi_api.clone();
    Ok(Needs { read, write, hosts: hosts(config), api, env, verify_ssl: config.connection.verify_ssl })
}

fn read(invocation: &Invocation, file: &str, assembled: &Assembled) -> Vec<String> {
    let mut folders = vec![paths::folder(file).to_owned()];
    if let Some((_, path)) = &assembled.secret_file {
        add(&mut folders, paths::folder(path));
    }
    match invocation.command {
        Command::Send | Command::Validate | Command::ValidateSend | Command::Delete => {
            add(&mut folders, &assembled.config.data_dir);
        }
        Command::Count | Command::Fetch | Command::Truncate | Command::Create => {}
    }
    folders
}

fn write(invocation: &Invocation, config: &Config) -> Vec<String> {
    let mut folders: Vec<String> = config.state_dir.iter().cloned().collect();
    if let Some(results) = invocation.results_file.as_deref().filter(|path| !matches!(*path, "" | "-")) {
        add(&mut folders, paths::folder(results));
    }
    match invocation.command {
        Command::Send | Command::Validate | Command::ValidateSend | Command::Delete => {
            if let Some(failed_dir) = &invocation.failed_dir {
                add(&mut folders, failed_dir);
            }
        }
        Command::Fetch => add(&mut folders, config.fetch.output_dir.as_deref().unwrap_or(&config.data_dir)),
        // templates/ and earthmover.yml are made in the working directory.
        Command::Create => add(&mut folders, "."),
        Command::Count | Command::Truncate => {}
    }
    folders
}

fn add(folders: &mut Vec<String>, folder: &str) {
    if !folders.iter().any(|known| known == folder) {
        folders.push(folder.to_owned());
    }
}

fn hosts(config: &Config) -> Vec<String> {
    let mut hosts = Vec::new();
    for url in config.edfi_api.urls() {
        let authority = url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
        if authority.contains('{') {
            // Which host it is, is known only when the placeholder is filled.
            continue;
        }
        if let Ok(url) = without_placeholders(url).parse::<Url>() {
            add(&mut hosts, &url.authority());
        }
    }
    hosts
}
