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
            let Ok(storage) = self.history.storage().await else { return };
            let (yaml, json) = (read(&storage, DRAFT).await, read(&storage, OPTIONS).await);
            // What was typed while the database was opened is newer than what is in it.
            let typed = self.draft.with_untracked(|draft| *draft != Draft::default());
            if let Ok(Some(yaml)) = yaml
                && !typed
                && let Ok(Opened { draft, .. }) = configuration::open(&yaml)
            {
                self.restored.set(draft != Draft::default());
                self.draft.set(draft);
            }
            let chosen = self.options.with_untracked(|options| *options != Invocation::default());
            if let Ok(Some(json)) = json
                && !chosen
                && let Some(options) = from_json::<Invocation>(&json)
            {
                self.options.set(lasting(&options));
            }
            // After an await, effects no longer know whose they are.
            if let Some(owner) = owner {
                owner.with(|| self.keep_changes(typed, chosen));
            }
        });
    }

    /// Keeps what changes from now on, and what has changed already.
    fn keep_changes(self, draft_changed: bool, options_changed: bool) {
        let yaml = |draft: &Draft| configuration::shareable(draft).to_yaml();
        let text = Memo::new(move |_| self.draft.with(yaml));
        self.keep_text(DRAFT, text, yaml(&Draft::default()), draft_changed);
        let json = |options: &Invocation| to_json(&lasting(options));
        let text = Memo::new(move |_| self.options.with(json));
        self.keep_text(OPTIONS, text, json(&Invocation::default()), options_changed);
    }

    /// Writes a text once it has not changed for a moment. What is as in the beginning is not kept.
    fn keep_text(self, name: &'static str, text: Memo<String>, beginning: String, has_changed: bool) {
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        let beginning = StoredValue::new(beginning);
        let write = move || {
            let text = text.get_untracked();
            let text = (text != beginning.get_value()).then_some(text);
            spawn_local(async move {
                let mut kept = self.keep_blob(name, text.as_deref()).await;
                if kept.is_err() {
                    // Erased, here or in another tab: it is opened anew.
                    self.history.close();
                    kept = self.keep_blob(name, text.as_deref()).await;
                }
                if let Err(error) = kept {
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
            has_changed,
        );
    }

    async fn keep_blob(self, name: &str, text: Option<&str>) -> Result<(), StorageError> {
        let storage = self.history.storage().await?;
        match text {
            Some(text) => storage.write(name, text.as_bytes()).await,
            None => storage.remove(name).await,
        }
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
