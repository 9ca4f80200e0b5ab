mod histories;

use std::cell::Cell;
use std::future::Future;

use super::*;
use crate::host::Takeover;
use crate::host::memory::{MemoryHost, MemoryLock};
use crate::state::NO_KEY;

const NAME: &str = "targets/x/state/ed-fi/students.log";

fn digest(n: u8) -> Digest {
    Digest::of(&[n])
}

fn run<F: Future>(host: &MemoryHost, future: F) -> F::Output {
    host.block_on(future).unwrap()
}

async fn lock(host: &MemoryHost) -> MemoryLock {
    host.storage().lock("lock", "run", Takeover::AtOnce).await.unwrap().lock
}

fn load(host: &MemoryHost) -> Log {
    run(host, Log::load(host.storage(), NAME)).unwrap()
}

fn flush(host: &MemoryHost, log: &Log) {
    run(host, async { log.flush(host.storage(), &lock(host).await).await }).unwrap();
}

fn finish(host: &MemoryHost, log: &Log) {
    run(host, async { log.finish(host.storage(), &lock(host).await).await }).unwrap();
}

fn accepted(status: u16, time: u32) -> Standing {
    Standing::Accepted { status, time }
}

#[test]
fn a_value_that_returns_is_sent_again() {
    let host = MemoryHost::new();
    let log = load(&host);
    let (v1, v2) = (digest(1), digest(2));
    log.put(v1, 7, 100, 201);
    log.put(v2, 7, 101, 200);
    flush(&host, &log);
    for log in [&log, &load(&host)] {
        assert_eq!(log.standing(&v1), Standing::Outdated { status: 201, time: 100 });
        assert_eq!(log.standing(&v2), accepted(200, 101));
        assert_eq!(log.latest_of_key(7), Some(v2));
        assert_eq!(log.standing(&digest(3)), Standing::Unknown);
    }
    log.put(v1, 7, 102, 200);
    assert_eq!(log.standing(&v1), accepted(200, 102));
    assert_eq!(log.standing(&v2), Standing::Outdated { status: 200, time: 101 });
}

#[test]
fn what_may_have_been_carried_out_makes_older_successes_uncertain() {
    for (status, outdates) in [(0, true), (500, true), (503, true), (400, false), (409, false), (301, false)] {
        let host = MemoryHost::new();
        let log = load(&host);
        log.put(digest(1), 7, 100, 201);
        log.put(digest(2), 7, 101, status);
        let expected = if outdates { Standing::Outdated { status: 201, time: 100 } } else { accepted(201, 100) };
        assert_eq!(log.standing(&digest(1)), expected, "{status}");
        assert_eq!(log.standing(&digest(2)), Standing::Failed { status, time: 101 });
    }
}

#[test]
fn lines_that_stood_earlier_in_the_run_are_known_without_an_answer() {
    let host = MemoryHost::new();
    let log = load(&host);
    assert!(!log.mark_seen(&digest(1)).0);
    assert!(log.mark_seen(&digest(1)).0);
    assert_eq!(log.standing(&digest(1)), Standing::Unknown);
    log.put(digest(1), 7, 100, 201);
    assert!(log.mark_seen(&digest(1)).0);
    finish(&host, &log);
    assert_eq!(host.storage().blob(NAME).unwrap().len(), 2 * ENTRY);
    assert!(!load(&host).mark_seen(&digest(1)).0, "another run");
}

#[test]
fn a_run_that_adds_nothing_leaves_the_blob_as_it_is() {
    let host = MemoryHost::new();
    let log = load(&host);
    for time in 100..104 {
        log.put(digest(1), 7, time, 201);
    }
    // A run that was killed: most of its blob says nothing any more.
    flush(&host, &log);
    let log = load(&host);
    assert_eq!(log.mark_seen(&digest(1)), (false, accepted(201, 103)));
    finish(&host, &log);
    assert_eq!(host.storage().blob(NAME).unwrap().len(), 5 * ENTRY);
    log.put(digest(1), 7, 104, 200);
    finish(&host, &log);
    assert_eq!(host.storage().blob(NAME).unwrap().len(), 2 * ENTRY);
}

#[test]
fn nothing_is_written_without_the_lock_and_nothing_is_lost() {
    let host = MemoryHost::new();
    let log = load(&host);
    log.put(digest(1), 7, 100, 201);
    let outcome = run(&host, async {
        let mine = lock(&host).await;
        let theirs = host.storage().lock("lock", "other", Takeover::AtOnce).await.unwrap();
        let outcome = (log.flush(host.storage(), &mine).await, log.clear(host.storage(), &mine).await);
        theirs.lock.release().await.unwrap();
        outcome
    });
    assert_eq!(outcome.0.unwrap_err().kind, StorageErrorKind::LockLost);
    assert_eq!(outcome.1.unwrap_err().kind, StorageErrorKind::LockLost);
    assert_eq!((log.pending(), host.storage().blob(NAME)), (1, None));
    flush(&host, &log);
    assert_eq!(load(&host).standing(&digest(1)), accepted(201, 100));
}

/// A storage whose appends fail half-way as often as it is told.
struct Failing<'a> {
    host: &'a MemoryHost,
    times: Cell<u32>,
}

impl Storage for Failing<'_> {
    type Lock = MemoryLock;

    async fn len(&self, name: &str) -> Result<Option<u64>, StorageError> {
        self.host.storage().len(name).await
    }
    async fn read(&self, name: &str, range: std::ops::Range<u64>) -> Result<Vec<u8>, StorageError> {
        self.host.storage().read(name, range).await
    }
    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.host.storage().write(name, bytes).await
    }
    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        if self.times.get() == 0 {
            return self.host.storage().append(name, bytes).await;
        }
        self.times.set(self.times.get() - 1);
        self.host.storage().append(name, &bytes[..bytes.len() / 2 + 3]).await?;
        Err(StorageError::new(StorageErrorKind::Full, "the disk is full"))
    }
    async fn truncate(&self, name: &str, len: u64) -> Result<(), StorageError> {
        self.host.storage().truncate(name, len).await
    }
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        self.host.storage().list(prefix).await
    }
    async fn remove(&self, name: &str) -> Result<(), StorageError> {
        self.host.storage().remove(name).await
    }
    async fn lock(
        &self,
        name: &str,
        run_id: &str,
        takeover: Takeover,
    ) -> Result<crate::host::Acquired<MemoryLock>, crate::host::LockRefused> {
        self.host.storage().lock(name, run_id, takeover).await
    }
}

#[test]
fn a_failed_append_leaves_everything_pending_and_is_cut_off_by_the_next() {
    let host = MemoryHost::new();
    let log = load(&host);
    log.put(digest(0), 1, 99, 201);
    flush(&host, &log);
    (1..=4).for_each(|n| log.put(digest(n), n.into(), 100, 201));
    let storage = Failing { host: &host, times: Cell::new(2) };
    run(&host, async {
        let lock = lock(&host).await;
        assert_eq!(log.flush(&storage, &lock).await.unwrap_err().kind, StorageErrorKind::Full);
        assert_eq!(log.flush(&storage, &lock).await.unwrap_err().kind, StorageErrorKind::Full);
        assert_eq!(log.pending(), 4);
        log.put(digest(5), 5, 101, 201);
        log.flush(&storage, &lock).await.unwrap();
    });
    let loaded = load(&host);
    assert_eq!((loaded.damage(), log.pending()), (Damage::default(), 0));
    (1..=5).for_each(|n| assert!(matches!(loaded.standing(&digest(n)), Standing::Accepted { .. })));
}

#[test]
fn what_is_put_while_the_blob_is_written_stays() {
    let host = MemoryHost::new();
    let log = load(&host);
    (0..10).for_each(|n| log.put(digest(n), 7, 100, 201));
    flush(&host, &log);
    let storage = host.storage();
    run(&host, async {
        let lock = lock(&host).await;
        let late = async { log.put(digest(1), 8, 101, 201) };
        let (finished, ()) = futures_util::join!(log.finish(storage, &lock), late);
        finished.unwrap();
        let late = async { log.put(digest(2), 9, 102, 201) };
        let (flushed, (), again) = futures_util::join!(log.flush(storage, &lock), late, log.flush(storage, &lock));
        flushed.and(again).unwrap();
    });
    for log in [&log, &load(&host)] {
        assert_eq!(log.standing(&digest(1)), accepted(201, 101));
        assert_eq!(log.standing(&digest(2)), accepted(201, 102));
        assert_eq!(log.pending(), 0);
    }
}

#[test]
fn removal_is_durable_before_and_written_back_after() {
    let host = MemoryHost::new();
    let log = load(&host);
    log.put(digest(1), 7, 100, 201);
    log.put(digest(2), 7, 101, 200);
    log.put(digest(3), 7, 102, 409);
    let outdated = log.remove(&digest(1)).unwrap();
    let accepted_one = log.remove(&digest(2)).unwrap();
    assert!(log.remove(&digest(2)).is_none() && log.remove(&digest(9)).is_none());
    flush(&host, &log);
    for log in [&log, &load(&host)] {
        assert_eq!(log.standing(&digest(1)), Standing::Unknown);
        assert_eq!(log.standing(&digest(2)), Standing::Unknown);
        assert_eq!(log.latest_of_key(7), Some(digest(3)));
    }
    log.restore(accepted_one);
    log.restore(outdated);
    flush(&host, &log);
    for log in [&log, &load(&host)] {
        assert_eq!(log.standing(&digest(1)), Standing::Outdated { status: 201, time: 100 });
        assert_eq!(log.standing(&digest(2)), accepted(200, 101));
        assert_eq!(log.standing(&digest(3)), Standing::Failed { status: 409, time: 102 }, "outdated by nothing new");
    }
}

#[test]
fn emptying_forgets_unless_it_is_taken_back() {
    let host = MemoryHost::new();
    let log = load(&host);
    log.put(digest(1), 7, 100, 201);
    log.mark_emptying();
    flush(&host, &log);
    for log in [&log, &load(&host)] {
        assert_eq!((log.standing(&digest(1)), log.latest_of_key(7)), (Standing::Unknown, None));
    }
    finish(&host, &log);
    assert_eq!(host.storage().blob(NAME).unwrap().len(), 3 * ENTRY, "not written anew while it may be taken back");
    log.take_back();
    log.take_back();
    flush(&host, &log);
    for log in [&log, &load(&host)] {
        assert_eq!((log.standing(&digest(1)), log.latest_of_key(7)), (accepted(201, 100), Some(digest(1))));
    }
    log.mark_emptying();
    flush(&host, &log);
    run(&host, async { log.clear(host.storage(), &lock(&host).await).await }).unwrap();
    assert_eq!(host.storage().blob(NAME).unwrap(), Header::encode());
    log.put(digest(2), 7, 101, 201);
    flush(&host, &log);
    for log in [&log, &load(&host)] {
        assert_eq!(log.standing(&digest(1)), Standing::Unknown);
        assert_eq!(log.standing(&digest(2)), accepted(201, 101));
    }
}

#[test]
fn damage_in_the_middle_is_skipped_counted_and_repaired() {
    let host = MemoryHost::new();
    let log = load(&host);
    (0..5).for_each(|n| log.put(digest(n), n.into(), 100, 201));
    flush(&host, &log);
    let mut blob = host.storage().blob(NAME).unwrap();
    blob[3] ^= 1;
    blob[2 * ENTRY] ^= 1;
    blob.extend([0; 100]);
    host.storage().put(NAME, blob.clone());
    let log = load(&host);
    assert_eq!(log.damage(), Damage { skipped: 2, torn: 100 });
    assert_eq!(log.standing(&digest(1)), Standing::Unknown);
    assert_eq!(log.standing(&digest(4)), accepted(201, 100));
    assert_eq!(host.storage().blob(NAME).unwrap(), blob, "to load changes nothing");
    log.put(digest(1), 1, 101, 200);
    finish(&host, &log);
    let log = load(&host);
    assert_eq!((log.damage(), log.standing(&digest(1))), (Damage::default(), accepted(200, 101)));
    assert_eq!(log.standing(&digest(4)), accepted(201, 100));

    host.storage().put(NAME, Header::with_version(3));
    let error = run(&host, Log::load(host.storage(), NAME)).unwrap_err();
    assert!(error.detail.contains("format 3") && error.hint.is_some(), "{error:?}");
}

#[test]
fn outdated_answers_of_other_runs_are_dropped_when_most_is_dead() {
    let host = MemoryHost::new();
    let log = load(&host);
    log.put(digest(1), 7, 100, 201);
    log.put(digest(2), 7, 101, 201);
    finish(&host, &log);
    assert_eq!(host.storage().blob(NAME).unwrap().len(), 3 * ENTRY, "half is alive");
    log.mark_seen(&digest(2));
    log.put(digest(3), 7, 102, 201);
    log.put(digest(3), 7, 103, 200);
    log.put(digest(4), NO_KEY, 104, 403);
    log.put(digest(5), 8, 104, 201);
    log.put(digest(5), 8, 105, 0);
    finish(&host, &log);
    assert_eq!(host.storage().blob(NAME).unwrap().len(), 8 * ENTRY, "four of seven are alive");
    log.put(digest(5), 8, 106, 409);
    log.put(digest(5), 8, 107, 409);
    finish(&host, &log);
    assert_eq!(host.storage().blob(NAME).unwrap().len(), 5 * ENTRY);
    for log in [&log, &load(&host)] {
        assert_eq!(log.standing(&digest(1)), Standing::Unknown);
        assert_eq!(log.standing(&digest(2)), Standing::Outdated { status: 201, time: 101 });
        assert_eq!(log.standing(&digest(3)), accepted(200, 103));
        assert_eq!(log.standing(&digest(4)), Standing::Failed { status: 403, time: 104 });
        assert_eq!(log.latest_of_key(7), Some(digest(3)));
    }
}
