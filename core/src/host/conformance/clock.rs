use std::cell::Cell;
use std::time::Duration;

use futures_util::join;

use super::{Violation, promised};
use crate::host::{Clock, Timestamp};

/// Checks a [`Clock`]; takes a tenth of a second by it.
pub async fn check_clock<C: Clock>(clock: &C) -> Result<(), Violation> {
    let now = clock.now();
    let first_release = Timestamp::constant(1_500_000_000, 0);
    promised(now > first_release, "now is the time of day", || now.to_string())?;

    let duration = Duration::from_millis(100);
    let begin = clock.monotonic();
    clock.sleep(duration).await;
    let slept = clock.monotonic().checked_sub(begin);
    promised(slept.is_some(), "monotonic never goes back", || format!("it went back from {begin:?} during a sleep"))?;
    promised(slept >= Some(duration), "sleep completes when the duration has passed, not before", || {
        format!("{slept:?} for {duration:?}")
    })?;

    let ran = Cell::new(false);
    let mut ran_meanwhile = false;
    let yields = async {
        clock.sleep(Duration::ZERO).await;
        ran_meanwhile = ran.get();
    };
    join!(yields, async { ran.set(true) });
    promised(ran_meanwhile, "a sleep of zero yields to whatever else is ready", || "nothing else ran".to_owned())
}
