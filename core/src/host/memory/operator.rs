use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::host::{Operator, Question, Wanted};

/// An operator whose answers are scripted. Cloning shares the script.
#[derive(Debug, Clone, Default)]
pub struct MemoryOperator {
    answers: Rc<RefCell<VecDeque<bool>>>,
    questions: Rc<RefCell<Vec<Question>>>,
    asked: Rc<Cell<u64>>,
    stop_at: Rc<Cell<Option<u64>>>,
}

impl MemoryOperator {
    /// Answers the next question like this.
    pub fn will_answer(&self, yes: bool) {
        self.answers.borrow_mut().push_back(yes);
    }

    /// What was asked.
    pub fn questions(&self) -> Vec<Question> {
        self.questions.borrow().clone()
    }

    /// Wants the run to stop when it has asked so many times.
    pub fn stop_after(&self, asked: u64) {
        self.stop_at.set(Some(asked));
    }
}

impl Operator for MemoryOperator {
    async fn confirm(&self, question: &Question) -> Result<bool, String> {
        self.questions.borrow_mut().push(question.clone());
        self.answers.borrow_mut().pop_front().ok_or_else(|| "nobody is there to answer; add --yes".to_owned())
    }

    fn wanted(&self) -> Wanted {
        self.asked.set(self.asked.get() + 1);
        match self.stop_at.get() {
            Some(at) if self.asked.get() > at => Wanted::Stop,
            _ => Wanted::Run,
        }
    }
}
