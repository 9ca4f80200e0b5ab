use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, pending, select};
use leptos::prelude::*;
use lightbeam_core::host::{Acquired, Clock, Lock, LockRefused, Storage, StorageError, Takeover};
use lightbeam_core::invocation::Command;
use lightbeam_web::history::{Entry, FOLDER, FileMark, Outcome, sort, surplus};
use lightbeam_web::host::{self, BrowserClock, IndexedDb};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

use super::{Area, DATA_DIR, Purpose, Run, RunState, Step, Store};

/// How often it is written down how far a run is.
const INTERVAL: Duration = Duration::from_secs(10);
/// More than anything that is kept of a run.
const MOST: u64 = 1 << 26;

/// Runs that are kept in the browser. Copying it shares it.
#[derive(Clone, Copy)]
pub(in super::super) struct History {
    /// The runs, the newest first.
    pub(in super::super) entries: RwSignal<Vec<Entry>>,
    /// Runs that go on in another tab.
    pub(in super::super) elsewhere: RwSignal<BTreeSet<String>>,
    /// The run that the page was closed under, until the user has said what to do about it.
    pub(in super::super) interrupted: RwSignal<Option<Entry>>,
    /// The run that the user goes on with, until it is begun.
    pub(in super::super) continued: RwSignal<Option<Entry>>,
    /// Why something could not be kept or read.
    pub(in super::super) trouble: RwSignal<Option<String>>,
    /// Runs of this page: of these it knows more than the storage.
    own: StoredValue<BTreeSet<String>>,
    storage: StoredValue<Option<IndexedDb>, LocalStorage>,
    /// Hears how the run ends that is under way.
    end: StoredValue<Option<oneshot::Sender<()>>, LocalStorage>,
    /// Whether the browser was asked to keep what is stored.
    asked: StoredValue<bool>,
}

impl History {
    /// Nothing is known yet.
    pub(super) fn new() -> Self {
        Self {
            entries: RwSignal::default(),
            elsewhere: RwSignal::default(),
            interrupted: RwSignal::default(),
            continued: RwSignal::default(),
            trouble: RwSignal::default(),
            own: StoredValue::default(),
            storage: StoredValue::new_local(None),
            end: StoredValue::new_local(None),
            asked: StoredValue::new(false),
        }
    }

    /// The storage, opened where it is not.
    pub(super) async fn storage(self) -> Result<IndexedDb, StorageError> {
        if let Some(open) = self.storage.get_value() {
            return Ok(open);
        }
        let opened = IndexedDb::open().await?;
        self.storage.set_value(Some(opened.clone()));
        Ok(opened)
    }

    /// Tells what went wrong. The next one opens the storage anew: somebody may have erased it.
    pub(super) fn failed(self, what: &str, error: &StorageError) {
        self.close();
        self.trouble.set(Some(format!("{what}: {error}")));
    }

    pub(super) fn close(self) {
        self.storage.set_value(None);
    }

    /// Reads what is kept of runs, and finds out which of them were cut off.
    pub(super) async fn read(self) {
        match self.try_read().await {
            Ok((entries, elsewhere)) => {
                self.entries.set(entries);
                self.elsewhere.set(elsewhere);
            }
            Err(error) => self.failed("Earlier runs could not be read", &error),
        }
    }

    async fn try_read(self) -> Result<(Vec<Entry>, BTreeSet<String>), StorageError> {
        let storage = self.storage().await?;
        let names = storage.list(FOLDER).await?;
        let mut entries = Vec::new();
        for name in &names {
            if name.strip_suffix(".json").is_some() {
                entries.extend(Entry::from_json(&storage.read(name, 0..MOST).await?));
            } else if let Some(run) = name.strip_suffix(".results")
                && !names.contains(&format!("{run}.json"))
            {
                storage.remove(name).await?;
            }
        }
        sort(&mut entries);
        let here = self.entries.get_untracked();
        let mut elsewhere = BTreeSet::new();
        for entry in entries.iter_mut().filter(|entry| entry.outcome == Outcome::Going) {
            if self.is_own(&entry.id)
                && let Some(known) = here.iter().find(|known| known.id == entry.id)
            {
                entry.clone_from(known);
            } else if goes_on(&storage, entry).await? {
                elsewhere.insert(entry.id.clone());
            }
        }
        // What began here while this was read.
        for known in self.entries.get_untracked() {
            if self.is_own(&known.id)
                && known.outcome == Outcome::Going
                && !entries.iter().any(|entry| entry.id == known.id)
            {
                entries.push(known);
            }
        }
        sort(&mut entries);
        Ok((entries, elsewhere))
    }

    /// Whether the run is one of this page.
    pub(in super::super) fn is_own(self, id: &str) -> bool {
        self.own.with_value(|own| own.contains(id))
    }

    /// Writes down how a run is.
    async fn write(self, entry: &Entry) {
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

    async fn remove(self, entry: &Entry) {
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

/// Whether a page that still lives carries the run out: it holds the run's lock then.
async fn goes_on(storage: &IndexedDb, entry: &Entry) -> Result<bool, StorageError> {
    match storage.lock(&entry.lock_name(), "a look", Takeover::WhenDead).await {
        Ok(Acquired { lock, .. }) => lock.release().await.map(|()| false),
        Err(LockRefused::Held { .. }) => Ok(true),
        Err(LockRefused::Storage(error)) => Err(error),
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
    /// Reads earlier runs, and offers to go on with one that the page was closed under.
    pub(super) fn open_history(self) {
        spawn_local(async move {
            let history = self.history;
            history.read().await;
            let elsewhere = history.elsewhere.get_untracked();
            let entries = history.entries.get_untracked();
            let cut_off = entries.into_iter().filter(|entry| {
                entry.outcome == Outcome::Going && !elsewhere.contains(&entry.id) && !history.is_own(&entry.id)
            });
            let mut offered = false;
            for mut entry in cut_off {
                entry.outcome = Outcome::Interrupted;
                if !offered && entry.can_go_on() {
                    offered = true;
                    // Until the user has said something, it is offered again with each reload.
                    history.interrupted.set(Some(entry));
                } else {
                    history.write(&entry).await;
                }
            }
        });
    }

    /// Reads earlier runs anew: other tabs may have added some.
    pub(in super::super) fn refresh_history(self) {
        spawn_local(self.history.read());
    }

    /// A run begins: it is kept from now on.
    pub(super) fn history_begun(self, run: &Run) {
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
    pub(super) fn history_ended(self) {
        self.history.end.set_value(None);
    }

    /// The chosen files, as they are known again.
    pub(in super::super) fn file_marks(&self) -> Vec<FileMark> {
        self.chosen.with_untracked(|chosen| {
            let mark = |file: &super::ChosenEntry| FileMark {
                path: file.path.clone(),
                bytes: file.bytes,
                modified: file.modified,
            };
            chosen.iter().map(mark).collect()
        })
    }

    /// Removes a run from the history.
    pub(in super::super) fn forget_run(self, entry: Entry) {
        let offered =
            self.history.interrupted.with_untracked(|offered| offered.as_ref().map(|offered| offered.id.clone()));
        if offered.as_ref() == Some(&entry.id) {
            self.history.interrupted.set(None);
        }
        spawn_local(async move { self.history.remove(&entry).await });
    }

    /// Hands the results file of an earlier run over.
    pub(in super::super) fn results_of(self, entry: &Entry, then: impl Fn(String) + 'static) {
        let name = entry.results_name();
        spawn_local(async move {
            let read = async { self.history.storage().await?.read(&name, 0..MOST).await };
            match read.await {
                Ok(bytes) => then(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) => self.history.failed("The results could not be read", &error),
            }
        });
    }

    /// The user has said what is to be done about the run that was interrupted.
    pub(in super::super) fn settle_interrupted(self, go_on: bool) {
        let Some(entry) = self.history.interrupted.get_untracked() else { return };
        self.history.interrupted.set(None);
        if go_on {
            self.go_on_with(&entry);
        }
        spawn_local(async move { self.history.write(&entry).await });
    }

    /// Sets the flags as they were, and asks for the files. What was accepted is remembered by the state.
    pub(in super::super) fn go_on_with(self, entry: &Entry) {
        let mut asked = entry.asked.clone();
        if asked.force {
            // By force, all would be sent once more; this leaves out what the interrupted run has sent.
            asked.force = false;
            asked.older_than = Some(words_of(entry.began));
        }
        self.options.set(asked);
        self.history.continued.set(Some(entry.clone()));
        self.load.validate_first.set(entry.asked.command == Command::ValidateSend);
        self.load.go(Step::Files);
        self.area.set(Area::Load);
    }
}

/// A file that a run was given, as it is known again.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers below 2^53")]
fn given_mark(path: &str, content: &Blob) -> FileMark {
    let path = path.strip_prefix(DATA_DIR).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
    // What the page made itself has no time of its own.
    let modified = content.dyn_ref::<File>().map_or(0, |file| file.last_modified() as i64);
    FileMark { path: path.to_owned(), bytes: content.size() as u64, modified }
}

/// A moment as flags want it.
fn words_of(moment: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "whole numbers below 2^53")]
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(moment as f64));
    date.to_iso_string().into()
}
