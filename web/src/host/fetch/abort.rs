use web_sys::{AbortController, AbortSignal};

/// Aborts an exchange when it is dropped, unless that has ended: a page can do nothing else with one that nobody waits
/// for any more.
#[derive(Debug)]
pub(super) struct Abort {
    controller: AbortController,
    ended: bool,
}

impl Abort {
    /// `None` in a browser that cannot abort.
    pub(super) fn new() -> Option<Self> {
        Some(Self { controller: AbortController::new().ok()?, ended: false })
    }

    pub(super) fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }

    /// Nothing is left to abort.
    pub(super) fn ended(&mut self) {
        self.ended = true;
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if !self.ended {
            self.controller.abort();
        }
    }
}
