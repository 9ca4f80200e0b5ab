//! Every scenario that needs neither terminal nor sudden end. `SCENARIO=part-of-a-name` plays some of them.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use lightbeam_harness::host::{Host, LauncherHost, MemoryHost};
use lightbeam_harness::scenario::{Played, Sameness, Scenario, differences, play};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios")
}

fn played(scenario: &Scenario, host: &dyn Host) -> Played {
    play(scenario, host).unwrap_or_else(|wrong| panic!("{} on {}: {wrong}", scenario.name, host.name()))
}

/// How many scenarios are played at a time: most of them wait for time-outs and repeats, which are real.
const AT_A_TIME: usize = 6;

#[test]
fn scenarios_are_the_same_as_in_memory() {
    let launcher = LauncherHost::of_this_repository().unwrap_or_else(|wrong| panic!("{wrong}"));
    let all = Scenario::read_all(&folder()).expect("every scenario can be read");
    let wanted = std::env::var("SCENARIO").unwrap_or_default();
    let chosen = all.into_iter().filter(|scenario| scenario.name.contains(&wanted));
    let some: Vec<Scenario> = chosen.filter(LauncherHost::can_play).collect();
    assert!(!some.is_empty(), "no scenario of the launcher is called {wanted}");
    let left = Mutex::new(some.into_iter());
    let next = || left.lock().unwrap().next();
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(scenario) = next() {
                    let one = played(&scenario, &MemoryHost);
                    let other = played(&scenario, &launcher);
                    let mut wrong = wrong.lock().unwrap();
                    wrong.extend(other.wrong.iter().cloned());
                    wrong.extend(differences(&scenario, &one, &other, Sameness::Whole));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} findings\n\n{}", wrong.len(), wrong.join("\n\n"));
}
