//! The status line: when it is drawn, and how it gives way to log lines.

use std::time::Duration;

use super::floor::{ERASE, Floor};

/// The least time between two drawings.
const FRAME: Duration = Duration::from_millis(100);

/// The time between two progress lines where nothing can be drawn.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How often progress is looked at between those, so that its rate is that of the last seconds.
const SAMPLE: Duration = Duration::from_secs(1);

/// When progress is told, and how.
#[derive(Debug)]
pub(super) struct Status {
    manner: Manner,
    told: Option<Duration>,
    floor: Floor,
}

/// How progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// In place, on a terminal with so many columns.
    Drawn(usize),
    /// By a log line now and then.
    Logged,
    /// Not at all.
    Silent,
}

/// What is to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// These characters, as they are.
    Draw(String),
    /// A log line with this text.
    Log(String),
}

impl Status {
    /// A status line that is told in this manner, and shares the floor with nobody.
    pub(super) fn new(manner: Manner) -> Self {
        Self { manner, told: None, floor: Floor::default() }
    }

    /// Shares the floor: nothing is told while a question is open.
    pub(super) fn share(&mut self, floor: Floor) {
        self.floor = floor;
    }

    pub(super) fn is_asking(&self) -> bool {
        self.floor.is_asking()
    }

    /// No progress lines any more; what is drawn in place goes on.
    pub(super) fn log_nothing(&mut self) {
        if self.manner == Manner::Logged {
            self.manner = Manner::Silent;
        }
    }

    /// How often progress wants to be looked at while no event comes.
    pub(super) fn interval(&self) -> Duration {
        match self.manner {
            Manner::Drawn(_) => FRAME,
            Manner::Logged => SAMPLE,
            Manner::Silent => HEARTBEAT,
        }
    }

    fn pause(&self) -> Duration {
        match self.manner {
            Manner::Drawn(_) => FRAME,
            Manner::Logged | Manner::Silent => HEARTBEAT,
        }
    }

    /// What is to be told at `now`, if it is time; `text` is asked for only then.
    pub(super) fn due(&mut self, now: Duration, text: impl FnOnce() -> String) -> Option<Telling> {
        if self.floor.is_asking() {
            return None;
        }
        // The first heartbeat comes after the first interval, the first drawing at once.
        let since = match (self.manner, self.told) {
            (Manner::Silent, _) => return None,
            (Manner::Drawn(_), None) => Some(FRAME),
            (Manner::Logged, None) => {
                self.told = Some(now);
                None
            }
            (_, Some(told)) => Some(now.saturating_sub(told)),
        }?;
        if since < self.pause() {
            return None;
        }
        let text = text();
        self.told = Some(now);
        Some(match self.manner {
            Manner::Drawn(columns) => {
                self.floor.drew();
                Telling::Draw(format!("{ERASE}{}", cut(&text, columns)))
            }
            _ => Telling::Log(text),
        })
    }

    /// What makes room for a log line.
    pub(super) fn give_way(&mut self) -> &'static str {
        let room = self.floor.give_way();
        if !room.is_empty() {
            // Drawn again at the next chance.
            self.told = None;
        }
        room
    }
}

/// The text without what would not fit on the line; the last column stays free, so that no terminal wraps.
fn cut(text: &str, columns: usize) -> &str {
    let last = columns.saturating_sub(1);
    text.char_indices().nth(last).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn text() -> String {
        "5 of 9".to_owned()
    }

    #[test]
    fn a_terminal_sees_at_most_ten_drawings_a_second() {
        let mut status = Status::new(Manner::Drawn(80));
        assert_eq!(status.due(at(0), text), Some(Telling::Draw("\r\x1b[K5 of 9".to_owned())));
        assert_eq!(status.due(at(99), text), None);
        assert!(status.due(at(100), text).is_some());
    }

    #[test]
    fn a_log_line_takes_the_place_of_the_status_line() {
        let mut status = Status::new(Manner::Drawn(4));
        assert_eq!(status.give_way(), "");
        assert_eq!(status.due(at(0), text), Some(Telling::Draw("\r\x1b[K5 o".to_owned())));
        assert_eq!(status.give_way(), "\r\x1b[K");
        assert_eq!(status.give_way(), "");
        assert!(status.due(at(1), text).is_some());
    }

    #[test]
    fn elsewhere_a_line_comes_every_ten_seconds() {
        let mut status = Status::new(Manner::Logged);
        assert_eq!(status.due(at(5_000), text), None);
        assert_eq!(status.due(at(14_999), text), None);
        assert_eq!(status.due(at(15_000), text), Some(Telling::Log("5 of 9".to_owned())));
        assert_eq!(status.due(at(24_000), text), None);
        assert_eq!(Status::new(Manner::Silent).due(at(60_000), text), None);
    }
}
