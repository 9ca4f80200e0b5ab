use std::cell::Cell;

/// Where a run on the in-memory host is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillPoint {
    /// When so many requests have been received by the server; the last one is acted on, its answer never arrives.
    AfterRequests(u64),
    /// At this storage operation, counted from 1: a write does not happen, of an append the given bytes do.
    AtStorageOperation {
        /// Which operation that changes something.
        number: u64,
        /// How many bytes of an append remain.
        torn: usize,
    },
}

/// Counts down to the kill.
#[derive(Debug, Default)]
pub(super) struct Kill {
    point: Cell<Option<KillPoint>>,
    requests: Cell<u64>,
    operations: Cell<u64>,
    killed: Cell<bool>,
}

impl Kill {
    pub(super) fn set(&self, point: KillPoint) {
        self.point.set(Some(point));
    }

    pub(super) fn is_killed(&self) -> bool {
        self.killed.get()
    }

    /// One request reached the server.
    pub(super) fn request(&self) {
        self.requests.set(self.requests.get() + 1);
        if matches!(self.point.get(), Some(KillPoint::AfterRequests(number)) if self.requests.get() >= number) {
            self.killed.set(true);
        }
    }

    /// One storage operation is about to change something; if it is the one to die at, tells how many bytes remain.
    pub(super) fn operation(&self) -> Option<usize> {
        self.operations.set(self.operations.get() + 1);
        match self.point.get() {
            Some(KillPoint::AtStorageOperation { number, torn }) if self.operations.get() == number => {
                self.killed.set(true);
                Some(torn)
            }
            _ => None,
        }
    }
}
