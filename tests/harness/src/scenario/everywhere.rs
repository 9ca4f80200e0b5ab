use std::path::Path;
use std::sync::Mutex;

use super::{Played, Sameness, Scenario, differences, play};
use crate::host::{Host, MemoryHost};

/// How many scenarios are played at a time: most of them wait for time-outs and repeats, which are real.
const AT_A_TIME: usize = 6;

/// The scenarios of this repository; with the variable `SCENARIO` those whose names have that part.
///
/// # Panics
/// When one cannot be read, or none has such a name: nothing would be tested.
pub fn chosen() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios");
    let all = Scenario::read_all(&folder).expect("every scenario can be read");
    let wanted = std::env::var("SCENARIO").unwrap_or_default();
    let some: Vec<Scenario> = all.into_iter().filter(|scenario| scenario.name.contains(&wanted)).collect();
    assert!(!some.is_empty(), "no scenario is called {wanted}");
    some
}

/// Plays a scenario.
///
/// # Panics
/// When it cannot be played.
pub fn played(scenario: &Scenario, host: &dyn Host) -> Played {
    play(scenario, host).unwrap_or_else(|wrong| panic!("{} on {}: {wrong}", scenario.name, host.name()))
}

/// Plays scenarios on a host and in memory; tells what is wrong there, and all that differs.
///
/// # Panics
/// When one cannot be played.
pub fn compared(scenarios: Vec<Scenario>, host: &(dyn Host + Sync)) -> Vec<String> {
    let left = Mutex::new(scenarios.into_iter());
    let next = || left.lock().expect("no other thread panicked").next();
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(scenario) = next() {
                    let one = played(&scenario, &MemoryHost);
                    let other = played(&scenario, host);
                    let mut wrong = wrong.lock().expect("no other thread panicked");
                    wrong.extend(other.wrong.iter().cloned());
                    wrong.extend(differences(&scenario, &one, &other, Sameness::Whole));
                }
            });
        }
    });
    wrong.into_inner().expect("no thread panicked")
}
