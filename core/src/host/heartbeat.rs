//! A lock for hosts that have none of their own, built on a blob that its holder keeps changing.
//!
//! The blob names the run that holds the lock, and a counter that the run raises every five seconds. Whoever finds a
//! blob watches it: when it has not changed for fifteen seconds, its holder is dead.
//!
//! # What is guaranteed
//!
//! Where the storage can [create](Storage::create) a blob that must not be there yet, the one run that does so holds a lock
//! that was free, at once. Otherwise, and for the lock of a dead run, storage offers no "write if unchanged", so this is
//! mutual exclusion by timing (Fischer's algorithm) with a second net beneath it:
//!
//! - A run that takes such a lock writes its claim, waits [`SETTLE`], and holds the lock only if its claim still stands.
//!   Of several runs that find the lock free or dead at the same time, the one that writes last holds it, provided that
//!   no run takes longer than [`SETTLE`] between looking and having written. A run that notices that it took longer waits
//!   fifteen seconds before it believes its claim: until then any earlier winner has looked at the blob and given up.
//! - A holder looks at the blob before each renewal and at each [`Lock::check`], and takes its run as ended when
//!   anything but its own name stands there. So when a machine sleeps at the wrong moment and two runs believe to hold
//!   the lock, one of them ends at its next check, before it writes anything else to the state. The same holds for a run that creates
//!   the blob in the very moment in which a dead run came back to life, ended, and was taken over from.
//!
//! What remains: one write that was decided before a takeover and carried out after it, and what the run that loses the
//! lock has sent since it last looked. The state log is made so that this at worst sends these records once more.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Acquired, Clock, Lock, LockRefused, Storage, StorageError, StorageErrorKind, Takeover};

/// How often the holder gives a sign of life.
pub const RENEW: Duration = Duration::from_secs(5);
/// How long a lock must stand unchanged before its holder counts as dead.
pub const DEAD: Duration = Duration::from_secs(15);
/// How long a claim must stand before it is believed.
pub const SETTLE: Duration = Duration::from_secs(1);
/// How often a lock that another run seems to hold is looked at.
const WATCH: Duration = Duration::from_secs(1);
/// How often a forced takeover is tried against a holder that renews.
const ATTEMPTS: u32 = 5;
/// The name that is told of a run whose lock cannot be read.
const UNKNOWN_RUN: &str = "unknown";

/// A lock that was taken with [`HeartbeatLock::acquire`]. [`Lock::keep`] must be polled for it to stay alive.
#[derive(Debug)]
pub struct HeartbeatLock<S, C> {
    storage: S,
    clock: C,
    name: String,
    run_id: String,
    counter: Cell<u64>,
    /// When the last sign of life was given.
    renewed: Cell<Duration>,
    /// Once lost, a lock stays lost, whatever stands in the blob later.
    lost: RefCell<Option<StorageError>>,
}

/// What stands in the blob.
#[derive(Debug, Serialize, Deserialize)]
struct Blob {
    run_id: String,
    counter: u64,
}

fn holder(bytes: &[u8]) -> Option<String> {
    serde_json::from_slice::<Blob>(bytes).ok().map(|blob| blob.run_id)
}

impl<S: Storage + Clone, C: Clock + Clone> HeartbeatLock<S, C> {
    /// Takes the lock that is kept in the blob `name`, for a run whose id no other run has.
    ///
    /// Waits [`SETTLE`] for a lock that is free where the storage cannot create blobs, and up to [`DEAD`] more to see whether a holder lives; then takes
    /// over from a dead one, a blob that cannot be read counting as one. [`Takeover::AtOnce`] takes over without
    /// looking.
    pub async fn acquire(
        storage: S,
        clock: C,
        name: &str,
        run_id: &str,
        takeover: Takeover,
    ) -> Result<Acquired<Self>, LockRefused> {
        let lock = Self {
            storage,
            clock,
            name: name.to_owned(),
            run_id: run_id.to_owned(),
            counter: Cell::new(0),
            renewed: Cell::new(Duration::ZERO),
            lost: RefCell::new(None),
        };
        let mut found = match takeover {
            Takeover::WhenDead => lock.wait_for_death().await?,
            Takeover::AtOnce => lock.look().await?,
        };
        if found.bytes.is_none()
            && let Some(is_mine) = lock.create().await?
        {
            if is_mine {
                return lock.created().await;
            }
            found = lock.look().await?;
            if takeover == Takeover::WhenDead {
                let quicker = found.bytes.as_deref().and_then(holder);
                return Err(LockRefused::Held { run_id: quicker.unwrap_or_else(|| UNKNOWN_RUN.to_owned()) });
            }
        }
        let old_holder = found.bytes.map(|bytes| holder(&bytes).unwrap_or_else(|| UNKNOWN_RUN.to_owned()));
        let mut looked = found.at;
        for attempt in 1.. {
            lock.give_sign().await?;
            let late = lock.clock.monotonic().saturating_sub(looked) > SETTLE;
            let claim = if late { lock.settle_late().await? } else { lock.settle(SETTLE).await? };
            looked = claim.at;
            let winner = claim.bytes.as_deref().map(|bytes| holder(bytes).unwrap_or_else(|| UNKNOWN_RUN.to_owned()));
            match winner {
                Some(run_id) if run_id == lock.run_id => break,
                // A holder that gave the lock back in the very moment removed the claim with it; another run may have
                // created the blob since.
                None if attempt < ATTEMPTS => match lock.create().await? {
                    Some(true) => break,
                    Some(false) => looked = lock.look().await?.at,
                    None => {}
                },
                // A living holder renewed in the very moment; it looks again before it next does so, and ends.
                Some(run_id)
                    if takeover == Takeover::AtOnce && Some(&run_id) == old_holder.as_ref() && attempt < ATTEMPTS => {}
                winner => {
                    let run_id = winner.unwrap_or_else(|| UNKNOWN_RUN.to_owned());
                    return Err(LockRefused::Held { run_id });
                }
            }
        }
        Ok(Acquired { lock, taken_over_from: old_holder })
    }

    /// The lock whose blob this run has created. Where that took so long that others may have taken the run for dead,
    /// the claim has to stand for a while like any other.
    async fn created(self) -> Result<Acquired<Self>, LockRefused> {
        let late = self.clock.monotonic().saturating_sub(self.renewed.get()) > SETTLE;
        let claim = if late { self.settle_late().await? } else { self.look().await? };
        match claim.bytes.as_deref().map(holder) {
            Some(Some(run_id)) if run_id == self.run_id => Ok(Acquired { lock: self, taken_over_from: None }),
            other => Err(LockRefused::Held { run_id: other.flatten().unwrap_or_else(|| UNKNOWN_RUN.to_owned()) }),
        }
    }

    /// What stands in the blob after `time`.
    async fn settle(&self, time: Duration) -> Result<Found, StorageError> {
        self.clock.sleep(time).await;
        self.look().await
    }

    /// What stands in the blob after [`DEAD`], through which the claim gives signs of life.
    async fn settle_late(&self) -> Result<Found, StorageError> {
        let begin = self.clock.monotonic();
        loop {
            let found = self.settle(RENEW).await?;
            let is_mine = found.bytes.as_deref().and_then(holder).as_ref() == Some(&self.run_id);
            if !is_mine || found.at.saturating_sub(begin) >= DEAD {
                return Ok(found);
            }
            self.give_sign().await?;
        }
    }

    /// Watches the blob until it is gone or dead.
    async fn wait_for_death(&self) -> Result<Found, LockRefused> {
        let first = self.look().await?;
        let mut found = Found { bytes: first.bytes.clone(), at: first.at };
        while found.bytes.is_some() && found.at.saturating_sub(first.at) < DEAD {
            self.clock.sleep(WATCH).await;
            found = self.look().await?;
            if let Some(bytes) = found.bytes.as_ref().filter(|bytes| Some(*bytes) != first.bytes.as_ref()) {
                return Err(LockRefused::Held { run_id: holder(bytes).unwrap_or_else(|| UNKNOWN_RUN.to_owned()) });
            }
        }
        Ok(found)
    }

    /// Reads the blob; the time is that before the reading.
    async fn look(&self) -> Result<Found, StorageError> {
        let at = self.clock.monotonic();
        // More than is ever written; a blob that is larger cannot be read as one of ours.
        match self.storage.read(&self.name, 0..4096).await {
            Ok(bytes) => Ok(Found { bytes: Some(bytes), at }),
            Err(error) if error.kind == StorageErrorKind::NotFound => Ok(Found { bytes: None, at }),
            Err(error) => Err(error),
        }
    }

    async fn give_sign(&self) -> Result<(), StorageError> {
        let at = self.clock.monotonic();
        self.storage.write(&self.name, &self.sign()).await?;
        self.signed(at);
        Ok(())
    }

    /// The first sign of life, if there is no blob yet; see [`Storage::create`].
    async fn create(&self) -> Result<Option<bool>, StorageError> {
        let at = self.clock.monotonic();
        let is_mine = self.storage.create(&self.name, &self.sign()).await?;
        if is_mine == Some(true) {
            self.signed(at);
        }
        Ok(is_mine)
    }

    fn sign(&self) -> Vec<u8> {
        let blob = Blob { run_id: self.run_id.clone(), counter: self.counter.get() };
        serde_json::to_vec(&blob).expect("text and a number are JSON")
    }

    fn signed(&self, at: Duration) {
        self.counter.set(self.counter.get() + 1);
        self.renewed.set(at);
    }

    fn lose(&self, detail: String) -> StorageError {
        let error = StorageError::new(StorageErrorKind::LockLost, detail);
        self.lost.borrow_mut().get_or_insert(error).clone()
    }

    async fn renew(&self) -> Result<(), StorageError> {
        self.check().await?;
        self.give_sign().await
    }
}

/// What was seen of the blob, and when.
struct Found {
    bytes: Option<Vec<u8>>,
    at: Duration,
}

impl<S: Storage + Clone, C: Clock + Clone> Lock for HeartbeatLock<S, C> {
    /// Storage that fails for a moment is tried again each second; the lock is lost when that has gone on for so long
    /// that another run may soon take this one for dead.
    async fn keep(&self) -> StorageError {
        loop {
            let since = self.clock.monotonic().saturating_sub(self.renewed.get());
            self.clock.sleep(RENEW.saturating_sub(since).max(WATCH)).await;
            match self.renew().await {
                Ok(()) => {}
                Err(error) if error.kind == StorageErrorKind::LockLost => return error,
                Err(error) => {
                    let since = self.clock.monotonic().saturating_sub(self.renewed.get());
                    if since + RENEW > DEAD {
                        return self.lose(format!("the lock {} could not be renewed: {error}", self.name));
                    }
                }
            }
        }
    }

    async fn check(&self) -> Result<(), StorageError> {
        if let Some(error) = self.lost.borrow().clone() {
            return Err(error);
        }
        let found = self.look().await?;
        match found.bytes.as_deref().map(holder) {
            Some(Some(run_id)) if run_id == self.run_id => Ok(()),
            Some(Some(run_id)) => Err(self.lose(format!("another run ({run_id}) has taken over this target"))),
            Some(None) => Err(self.lose(format!("the lock {} was overwritten by something else", self.name))),
            None => Err(self.lose(format!("the lock {} was removed while this run held it", self.name))),
        }
    }

    async fn release(&self) -> Result<(), StorageError> {
        match self.check().await {
            Ok(()) => self.storage.remove(&self.name).await,
            Err(error) if error.kind == StorageErrorKind::LockLost => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
