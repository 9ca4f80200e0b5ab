//! Puts the compiled component into the program: the file that `LIGHTBEAM_COMPONENT` names, which `cargo xtask build`
//! writes. Without it there is none inside, so that the crate builds in a fresh clone.

use std::path::PathBuf;
use std::{env, fs};

const COMPONENT: &str = "LIGHTBEAM_COMPONENT";

fn main() {
    println!("cargo::rerun-if-env-changed={COMPONENT}");
    println!("cargo::rustc-env=LIGHTBEAM_TARGET={}", env::var("TARGET").expect("cargo tells the target"));
    let made = PathBuf::from(env::var_os("OUT_DIR").expect("cargo tells the folder")).join("component.cwasm");
    let bytes = env::var_os(COMPONENT).map_or_else(Vec::new, |path| {
        println!("cargo::rerun-if-changed={}", path.display());
        match fs::read(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                panic!("{COMPONENT}={}: {error}", path.display())
            }
            read => read.unwrap_or_default(),
        }
    });
    // What is the same keeps its time, so that nothing is compiled anew.
    if fs::read(&made).ok().as_ref() != Some(&bytes) {
        fs::write(&made, bytes).unwrap_or_else(|error| panic!("{}: {error}", made.display()));
    }
}
