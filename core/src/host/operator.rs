/// The person, or the launcher, at the controls of a run.
pub trait Operator {
    /// Asks a question that wants a typed "yes". Hosts that cannot ask answer with an error that says what to add.
    async fn confirm(&self, question: &Question) -> Result<bool, String>;

    /// What the person wants now. Asked before each record is taken; must not block.
    fn wanted(&self) -> Wanted;
}

/// What is asked before something is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What will happen, in plain sentences, naming host, year and number of records.
    pub text: String,
}

/// What the person at the controls wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wanted {
    /// Go on.
    #[default]
    Run,
    /// Take no further record until told otherwise.
    Pause,
    /// Take no further record, finish what is in flight, and end.
    Stop,
}
