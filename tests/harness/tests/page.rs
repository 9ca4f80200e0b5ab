//! Every scenario in the page's own worker, in a real browser, compared with the in-memory host, with which
//! `scenarios.rs` compares the component: what is the same as a third is the same among themselves.
//!
//! `SCENARIO=part-of-a-name cargo test -p lightbeam-harness --test page` plays some of them.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;

use lightbeam_harness::host::{MemoryHost, PageHost};
use lightbeam_harness::scenario::{InPage, Sameness, Scenario, differences, play};

/// Browsers at a time: most scenarios wait for time-outs and repeats, which are real.
const AT_A_TIME: usize = 3;

/// So many scenarios at least are the same in the page, whatever else is an exception.
const AT_LEAST: usize = 30;

/// What became of the scenarios.
#[derive(Default)]
struct Tally {
    same: Vec<String>,
    exceptions: Vec<String>,
    wrong: Vec<String>,
}

/// What a scenario is excepted from in the page, and why.
fn exception(scenario: &Scenario) -> Option<String> {
    let (what, why) = match &scenario.page {
        InPage::Same => return None,
        InPage::OwnWords(why) => ("all but words of failures without an answer", why),
        InPage::SameOutcome(why) => ("the outcome only", why),
        InPage::OwnEnd(why) => ("not compared", why),
        InPage::Never(why) => ("not played", why),
    };
    Some(format!("{}: {what}: {why}", scenario.name))
}

fn findings(scenario: &Scenario, page: &PageHost) -> Result<Vec<String>, String> {
    let compared = match &scenario.page {
        InPage::Never(_) => return Ok(Vec::new()),
        InPage::Same => Some(Sameness::Whole),
        InPage::OwnWords(_) => Some(Sameness::ButWords),
        InPage::SameOutcome(_) => Some(Sameness::Outcome),
        InPage::OwnEnd(_) => None,
    };
    let other = play(scenario, page)?;
    let mut wrong = other.wrong.clone();
    if let Some(sameness) = compared {
        wrong.extend(differences(scenario, &play(scenario, &MemoryHost)?, &other, sameness));
    }
    Ok(wrong)
}

fn play_one(scenario: &Scenario, page: &PageHost, tally: &Mutex<Tally>) {
    let wrong = findings(scenario, page).unwrap_or_else(|error| vec![format!("{}: {error}", scenario.name)]);
    let mut tally = tally.lock().expect("no other thread panicked");
    match exception(scenario) {
        Some(exception) => tally.exceptions.push(exception),
        None if wrong.is_empty() => tally.same.push(scenario.name.clone()),
        None => {}
    }
    for (at, _) in scenario.runs.iter().enumerate().filter(|(_, run)| run.in_page.is_some()) {
        tally.exceptions.push(format!("{}, run {}: expectations of its own", scenario.name, at + 1));
    }
    tally.wrong.extend(wrong);
}

#[test]
fn in_the_page_and_the_same_everywhere() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios");
    let all = Scenario::read_all(&folder).expect("every scenario can be read");
    let wanted = std::env::var("SCENARIO").unwrap_or_default();
    let some: VecDeque<Scenario> = all.into_iter().filter(|scenario| scenario.name.contains(&wanted)).collect();
    assert!(!some.is_empty(), "no scenario is called {wanted}");
    let browsers = AT_A_TIME.min(some.len());
    let left = Mutex::new(some);
    let next = || left.lock().expect("no other thread panicked").pop_front();
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..browsers {
            scope.spawn(|| match PageHost::open() {
                Ok(page) => {
                    while let Some(scenario) = next() {
                        play_one(&scenario, &page, &tally);
                    }
                }
                Err(error) => tally.lock().expect("no other thread panicked").wrong.push(error),
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    eprintln!("{} scenarios are the same in the page; {} exceptions:", tally.same.len(), tally.exceptions.len());
    eprintln!("{}", tally.exceptions.join("\n"));
    assert!(tally.wrong.is_empty(), "{} findings\n\n{}", tally.wrong.len(), tally.wrong.join("\n\n"));
    assert!(!wanted.is_empty() || tally.same.len() >= AT_LEAST, "only {} are the same", tally.same.len());
}
