//! Every scenario on every host, and the hosts compared with each other.
//!
//! `SCENARIO=part-of-a-name cargo test -p lightbeam-harness` plays some of them.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use lightbeam_harness::component::Component;
use lightbeam_harness::host::{ComponentHost, Host, MemoryHost};
use lightbeam_harness::scenario::{Played, Sameness, Scenario, differences, play};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios")
}

fn scenarios() -> Vec<Scenario> {
    let all = Scenario::read_all(&folder()).expect("every scenario can be read");
    let wanted = std::env::var("SCENARIO").unwrap_or_default();
    let some: Vec<Scenario> = all.into_iter().filter(|scenario| scenario.name.contains(&wanted)).collect();
    assert!(!some.is_empty(), "no scenario is called {wanted}");
    some
}

fn played(scenario: &Scenario, host: &dyn Host) -> Played {
    play(scenario, host).unwrap_or_else(|wrong| panic!("{} on {}: {wrong}", scenario.name, host.name()))
}

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} findings\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// How many scenarios are played at a time on the component: most of them wait for time-outs and repeats, which are real.
const AT_A_TIME: usize = 6;

#[test]
fn in_memory() {
    let wrong: Vec<String> = scenarios().iter().flat_map(|scenario| played(scenario, &MemoryHost).wrong).collect();
    report(&wrong);
}

#[test]
fn as_a_component_and_the_same_everywhere() {
    let component = Component::of_this_repository().unwrap_or_else(|error| panic!("{error}"));
    let left = Mutex::new(scenarios().into_iter());
    let next = || left.lock().unwrap().next();
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(scenario) = next() {
                    let one = played(&scenario, &MemoryHost);
                    let other = played(&scenario, &ComponentHost(component));
                    let mut wrong = wrong.lock().unwrap();
                    wrong.extend(other.wrong.iter().cloned());
                    wrong.extend(differences(&scenario, &one, &other, Sameness::Whole));
                }
            });
        }
    });
    report(&wrong.into_inner().unwrap());
}
