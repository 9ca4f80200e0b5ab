//! What the page remembers of itself between visits: the configuration and the lasting flags, never a typed value.

use std::time::Duration;

use leptos::prelude::*;
use lightbeam_core::host::{Storage, StorageError};
use lightbeam_core::invocation::Invocation;
use lightbeam_web::configuration::{self, Opened};
use lightbeam_web::host::IndexedDb;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen_futures::spawn_local;

use lightbeam_core::config::Draft;

use super::Store;

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
            let untouched = self.draft.with_untracked(|draft| *draft == Draft::default());
            if let Ok(Some(yaml)) = read(&storage, DRAFT).await
                && untouched
                && let Ok(Opened { draft, .. }) = configuration::open(&yaml)
            {
                self.restored.set(draft != Draft::default());
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
}
