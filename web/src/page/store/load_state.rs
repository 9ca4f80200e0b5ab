use std::collections::BTreeMap;

use leptos::prelude::*;
use lightbeam_core::invocation::{Command, Invocation};

use super::{ChosenEntry, Purpose, Store};

/// The steps of a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) enum Step {
    /// Which API, with which credentials.
    #[default]
    Connect,
    /// Which files.
    Files,
    /// Validation.
    Check,
    /// What would be sent.
    Plan,
    /// Sending.
    Send,
    /// What became of the records.
    Results,
}

/// What a run of the load was begun with: another one may be wanted once this has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Basis {
    yaml: String,
    options: Invocation,
    chosen: Vec<ChosenEntry>,
    /// What is checked is the same whether it is sent after that or not.
    validate_first: bool,
}

/// Where the person is in a load. Copying it shares it.
#[derive(Clone, Copy)]
pub(in super::super) struct LoadState {
    /// The step that is shown.
    pub(in super::super) step: RwSignal<Step>,
    /// Whether the person went from one step to another, so that the focus belongs to the step's heading.
    pub(in super::super) moved: RwSignal<bool>,
    /// Whether only records are sent that pass the checks.
    pub(in super::super) validate_first: RwSignal<bool>,
    /// The runs of chosen lines only, by their numbers.
    pub(in super::super) of_lines: RwSignal<Vec<u32>>,
    /// What the last run of each purpose was begun with.
    begun_with: RwSignal<BTreeMap<Purpose, Basis>>,
}

impl LoadState {
    /// At the first step.
    pub(in super::super) fn new() -> Self {
        Self {
            step: RwSignal::default(),
            moved: RwSignal::default(),
            validate_first: RwSignal::default(),
            of_lines: RwSignal::default(),
            begun_with: RwSignal::default(),
        }
    }

    /// The command that a plan is made of, and that is sent with.
    pub(in super::super) fn command(self) -> Command {
        if self.validate_first.get() { Command::ValidateSend } else { Command::Send }
    }

    /// Goes to a step.
    pub(in super::super) fn go(self, step: Step) {
        self.moved.set(true);
        self.step.set(step);
    }
}

impl Store {
    /// Begins a run of the load and remembers what it was begun with.
    pub(in super::super) fn begin_load(self, purpose: Purpose, invocation: Invocation) {
        if self.active.with_untracked(Option::is_some) {
            return;
        }
        let basis = untrack(|| self.basis(purpose));
        self.load.begun_with.update(|begun| {
            begun.insert(purpose, basis);
        });
        self.begin_run(purpose, invocation);
    }

    /// Whether files or settings are others than when the last run for a purpose began.
    pub(in super::super) fn is_outdated(self, purpose: Purpose) -> bool {
        let basis = self.basis(purpose);
        self.load.begun_with.with(|begun| begun.get(&purpose).is_some_and(|old| *old != basis))
    }

    fn basis(self, purpose: Purpose) -> Basis {
        Basis {
            yaml: self.draft.with(lightbeam_core::config::Draft::to_yaml),
            options: self.options.get(),
            chosen: self.chosen.get(),
            validate_first: purpose != Purpose::Check && self.load.validate_first.get(),
        }
    }
}
