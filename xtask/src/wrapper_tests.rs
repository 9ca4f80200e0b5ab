//! `packaging/lightbeam-wasmtime.sh`, with a program in place of wasmtime that tells how it was called.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::project;

/// Prints each of its arguments on a line, then the variable that it was to inherit, and what it reads.
const FAKE: &str = "#!/bin/sh\nprintf '<%s>\\n' \"$@\"\necho \"SECRET is $SECRET\"\ncat\nexit 99\n";

/// A folder with everything that the wrapper needs.
struct Place {
    folder: PathBuf,
    script: PathBuf,
}

impl Place {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("lightbeam-wrapper-{}-{name}", std::process::id()));
        // `bin` is where wasmtime is, `tool box` where the wrapper is.
        for inner in ["bin", "none", "tool box", "work", "more data", "state"] {
            project::make_folder(&folder.join(inner)).unwrap();
        }
        let script = folder.join("tool box/lightbeam-wasmtime.sh");
        let source = project::root().join("packaging/lightbeam-wasmtime.sh");
        // By another process: where this one had written it, a program that starts just then could keep it from being run.
        let put = "cp \"$1\" \"$2\" && printf %s \"$4\" >\"$3\" && chmod 755 \"$3\"";
        let fake = folder.join("bin/wasmtime");
        let status = Command::new("sh").args(["-c", put, "sh"]).args([&source, &script, &fake]).arg(FAKE).status();
        assert!(status.unwrap().success());
        project::write(&folder.join("tool box/lightbeam.wasm"), "").unwrap();
        Self { folder, script }
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// The wrapper, with wasmtime on PATH, in the folder `work`.
    fn wrapper(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.script);
        let path = format!("{}:/usr/bin:/bin", self.path("bin"));
        command.args(words).current_dir(self.folder.join("work")).env("PATH", path).stdin(Stdio::null());
        for variable in ["LIGHTBEAM_DIRS", "LIGHTBEAM_ENV", "LIGHTBEAM_WASM"] {
            command.env_remove(variable);
        }
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What a wrapper says that does not come to start wasmtime.
fn refused(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(told(&output), "");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn wasmtime_gets_the_grants_of_the_readme_and_the_words_as_they_are() {
    let place = Place::new("plain");
    let words = ["send", "-c", "my lightbeam.yaml", "-s", "student*", "", "--params", "{\"A\": \"$b\"}"];
    let output = place.wrapper(&words).output().unwrap();
    let expected = format!(
        "<run>\n<-S>\n<http>\n<--dir>\n<.>\n<{}>\n<send>\n<-c>\n<my lightbeam.yaml>\n<-s>\n<student*>\n<>\n<--params>\n\
         <{{\"A\": \"$b\"}}>\nSECRET is \n",
        place.path("tool box/lightbeam.wasm")
    );
    assert_eq!(told(&output), expected);
    assert_eq!(output.status.code(), Some(99), "the exit code is wasmtime's");
}

#[test]
fn folders_and_variables_are_granted_and_no_value_stands_on_the_command_line() {
    let place = Place::new("grants");
    let mut command = place.wrapper(&["count"]);
    command.env("LIGHTBEAM_DIRS", format!("{}::{}", place.path("more data"), place.path("state")));
    command.env("LIGHTBEAM_ENV", " SECRET, EDFI_CLIENT_ID\tHOME,").env("SECRET", "s3cr3t");
    let output = command.output().unwrap();
    let text = told(&output);
    let (arguments, rest) = text.split_at(text.find("SECRET is").unwrap());
    let expected = format!(
        "<run>\n<-S>\n<http>\n<--dir>\n<.>\n<--dir>\n<{}>\n<--dir>\n<{}>\n<--env>\n<HOME>\n<--env>\n<EDFI_CLIENT_ID>\n\
         <--env>\n<SECRET>\n<{}>\n<count>\n",
        place.path("state"),
        place.path("more data"),
        place.path("tool box/lightbeam.wasm")
    );
    assert_eq!(arguments, expected);
    assert_eq!(rest, "SECRET is s3cr3t\n", "wasmtime inherits it");
}

#[test]
fn standard_input_is_wasmtimes() {
    let place = Place::new("input");
    let mut command = place.wrapper(&["delete"]);
    let answer = std::fs::File::open(project::root().join("Cargo.toml")).unwrap();
    let output = command.stdin(answer).output().unwrap();
    assert!(told(&output).contains("[workspace]"), "{output:?}");
}

#[test]
fn it_is_found_through_a_link_and_finds_the_component_beside_itself() {
    let place = Place::new("link");
    let link = place.folder.join("bin/lb");
    std::os::unix::fs::symlink(Path::new("../tool box/lightbeam-wasmtime.sh"), &link).unwrap();
    let mut command = place.wrapper(&[]);
    let path = command.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned();
    let output = Command::new(link).env("PATH", path).stdin(Stdio::null()).output().unwrap();
    assert!(told(&output).contains("tool box/lightbeam.wasm>"), "{output:?}");
    // Another one, where that is wanted.
    let output = command.env("LIGHTBEAM_WASM", place.script.as_os_str()).output().unwrap();
    assert!(told(&output).contains("tool box/lightbeam-wasmtime.sh>"), "{output:?}");
}

#[test]
fn what_is_missing_is_told_in_a_sentence() {
    let place = Place::new("missing");
    let said = refused(place.wrapper(&["send"]).env("PATH", place.path("none")));
    assert!(said.starts_with("error: wasmtime is not on PATH\n\nhint: install version 46 or later"), "{said}");

    let said = refused(place.wrapper(&["send"]).env("LIGHTBEAM_WASM", place.path("no.wasm")));
    assert!(said.contains("there is no ") && said.contains("LIGHTBEAM_WASM"), "{said}");

    let said = refused(place.wrapper(&["send"]).env("LIGHTBEAM_DIRS", place.path("no folder")));
    assert!(said.contains("no folder, which is no folder"), "{said}");
}

#[test]
fn a_variable_that_is_named_with_its_value_is_refused_without_telling_it() {
    let place = Place::new("value");
    let said = refused(place.wrapper(&["send"]).env("LIGHTBEAM_ENV", "HOME SECRET=s3cr3t"));
    assert!(said.starts_with("error: LIGHTBEAM_ENV has a value for SECRET\n"), "{said}");
    assert!(!said.contains("s3cr3t"), "{said}");
}
