//! `cargo xtask docs`: the lists in the documentation that are made from the code.
//!
//! The tests that compare these lists with the code also write them, so that both are made in one place.

use crate::failure::Result;
use crate::{process, project};

/// Where the tests are: package, and what of it.
const TESTS: [&[&str]; 2] = [
    &["--package", "lightbeam-core", "--test", "configuration_reference"],
    &["--package", "lightbeam-wasi", "--lib", "args::reference"],
];

/// Writes docs/configuration.md and docs/cli.md, all but what people write at their beginning.
pub(crate) fn write() -> Result<()> {
    for test in TESTS {
        let mut cargo = project::cargo();
        cargo.env("LIGHTBEAM_WRITE_DOCS", "1");
        process::run(cargo.args(["test", "--locked"]).args(test))?;
    }
    Ok(())
}
