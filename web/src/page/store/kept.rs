//! What the page remembers of itself between visits: the configuration and the lasting flags, never a typed value.

use std::time::Duration;

use leptos::prelude::*;
use lightbeam_core::host::{Storage, StorageError};
use lightbeam_core::invocation::Invocation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::spawn_local;

use super::Store;
use crate::configuration::{self, Opened};
use crate::host::IndexedDb;

/// Where the configuration is kept.
const DRAFT: &str = "page/draft.yaml";
/// Where the flags are kept.
const OPTIONS: &str = "page/options.json";
/// Longest that is read back, in bytes.
const LONGEST: u64 = 1 << 20;
/// How long nothing must change before it is written.
const REST: Duration = Duration::from_millis(400);

impl Store {
    /// Takes up what the last visit left, and keeps what changes from then on. Where the browser keeps nothing, the
    /// page works without.
    pub(in super::super) fn keep(self) {
        let owner = Owner::current();
        spawn_local(async move {
            let Ok(storage) = IndexedDb::open().await else { return };
            // What was typed while the database was opened is newer.
            let untouched = self.draft.with_untracked(|draft| *draft == Default::default());
            if let Ok(Some(yaml)) = read(&storage, DRAFT).await
                && untouched
                && let Ok(Opened { draft, .. }) = configuration::open(&yaml)
            {
                self.restored.set(draft != Default::default());
                self.draft.set(draft);
            }
            if let Ok(Some(json)) = read(&storage, OPTIONS).await
                && let Some(options) = from_json::<Invocation>(&json)
                && self.options.with_untracked(|options| *options == Invocation::default())
            {
                self.options.set(lasting(&options));
            }
            // After an await, effects no longer know whose they are.
            if let Some(owner) = owner {
                owner.with(|| self.keep_changes(&storage));
use std::collections::BTreeMap;

use lightbeam_core::config::Draft;
use lightbeam_core::host::{Clock, Storage, StorageError};

use crate::host::{self, BrowserClock, Stored};

/// The beginning of the names of all that is kept of APIs.
const TARGETS: &str = "targets/";

/// What is kept in this browser. Copying it shares it.
#[derive(Clone, Copy, Default)]
pub(in super::super) struct Kept {
    /// How much is stored in all; `None` where the browser does not tell.
    pub(in super::super) stored: RwSignal<Option<Stored>>,
    /// Whether the browser may drop it; `None` where it does not tell.
    pub(in super::super) persistent: RwSignal<Option<bool>>,
    /// What is remembered of each API.
    pub(in super::super) targets: RwSignal<Vec<KeptTarget>>,
    /// What came of the last thing that was done.
    pub(in super::super) told: RwSignal<String>,
}

/// What is remembered of an API.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in super::super) struct KeptTarget {
    /// Its name in the storage: host, and a digest of the data root.
    pub(in super::super) name: String,
    /// Endpoints whose records are remembered.
    pub(in super::super) endpoints: u64,
    /// Bytes of that.
    pub(in super::super) state: u64,
    /// Documents of the API.
    pub(in super::super) documents: u64,
    /// Bytes of those.
    pub(in super::super) cache: u64,
}

    /// Looks at what is kept.
    pub(in super::super) fn look_at_kept(self) {
            self.kept.stored.set(host::stored().await);
            self.kept.persistent.set(host::is_persistent().await);
            match self.targets().await {
                Ok(targets) => self.kept.targets.set(targets),
                Err(error) => self.history.failed("What is kept could not be looked at", &error),
            }
        });
    }

    fn keep_changes(self, storage: &IndexedDb) {
        let yaml = Memo::new(move |_| self.draft.with(|draft| configuration::shareable(draft).to_yaml()));
        keep_text(storage.clone(), DRAFT, yaml);
        let options = Memo::new(move |_| self.options.with(|options| to_json(&lasting(options))));
        keep_text(storage.clone(), OPTIONS, options);
    }
}

/// The flags that hold for the next visit too: none that is about one run, and no query, which may name a person.
fn lasting(options: &Invocation) -> Invocation {
    Invocation {
        selector: options.selector.clone(),
        exclude: options.exclude.clone(),
        keep_keys: options.keep_keys.clone(),
        drop_keys: options.drop_keys.clone(),
        fail_on: options.fail_on,
        log_level: options.log_level.clone(),
        ..Invocation::default()
    }
}

/// Writes a text once it has not changed for a moment.
fn keep_text(storage: IndexedDb, name: &'static str, text: Memo<String>) {
    let storage = StoredValue::new_local(storage);
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let write = move || {
        let text = text.get_untracked();
        spawn_local(async move {
            let storage = storage.get_value();
            // Erased or full: the page goes on without.
            if let Err(error) = storage.write(name, text.as_bytes()).await {
                leptos::logging::warn!("{name} is not kept: {error}");
            }
        });
    };
    Effect::watch(
        move || text.get(),
        move |_, _, _| {
            if let Some(earlier) = waiting.get_value() {
                earlier.clear();
            }
            waiting.set_value(set_timeout_with_handle(write, REST).ok());
        },
        false,
    );
}

async fn read(storage: &IndexedDb, name: &str) -> Result<Option<String>, StorageError> {
    if storage.len(name).await?.is_none() {
        return Ok(None);
    }
    Ok(String::from_utf8(storage.read(name, 0..LONGEST).await?).ok())
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("flags are JSON")
}

fn from_json<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
    async fn targets(self) -> Result<Vec<KeptTarget>, StorageError> {
        let storage = self.history.storage().await?;
        let mut targets = BTreeMap::<String, KeptTarget>::new();
        for name in storage.list(TARGETS).await? {
            let Some((target, rest)) = name[TARGETS.len()..].split_once('/') else { continue };
            let bytes = storage.len(&name).await?.unwrap_or(0);
            let kept = targets.entry(target.to_owned()).or_default();
            target.clone_into(&mut kept.name);
            if rest.starts_with("state/") {
                kept.endpoints += 1;
                kept.state += bytes;
            } else if rest.starts_with("cache/") {
                kept.documents += 1;
                kept.cache += bytes;
        }
        Ok(targets.into_values().collect())

    /// Asks the browser to keep what is stored.
    pub(in super::super) fn ask_persistence(self) {
            let granted = host::ask_persistence().await;
            self.kept.persistent.set(Some(granted));
            self.kept.told.set(if granted {
                "The browser keeps what is stored until you erase it.".to_owned()
            } else {
                "The browser did not agree. Many agree once a page was used more often or was bookmarked.".to_owned()
            });

    /// Erases everything that the page keeps in this browser, and what is typed. Does nothing while a run goes on,
    /// here or in another tab.
    pub(in super::super) fn erase_everything(self) {
            self.history.read().await;
            let elsewhere = self.history.elsewhere.with_untracked(|elsewhere| !elsewhere.is_empty());
            if elsewhere || self.active.with_untracked(Option::is_some) {
                let told = "Nothing was erased: a run goes on. Wait for its end, or stop it, and erase then.";
                self.kept.told.set(told.to_owned());
                return;
            self.draft.set(Draft::default());
            self.variables.update(BTreeMap::clear);
            self.options.set(Invocation::default());
            self.remove_all_files();
            self.last.update(BTreeMap::clear);
            self.history.close();
            let erased = host::erase().await;
            // Whoever keeps what is typed has seen by now that nothing is.
            BrowserClock.sleep(std::time::Duration::from_millis(50)).await;
            if let Some(Ok(Some(storage))) = web_sys::window().map(|window| window.local_storage()) {
                // What cannot be erased was not stored.
                let _ = storage.clear();
            self.history.entries.set(Vec::new());
            self.history.interrupted.set(None);
            self.history.continued.set(None);
            self.kept.told.set(match erased {
                Ok(()) => "Everything is erased. The next send sends all records once more.".to_owned(),
                Err(error) => format!("Not everything could be erased: {error}"),
            });
            self.look_at_kept();
}
