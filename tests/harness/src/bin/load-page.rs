//! `load-page API DATA`: loads a folder of records from the page, in a browser, into the API at that address, as a person
//! would. Prints how many records the API accepted, and how many milliseconds passed from the press of the button to the end.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a program")]

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lightbeam_harness::browser::Browser;
use lightbeam_sim::pages::{PageServer, Security};

/// For whatever is no run.
const PATIENCE: Duration = Duration::from_mins(1);
/// For the run.
const RUN: Duration = Duration::from_mins(30);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [api, data] = words.as_slice() else { return Err("usage: load-page API DATA".into()) };
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist");
    if !dist.join("index.html").is_file() {
        return Err("there is no page: run `cargo xtask page`".into());
    }
    let site = PageServer::start(dist, "/", Security::On)?;
    let browser = Browser::start()?;
    browser.open(&site.url())?;
    browser.fill_named("Base URL", api, PATIENCE)?;
    browser.fill_named("Client id", "populated", PATIENCE)?;
    browser.fill_named("Client secret", "populatedSecret", PATIENCE)?;
    browser.press_named("Test connection", PATIENCE)?;
    sees(&browser, "The API offers")?;
    browser.press_named("2. Choose files*", PATIENCE)?;
    browser.upload("#choose-folder", &[Path::new(data)])?;
    sees(&browser, "for known endpoints")?;
    browser.press_named("5. Send*", PATIENCE)?;
    browser.press_named("Send *", PATIENCE)?;
    let begun = Instant::now();
    browser.wait_until("[...document.querySelectorAll('.end')].some((end) => end.checkVisibility())", RUN)?;
    let took = begun.elapsed();
    browser.press_named("See the results", PATIENCE)?;
    sees(&browser, "accepted by the API")?;
    let said = browser.execute("return document.body.innerText", Vec::new())?;
    let accepted = said
        .as_str()
        .and_then(|text| text.split(" records accepted by the API").next()?.rsplit([' ', '\n']).next())
        .ok_or("the page does not say how many records were accepted")?;
    println!("accepted {} in {} ms", accepted.replace(',', ""), took.as_millis());
    Ok(())
}

fn sees(browser: &Browser, text: &str) -> Result<(), Box<dyn std::error::Error>> {
    let text = serde_json::to_string(text)?;
    Ok(browser.wait_until(&format!("document.body.innerText.includes({text})"), PATIENCE)?)
}
