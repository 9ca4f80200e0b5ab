//! Every scenario that needs neither terminal nor sudden end. `SCENARIO=part-of-a-name` plays some of them.

use lightbeam_harness::host::LauncherHost;
use lightbeam_harness::scenario::{Scenario, chosen, compared};

#[test]
fn scenarios_are_the_same_as_in_memory() {
    let launcher = LauncherHost::of_this_repository().unwrap_or_else(|wrong| panic!("{wrong}"));
    let some: Vec<Scenario> = chosen().into_iter().filter(LauncherHost::can_play).collect();
    assert!(!some.is_empty(), "none of these is one of the launcher's");
    let wrong = compared(some, &launcher);
    assert!(wrong.is_empty(), "{} findings\n\n{}", wrong.len(), wrong.join("\n\n"));
}
