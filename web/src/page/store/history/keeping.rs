//! A run is written down from its beginning to its end.

use std::pin::pin;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, pending, select};
use leptos::prelude::*;
use lightbeam_core::host::{Clock, Lock, Storage, Takeover};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

use super::super::{ChosenEntry, Purpose, Run, RunState, Store, below_data_dir};
use super::History;
use lightbeam_web::history::{Entry, FileMark, surplus};
use lightbeam_web::host::{self, BrowserClock};

/// How often it is written down how far a run is.
const INTERVAL: Duration = Duration::from_secs(10);

impl History {
    /// Writes down how a run is.
    pub(super) async fn write(self, entry: &Entry) {
        self.entries.update(|entries| {
            if let Some(known) = entries.iter_mut().find(|known| known.id == entry.id) {
                known.clone_from(entry);
            }
        });
        let written = async { self.storage().await?.write(&entry.name(), &entry.to_json()).await };
        if let Err(error) = written.await {
            self.failed("This run could not be kept in the history", &error);
        }
    }

    pub(super) async fn remove(self, entry: &Entry) {
        let removed = async {
            let storage = self.storage().await?;
            storage.remove(&entry.name()).await?;
            storage.remove(&entry.results_name()).await
        };
        match removed.await {
            Ok(()) => self.entries.update(|entries| entries.retain(|known| known.id != entry.id)),
            Err(error) => self.failed("The run could not be removed", &error),
        }
    }

    /// Keeps a run from its beginning to its end.
    async fn keep(self, run: Run, mut entry: Entry, mut ended: oneshot::Receiver<()>) {
        self.write(&entry).await;
        let lock = match self.storage().await {
            Ok(storage) => storage.lock(&entry.lock_name(), &entry.id, Takeover::AtOnce).await.ok(),
            Err(_) => None,
        };
        let lock = lock.map(|acquired| acquired.lock);
        {
            let keeping = pin!(async {
                if let Some(lock) = &lock {
                    lock.keep().await;
                }
                pending::<()>().await;
            });
            let waiting = pin!(async {
                loop {
                    let pause = pin!(BrowserClock.sleep(INTERVAL));
                    match select(&mut ended, pause).await {
                        // A sender that is gone says the same.
                        Either::Left(_) => break,
                        Either::Right(_) => {
                            hear(&mut entry, &run);
                            self.write(&entry).await;
                        }
                    }
                }
            });
            select(waiting, keeping).await;
        }
        hear(&mut entry, &run);
        let results = run.state.with_untracked(|state| match state {
            RunState::Ended(end) => entry.end(now(), end),
            RunState::Lost(why) => {
                entry.lose(now(), why);
                None
            }
            RunState::Going => None,
        });
        if run.refused.get_untracked() {
            entry.refuse();
        }
        if let Some(results) = results {
            let written = async { self.storage().await?.write(&entry.results_name(), results.as_bytes()).await };
            if let Err(error) = written.await {
                entry.results_bytes = None;
                self.failed("The results could not be kept in the history", &error);
            }
        }
        self.write(&entry).await;
        if let Some(lock) = lock {
            // Without a holder it is as good as released.
            let _ = lock.release().await;
        }
        for entry in surplus(&self.entries.get_untracked()) {
            self.remove(&entry).await;
        }
    }
}

fn hear(entry: &mut Entry, run: &Run) {
    run.snapshot.with_untracked(|snapshot| run.notices.with_untracked(|notices| entry.hear(snapshot, notices)));
}

/// Milliseconds since 1970.
#[allow(clippy::cast_possible_truncation, reason = "whole numbers below 2^53")]
fn now() -> i64 {
    js_sys::Date::now() as i64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 2^32")]
fn seed() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}

impl Store {
    /// A run begins: it is kept from now on.
    pub(in super::super) fn history_begun(self, run: &Run) {
        let history = self.history;
        let files = run.given.iter().map(|(path, content)| given_mark(path, content)).collect();
        let url = self.draft.with_untracked(|draft| draft.text("edfi_api.base_url")).unwrap_or_default();
        let entry = Entry::begun(now(), seed(), &run.invocation, &url, files);
        history.own.update_value(|own| {
            own.insert(entry.id.clone());
        });
        history.entries.update(|entries| entries.insert(0, entry.clone()));
        history.continued.set(None);
        let (end, ended) = oneshot::channel();
        // Where the worker could not even be started, the run has ended before: the sender goes, and that is heard too.
        history.end.set_value(run.state.with_untracked(|state| matches!(state, RunState::Going)).then_some(end));
        if matches!(run.purpose, Purpose::Send | Purpose::Removal) && !history.asked.get_value() {
            history.asked.set_value(true);
            spawn_local(async move {
                if host::is_persistent().await == Some(false) {
                    host::ask_persistence().await;
                }
            });
        }
        spawn_local(history.keep(run.clone(), entry, ended));
    }

    /// The run that was under way has ended.
    pub(in super::super) fn history_ended(self) {
        self.history.end.set_value(None);
    }

    /// The chosen files, as they are known again.
    pub(in crate::page) fn file_marks(&self) -> Vec<FileMark> {
        self.chosen.with_untracked(|chosen| {
            let mark =
                |file: &ChosenEntry| FileMark { path: file.path.clone(), bytes: file.bytes, modified: file.modified };
            chosen.iter().map(mark).collect()
        })
    }
}

/// A file that a run was given, as it is known again.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^53")]
fn given_mark(path: &str, content: &Blob) -> FileMark {
    // What the page made itself has no time of its own.
    let modified = content.dyn_ref::<File>().map_or(0, |file| file.last_modified() as i64);
    FileMark { path: below_data_dir(path).to_owned(), bytes: content.size() as u64, modified }
}
