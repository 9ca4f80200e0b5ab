use std::time::Duration;

/// A point in time, UTC.
pub use jiff::Timestamp;

/// Time, as the host tells it.
pub trait Clock {
    /// The wall-clock time. May jump; used for what people read and for what outlives the run.
    fn now(&self) -> Timestamp;

    /// Time since some fixed point, never going back. Used for deadlines and durations.
    fn monotonic(&self) -> Duration;

    /// As [`Clock::monotonic`], but it may tell the time at which the program last had nothing to do, or any time since:
    /// for what is asked several times for each request and need not be exact, where a host takes long to tell the time.
    fn recent(&self) -> Duration {
        self.monotonic()
    }

    /// Completes when `duration` has passed; one of ten seconds or more, which is a deadline, may be counted from when the
    /// executor last looked at the time. `Duration::ZERO` yields once to whatever else is ready.
    async fn sleep(&self, duration: Duration);
}
