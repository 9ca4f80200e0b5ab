//! The list of files that the service worker keeps, and the version that it stands for.

use std::path::Path;

use crate::failure::{Failure, Result};
use crate::{fingerprint::Fingerprint, notices, project};

/// The service worker; it does not keep itself.
const WORKER: &str = "sw.js";

/// Fills version and list into the service worker of a page that was just built.
pub(crate) fn complete(page: &Path) -> Result<()> {
    let source = project::read(&project::root().join("web/assets").join(WORKER))?;
    let mut files = project::files_below(page)?;
    // Nobody reads the notices offline.
    files.retain(|name| name != WORKER && name != notices::FILE);
    let mut version = Fingerprint::new();
    // Another worker must not change the files of the one before it.
    version.add(source.as_bytes());
    version.add_files(page, &files)?;
    project::write(&page.join(WORKER), &filled(&source, &version.to_string(), &files)?)
}

/// Whether that was done.
pub(crate) fn is_complete(page: &Path) -> bool {
    std::fs::read_to_string(page.join(WORKER)).is_ok_and(|text| !text.contains(NO_VERSION))
}

const NO_VERSION: &str = "const VERSION = \"\";";
const NO_FILES: &str = "const FILES = [];";

fn filled(source: &str, version: &str, files: &[String]) -> Result<String> {
    for gap in [NO_VERSION, NO_FILES] {
        if source.matches(gap).count() != 1 {
            return Err(Failure::new(format!("web/assets/{WORKER} should have `{gap}` once, to be filled in")));
        }
    }
    // Names with anything else in them would have to be written otherwise, here and in addresses.
    let is_plain =
        |name: &&String| name.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-/".contains(letter));
    if let Some(strange) = files.iter().find(|name| !is_plain(name)) {
        return Err(Failure::new(format!(
            "the page has a file with a name that the service worker cannot keep: {strange}"
        )));
    }
    let list: Vec<String> = files.iter().map(|name| format!("\n  \"{name}\",")).collect();
    Ok(source
        .replace(NO_VERSION, &format!("const VERSION = \"{version}\";"))
        .replace(NO_FILES, &format!("const FILES = [{}\n];", list.concat())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_and_files_stand_in_the_worker() {
        let source = project::read(&project::root().join("web/assets").join(WORKER)).unwrap();
        let files = ["a-1.js".to_owned(), "index.html".to_owned()];
        let text = filled(&source, "00ff", &files).unwrap();
        assert!(
            text.contains("const VERSION = \"00ff\";\nconst FILES = [\n  \"a-1.js\",\n  \"index.html\",\n];"),
            "{text}"
        );
        assert!(filled(&text, "00ff", &files).is_err());
    }

    #[test]
    fn a_name_that_would_need_quoting_is_refused() {
        let source = format!("{NO_VERSION}\n{NO_FILES}\n");
        assert!(filled(&source, "0", &["a\"b".to_owned()]).is_err());
    }
}
