//! Whether every dependency may be used, and which of them come in several versions.
//!
//! The licences that are accepted stand in `deny.toml`, so that `cargo deny`, where it is present, and this check agree.

use std::collections::{BTreeMap, BTreeSet};

use crate::failure::{Failure, Result};
use crate::{process, project, say};

/// A package with its licence, as cargo tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: String,
}

/// The stage `licences`.
pub(crate) fn check() -> Result<()> {
    let deny = project::read(&project::root().join("deny.toml"))?;
    let accepted = accepted(&deny)?;
    let mut cargo = project::cargo();
    cargo
        .args(["tree", "--workspace", "--locked", "--all-features"])
        .args(["--target", "all", "--edges", "normal,build,dev"])
        .args(["--prefix", "none", "--format", "{p}\t{l}"]);
    say::command(process::line(&cargo));
    let packages = packages(&process::output(&mut cargo)?);

    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !is_accepted(&package.licence, &accepted) && !is_excepted(package, &deny))
        .map(|package| format!("{} {} is under `{}`", package.name, package.version, package.licence))
        .collect();
    if !refused.is_empty() {
        return Err(Failure::new(refused.join("\n"))
            .hint("accepted licences are listed in deny.toml; think twice before adding one"));
    }
    say::note(format!("{} packages, all under accepted licences.", packages.len()));
    say_duplicates(&packages);
    cargo_deny()
}

/// Several versions of one package cost time and size, but come from others: told, not refused.
fn say_duplicates(packages: &BTreeSet<Package>) {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let known = versions.entry(&package.name).or_default();
        known.push(&package.version);
    }
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        say::note(format!("In several versions: {name} {}", versions.join(", ")));
    }
}

fn cargo_deny() -> Result<()> {
    if !process::answers(project::cargo().get_program(), &["deny", "--version"]) {
        say::note("`cargo deny` is not installed; what it would add is left out.");
        return Ok(());
    }
    // Advisories need a database from the network, and change without us.
    process::run(project::cargo().args(["deny", "check", "licenses", "bans", "sources"]))
}

/// The `allow` list of the licences in `deny.toml`.
fn accepted(deny: &str) -> Result<BTreeSet<String>> {
    let list = deny
        .split_once("[licenses]")
        .and_then(|(_, section)| section.split_once("allow = ["))
        .and_then(|(_, list)| list.split_once(']'))
        .map(|(list, _)| list)
        .ok_or_else(|| Failure::new("deny.toml has no `allow = […]` under [licenses]"))?;
    Ok(list
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(|line| line.split(','))
        .map(|word| word.trim().trim_matches('"'))
        .filter(|word| !word.is_empty())
        .map(String::from)
        .collect())
}

/// Whether `deny.toml` accepts exactly this licence of exactly this package.
fn is_excepted(package: &Package, deny: &str) -> bool {
    deny.split("[[licenses.exceptions]]").skip(1).any(|entry| {
        let mut lines = entry.lines().map(str::trim).take_while(|line| !line.starts_with('['));
        lines.clone().any(|line| line == format!("name = \"{}\"", package.name))
            && lines.any(|line| line == format!("allow = [\"{}\"]", package.licence))
    })
}

/// Lines such as `bytes v1.11.0<tab>MIT (*)`.
pub(crate) fn packages(tree: &str) -> BTreeSet<Package> {
    tree.lines()
        .filter_map(|line| {
            let line = line.strip_suffix(" (*)").unwrap_or(line);
            let (package, licence) = line.split_once('\t')?;
            let mut words = package.split(' ');
            Some(Package {
                name: words.next()?.to_owned(),
                version: words.next()?.trim_start_matches('v').to_owned(),
                licence: licence.trim().to_owned(),
            })
        })
        .collect()
}

/// Whether a licence expression can be met with accepted licences alone: `OR` offers, `AND` demands.
fn is_accepted(expression: &str, accepted: &BTreeSet<String>) -> bool {
    // The old notation for OR.
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let mut reader = Expression { words: &words, accepted };
    let met = reader.any();
    // What cannot be read to its end is not accepted.
    met && reader.words.is_empty()
}

struct Expression<'a> {
    words: &'a [&'a str],
    accepted: &'a BTreeSet<String>,
}

impl Expression<'_> {
    fn any(&mut self) -> bool {
        let mut met = self.all();
        while self.takes("OR") {
            met |= self.all();
        }
        met
    }

    fn all(&mut self) -> bool {
        let mut met = self.one();
        while self.takes("AND") {
            met &= self.one();
        }
        met
    }

    fn one(&mut self) -> bool {
        if self.takes("(") {
            let met = self.any();
            return self.takes(")") && met;
        }
        let Some((licence, rest)) = self.words.split_first() else {
            return false;
        };
        self.words = rest;
        let mut licence = (*licence).to_owned();
        if self.takes("WITH") {
            let Some((exception, rest)) = self.words.split_first() else {
                return false;
            };
            self.words = rest;
            licence = format!("{licence} WITH {exception}");
        }
        self.accepted.contains(&licence)
    }

    fn takes(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_for_one_package_and_one_licence() {
        let deny = "[[licenses.exceptions]]\nname = \"driver\"\nallow = [\"MPL-2.0\"]\n\n[bans]\nname = \"other\"\n";
        let package = |name: &str, licence: &str| Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.to_owned(),
        };
        assert!(is_excepted(&package("driver", "MPL-2.0"), deny));
        assert!(!is_excepted(&package("driver", "GPL-3.0"), deny));
        assert!(!is_excepted(&package("other", "MPL-2.0"), deny));
    }

    fn mit_and_apache() -> BTreeSet<String> {
        ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].map(String::from).into()
    }

    #[test]
    fn expressions_that_can_be_met_are_accepted() {
        for expression in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0 OR MIT",
            "MIT/GPL-3.0",
            "Apache-2.0 / GPL-3.0",
            "MIT AND Apache-2.0",
            "(GPL-3.0 OR MIT) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception",
            "GPL-3.0 AND MIT OR Apache-2.0",
        ] {
            assert!(is_accepted(expression, &mit_and_apache()), "{expression}");
        }
    }

    #[test]
    fn expressions_that_cannot_be_met_or_read_are_refused() {
        for expression in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "MIT WITH Some-exception",
            "MIT WITH",
            "(MIT",
            "MIT)",
            "MIT Apache-2.0",
            "OR MIT",
        ] {
            assert!(!is_accepted(expression, &mit_and_apache()), "{expression}");
        }
    }

    #[test]
    fn packages_are_read_from_cargos_tree() {
        let tree = "core v0.1.0 (some/folder)\tApache-2.0\nbytes v1.11.0\tMIT (*)\n\
            serde_derive v1.0.0 (proc-macro)\tMIT OR Apache-2.0\n\nbytes v1.11.0\tMIT\nold v0.1.0\t\n";
        let read: Vec<_> =
            packages(tree).into_iter().map(|package| (package.name, package.version, package.licence)).collect();
        let expected = [
            ("bytes", "1.11.0", "MIT"),
            ("core", "0.1.0", "Apache-2.0"),
            ("old", "0.1.0", ""),
            ("serde_derive", "1.0.0", "MIT OR Apache-2.0"),
        ]
        .map(|(name, version, licence)| (name.into(), version.into(), licence.into()));
        assert_eq!(read, expected);
    }

    #[test]
    fn the_list_is_read_from_deny_toml() {
        let deny = "[bans]\nallow = [\"x\"]\n[licenses]\nallow = [\n  \"MIT\", # why\n  \"A WITH B\",\n]\n";
        let list: Vec<_> = accepted(deny).unwrap().into_iter().collect();
        assert_eq!(list, ["A WITH B", "MIT"]);
        assert!(accepted("[licenses]\n").is_err());
    }
}
