//! The configuration as a page has to take it: no file can be read by its path, and no secret may be kept.

mod open;
mod page_only;
mod reference;

pub use open::{Opened, open};
pub use page_only::{idle_keys, travels_in_the_clear};
pub use reference::{is_secret_name, secret_name};

use lightbeam_core::config::{Draft, KEYS, Wants};
use reference::names_only;

/// The key of the client secret.
pub const SECRET_KEY: &str = "edfi_api.client_secret";
/// The name that stands for the client secret where the configuration names no other.
pub const SECRET_NAME: &str = "EDFI_API_CLIENT_SECRET";
/// The key that names a file with the client secret.
const SECRET_FILE_KEY: &str = "edfi_api.client_secret_file";

/// A configuration that may be kept and given away: secrets that are written out are replaced by the name that stands
/// for them, and users in URLs are taken out.
pub fn shareable(draft: &Draft) -> Draft {
    let mut shared = draft.clone();
    for (key, text) in draft.texts() {
        let last = key.rsplit('.').next().unwrap_or(&key);
        if key == SECRET_KEY {
            if names_only(&text).is_none() {
                shared.set(&key, &reference::to(SECRET_NAME));
            }
        } else if KEYS.iter().any(|known| known.path == key && known.wants == Wants::Url) {
            shared.set(&key, &without_user(&text));
        } else if key != SECRET_FILE_KEY && is_secret_name(last) && names_only(&text).is_none() {
            shared.set(&key, "");
        }
    }
    shared
}

/// The configuration of a run in a page: the secret is typed, whatever file the configuration names, and outputs go
/// below the download.
pub fn for_run(draft: &Draft, fetched_dir: &str) -> Draft {
    let mut run = draft.clone();
    run.remove(SECRET_FILE_KEY);
    // The folder means nothing here, but its absence means that nothing is remembered.
    if run.text("state_dir").is_some_and(|dir| !dir.trim().is_empty()) {
        run.remove("state_dir");
    }
    if run.text(SECRET_KEY).is_none_or(|text| text.trim().is_empty()) {
        run.set(SECRET_KEY, &reference::to(SECRET_NAME));
    }
    if let Some(path) = run.text("fetch.output_dir") {
        let name = path.trim().rsplit(['/', '\\']).find(|part| !matches!(*part, "" | "." | ".." | "~"));
        run.set("fetch.output_dir", name.unwrap_or(fetched_dir));
    }
    run
}

/// A URL without user and password in front of its host.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(yaml: &str) -> Draft {
        Draft::open(yaml).unwrap().0
    }

    #[test]
    fn what_is_given_away_holds_no_secret() {
        let yaml = "edfi_api:\n  base_url: https://me:hunter2@example.org/api@v3\n  client_id: key\n  \
                    client_secret: hunter2\n  client_secret_file: /run/secret\n  client_secert_password: hunter2\n\
                    db_password: [hunter2, hunter2]\nown: ${OWN_SECRET}\n";
        let shared = shareable(&draft(yaml)).to_yaml();
        assert!(!shared.contains("hunter2"), "{shared}");
        assert!(shared.contains("client_secret: ${EDFI_API_CLIENT_SECRET}"), "{shared}");
        assert!(shared.contains("base_url: \"https://example.org/api@v3\""), "{shared}");
        assert!(shared.contains("client_id: key") && shared.contains("client_secret_file: /run/secret"), "{shared}");
        assert!(shared.contains("own: ${OWN_SECRET}"), "{shared}");
    }

    #[test]
    fn names_that_stand_for_a_secret_stay() {
        for text in ["${MINE}", "$MINE", "${A}${B}"] {
            let given = draft(&format!("edfi_api:\n  client_secret: {text}\n"));
            assert_eq!(shareable(&given), given, "{text}");
        }
        let mixed = draft("edfi_api:\n  client_secret: prefix-${A}\n");
        assert_eq!(shareable(&mixed).text(SECRET_KEY).as_deref(), Some("${EDFI_API_CLIENT_SECRET}"));
    }

    #[test]
    fn a_run_reads_no_file_and_writes_below_the_download() {
        let run = for_run(&draft("state_dir: ~/state\nedfi_api:\n  client_secret_file: ~/secret\n"), "fetched");
        assert_eq!(run.to_yaml(), "edfi_api:\n  client_secret: ${EDFI_API_CLIENT_SECRET}\n");
        assert_eq!(for_run(&Draft::default(), "fetched"), run, "an empty configuration is one, too");
        let forgetful = for_run(&draft("state_dir: ''\n"), "fetched");
        assert_eq!(forgetful.text("state_dir").as_deref(), Some(""));
        let mine = for_run(&draft("edfi_api:\n  client_secret: $MINE\n"), "fetched");
        assert_eq!(mine.text(SECRET_KEY).as_deref(), Some("$MINE"));
        for (path, name) in
            [("~/out/2026", "2026"), ("C:\\out\\", "out"), ("../..", "fetched"), ("/", "fetched"), ("x", "x")]
        {
            let mut given = Draft::default();
            given.set("fetch.output_dir", path);
            assert_eq!(for_run(&given, "fetched").text("fetch.output_dir").as_deref(), Some(name), "{path}");
        }
    }
}
