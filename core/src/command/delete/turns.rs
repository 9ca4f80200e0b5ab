use std::cell::{Cell, RefCell};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use super::local::Local;

/// A local record that is to be looked up.
pub(super) struct Asked {
    pub(super) local: Local,
    pub(super) values: Vec<String>,
}

/// Lines of one natural key are worked on one after the other, spellings that differ in case included: one that joined
/// another while their record is deleted would still be remembered as sent.
#[derive(Default)]
pub(super) struct Turns {
    waiting: RefCell<HashMap<u64, VecDeque<Asked>>>,
    ready: RefCell<Vec<Asked>>,
    count: Cell<usize>,
}

impl Turns {
    /// Gives the line back if it has its turn.
    pub(super) fn take(&self, asked: Asked) -> Option<Asked> {
        let Some(turn) = asked.local.turn else { return Some(asked) };
        match self.waiting.borrow_mut().entry(turn) {
            Entry::Occupied(mut queue) => {
                queue.get_mut().push_back(asked);
                self.count.set(self.count.get() + 1);
                None
            }
            Entry::Vacant(free) => {
                free.insert(VecDeque::new());
                Some(asked)
            }
        }
    }

    /// The next line has its turn.
    pub(super) fn end(&self, turn: u64) {
        let mut waiting = self.waiting.borrow_mut();
        if let Some(next) = waiting.get_mut(&turn).and_then(VecDeque::pop_front) {
            self.count.set(self.count.get() - 1);
            self.ready.borrow_mut().push(next);
        } else {
            waiting.remove(&turn);
        }
    }

    /// How many lines wait for others.
    pub(super) fn waiting(&self) -> usize {
        self.count.get()
    }

    /// Whether no line's turn has come.
    pub(super) fn none_ready(&self) -> bool {
        self.ready.borrow().is_empty()
    }

    /// A line whose turn has come.
    pub(super) fn next(&self) -> Option<Asked> {
        self.ready.borrow_mut().pop()
    }
}
