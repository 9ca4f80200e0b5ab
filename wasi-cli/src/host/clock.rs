use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use lightbeam_core::host::{Clock, Timestamp};
use wasip2::clocks::{monotonic_clock, wall_clock};

use super::{executor, timers};

/// The host's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WasiClock;

impl Clock for WasiClock {
    fn now(&self) -> Timestamp {
        let now = wall_clock::now();
        let seconds = i64::try_from(now.seconds).unwrap_or(i64::MAX);
        let nanoseconds = i32::try_from(now.nanoseconds).unwrap_or(0);
        Timestamp::new(seconds, nanoseconds).unwrap_or(Timestamp::MAX)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn recent(&self) -> Duration {
        Duration::from_nanos(executor::now())
    }

    async fn sleep(&self, duration: Duration) {
        if duration.is_zero() {
            return yield_once().await;
        }
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        timers::sleep(nanoseconds).await;
    }
}

/// Lets whatever else is ready go first; the executor looks for finished exchanges on the way.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
