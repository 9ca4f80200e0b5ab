//! Runs that were cut off, and how they are gone on with or begun again.

use leptos::prelude::*;
use lightbeam_core::invocation::Command;
use wasm_bindgen_futures::spawn_local;

use super::super::{Area, ReadPanel, RemovePanel, Step, Store};
use lightbeam_web::history::{Entry, Outcome};

impl Store {
    /// Reads earlier runs, and offers to go on with one that the page was closed under.
    pub(in super::super) fn open_history(self) {
        spawn_local(async move {
            let history = self.history;
            history.read().await;
            let elsewhere = history.elsewhere.get_untracked();
            let entries = history.entries.get_untracked();
            let cut_off = entries.into_iter().filter(|entry| {
                entry.outcome == Outcome::Going && !elsewhere.contains(&entry.id) && !history.is_own(&entry.id)
            });
            let mut cut_off: Vec<Entry> = cut_off.collect();
            // One is offered, and rather one that sent than a later one that only has to be begun anew.
            let offered =
                cut_off.iter().position(Entry::can_go_on).or_else(|| cut_off.iter().position(Entry::can_run_again));
            for (at, entry) in cut_off.iter_mut().enumerate() {
                entry.outcome = Outcome::Interrupted;
                if offered == Some(at) {
                    // Until the user has said something, it is offered again with each reload.
                    history.interrupted.set(Some(entry.clone()));
                } else {
                    history.write(entry).await;
                }
            }
        });
    }

    /// The user has said what is to be done about the run that was interrupted.
    pub(in crate::page) fn settle_interrupted(self, go_on: bool) {
        let Some(entry) = self.history.interrupted.get_untracked() else { return };
        self.history.interrupted.set(None);
        if go_on {
            self.go_on_with(&entry);
        }
        spawn_local(async move { self.history.write(&entry).await });
    }

    /// Sets the flags as they were, and goes where the run is begun; asks for its files, if it had any. What was accepted
    /// is remembered by the state.
    pub(in crate::page) fn go_on_with(self, entry: &Entry) {
        let mut asked = entry.asked.clone();
        if asked.force && entry.can_go_on() {
            // By force, all would be sent once more; this leaves out what the interrupted run has sent.
            asked.force = false;
            asked.older_than = Some(words_of(entry.began));
        }
        self.options.set(asked);
        self.history.continued.set((!entry.files.is_empty()).then(|| entry.clone()));
        self.area.set(match entry.asked.command {
            Command::Send | Command::ValidateSend | Command::Validate => {
                self.load.validate_first.set(entry.asked.command == Command::ValidateSend);
                self.load.go(Step::Files);
                Area::Load
            }
            Command::Count | Command::Fetch | Command::Create => {
                self.panels.read.set(match entry.asked.command {
                    Command::Fetch => ReadPanel::Fetch,
                    Command::Create => ReadPanel::Create,
                    _ => ReadPanel::Count,
                });
                Area::Read
            }
            Command::Delete | Command::Truncate => {
                let truncates = entry.asked.command == Command::Truncate;
                self.panels.remove.set(if truncates { RemovePanel::Truncate } else { RemovePanel::Delete });
                Area::Remove
            }
        });
    }
}

/// A moment as flags want it.
fn words_of(moment: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "whole numbers below 2^53")]
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(moment as f64));
    date.to_iso_string().into()
}
