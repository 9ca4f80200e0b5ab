//! The licences of all that a release carries from others, in one text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::licences::{self, Package};
use crate::{process, project, say, wasm_toolchain};

/// How the names of the files begin that a package tells its licence in, in lower case.
const TOLD_IN: [&str; 6] = ["licen", "copying", "copyright", "notice", "unlicense", "patents"];

/// Between one licence and the next.
const RULE: &str = "--------------------------------------------------------------------------------";

/// The notices of every package in the launcher and in the component.
pub(crate) fn text() -> Result<String> {
    let carried = carried()?;
    let folders = folders(&metadata()?);
    let mut read = Vec::new();
    for package in carried {
        let folder = folders.get(&format!("{}-{}", package.name, package.version)).ok_or_else(|| {
            Failure::new(format!("cargo does not tell where the source of {} {} is", package.name, package.version))
        })?;
        let texts = texts(folder)?;
        read.push((package, texts));
    }
    say::note(format!("The licences of {} packages that the release carries.", read.len()));
    Ok(composed(&read))
}

/// The packages of others that are linked into what is released.
fn carried() -> Result<Vec<Package>> {
    let mut told = String::new();
    for (program, more) in [("lightbeam", &[][..]), ("lightbeam-wasi", &["--target", wasm_toolchain::COMPONENT][..])] {
        let mut cargo = project::cargo();
        cargo
            .args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}\t{l}"])
            .args(["--package", program])
            .args(more);
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

/// What the files of a package say about its licence.
fn texts(folder: &Path) -> Result<Vec<String>> {
    let mut files: Vec<String> = project::files_below(folder)?
        .into_iter()
        .filter(|name| {
            let name = name.to_ascii_lowercase();
            let first = name.split('/').next().unwrap_or_default();
            TOLD_IN.iter().any(|beginning| first.starts_with(beginning))
        })
        .collect();
    files.sort();
    files
        .iter()
        .map(|name| {
            let file = folder.join(name);
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
    all.push_str("\nThe standard library of Rust is carried as well: MIT OR Apache-2.0.\n");
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
    fn every_package_that_a_release_carries_is_found_and_nearly_all_tell_their_licence() {
        let text = text().unwrap();
        for name in ["wasmtime", "blake3", "serde_json", "reqwest", "yaml_serde", "libmimalloc-sys"] {
            assert!(text.contains(&format!("\n  {name} ")), "{name}");
        }
        assert!(!text.contains("lightbeam-core"));
        let (listed, silent) = (text.matches("\n  ").count(), text.matches("holds no text").count());
        assert!(silent * 10 < listed, "{silent} of {listed}");
    }
}
