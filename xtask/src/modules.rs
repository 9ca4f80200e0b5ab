//! The names of the modules' files in a page that was just built.
//!
//! A name with a digest stands for its content, whatever made it: browsers and the service worker keep such a file for
//! good. Trunk takes the digest before wasm-bindgen has written the file, and gives a worker's files none at all, nor does
//! it write their integrity into the page.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256, Sha384};

use crate::failure::{Failure, Result};
use crate::project;

/// A module of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    /// The program that it is made of, with which the names of its files begin.
    pub(crate) program: &'static str,
    /// What it is.
    pub(crate) what: &'static str,
    /// Bytes that it may have at most as it is downloaded (brotli, quality 11).
    pub(crate) most_packed: u64,
}

/// Both of them.
pub(crate) const MODULES: [Module; 2] = [
    Module { program: "lightbeam-web", what: "the page's module", most_packed: 450_000 },
    Module { program: "lightbeam-engine", what: "the engine's module", most_packed: 450_000 },
];

const PAGE: &str = "index.html";

/// How the names of modules end.
pub(crate) const WASM: &str = "_bg.wasm";

/// What stands between an engine's file and the place of its integrity in the page's source.
const NO_INTEGRITY: &str = "\" data-integrity=\"\"";

/// Names the files of the modules by their content, and the engine's integrity in the page.
pub(crate) fn name_by_content(page: &Path) -> Result<()> {
    let mut html = project::read(&page.join(PAGE))?;
    for name in project::files_below(page)? {
        let Some((module, ending)) = parts(&name) else { continue };
        let file = page.join(&name);
        let built = std::fs::read(&file).map_err(|error| Failure::file("read", &file, &error))?;
        let content =
            if ending == WASM { without_custom_sections(&built).ok_or_else(|| broken(&name))? } else { built.clone() };
        let named = format!("{}-{}{ending}", module.program, digest(&content));
        html = filled(&html, &name, &named, &integrity(&content))?.replace(&integrity(&built), &integrity(&content));
        std::fs::remove_file(&file).map_err(|error| Failure::file("remove", &file, &error))?;
        let file = page.join(&named);
        std::fs::write(&file, content).map_err(|error| Failure::file("write", &file, &error))?;
    }
    if html.contains(NO_INTEGRITY) {
        return Err(Failure::new(format!("{PAGE} names a file of the engine that was not built")));
    }
    project::write(&page.join(PAGE), &html)
}

/// The name of a module's file with this ending in a page that is whole.
pub(crate) fn file(page: &Path, module: Module, ending: &str) -> Result<String> {
    let is_it = |name: &String| parts(name) == Some((module, ending));
    let mut found = project::files_below(page)?.into_iter().filter(is_it);
    match (found.next(), found.next()) {
        (Some(name), None) => Ok(name),
        (None, _) => Err(Failure::new(format!("the page lacks {}", module.what))),
        _ => Err(Failure::new(format!("the page has {} twice", module.what))),
    }
}

/// The module that a file belongs to, and what follows the digest in its name.
fn parts(name: &str) -> Option<(Module, &str)> {
    let module = MODULES.into_iter().find(|module| name.starts_with(module.program))?;
    let ending = [WASM, ".js"].into_iter().find(|ending| name.ends_with(ending))?;
    Some((module, ending))
}

/// The page with another name for a file, and its integrity where there is a place for it.
fn filled(html: &str, name: &str, named: &str, integrity: &str) -> Result<String> {
    if !html.contains(name) {
        return Err(Failure::new(format!("{PAGE} does not name {name}")));
    }
    let gap = format!("{name}{NO_INTEGRITY}");
    let html = html.replace(&gap, &format!("{name}\" data-integrity=\"{integrity}\""));
    Ok(html.replace(name, named))
}

/// A module without what only tools read, such as names: wasm-bindgen writes some that Trunk has no switch for.
/// `None` for what is no module.
fn without_custom_sections(module: &[u8]) -> Option<Vec<u8>> {
    let (head, mut rest) = module.split_at_checked(8)?;
    let mut kept = head.to_vec();
    while let Some(kind) = rest.first() {
        // A section is its kind, its length as LEB128, and its content.
        let digits = rest[1..].iter().position(|byte| byte & 0x80 == 0)? + 1;
        let length = rest[1..=digits]
            .iter()
            .rev()
            .try_fold(0_usize, |length, byte| Some(length.checked_mul(128)? + usize::from(byte & 0x7F)))?;
        let (section, behind) = rest.split_at_checked((1 + digits).checked_add(length)?)?;
        if *kind != 0 {
            kept.extend_from_slice(section);
        }
        rest = behind;
    }
    head.starts_with(b"\0asm").then_some(kept)
}

fn broken(name: &str) -> Failure {
    Failure::new(format!("{name} is no WebAssembly module"))
}

/// 64 bits of a digest: names are no proof, the integrity is.
fn digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", BASE64.encode(Sha384::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_source_has_a_place_for_every_file_of_the_engine() {
        let html = project::read(&project::root().join(PAGE)).unwrap();
        for name in ["lightbeam-engine.js", "lightbeam-engine_bg.wasm"] {
            let text = filled(&html, name, "lightbeam-engine-00ff.x", "sha384-AAAA").unwrap();
            assert!(text.contains("content=\"lightbeam-engine-00ff.x\" data-integrity=\"sha384-AAAA\""), "{text}");
            assert!(!text.contains(name), "{text}");
        }
        assert_eq!(html.matches(NO_INTEGRITY).count(), 2);
        for module in MODULES {
            assert!(html.contains(&format!("data-bin=\"{}\"", module.program)));
        }
    }

    #[test]
    fn files_are_told_by_their_names() {
        let [page, engine] = MODULES;
        assert_eq!(parts("lightbeam-web-0123456789abcdef.js"), Some((page, ".js")));
        assert_eq!(parts("lightbeam-engine_bg.wasm"), Some((engine, "_bg.wasm")));
        assert_eq!(parts("boot-0123456789abcdef.js"), None);
        assert_eq!(parts("lightbeam-web.d.ts"), None);
    }

    #[test]
    fn only_what_tools_read_is_left_out() {
        let long = [vec![10, 0x80, 1], vec![7; 128]].concat();
        let module = [&b"\0asm\x01\0\0\0"[..], &[1, 2, 8, 8], &[0, 3, 1, 65, 66], &long, &[0, 1, 9]].concat();
        let kept = [&b"\0asm\x01\0\0\0"[..], &[1, 2, 8, 8], &long].concat();
        assert_eq!(without_custom_sections(&module), Some(kept));
        for broken in [&b"\0as"[..], b"<!doctype html>", b"\0asm\x01\0\0\0\x01", b"\0asm\x01\0\0\0\x01\x05\0"] {
            assert_eq!(without_custom_sections(broken), None);
        }
    }

    #[test]
    fn a_name_stands_for_the_content() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea");
        assert_eq!(integrity(b"abc"), "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn");
    }
}
