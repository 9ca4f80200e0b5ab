//! The licences of all that a release carries from others, in one text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::licences::{self, Package};
use crate::{process, project, say, wasm_toolchain};

/// How the names of the files begin that a package tells its licence in, in lower case.
const TOLD_IN: [&str; 6] = ["licen", "copying", "copyright", "notice", "unlicense", "patents"];

/// What comes with the compiler, and in no package.
const LIBRARIES: &str = "
The standard library of Rust is carried as well: MIT OR Apache-2.0, copyright of The Rust Project contributors. In
WebAssembly for WASI so is wasi-libc: Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT, with parts of musl: MIT,
copyright 2005-2020 Rich Felker, et al.
";

/// Between one licence and the next.
const RULE: &str = "--------------------------------------------------------------------------------";

/// The name of the file, in a release as in the page.
pub(crate) const FILE: &str = "THIRD-PARTY-NOTICES.txt";

/// The programs of a release, each with the target that it is made for, where that is not this machine's.
pub(crate) const RELEASE: [(&str, Option<&str>); 2] =
    [("lightbeam", None), ("lightbeam-wasi", Some(wasm_toolchain::COMPONENT))];

/// The page.
pub(crate) const PAGE: [(&str, Option<&str>); 1] = [("lightbeam-web", Some(wasm_toolchain::BROWSER))];

/// The notices of every package in these programs.
pub(crate) fn text(programs: &[(&str, Option<&str>)]) -> Result<String> {
    let carried = carried(programs)?;
    let folders = folders(&metadata()?);
    let mut read = Vec::new();
    for package in carried {
        let folder = folders.get(&format!("{}-{}", package.name, package.version)).ok_or_else(|| {
            Failure::new(format!("cargo does not tell where the source of {} {} is", package.name, package.version))
        })?;
        let texts = texts(folder)?;
        read.push((package, texts));
    }
    say::note(format!("The licences of {} packages of others, in {FILE}.", read.len()));
    Ok(composed(&read))
}

/// The packages of others that are linked into these programs.
fn carried(programs: &[(&str, Option<&str>)]) -> Result<Vec<Package>> {
    let mut told = String::new();
    for (program, target) in programs {
        let mut cargo = project::cargo();
        cargo
            .args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}\t{l}"])
            .args(["--package", program]);
        if let Some(target) = target {
            cargo.args(["--target", target]);
        }
        say::command(process::line(&cargo));
        told.push_str(&process::output(&mut cargo)?);
    }
    Ok(licences::packages(&told).into_iter().filter(|package| !package.name.starts_with("lightbeam")).collect())
}

fn metadata() -> Result<String> {
    process::output(project::cargo().args(["metadata", "--locked", "--format-version", "1"]))
}

/// The folder of each package, by the folder's name, which is `NAME-VERSION` for what comes from a registry. Nothing else
/// of cargo's answer is of use here, so it is not read as JSON.
fn folders(metadata: &str) -> BTreeMap<String, PathBuf> {
    metadata
        .split("\"manifest_path\":\"")
        .skip(1)
        .filter_map(|rest| {
            let path = rest.split('"').next()?.replace("\\\\", "\\");
            let folder = Path::new(&path).parent()?;
            Some((folder.file_name()?.to_str()?.to_owned(), folder.to_owned()))
        })
        .collect()
}

/// Whether a file of a package tells a licence: the package's own, or that of a source that it brings along.
fn tells(file: &str) -> bool {
    let file = file.to_ascii_lowercase();
    let name = file.rsplit('/').next().unwrap_or_default();
    let is_code = [".rs", ".c", ".h", ".py", ".sh"].iter().any(|ending| name.ends_with(ending));
    !is_code && !file.starts_with('.') && TOLD_IN.iter().any(|beginning| name.starts_with(beginning))
}

/// What the files of a package say about its licence, and about those of sources that it brings along.
fn texts(folder: &Path) -> Result<Vec<String>> {
    project::files_below(folder)?
        .iter()
        .filter(|file| tells(file))
        .map(|file| {
            let file = folder.join(file);
            let content = std::fs::read(&file).map_err(|error| Failure::file("read", &file, &error))?;
            let text = String::from_utf8_lossy(&content).replace("\r\n", "\n");
            Ok(text.trim_matches('\n').trim_end().to_owned())
        })
        .collect()
}

/// Each text once, after the packages that have it.
fn composed(packages: &[(Package, Vec<String>)]) -> String {
    let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut all = String::from(
        "lightbeam carries these packages of others, each under the licence named with it. The texts that they come \
         with follow.\n\n",
    );
    for (Package { name, version, licence }, texts) in packages {
        let package = format!("{name} {version}");
        let nothing = if texts.is_empty() { ", whose package holds no text" } else { "" };
        all.push_str(&format!("  {package}: {licence}{nothing}\n"));
        for text in texts {
            named.entry(text).or_default().push(package.clone());
        }
    }
    all.push_str(LIBRARIES);
    let mut texts: Vec<_> = named.into_iter().collect();
    texts.sort_by(|(_, one), (_, other)| one.cmp(other));
    for (text, packages) in texts {
        all.push_str(&format!("\n{RULE}\n{}\n{RULE}\n\n{text}\n", packages.join(", ")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, licence: &str) -> Package {
        Package { name: name.to_owned(), version: "1.0.0".to_owned(), licence: licence.to_owned() }
    }

    #[test]
    fn each_text_stands_once_after_all_who_have_it() {
        let read = [
            (package("one", "MIT"), vec!["Be kind.".to_owned()]),
            (package("three", "ISC"), vec![]),
            (package("two", "MIT OR ISC"), vec!["Be kind.".to_owned(), "Be good.".to_owned()]),
        ];
        let text = composed(&read);
        assert_eq!(text.matches("Be kind.").count(), 1, "{text}");
        assert!(text.contains(&format!("one 1.0.0, two 1.0.0\n{RULE}\n\nBe kind.\n")), "{text}");
        assert!(text.contains(&format!("{RULE}\ntwo 1.0.0\n{RULE}\n\nBe good.\n")), "{text}");
        assert!(text.contains("  three 1.0.0: ISC, whose package holds no text\n"), "{text}");
    }

    #[test]
    fn folders_are_found_in_what_cargo_tells() {
        let told = r#"{"packages":[{"name":"a","manifest_path":"/r/a-1.0.0/Cargo.toml","x":1},
            {"name":"b","manifest_path":"/r/b-2.0.0/Cargo.toml"}]}"#;
        let folders = folders(told);
        assert_eq!(folders.len(), 2);
        assert_eq!(folders["a-1.0.0"], Path::new("/r/a-1.0.0"));
    }

    #[test]
    fn licences_are_told_in_files_of_their_own() {
        for file in ["LICENSE", "license-mit.txt", "c_src/mimalloc/v2/LICENSE", "COPYING.md", "NOTICE"] {
            assert!(tells(file), "{file}");
        }
        for file in ["src/notice.rs", "src/lib.rs", ".github/LICENSE", "licenses/README.md", "tests/license.py"] {
            assert!(!tells(file), "{file}");
        }
    }

    #[test]
    fn all_that_a_release_or_the_page_carries_is_found_and_most_of_it_tells_its_licence() {
        let release = text(&RELEASE).unwrap();
        for name in ["wasmtime", "blake3", "serde_json", "reqwest", "yaml_serde", "libmimalloc-sys"] {
            assert!(release.contains(&format!("\n  {name} ")), "{name}");
        }
        assert!(release.contains("Microsoft Corporation"), "the allocator's C source has a licence of its own");
        let page = text(&PAGE).unwrap();
        assert!(page.contains("\n  leptos ") && !page.contains("\n  wasmtime "));
        for text in [release, page] {
            assert!(!text.contains("lightbeam-core"));
            let (list, _) = text.split_once(LIBRARIES).unwrap();
            let (listed, silent) = (list.matches("\n  ").count(), list.matches("holds no text").count());
            assert!(listed > 50 && silent * 4 < listed, "{silent} of {listed}");
        }
    }
}
