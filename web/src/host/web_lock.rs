//! Locks of the browser, which end with the tab or worker that holds them.
//!
//! The browser does not tell who holds a lock, so the holder writes its name into a blob of the lock's name. It is also
//! what makes a takeover certain: word that a lock was stolen comes some time after, but who stole it has written its
//! name before its first change of the state.
//!
//! Browsers have locks only for pages that come from a secure place (https, or this machine). Others get
//! [`HeartbeatLock`].

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect};
use lightbeam_core::host::heartbeat::HeartbeatLock;
use lightbeam_core::host::{Acquired, Clock, Lock, LockRefused, Storage, StorageError, StorageErrorKind, Takeover};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::clock::BrowserClock;
use super::indexed_db::IndexedDb;

/// How often a lock that is held is asked for again: that of a tab just closed takes a moment to end.
const ATTEMPTS: u32 = 5;
const BETWEEN: Duration = Duration::from_millis(200);
/// More than the name of a run.
const MAX_NAME: u64 = 4096;
/// What is said of a run whose name is not known.
const UNKNOWN_RUN: &str = "unknown";

/// A lock that was taken.
#[derive(Debug)]
pub enum BrowserLock {
    /// One of the browser's.
    Web(WebLock),
    /// One with signs of life, where the browser has none.
    Heartbeat(HeartbeatLock<IndexedDb, BrowserClock>),
}

/// A lock of the browser. Dropped without release, it ends like that of a run that died.
#[derive(Debug)]
pub struct WebLock {
    storage: IndexedDb,
    name: String,
    run_id: String,
    held: Held,
    /// Once lost, a lock stays lost.
    lost: Rc<RefCell<Option<StorageError>>>,
}

/// Takes a lock.
pub(super) async fn acquire(
    storage: &IndexedDb,
    name: &str,
    run_id: &str,
    takeover: Takeover,
) -> Result<Acquired<BrowserLock>, LockRefused> {
    let Some(locks) = Locks::of_browser() else {
        let Acquired { lock, taken_over_from } =
            HeartbeatLock::acquire(storage.clone(), BrowserClock, name, run_id, takeover).await?;
        return Ok(Acquired { lock: BrowserLock::Heartbeat(lock), taken_over_from });
    };
    let mut attempt = 1;
    let held = loop {
        match locks.request(name, takeover).await? {
            Some(held) => break held,
            None if attempt < ATTEMPTS => BrowserClock.sleep(BETWEEN).await,
            None => {
                let run_id = holder(storage, name).await?.unwrap_or_else(|| UNKNOWN_RUN.to_owned());
                return Err(LockRefused::Held { run_id });
            }
        }
        attempt += 1;
    };
    let lock = WebLock {
        storage: storage.clone(),
        name: name.to_owned(),
        run_id: run_id.to_owned(),
        lost: held.watch(name),
        held,
    };
    // A name that still stands there is that of a run that was robbed, or that died.
    let taken_over_from = holder(storage, name).await?;
    storage.write(name, run_id.as_bytes()).await?;
    Ok(Acquired { lock: BrowserLock::Web(lock), taken_over_from })
}

async fn holder(storage: &IndexedDb, name: &str) -> Result<Option<String>, StorageError> {
    match storage.read(name, 0..MAX_NAME).await {
        Ok(bytes) => Ok(Some(String::from_utf8(bytes).unwrap_or_else(|_| UNKNOWN_RUN.to_owned()))),
        Err(error) if error.kind == StorageErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Lock for BrowserLock {
    async fn keep(&self) -> StorageError {
        match self {
            Self::Web(lock) => lock.keep().await,
            Self::Heartbeat(lock) => lock.keep().await,
        }
    }

    async fn check(&self) -> Result<(), StorageError> {
        match self {
            Self::Web(lock) => lock.check().await,
            Self::Heartbeat(lock) => lock.check().await,
        }
    }

    async fn release(&self) -> Result<(), StorageError> {
        match self {
            Self::Web(lock) => lock.release().await,
            Self::Heartbeat(lock) => lock.release().await,
        }
    }
}

impl WebLock {
    fn lose(&self, detail: String) -> StorageError {
        self.lost.borrow_mut().get_or_insert(StorageError::new(StorageErrorKind::LockLost, detail)).clone()
    }
}

impl Lock for WebLock {
    async fn keep(&self) -> StorageError {
        match JsFuture::from(self.held.ended.clone()).await {
            // It was given back.
            Ok(_) => pending().await,
            Err(_) => self.lose(taken_over(&self.name)),
        }
    }

    async fn check(&self) -> Result<(), StorageError> {
        if let Some(error) = self.lost.borrow().clone() {
            return Err(error);
        }
        match holder(&self.storage, &self.name).await? {
            Some(run_id) if run_id == self.run_id => Ok(()),
            Some(run_id) => Err(self.lose(format!("another run ({run_id}) has taken over this target"))),
            None => Err(self.lose(format!("the lock {} was removed while this run held it", self.name))),
        }
    }

    async fn release(&self) -> Result<(), StorageError> {
        match self.check().await {
            Ok(()) => {
                // A run that takes it over in this very moment has written its own name there.
                self.storage.remove_if(&self.name, self.run_id.as_bytes()).await?;
                self.held.give_back();
                // Whoever asks from now on gets it. That it ended otherwise meanwhile is no matter.
                let _ = JsFuture::from(self.held.ended.clone()).await;
                Ok(())
            }
            Err(error) if error.kind == StorageErrorKind::LockLost => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn taken_over(name: &str) -> String {
    format!("another run has taken over this target (its lock is {name})")
}

/// The browser's locks.
struct Locks {
    manager: JsValue,
    request: Function,
}

/// A lock that the browser gave.
#[derive(Debug)]
struct Held {
    give_back: Function,
    /// Settles when the lock has ended: well if it was given back, else with an error.
    ended: Promise,
}

fn member(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).ok().filter(|member| !member.is_undefined() && !member.is_null())
}

impl Locks {
    fn of_browser() -> Option<Self> {
        let manager = member(&member(&js_sys::global(), "navigator")?, "locks")?;
        let request = member(&manager, "request")?.dyn_into().ok()?;
        Some(Self { manager, request })
    }

    /// Asks for a lock; `None`: somebody holds it.
    async fn request(&self, name: &str, takeover: Takeover) -> Result<Option<Held>, StorageError> {
        let options = Object::new();
        let option = match takeover {
            Takeover::WhenDead => "ifAvailable",
            Takeover::AtOnce => "steal",
        };
        Reflect::set(&options, &JsValue::from_str(option), &JsValue::TRUE).expect("a plain object takes members");
        let (answer, answered) = oneshot::channel();
        // The browser holds the lock until the promise that this gives is settled.
        let given = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            if lock.is_null() {
                // Nobody waits any more for what is not to be had.
                let _ = answer.send(None);
                return JsValue::UNDEFINED;
            }
            let mut give_back = None;
            let held = Promise::new(&mut |settle, _| give_back = Some(settle));
            match answer.send(give_back) {
                Ok(()) => held.into(),
                // Who asked has gone meanwhile: the lock is free at once.
                Err(_) => JsValue::UNDEFINED,
            }
        });
        let name = JsValue::from_str(&format!("lightbeam/{name}"));
        let asked = self.request.call3(&self.manager, &name, &options, &given);
        let ended: Promise = asked.and_then(JsCast::dyn_into).map_err(|error| refused(&error))?;
        match select(answered, JsFuture::from(ended.clone())).await {
            Either::Left((Ok(answer), _)) => Ok(answer.map(|give_back| Held { give_back, ended })),
            Either::Left((Err(_), ended)) => Err(refused(&ended.await.err().unwrap_or_default())),
            Either::Right((outcome, _)) => Err(refused(&outcome.err().unwrap_or_default())),
        }
    }
}

fn refused(error: &JsValue) -> StorageError {
    let why = member(error, "message").and_then(|message| message.as_string()).unwrap_or_default();
    StorageError {
        kind: StorageErrorKind::Denied,
        detail: format!("this browser does not let the page lock what it stores ({why})"),
        hint: Some("open the page by itself, not within another one, and in a window that is not private".to_owned()),
    }
}

impl Held {
    fn give_back(&self) {
        // Settling a promise cannot fail, and to settle one twice is no matter.
        let _ = self.give_back.call0(&JsValue::UNDEFINED);
    }

    /// Where it is told that the lock was lost.
    fn watch(&self, name: &str) -> Rc<RefCell<Option<StorageError>>> {
        let lost = Rc::new(RefCell::new(None));
        let (told, ended, name) = (lost.clone(), self.ended.clone(), name.to_owned());
        spawn_local(async move {
            if JsFuture::from(ended).await.is_err() {
                let error = StorageError::new(StorageErrorKind::LockLost, taken_over(&name));
                told.borrow_mut().get_or_insert(error);
            }
        });
        lost
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.give_back();
    }
}
