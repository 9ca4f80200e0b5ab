//! Every scenario on every host, and the hosts compared with each other.
//!
//! `SCENARIO=part-of-a-name cargo test -p lightbeam-harness` plays some of them.

use lightbeam_harness::component::Component;
use lightbeam_harness::host::{ComponentHost, MemoryHost};
use lightbeam_harness::scenario::{chosen, compared, played};

fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} findings\n\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn in_memory() {
    let wrong: Vec<String> = chosen().iter().flat_map(|scenario| played(scenario, &MemoryHost).wrong).collect();
    report(&wrong);
}

#[test]
fn as_a_component_and_the_same_everywhere() {
    let component = Component::of_this_repository().unwrap_or_else(|error| panic!("{error}"));
    report(&compared(chosen(), &ComponentHost(component)));
}
