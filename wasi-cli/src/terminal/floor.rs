//! Who may write to the terminal: the run, or a question to the person at it.

use std::cell::Cell;
use std::rc::Rc;

/// Back to the first column, and everything from there on erased.
pub(super) const ERASE: &str = "\r\x1b[K";

/// Shared by whoever tells of a run and whoever asks the person a question: while a question waits for its answer,
/// nothing else is written, or it would be drawn over.
#[derive(Debug, Clone, Default)]
pub struct Floor(Rc<Holders>);

#[derive(Debug, Default)]
struct Holders {
    /// A question is open.
    asking: Cell<bool>,
    /// A status line stands on the last line of the terminal.
    drawn: Cell<bool>,
}

/// A question that waits for its answer, until this is dropped.
#[derive(Debug)]
#[must_use = "the question is over when this is dropped"]
pub struct Asking {
    floor: Floor,
    room: &'static str,
}

impl Floor {
    /// Opens a question.
    pub fn ask(&self) -> Asking {
        let room = self.give_way();
        self.0.asking.set(true);
        Asking { floor: self.clone(), room }
    }

    pub(super) fn is_asking(&self) -> bool {
        self.0.asking.get()
    }

    pub(super) fn drew(&self) {
        self.0.drawn.set(true);
    }

    /// What makes room where the status line stands.
    pub(super) fn give_way(&self) -> &'static str {
        if self.0.drawn.take() { ERASE } else { "" }
    }
}

impl Asking {
    /// What is to be written before the question, as it is.
    pub fn room(&self) -> &'static str {
        self.room
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.floor.0.asking.set(false);
    }
}
