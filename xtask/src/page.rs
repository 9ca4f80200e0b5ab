//! Building the page: `dist/`, for any static host and any path.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::failure::{Failure, Result};
use crate::fingerprint::Fingerprint;
use crate::modules::{MODULES, Module};
use crate::page_tools::PageTools;
use crate::wasm_toolchain::{BROWSER, WasmToolchain};
use crate::{modules, notices, offline, page_tools, process, project, say, setup};

/// The package of the page.
pub(crate) const PAGE_PACKAGE: &str = "lightbeam-web";

/// Bytes that each module may have as it is; how many as it is downloaded, [`Module`] tells.
const MOST_RAW: u64 = 1_500_000;

/// What the page is made of, beside the sources of the two crates.
const SOURCES: [&str; 5] = [".cargo/config.toml", "Cargo.lock", "Cargo.toml", "Trunk.toml", "index.html"];
const CRATES: [&str; 2] = ["core", "web"];

/// How large a module is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    raw: u64,
    packed: u64,
}

/// `cargo xtask page`: set-up if needed, the page, and whether it is small enough.
pub(crate) fn run() -> Result<()> {
    let begin = Instant::now();
    let toolchain = setup::wasm()?;
    let tools = page_tools::all()?;
    let page = build(&toolchain, &tools)?;
    check_size(&page)?;
    say::note(format!("All of it took {}.", say::duration(begin.elapsed())));
    Ok(())
}

/// Leaves the page in `dist/`, unless what is there comes from the same sources.
pub(crate) fn build(toolchain: &WasmToolchain, tools: &PageTools) -> Result<PathBuf> {
    say::step("Building the page");
    let begin = Instant::now();
    let page = project::page();
    let sources = sources(&toolchain.version()?)?;
    let known = project::target().join("page-is-of");
    if std::fs::read_to_string(&known).is_ok_and(|text| Some(text) == state(sources, &page)) {
        say::note(format!("Skipped: {} is of these sources already.", project::shown(&page)));
        return Ok(page);
    }
    // So that Trunk needs no network.
    process::run(project::cargo().args(["fetch", "--locked"]))?;
    let mut trunk = trunk(toolchain, tools)?;
    trunk.args(["build", "--release", "--offline", "--locked"]);
    process::run(&mut trunk)?;
    modules::name_by_content(&page)?;
    project::write(&page.join(notices::FILE), &notices::text(&notices::PAGE)?)?;
    offline::complete(&page)?;
    project::make_folder(&project::target())?;
    project::write(&known, &state(sources, &page).unwrap_or_default())?;
    say::note(format!("{}, in {}.", project::shown(&page), say::duration(begin.elapsed())));
    Ok(page)
}

/// Trunk, with the compiler for the page.
fn trunk(toolchain: &WasmToolchain, tools: &PageTools) -> Result<Command> {
    let mut trunk = toolchain.program(&tools.program("trunk"), &[tools.folder().to_owned()])?;
    // Trunk takes `NO_COLOR=1`, which is usual, for a mistake: it wants `true`.
    trunk.env_remove("NO_COLOR");
    Ok(trunk)
}

/// A fingerprint of all that the page is made of.
fn sources(compiler: &str) -> Result<Fingerprint> {
    let root = project::root();
    let mut files: Vec<String> = SOURCES.map(String::from).into();
    for name in CRATES {
        let below = project::files_below(&root.join(name))?.into_iter();
        files.extend(below.filter(|file| !file.starts_with("tests/")).map(|file| format!("{name}/{file}")));
    }
    let mut fingerprint = Fingerprint::new();
    fingerprint.add(compiler.as_bytes());
    // How it is built counts, too.
    fingerprint.add(include_bytes!("page.rs"));
    fingerprint.add(include_bytes!("modules.rs"));
    fingerprint.add(include_bytes!("notices.rs"));
    fingerprint.add(include_bytes!("offline.rs"));
    fingerprint.add(include_bytes!("wasm_toolchain.rs"));
    fingerprint.add_files(&root, &files)?;
    Ok(fingerprint)
}

/// What says that a page is of these sources, and was not changed since; `None` for a page that is not whole.
fn state(sources: Fingerprint, page: &Path) -> Option<String> {
    if !offline::is_complete(page) {
        return None;
    }
    let mut fingerprint = Fingerprint::new();
    fingerprint.add_files(page, &project::files_below(page).ok()?).ok()?;
    Some(format!("{sources} {fingerprint}\n"))
}

/// Says how large the modules are, and fails when one is too large.
pub(crate) fn check_size(page: &Path) -> Result<()> {
    say::step("The size of the page's modules");
    let mut sum = Size { raw: 0, packed: 0 };
    let mut too_large = Vec::new();
    for module in MODULES {
        let size = size(page, module)?;
        say::note(format!(
            "{}: {size}; it may have {}, {} with brotli.",
            module.what,
            say::count(MOST_RAW),
            say::count(module.most_packed)
        ));
        sum = Size { raw: sum.raw + size.raw, packed: sum.packed + size.packed };
        if size.raw > MOST_RAW || size.packed > module.most_packed {
            too_large.push(module);
        }
    }
    say::note(format!("Both together: {sum}."));
    let Some(module) = too_large.first() else { return Ok(()) };
    Err(Failure::new(format!("{} is too large to be downloaded by people who wait for it", module.what))
        .hint(format!("`cargo tree -p {PAGE_PACKAGE} --target {BROWSER} -e normal` shows what may be in it")))
}

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} bytes, {} with brotli", say::count(self.raw), say::count(self.packed))
    }
}

fn size(page: &Path, module: Module) -> Result<Size> {
    let packed = project::target().join(format!("{}.wasm.br", module.program));
    let module = page.join(modules::file(page, module, modules::WASM)?);
    process::run(Command::new("brotli").args(["-q", "11", "-f", "-o"]).arg(&packed).arg(&module))?;
    let length = |file: &Path| {
        std::fs::metadata(file).map(|about| about.len()).map_err(|error| Failure::file("look at", file, &error))
    };
    Ok(Size { raw: length(&module)?, packed: length(&packed)? })
}
