use leptos::prelude::*;
use lightbeam_core::config::Draft;
use lightbeam_core::invocation::Invocation;

use super::{ChosenEntry, Store};

/// What stands open in the areas Read and Remove, and is still there when one comes back. Copying it shares it.
#[derive(Clone, Copy, Default)]
pub(in super::super) struct Panels {
    /// The panel of Read.
    pub(in super::super) read: RwSignal<ReadPanel>,
    /// Whether the table of counts holds endpoints without records.
    pub(in super::super) zeros: RwSignal<bool>,
    /// The panel of Remove.
    pub(in super::super) remove: RwSignal<RemovePanel>,
    /// What the last dry run of a removal looked at.
    pub(in super::super) looked: RwSignal<Option<Looked>>,
}

/// The panels of Read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) enum ReadPanel {
    /// Count records.
    #[default]
    Count,
    /// Fetch records.
    Fetch,
    /// Create templates.
    Create,
}

/// The panels of Remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) enum RemovePanel {
    /// Delete what files describe.
    #[default]
    Delete,
    /// Delete all of some endpoints.
    Truncate,
}

/// All that decides what a removal would remove.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Looked {
    asked: Invocation,
    draft: Draft,
    files: Vec<ChosenEntry>,
}

impl Store {
    /// What a removal would look at now.
    pub(in super::super) fn looking_at(&self, asked: &Invocation) -> Looked {
        Looked { asked: asked.clone(), draft: self.draft.get(), files: self.chosen.get() }
    }
}
