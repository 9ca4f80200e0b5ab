//! The status line of a run. A fold over its events; time comes from the caller.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::words::{counted, duration, number, rate, whole};
use crate::event::{EndpointId, Event, Outcome, RecordEvent, RecordsEvent};

/// The time over which the rate is taken.
const WINDOW: Duration = Duration::from_secs(15);
/// The least time between two samples.
const SAMPLE: Duration = Duration::from_millis(500);
/// The time after which a rate says enough to tell the time left.
const SURE: Duration = Duration::from_secs(3);

/// How far a run is. The number of records in its files is unknown before they are read, so per cent and time left
/// come from the bytes read of those planned.
#[derive(Debug, Default)]
pub struct Progress {
    command: Option<&'static str>,
    working: bool,
    /// Whether records have their word as they are read: those of `validate+send` are all checked before.
    begun: bool,
    finished: bool,
    files: HashMap<EndpointId, Bytes>,
    total: Bytes,
    /// Records that were told beforehand, where no files are read.
    told: u64,
    /// Records of which the final word is still to come.
    received: HashMap<EndpointId, u64>,
    done: u64,
    failed: u64,
    in_flight: usize,
    /// A wait that was told since the last line.
    asked_to_wait: Option<Duration>,
    waits_until: Option<Duration>,
    samples: VecDeque<(Duration, u64)>,
}

/// How far a run is, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Per cent of the work; `None` before it is known.
    pub percent: Option<u8>,
    /// Records that had their final word, or were had.
    pub done: u64,
    /// Records that there will have been; an estimate where files are read.
    pub expected: Option<u64>,
    /// Records that were refused, unanswered or invalid.
    pub failed: u64,
    /// Records a second over the last seconds.
    pub rate: f64,
    /// Requests in flight.
    pub in_flight: usize,
    /// How long the run waits because the server asked for it.
    pub waiting: Option<Duration>,
    /// The time left, if the rate stays; `None` while it says too little, or while the run waits.
    pub left: Option<Duration>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Bytes {
    planned: u64,
    read: u64,
}

impl Progress {
    /// Nothing happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event in.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Started(started) => self.command = Some(started.command.name()),
            Event::Planned { endpoint, bytes, .. } => self.set(endpoint, |known| known.planned = *bytes),
            Event::EndpointStarted { .. } => {
                self.working = true;
                self.begun = true;
            }
            Event::Read { endpoint, bytes } => {
                self.working = true;
                self.set(endpoint, |known| known.read = *bytes);
            }
            Event::EndpointFinished { endpoint } => {
                // What was had of an endpoint that came to nothing is not done.
                self.done -= self.received.remove(endpoint).unwrap_or_default();
                self.set(endpoint, |known| known.read = known.planned);
            }
            Event::Expected { records, .. } => {
                self.working = true;
                self.told += records;
            }
            Event::Received { endpoint, records } => {
                *self.received.entry(endpoint.clone()).or_default() += records;
                self.done += records;
            }
            Event::Record(RecordEvent { outcome, .. }) => self.records(outcome, 1),
            Event::Records(RecordsEvent { endpoint, outcome, count, .. }) => {
                self.done -= self.received.remove(endpoint).unwrap_or_default();
                self.records(outcome, *count);
            }
            Event::GateClosed { wait, .. } => self.asked_to_wait = Some(*wait),
            Event::InFlight { now, .. } => self.in_flight = *now,
            Event::Finished { .. } => {
                self.finished = true;
                // Not every change of it is told.
                self.in_flight = 0;
            }
            Event::Notice(_)
            | Event::Connected { .. }
            | Event::Repeated { .. }
            | Event::DryRun { .. }
            | Event::EndpointFailed { .. } => {}
        }
    }

    fn records(&mut self, outcome: &Outcome, count: u64) {
        self.working = true;
        self.done += count;
        if matches!(outcome, Outcome::Failed(_) | Outcome::Invalid(_)) {
            self.failed += count;
        }
    }

    /// The line at a time of the monotonic clock, such as
    /// `send: 22%, 1,234 of about 5,600 records, 134/s, 3 failed, 8 in flight, 32 s left`.
    pub fn line(&mut self, now: Duration) -> String {
        let Some(command) = self.command else { return "starting".to_owned() };
        if !self.working {
            return format!("{command}: reading the configuration and the API's documents");
        }
        let figures = self.figures(now);

        let mut parts = Vec::new();
        if let Some(percent) = figures.percent {
            parts.push(format!("{percent}%"));
        }
        parts.push(match figures.expected {
            Some(expected) if expected > figures.done => {
                let about = if self.told > 0 { "" } else { "about " };
                format!("{} of {about}{} records", number(figures.done), number(expected))
            }
            _ => counted(figures.done, "record", "records"),
        });
        parts.push(rate(figures.rate));
        if figures.failed > 0 {
            parts.push(format!("{} failed", number(figures.failed)));
        }
        if figures.in_flight > 0 {
            parts.push(format!("{} in flight", figures.in_flight));
        }
        if let Some(wait) = figures.waiting {
            parts.push(format!("waiting {} as the server asked", duration(wait)));
        } else if let Some(left) = figures.left {
            parts.push(format!("{} left", duration(left)));
        }
        format!("{command}: {}", parts.join(", "))
    }

    /// The numbers at a time of the monotonic clock.
    pub fn figures(&mut self, now: Duration) -> Figures {
        let (per_second, over) = self.rate(now);
        let expected = self.expected();
        let percent = match self.told {
            0 => self.total.read.saturating_mul(100).checked_div(self.total.planned),
            told => Some(self.done.saturating_mul(100) / told),
        };
        // What is read is not yet answered.
        let most = if self.finished { 100 } else { 99 };
        let waiting = self.waiting(now);
        let left = expected
            .filter(|expected| waiting.is_none() && *expected > self.done && over >= SURE && per_second > 0.0)
            .map(|expected| Duration::from_secs(whole((expected - self.done) as f64 / per_second).max(1)));
        Figures {
            percent: percent.map(|percent| u8::try_from(percent.min(most)).unwrap_or(100)),
            done: self.done,
            expected,
            failed: self.failed,
            rate: per_second,
            in_flight: self.in_flight,
            waiting,
            left,
        }
    }

    fn set(&mut self, endpoint: &EndpointId, change: impl FnOnce(&mut Bytes)) {
        if !self.files.contains_key(endpoint) {
            self.files.insert(endpoint.clone(), Bytes::default());
        }
        let Some(known) = self.files.get_mut(endpoint) else { return };
        self.total.planned -= known.planned;
        self.total.read -= known.read;
        change(known);
        known.read = known.read.min(known.planned);
        self.total.planned += known.planned;
        self.total.read += known.read;
    }

    /// The records that there will have been, if those to come are as long as those that were.
    fn expected(&self) -> Option<u64> {
        if self.told > 0 {
            return Some(self.told);
        }
        if self.total.read == 0 || !self.begun {
            return None;
        }
        let all = u128::from(self.done) * u128::from(self.total.planned) / u128::from(self.total.read);
        let all = u64::try_from(all).ok()?;
        // An estimate is not more exact than two or three digits.
        let unit = match all {
            0..1_000 => 10,
            1_000..100_000 => 100,
            _ => 1_000,
        };
        Some(if self.total.read == self.total.planned { self.done } else { all.div_ceil(unit) * unit })
    }

    /// Records a second over the last seconds, and how long those are.
    fn rate(&mut self, now: Duration) -> (f64, Duration) {
        if self.samples.back().is_none_or(|(at, _)| now.saturating_sub(*at) >= SAMPLE) {
            self.samples.push_back((now, self.done));
        }
        while self.samples.get(1).is_some_and(|(at, _)| now.saturating_sub(*at) >= WINDOW) {
            self.samples.pop_front();
        }
        let (since, before) = self.samples.front().copied().unwrap_or((now, self.done));
        let over = now.saturating_sub(since);
        let records = self.done.saturating_sub(before) as f64;
        (if over.is_zero() { 0.0 } else { records / over.as_secs_f64() }, over)
    }

    fn waiting(&mut self, now: Duration) -> Option<Duration> {
        if let Some(wait) = self.asked_to_wait.take() {
            self.waits_until = Some(now + wait);
        }
        let left = self.waits_until.and_then(|until| until.checked_sub(now)).filter(|left| !left.is_zero());
        if left.is_none() {
            self.waits_until = None;
        }
        left
    }
}
