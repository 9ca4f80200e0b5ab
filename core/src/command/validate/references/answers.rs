//! What the API has answered so far, in bounded memory.

use std::collections::HashMap;

/// What a look-up came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The API holds the record.
    Found,
    /// It does not.
    Absent,
    /// It did not say.
    Unknown,
}

/// One record that is asked for: its endpoint's position, and the hash of its natural key.
pub(super) type Question = (usize, u64);

/// The most recent answers: the last `most` at least, and never more than twice as many.
///
/// When the younger half is full it becomes the older half, and what was the older one is forgotten; what is asked
/// for again moves into the younger half. Data is usually sorted by what it refers to, so what is forgotten is hardly
/// ever asked for again.
#[derive(Debug)]
pub(super) struct Answers {
    most: usize,
    young: HashMap<Question, Verdict>,
    old: HashMap<Question, Verdict>,
}

impl Answers {
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), young: HashMap::new(), old: HashMap::new() }
    }

    pub(super) fn get(&mut self, question: Question) -> Option<Verdict> {
        if let Some(verdict) = self.young.get(&question) {
            return Some(*verdict);
        }
        let verdict = self.old.remove(&question)?;
        self.insert(question, verdict);
        Some(verdict)
    }

    pub(super) fn insert(&mut self, question: Question, verdict: Verdict) {
        if self.young.len() >= self.most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(question, verdict);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_are_remembered_as_hits_are() {
        let mut answers = Answers::new(10);
        answers.insert((1, 7), Verdict::Absent);
        answers.insert((2, 7), Verdict::Found);
        assert_eq!(answers.get((1, 7)), Some(Verdict::Absent));
        assert_eq!(answers.get((2, 7)), Some(Verdict::Found));
        assert_eq!(answers.get((3, 7)), None);
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let mut answers = Answers::new(100);
        for key in 0..10_000 {
            answers.insert((0, key), Verdict::Found);
            assert_eq!(answers.get((0, 0)), Some(Verdict::Found), "asked for all the time");
            assert!(answers.young.len() + answers.old.len() <= 200);
        }
        assert_eq!(answers.get((0, 9_950)), Some(Verdict::Found));
        assert_eq!(answers.get((0, 5)), None);
    }
}
