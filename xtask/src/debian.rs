//! Debian's own compiler: the way to the wasm targets where no toolchain server can be reached.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Result};
use crate::version::Version;
use crate::wasm_toolchain::{DEBIAN_RUSTC, debian_command};
use crate::{process, project, say};

/// Compiler, cargo, the sources of the standard library, linkers, the C parts for WASI, and clippy.
const PACKAGES: [&str; 6] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "wasi-libc", "rust-web-clippy"];

const WHY: &str = "a compiler that can be given the wasm targets";

/// A link to the linker of one LLVM version, which is a package of its own that the others only recommend.
const LINKER: &str = "/usr/bin/rust-lld";

/// Whether this system has those packages; Ubuntu, for one, has not.
pub(crate) fn is_here() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|text| names_debian(&text))
        && Path::new("/usr/bin/apt-get").exists()
}

fn names_debian(os_release: &str) -> bool {
    os_release.lines().filter_map(|line| line.strip_prefix("ID=")).any(|id| id.trim_matches(['"', '\'']) == "debian")
}

/// Whether packages that Debian and its kin have under the same name can be installed here.
pub(crate) fn has_apt() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|text| names_kin(&text))
        && Path::new("/usr/bin/apt-get").exists()
}

fn names_kin(os_release: &str) -> bool {
    let words =
        os_release.lines().filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")));
    words.flat_map(|ids| ids.trim_matches(['"', '\'']).split(' ')).any(|id| id == "debian")
}

/// Installs what is missing and checks that the compiler is new enough.
pub(crate) fn install() -> Result<()> {
    let missing: Vec<&str> = PACKAGES.into_iter().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        say::note("Debian's packages are there already.");
    } else {
        apt_install(&missing, WHY)?;
    }
    if let Some(linker) = missing_linker() {
        apt_install(&[&linker], WHY)?;
    }
    check_version()
}

fn is_installed(package: &str) -> bool {
    process::output(Command::new("dpkg-query").args(["-W", "-f", "${db:Status-Status}", package]))
        .is_ok_and(|status| status.trim() == "installed")
}

/// The package's name is the name of the program that the link leads to: `lld-22`.
fn missing_linker() -> Option<String> {
    if Path::new(LINKER).exists() {
        return None;
    }
    let program = std::fs::read_link(LINKER).ok()?;
    Some(program.file_name()?.to_string_lossy().into_owned())
}

/// Installs packages, and tells why.
pub(crate) fn apt_install(packages: &[&str], why: &str) -> Result<()> {
    say::note(format!("Installing the system's packages {}: {why}.", packages.join(" ")));
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(packages);
    if process::status(&mut apt_get(&install)?)?.success() {
        return Ok(());
    }
    say::note("That did not work; perhaps the list of packages is old. Fetching a new one.");
    let by_hand = |failure: Failure| {
        failure
            .hint(format!("by hand, as root: apt-get update && apt-get install {}", packages.join(" ")))
            .hint("Debian 12 or later with its security updates has them")
    };
    process::run(&mut apt_get(&["update"])?).map_err(by_hand)?;
    process::run(&mut apt_get(&install)?).map_err(by_hand)
}

/// `apt-get`, through sudo for anybody but root.
fn apt_get(arguments: &[&str]) -> Result<Command> {
    let user = process::output(Command::new("id").arg("-u"))?;
    let mut command = if user.trim() == "0" {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    } else {
        // Never a question for a password in the middle of a long log.
        let mut command = Command::new("sudo");
        command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        command
    };
    // Another installation may be under way.
    command.args(["-o", "DPkg::Lock::Timeout=300"]).args(arguments);
    Ok(command)
}

fn check_version() -> Result<()> {
    let printed = process::output(debian_command(DEBIAN_RUSTC).arg("--version"))?;
    let wanted = least_rust()?;
    match Version::in_text(&printed) {
        Some(version) if version >= wanted => Ok(()),
        _ => {
            Err(Failure::new(format!("{DEBIAN_RUSTC} is {}, and this project needs {wanted} or later", printed.trim()))
                .hint("`apt-get update` and `apt-get upgrade` bring Debian's newest rustc-web"))
        }
    }
}

/// The `rust-version` of the workspace.
fn least_rust() -> Result<Version> {
    let manifest = project::root().join("Cargo.toml");
    rust_version(&project::read(&manifest)?)
        .ok_or_else(|| Failure::new(format!("{} names no rust-version", project::shown(&manifest))))
}

fn rust_version(manifest: &str) -> Option<Version> {
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "))?;
    Version::in_text(line.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_is_told_from_what_is_like_it() {
        assert!(names_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(!names_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(names_kin("ID=ubuntu\nID_LIKE=debian\n") && names_kin("ID=mint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!names_kin("ID=fedora\n"));
        assert!(!names_debian(""));
    }

    #[test]
    fn the_least_compiler_is_read_from_the_workspace() {
        assert_eq!(rust_version("[workspace.package]\nrust-version = \"1.91\"\n"), Some(Version(1, 91, 0)));
        assert!(least_rust().unwrap() >= Version(1, 85, 0));
    }
}
