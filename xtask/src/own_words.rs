//! Whether the project's texts name only places that mean something to every reader.
//!
//! A path of one machine or an address of a service that somebody happened to use is of no use to others. Folders
//! are named relative to the project; the addresses that texts may name are listed here.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::{process, project, say};

/// Hosts that texts may name, with everything below them: those of standards, of the field, of the project's
/// foundations, and those that are reserved for examples.
const HOSTS: [&str; 16] = [
    "apache.org",
    "bytecodealliance.org",
    "ed-fi.org",
    "example",
    "example.com",
    "example.net",
    "example.org",
    "github.com",
    "invalid",
    "json-schema.org",
    "schooldistrict.org",
    "semver.org",
    "test",
    "w3.org",
    "wasmtime.dev",
    "www.rust-lang.org",
];

/// First folders of paths that exist on one machine only.
const MACHINE_FOLDERS: [&str; 3] = ["opt", "root", "work"];

/// Written by programs or by others; not our words.
const NOT_OURS: [&str; 2] = ["Cargo.lock", "LICENSE"];

/// The stage `words`.
pub(crate) fn check() -> Result<()> {
    let mut git = Command::new("git");
    git.current_dir(project::root()).args(["ls-files", "-z"]);
    say::command(process::line(&git));
    let listed = process::output(&mut git)?;
    let mut findings = Vec::new();
    let mut texts = 0;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let bytes = std::fs::read(project::root().join(name)).unwrap_or_default();
        let ours = !Path::new(name).file_name().is_some_and(|file| NOT_OURS.iter().any(|other| file == *other));
        if let (true, Ok(text)) = (ours, String::from_utf8(bytes)) {
            texts += 1;
            findings.extend(in_text(&text).into_iter().map(|(line, what)| format!("{name}:{line}: {what}")));
        }
    }
    if findings.is_empty() {
        say::note(format!("{texts} texts looked through."));
        return Ok(());
    }
    Err(Failure::new(findings.join("\n"))
        .hint("name folders relative to the project, and hosts from the list in xtask/src/own_words.rs"))
}

/// What is wrong in a text, with the number of the line.
fn in_text(text: &str) -> Vec<(usize, String)> {
    text.lines()
        .enumerate()
        .flat_map(|(number, line)| {
            let hosts = strange_hosts(line).into_iter().map(|host| format!("the host `{host}`"));
            let paths = machine_paths(line).into_iter().map(|path| format!("the path `{path}`"));
            hosts.chain(paths).map(move |what| (number + 1, what)).collect::<Vec<_>>()
        })
        .collect()
}

/// Hosts of addresses in this line that are not in the list. Placeholders and names without a dot are no hosts.
fn strange_hosts(line: &str) -> Vec<String> {
    line.split("://")
        .skip(1)
        .filter_map(|rest| {
            let authority =
                rest.split(|letter: char| letter.is_whitespace() || "/?#\"'`<>()[]\\,;|".contains(letter)).next()?;
            let host = authority.rsplit('@').next()?.split(':').next()?;
            let host = host.trim_end_matches(['.', '*', '_']).to_lowercase();
            let is_name = host.contains('.')
                && host.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-".contains(letter))
                && host.parse::<std::net::IpAddr>().is_err();
            (is_name && !is_listed(&host)).then_some(host)
        })
        .collect()
}

fn is_listed(host: &str) -> bool {
    HOSTS
        .iter()
        .any(|listed| host.strip_suffix(listed).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

fn machine_paths(line: &str) -> Vec<String> {
    let is_part = |letter: char| letter.is_alphanumeric() || "/.-_{}$~:".contains(letter);
    line.split(|letter: char| !is_part(letter))
        .filter(|word| {
            let mut parts = word.split('/');
            parts.next() == Some("")
                && parts.next().is_some_and(|first| MACHINE_FOLDERS.contains(&first))
                && parts.next().is_some_and(|second| !second.is_empty())
        })
        .map(String::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_off_the_list_are_found() {
        let line = concat!("see https:", "//registry.somewhere.dev/x and <http:", "//me:pw@Other.Host:80>");
        assert_eq!(strange_hosts(line), ["registry.somewhere.dev", "other.host"]);
        // A name that only ends like a listed one is another.
        assert_eq!(strange_hosts(concat!("http:", "//notgithub.com")), ["notgithub.com"]);
    }

    #[test]
    fn listed_hosts_placeholders_and_loopback_are_fine() {
        for line in [
            "http://www.apache.org/licenses/LICENSE-2.0",
            "https://api.schooldistrict.org/v5.3/api, and so on",
            "https://API.example.org.",
            "http://127.0.0.1:8765/",
            "http://localhost/api",
            "https://{host}/x and https://${HOST}.x/y and http://[::1]:1",
            "no address :// here",
        ] {
            assert_eq!(strange_hosts(line), Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        let line = ["cd `", "work", "main`; cat ", "opt", "tool/x"].join("/");
        assert_eq!(machine_paths(&line).len(), 2, "{line}");
        for fine in ["../work/x", "a/opt/b", "work/x", "/work", "/data/v3", "https://h/opt/x"] {
            assert_eq!(machine_paths(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn lines_are_counted_from_one() {
        let text = format!("fine\nhttp:{}", "//strange.host");
        assert_eq!(in_text(&text), [(2, "the host `strange.host`".to_owned())]);
    }
}
