//! Runs that are kept in the browser, as the page knows them.

mod again;
mod keeping;

use std::collections::BTreeSet;

use futures_channel::oneshot;
use leptos::prelude::*;
use lightbeam_core::host::{Acquired, Lock, LockRefused, Storage, StorageError, Takeover};
use wasm_bindgen_futures::spawn_local;

use super::Store;
use lightbeam_web::history::{Entry, FOLDER, Outcome, sort};
use lightbeam_web::host::IndexedDb;

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
}

/// Whether a page that still lives carries the run out: it holds the run's lock then.
async fn goes_on(storage: &IndexedDb, entry: &Entry) -> Result<bool, StorageError> {
    match storage.lock(&entry.lock_name(), "a look", Takeover::WhenDead).await {
        Ok(Acquired { lock, .. }) => lock.release().await.map(|()| false),
        Err(LockRefused::Held { .. }) => Ok(true),
        Err(LockRefused::Storage(error)) => Err(error),
    }
}

impl Store {
    /// Reads earlier runs anew: other tabs may have added some.
    pub(in super::super) fn refresh_history(self) {
        spawn_local(self.history.read());
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
}
