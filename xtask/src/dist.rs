//! `cargo xtask dist`: what a release is made of, in one folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::build::Profile;
use crate::failure::{Failure, Result};
use crate::{build, digest, launcher, notices, process, project, say, setup};

/// What the launcher prints for shells and readers of manuals: the name that it is looked for by, and the words.
const PRINTED: [(&str, &[&str]); 6] = [
    ("_lightbeam", &["completions", "zsh"]),
    ("_lightbeam.ps1", &["completions", "powershell"]),
    ("lightbeam.1", &["man"]),
    ("lightbeam.bash", &["completions", "bash"]),
    ("lightbeam.elv", &["completions", "elvish"]),
    ("lightbeam.fish", &["completions", "fish"]),
];

/// Files of the project that are handed on as they are.
const SOURCES: [&str; 4] =
    ["LICENSE", "packaging/Containerfile", "packaging/lightbeam-wasmtime.ps1", "packaging/lightbeam-wasmtime.sh"];

/// The digests of all others; written last, so that a folder that has it is whole.
const SUMS: &str = "SHA256SUMS";

/// A file of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Artefact {
    name: String,
    content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    /// A copy, which may be run where the original may.
    Of(PathBuf),
    Text(String),
}

/// Builds everything, then replaces `target/release-artefacts/`.
pub(crate) fn run() -> Result<()> {
    let begin = Instant::now();
    let component = build::component(&setup::wasm()?)?;
    let launcher = launcher::build(Profile::Release, &component)?;

    say::step("Laying out what a release is made of");
    let target = host(&process::output(project::cargo().arg("-vV"))?)?;
    let notices = notices::text(&notices::RELEASE)?;
    let artefacts = artefacts(&project::root(), &component, &launcher, &target, notices, &|words| {
        let mut command = Command::new(&launcher);
        command.args(words);
        say::command(process::line(&command));
        process::output(&mut command)
    })?;
    let folder = project::release_artefacts();
    lay_out(&folder, &artefacts)?;
    say::note(format!("{}, in {}.", project::shown(&folder), say::duration(begin.elapsed())));
    Ok(())
}

/// The target that cargo builds for, as `cargo -vV` tells it.
fn host(told: &str) -> Result<String> {
    told.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(|target| target.trim().to_owned())
        .ok_or_else(|| Failure::new("`cargo -vV` does not tell which target it builds for"))
}

/// The launcher's name tells version and target, because those of several targets lie side by side.
fn launcher_name(version: &str, target: &str) -> String {
    let ending = if target.contains("-windows-") { ".exe" } else { "" };
    format!("{}-{version}-{target}{ending}", launcher::LAUNCHER)
}

/// Every file but the digests. `printed` is what the launcher prints when it is called with these words.
fn artefacts(
    root: &Path,
    component: &Path,
    launcher: &Path,
    target: &str,
    notices: String,
    printed: &dyn Fn(&[&str]) -> Result<String>,
) -> Result<Vec<Artefact>> {
    let copy = |name: String, of: PathBuf| Artefact { name, content: Content::Of(of) };
    let mut all = vec![
        copy(launcher_name(env!("CARGO_PKG_VERSION"), target), launcher.to_owned()),
        copy("lightbeam.wasm".into(), component.to_owned()),
    ];
    // Most of what is carried asks for this.
    all.push(Artefact { name: notices::FILE.to_owned(), content: Content::Text(notices) });
    for source in SOURCES {
        let name = source.rsplit('/').next().unwrap_or(source);
        all.push(copy(name.to_owned(), root.join(source)));
    }
    for (name, words) in PRINTED {
        all.push(Artefact { name: name.to_owned(), content: Content::Text(printed(words)?) });
    }
    Ok(all)
}

/// Replaces the folder by one with these files and their digests.
fn lay_out(folder: &Path, artefacts: &[Artefact]) -> Result<()> {
    project::remove_folder(folder)?;
    project::make_folder(folder)?;
    for Artefact { name, content } in artefacts {
        let place = folder.join(name);
        match content {
            Content::Of(file) => {
                std::fs::copy(file, &place).map_err(|error| Failure::file("copy", file, &error))?;
            }
            Content::Text(text) => project::write(&place, text)?,
        }
    }
    project::write(&folder.join(SUMS), &sums(folder)?)
}

/// The digests of all files in a folder, as `sha256sum -c` reads them; says how large each file is.
fn sums(folder: &Path) -> Result<String> {
    let mut lines = String::new();
    for name in project::files_below(folder)? {
        let file = folder.join(&name);
        let content = std::fs::read(&file).map_err(|error| Failure::file("read", &file, &error))?;
        say::note(format!("{name}: {} bytes.", say::count(content.len() as u64)));
        lines.push_str(&format!("{}  {name}\n", digest::sha256(&content)));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test alone, which is gone in the end.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("lightbeam-dist-{}-{name}", std::process::id()));
            project::make_folder(&folder).unwrap();
            Self(folder)
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let file = self.0.join(name);
            project::write(&file, text).unwrap();
            file
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_launchers_name_tells_what_it_runs_on() {
        assert_eq!(launcher_name("0.1.0", "x86_64-unknown-linux-gnu"), "lightbeam-0.1.0-x86_64-unknown-linux-gnu");
        assert_eq!(launcher_name("1.2.3", "aarch64-apple-darwin"), "lightbeam-1.2.3-aarch64-apple-darwin");
        assert_eq!(launcher_name("0.1.0", "x86_64-pc-windows-msvc"), "lightbeam-0.1.0-x86_64-pc-windows-msvc.exe");
    }

    #[test]
    fn the_target_is_the_one_that_cargo_tells() {
        assert_eq!(host("cargo 1.95.0\nrelease: 1.95.0\nhost: a-b-c\nos: x\n").unwrap(), "a-b-c");
        assert!(host("cargo 1.95.0\n").is_err());
    }

    #[test]
    fn a_release_has_all_its_files_and_none_of_an_earlier_one() {
        let place = Place::new("all");
        let launcher = place.file("launcher", "a program");
        let component = place.file("component", "a component");
        let root = project::root();
        let printed = |words: &[&str]| Ok(words.join(" "));
        let all = artefacts(&root, &component, &launcher, "x86_64-unknown-linux-gnu", "Be kind.".to_owned(), &printed);
        let folder = place.0.join("release-artefacts");
        project::make_folder(&folder).unwrap();
        project::write(&folder.join("lightbeam-0.0.1-x86_64-unknown-linux-gnu"), "old").unwrap();

        lay_out(&folder, &all.unwrap()).unwrap();

        let program = launcher_name(env!("CARGO_PKG_VERSION"), "x86_64-unknown-linux-gnu");
        let mut expected = vec![
            "Containerfile",
            "LICENSE",
            "SHA256SUMS",
            "THIRD-PARTY-NOTICES.txt",
            "_lightbeam",
            "_lightbeam.ps1",
            "lightbeam-wasmtime.ps1",
            "lightbeam-wasmtime.sh",
            "lightbeam.1",
            "lightbeam.bash",
            "lightbeam.elv",
            "lightbeam.fish",
            "lightbeam.wasm",
            &program,
        ];
        expected.sort_unstable();
        assert_eq!(project::files_below(&folder).unwrap(), expected);
        let read = |name: &str| project::read(&folder.join(name)).unwrap();
        assert_eq!(read(&program), "a program");
        assert_eq!(read("lightbeam.wasm"), "a component");
        assert_eq!(read("_lightbeam.ps1"), "completions powershell");
        assert_eq!(read("lightbeam.1"), "man");
        assert_eq!(read("THIRD-PARTY-NOTICES.txt"), "Be kind.");
        assert_eq!(read("LICENSE"), project::read(&root.join("LICENSE")).unwrap());
    }

    #[test]
    fn digests_are_sorted_and_read_by_sha256sum() {
        let place = Place::new("sums");
        let text = |name: &str, text: &str| Artefact { name: name.into(), content: Content::Text(text.into()) };
        lay_out(&place.0, &[text("b", ""), text("a", "abc"), text("Z", "abc")]).unwrap();
        let sums = project::read(&place.0.join(SUMS)).unwrap();
        assert_eq!(
            sums,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  Z\n\
             ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
        );
        let check = |folder: &Path| {
            process::output(Command::new("sha256sum").current_dir(folder).args(["--check", "--strict", SUMS]))
        };
        // Where there is that program.
        if process::answers("sha256sum", &["--version"]) {
            assert_eq!(check(&place.0).unwrap(), "Z: OK\na: OK\nb: OK\n");
            place.file("a", "forged");
            assert!(check(&place.0).is_err());
        }
    }

    #[test]
    fn a_launcher_that_cannot_print_its_manual_makes_no_release() {
        let failed = |_: &[&str]| Err(Failure::new("no manual"));
        let file = Path::new("x");
        assert_eq!(artefacts(file, file, file, "a-b-c", String::new(), &failed).unwrap_err().to_string(), "no manual");
    }
}
