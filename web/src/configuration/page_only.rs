//! What is different in a page.

use lightbeam_core::config::Draft;
use lightbeam_core::secret::Url;

/// The keys of a configuration that mean nothing in a page, each with a sentence on what happens instead.
pub fn idle_keys(draft: &Draft) -> Vec<(&'static str, &'static str)> {
    let mut idle = Vec::new();
    let mut tell = |key, sentence| idle.push((key, sentence));
    if draft.text("edfi_api.client_secret_file").is_some() {
        tell("edfi_api.client_secret_file", "A page cannot read a file by its path: the secret is typed here.");
    }
    if draft.text("state_dir").is_some_and(|dir| !dir.trim().is_empty()) {
        tell("state_dir", "What was sent is remembered in this browser, not in a folder.");
    }
    if draft.text("data_dir").is_some() {
        tell("data_dir", "The files are those that you choose under Load.");
    }
    if draft.text("fetch.output_dir").is_some() {
        tell(
            "fetch.output_dir",
            "Only the last name of this path is used: fetched files stand below it in the download.",
        );
    }
    if draft.text("connection.verify_ssl").is_some_and(|word| is_off(&word)) {
        tell("connection.verify_ssl", "Certificates are checked all the same: a browser never leaves that out.");
    }
    idle
}

/// The words of YAML for no.
fn is_off(word: &str) -> bool {
    matches!(word.trim().to_ascii_lowercase().as_str(), "false" | "no" | "n" | "f" | "off" | "0")
}

/// Whether what is sent to this URL can be read on the way: http to another machine.
pub fn travels_in_the_clear(url: &str) -> bool {
    // A placeholder that stands in the host makes it no URL yet; one behind it changes nothing here.
    let known = url
        .split_once("://")
        .map_or(url, |(_, rest)| &url[..url.len() - rest.len() + rest.find('/').unwrap_or(rest.len())]);
    known.parse::<Url>().is_ok_and(|url| !url.is_https() && !url.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_without_a_meaning_are_told() {
        let yaml = "state_dir: ~/state\ndata_dir: ./data\nedfi_api:\n  client_secret_file: x\n\
                    connection:\n  verify_ssl: no\nfetch:\n  output_dir: out\n";
        let keys: Vec<&str> = idle_keys(&Draft::open(yaml).unwrap().0).into_iter().map(|(key, _)| key).collect();
        assert_eq!(
            keys,
            ["edfi_api.client_secret_file", "state_dir", "data_dir", "fetch.output_dir", "connection.verify_ssl"]
        );
        let (quiet, _) = Draft::open("state_dir: ''\nconnection:\n  verify_ssl: true\n").unwrap();
        assert_eq!(idle_keys(&quiet), []);
    }

    #[test]
    fn http_is_safe_within_one_machine_only() {
        assert!(travels_in_the_clear("http://api.example.org/v7"));
        assert!(travels_in_the_clear("http://api.example.org/{tenantIdentifier}/api"));
        for url in ["https://api.example.org", "http://localhost:8765", "http://127.0.0.1/", "", "http://", "x"] {
            assert!(!travels_in_the_clear(url), "{url}");
        }
    }
}
