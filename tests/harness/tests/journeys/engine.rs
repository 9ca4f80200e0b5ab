//! The part of the page that does the work, where it cannot be had.

use std::fs;
use std::path::PathBuf;

use lightbeam_sim::Settings;
use lightbeam_sim::pages::{PageServer, Security};
use tempfile::TempDir;

use crate::offline::copied;
use crate::person::Person;
use crate::records::Records;

const LOST: &str = "the part of the page that does the work could not be loaded (lightbeam-engine-";
const KEY: &str = "populatedSecret";

#[test]
fn an_engine_that_is_missing_or_another_is_told_and_the_next_try_succeeds() {
    let folder = TempDir::new().unwrap();
    copied(folder.path());
    let engine = engine_of(folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path()));
    let whole = fs::read(&engine).unwrap();
    fs::remove_file(&engine).unwrap();
    let person = Person::at(PageServer::start(folder.path(), "/", Security::On).unwrap(), Settings::default());
    person.types_credentials(KEY);

    person.presses("Test connection");
    person.sees(LOST);
    person.sees("_bg.wasm could not be had, or is not of this version of the page); check the network and try again");

    // Of the right length, but not what the page was built with.
    let mut strange = whole.clone();
    *strange.last_mut().unwrap() ^= 1;
    fs::write(&engine, strange).unwrap();
    person.reload();
    person.types_credentials(KEY);
    person.presses("Test connection");
    person.sees("_bg.wasm could not be had, or is not of this version of the page");
    assert!(person.api.log().is_empty(), "nothing that is not of this build may ask for a token");

    fs::write(&engine, whole).unwrap();
    let records = Records::students(1..=3);
    person.connects();
    person.chooses_files(&records.files());
    assert_eq!(person.sends(), "✔ Done. Everything that was to be done was tried.");
    person.api_holds(&records);
}

/// The engine's module among the files of the page.
fn engine_of(mut files: impl Iterator<Item = PathBuf>) -> PathBuf {
    let is_engine = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("lightbeam-engine-") && name.ends_with("_bg.wasm")
    };
    files.find(is_engine).expect("the page has an engine")
}
