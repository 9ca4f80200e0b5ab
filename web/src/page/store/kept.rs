use std::collections::BTreeMap;

use leptos::prelude::*;
use lightbeam_core::config::Draft;
use lightbeam_core::host::{Clock, Storage, StorageError};
use lightbeam_core::invocation::Invocation;
use lightbeam_web::host::{self, BrowserClock, Stored};
use wasm_bindgen_futures::spawn_local;

use super::Store;

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

impl Store {
    /// Looks at what is kept.
    pub(in super::super) fn look_at_kept(self) {
        spawn_local(async move {
            self.kept.stored.set(host::stored().await);
            self.kept.persistent.set(host::is_persistent().await);
            match self.targets().await {
                Ok(targets) => self.kept.targets.set(targets),
                Err(error) => self.history.failed("What is kept could not be looked at", &error),
            }
        });
    }

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
        }
        Ok(targets.into_values().collect())
    }

    /// Asks the browser to keep what is stored.
    pub(in super::super) fn ask_persistence(self) {
        spawn_local(async move {
            let granted = host::ask_persistence().await;
            self.kept.persistent.set(Some(granted));
            self.kept.told.set(if granted {
                "The browser keeps what is stored until you erase it.".to_owned()
            } else {
                "The browser did not agree. Many agree once a page was used more often or was bookmarked.".to_owned()
            });
        });
    }

    /// Erases everything that the page keeps in this browser, and what is typed. Does nothing while a run goes on,
    /// here or in another tab.
    pub(in super::super) fn erase_everything(self) {
        spawn_local(async move {
            self.history.read().await;
            let elsewhere = self.history.elsewhere.with_untracked(|elsewhere| !elsewhere.is_empty());
            if elsewhere || self.active.with_untracked(Option::is_some) {
                let told = "Nothing was erased: a run goes on. Wait for its end, or stop it, and erase then.";
                self.kept.told.set(told.to_owned());
                return;
            }
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
            }
            self.history.entries.set(Vec::new());
            self.history.interrupted.set(None);
            self.history.continued.set(None);
            self.kept.told.set(match erased {
                Ok(()) => "Everything is erased. The next send sends all records once more.".to_owned(),
                Err(error) => format!("Not everything could be erased: {error}"),
            });
            self.look_at_kept();
        });
    }
}
