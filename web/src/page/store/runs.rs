use std::rc::Rc;

use leptos::prelude::*;
use lightbeam_core::config::without_useless_flags;
use lightbeam_core::exit::Exit;
use lightbeam_core::invocation::{Command, Invocation};
use lightbeam_web::protocol::{Done, NoticeRow, RunEnd, Snapshot, Task, Want};
use web_sys::Blob;

use super::super::engine::Heard;
use super::{FAILED_DIR, FETCHED_DIR, RESULTS_FILE, Store};

/// What a run is for: the panel that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Purpose {
    /// Load: check.
    Check,
    /// Load: plan, a dry run of what sends.
    Plan,
    /// Load: send, or validate and send.
    Send,
    /// Read: count.
    Count,
    /// Read: fetch.
    Fetch,
    /// Read: create templates.
    Create,
    /// Remove: a dry run of `delete` or `truncate`.
    RemovalPlan,
    /// Remove: delete or truncate.
    Removal,
}

/// A file that a run wrote.
#[derive(Debug, Clone)]
pub(in super::super) struct Output {
    /// Its path.
    pub(in super::super) path: String,
    /// What is in it.
    pub(in super::super) content: Blob,
}

/// How a run is.
#[derive(Debug, Clone)]
pub(in super::super) enum RunState {
    /// Under way.
    Going,
    /// Ended by itself, or stopped.
    Ended(Box<RunEnd>),
    /// The worker broke under it; what was sent until its last second is remembered.
    Lost(String),
}

/// A run of a command. Cloning shares it.
#[derive(Clone)]
pub(in super::super) struct Run {
    /// The job's number.
    pub(in super::super) id: u32,
    /// What it is for.
    pub(in super::super) purpose: Purpose,
    /// What was asked for.
    pub(in super::super) invocation: Invocation,
    /// How far it is.
    pub(in super::super) snapshot: ArcRwSignal<Snapshot>,
    /// All that was told so far.
    pub(in super::super) notices: ArcRwSignal<Vec<NoticeRow>>,
    /// What it asks; it waits for an answer.
    pub(in super::super) question: ArcRwSignal<Option<String>>,
    /// Whether the person said no to that.
    pub(in super::super) refused: ArcRwSignal<bool>,
    /// What the person wants of it.
    pub(in super::super) wanted: ArcRwSignal<Want>,
    /// How it is.
    pub(in super::super) state: ArcRwSignal<RunState>,
    /// The files that it was given, by their paths: the user's may be others by now.
    pub(in super::super) given: send_wrapper::SendWrapper<Rc<Vec<(String, Blob)>>>,
    /// The files that it wrote, once it has ended.
    pub(in super::super) outputs: ArcRwSignal<Vec<send_wrapper::SendWrapper<Output>>>,
}

impl Run {
    /// Whether it is under way.
    pub(in super::super) fn is_going(&self) -> bool {
        self.state.with(|state| matches!(state, RunState::Going))
    }

    /// What there is to say of its end where that is the person's will.
    pub(in super::super) fn ended_by_will(&self, end: &RunEnd) -> Option<&'static str> {
        if end.completed.is_none() && self.wanted.get_untracked() == Want::Stop {
            Some("Stopped by you before it began: nothing was done.")
        } else if self.refused.get_untracked() {
            Some("Cancelled by you: nothing was removed.")
        } else if self.wanted.get_untracked() == Want::Stop && end.completed != Some(true) {
            Some("Stopped by you: what is done is done, and the rest was not tried.")
        } else {
            None
        }
    }
}

impl Store {
    /// The last run for a purpose.
    pub(in super::super) fn last(&self, purpose: Purpose) -> Option<Run> {
        self.last.with(|last| last.get(&purpose).cloned())
    }

    /// Begins a run; does nothing while another one is under way.
    pub(in super::super) fn begin_run(self, purpose: Purpose, invocation: Invocation) {
        let files = self.supplies().files;
        self.begin_run_of(purpose, invocation, files);
    }

    /// Begins a run of other files than the chosen ones; does nothing while another one is under way.
    pub(in super::super) fn begin_run_of(
        self,
        purpose: Purpose,
        mut invocation: Invocation,
        files: Vec<(String, Blob)>,
    ) {
        if self.active.with_untracked(Option::is_some) {
            return;
        }
        invocation = without_useless_flags(invocation);
        if invocation.command != Command::Count {
            invocation.results_file = Some(RESULTS_FILE.to_owned());
        }
        match invocation.command {
            Command::Send | Command::Validate | Command::ValidateSend | Command::Delete => {
                invocation.failed_dir = Some(FAILED_DIR.to_owned());
            }
            Command::Fetch if self.draft.with_untracked(|draft| draft.text("fetch.output_dir")).is_none() => {
                invocation.set.push(("fetch.output_dir".to_owned(), FETCHED_DIR.to_owned()));
            }
            _ => {}
        }
        let mut supplies = self.supplies();
        let given = send_wrapper::SendWrapper::new(Rc::new(files.clone()));
        supplies.files = files;
        supplies.folder = self.folder.get_untracked();
        let task = Task::Run(Box::new(invocation.clone()));
        let mut run = Run {
            id: 0,
            purpose,
            invocation,
            snapshot: ArcRwSignal::default(),
            notices: ArcRwSignal::default(),
            question: ArcRwSignal::default(),
            refused: ArcRwSignal::default(),
            wanted: ArcRwSignal::new(Want::Run),
            state: ArcRwSignal::new(RunState::Going),
            given,
            outputs: ArcRwSignal::default(),
        };
        let heard_of = run.clone();
        run.id = self.engine().begin(task, supplies, move |heard| self.hear(&heard_of, heard));
        self.last.update(|last| {
            last.insert(purpose, run.clone());
        });
        self.history_begun(&run);
        // A worker that could not be started has said so already.
        if run.state.with_untracked(|state| matches!(state, RunState::Going)) {
            self.active.set(Some(run));
        }
    }

    fn hear(self, run: &Run, heard: Heard) {
        match heard {
            Heard::Progress(snapshot) => take_in(run, *snapshot),
            Heard::Question(text) => run.question.set(Some(text)),
            Heard::Done(done, files) => {
                let Done::Run(mut end) = *done else { return };
                take_in(run, std::mem::take(&mut end.snapshot));
                let output = |(path, content)| send_wrapper::SendWrapper::new(Output { path, content });
                run.outputs.set(files.into_iter().map(output).collect());
                self.ended(run, RunState::Ended(Box::new(end)));
            }
            Heard::NeverBegun => {
                let end = RunEnd { exit: Exit::Failed.code(), ..RunEnd::default() };
                self.ended(run, RunState::Ended(Box::new(end)));
            }
            Heard::Lost(why) => self.ended(run, RunState::Lost(why)),
        }
    }

    fn ended(self, run: &Run, state: RunState) {
        run.question.set(None);
        run.state.set(state);
        self.history_ended();
        self.active.set(None);
    }

    /// Answers the question of a run.
    pub(in super::super) fn answer(&self, run: &Run, yes: bool) {
        run.question.set(None);
        run.refused.set(!yes);
        self.engine().answer(run.id, yes);
    }

    /// Tells a run what the person wants.
    pub(in super::super) fn want(&self, run: &Run, want: Want) {
        run.wanted.set(want);
        self.engine().want(run.id, want);
    }
}

/// Takes the state of things in, and adds its notices to those told before.
fn take_in(run: &Run, mut snapshot: Snapshot) {
    let notices = std::mem::take(&mut snapshot.notices);
    if !notices.is_empty() {
        run.notices.update(|told| told.extend(notices));
    }
    run.snapshot.set(snapshot);
}
