//! Puts the compiled component of `LIGHTBEAM_COMPONENT` into the program; without it an empty one, so that the crate
//! builds in a fresh clone.

use std::path::PathBuf;
use std::{env, fs};

const COMPONENT: &str = "LIGHTBEAM_COMPONENT";

fn main() {
    println!("cargo::rerun-if-env-changed={COMPONENT}");
    println!("cargo::rustc-env=LIGHTBEAM_TARGET={}", env::var("TARGET").expect("cargo tells the target"));
    let made = PathBuf::from(env::var_os("OUT_DIR").expect("cargo tells the folder")).join("component.cwasm");
    let bytes = env::var_os(COMPONENT).map_or_else(Vec::new, |path| {
        println!("cargo::rerun-if-changed={}", path.display());
        fs::read(&path).unwrap_or_else(|error| panic!("{COMPONENT}={}: {error}", path.display()))
    });
    fs::write(&made, bytes).unwrap_or_else(|error| panic!("{}: {error}", made.display()));
}
