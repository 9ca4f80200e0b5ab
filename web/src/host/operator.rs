use std::cell::{Cell, RefCell};

use futures_channel::oneshot;
use lightbeam_core::host::{Operator, Question, Wanted};

/// Whoever sits before the page.
pub struct PageOperator {
    wanted: Cell<Wanted>,
    asked: RefCell<Option<oneshot::Sender<bool>>>,
    ask: Box<dyn Fn(&str)>,
}

impl std::fmt::Debug for PageOperator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PageOperator").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

impl PageOperator {
    /// Somebody who is asked with `ask`, and answers with [`PageOperator::answer`].
    pub fn new(ask: impl Fn(&str) + 'static) -> Self {
        Self { wanted: Cell::default(), asked: RefCell::default(), ask: Box::new(ask) }
    }

    /// What the person wants from now on.
    pub fn want(&self, wanted: Wanted) {
        self.wanted.set(wanted);
        // Who stops a run that waits for an answer does not want what it asks for.
        if wanted == Wanted::Stop {
            self.answer(false);
        }
    }

    /// Answers the open question, if there is one.
    pub fn answer(&self, yes: bool) {
        if let Some(asked) = self.asked.borrow_mut().take() {
            // The run may have ended meanwhile.
            let _ = asked.send(yes);
        }
    }
}

impl Operator for PageOperator {
    async fn confirm(&self, question: &Question) -> Result<bool, String> {
        let (answer, answered) = oneshot::channel();
        *self.asked.borrow_mut() = Some(answer);
        (self.ask)(&question.text);
        answered.await.map_err(|_| "the page asked something else meanwhile".to_owned())
    }

    fn wanted(&self) -> Wanted {
        self.wanted.get()
    }
}
