//! The names of the module's two files, by what is in them.
//!
//! Trunk names them after the module before wasm-bindgen has been at it. Built with other settings of wasm-bindgen, they
//! would be others of the same names: a browser that was told to keep such files for ever would never ask for the new
//! ones, and their digests in the page would refuse the old ones.

use std::path::Path;

use crate::failure::{Failure, Result};
use crate::{fingerprint::Fingerprint, project};

/// How the names of the two end.
const MODULE: &str = "_bg.wasm";
const BINDINGS: &str = ".js";

/// Renames the module `package` of a page that was just built, and its bindings.
pub(crate) fn give(page: &Path, package: &str) -> Result<()> {
    let before = project::files_below(page)?
        .iter()
        .find_map(|name| name.strip_suffix(MODULE).filter(|stem| stem.starts_with(package)).map(str::to_owned))
        .ok_or_else(|| Failure::new(format!("the page has no module of {package}")))?;
    let files = [BINDINGS, MODULE].map(|ending| format!("{before}{ending}"));
    let mut content = Fingerprint::new();
    // Their own names must not count, or they would change with each other.
    for name in &files {
        let path = page.join(name);
        content.add(&std::fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?);
    }
    let after = format!("{package}-{content}");
    let index = page.join("index.html");
    let text = project::read(&index)?;
    if !files.iter().all(|name| text.contains(name.as_str())) {
        return Err(Failure::new(format!("index.html should name the two files of {before}")));
    }
    project::write(&index, &text.replace(&before, &after))?;
    for ending in [BINDINGS, MODULE] {
        let path = page.join(format!("{before}{ending}"));
        std::fs::rename(&path, page.join(format!("{after}{ending}")))
            .map_err(|error| Failure::file("rename", &path, &error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(folder: &str, module: &str) -> Vec<String> {
        let page = project::target().join("content-names").join(folder);
        project::remove_folder(&page).unwrap();
        project::make_folder(&page).unwrap();
        let files = [("page-0a.js", "js"), ("page-0a_bg.wasm", module), ("style-1.css", "css")];
        for (name, text) in files {
            project::write(&page.join(name), text).unwrap();
        }
        project::write(&page.join("index.html"), "<a href=./page-0a.js><b href=./page-0a_bg.wasm>").unwrap();
        give(&page, "page").unwrap();
        let names = project::files_below(&page).unwrap();
        let index = project::read(&page.join("index.html")).unwrap();
        assert!(!index.contains("0a") && index.contains(&names[1]) && index.contains(&names[2]), "{index} {names:?}");
        assert!(give(&page, "other").is_err());
        names
    }

    #[test]
    fn other_content_has_other_names_and_the_same_has_the_same() {
        let first = named("first", "one");
        assert_eq!(first.len(), 4);
        assert_eq!(first, named("same", "one"));
        assert_ne!(first, named("other", "two"));
    }
}
