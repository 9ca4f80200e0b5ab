use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use futures_util::future::{Either, join, join_all, select};
use proptest::prelude::*;

use super::*;
use crate::host::memory::{MemoryClock, MemoryHost, MemoryStorage};
use crate::host::{Host, conformance};

/// Storage whose operations take time, and whose locks are heartbeats: as on a host without locks of its own.
#[derive(Debug, Clone)]
struct SlowStorage {
    inner: MemoryStorage,
    clock: MemoryClock,
    /// How long the next operations take, in milliseconds; then none.
    delays: Rc<RefCell<VecDeque<u64>>>,
    creates: bool,
}

impl SlowStorage {
    fn on(host: &MemoryHost, delays: &[u64]) -> Self {
        let delays = Rc::new(RefCell::new(delays.iter().copied().collect()));
        Self { inner: host.storage().clone(), clock: host.clock().clone(), delays, creates: false }
    }

    fn that_creates(host: &MemoryHost, delays: &[u64]) -> Self {
        Self { creates: true, ..Self::on(host, delays) }
    }

    async fn delay(&self) {
        let delay = self.delays.borrow_mut().pop_front().unwrap_or(0);
        self.clock.sleep(Duration::from_millis(delay)).await;
    }
}

impl Storage for SlowStorage {
    type Lock = HeartbeatLock<Self, MemoryClock>;

    async fn len(&self, name: &str) -> Result<Option<u64>, StorageError> {
        self.inner.len(name).await
    }
    async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
        let read = self.inner.read(name, range).await;
        self.delay().await;
        read
    }
    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.delay().await;
        self.inner.write(name, bytes).await
    }
    async fn create(&self, name: &str, bytes: &[u8]) -> Result<Option<bool>, StorageError> {
        if !self.creates {
            return Ok(None);
        }
        self.delay().await;
        // As with a file: it is there, empty, before it is written, and whoever replaces it meanwhile is not disturbed.
        let made = self.inner.create(name, b"").await?;
        if made == Some(true) {
            self.delay().await;
            if self.inner.len(name).await? == Some(0) {
                self.inner.write(name, bytes).await?;
            }
        }
        Ok(made)
    }
    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        self.inner.append(name, bytes).await
    }
    async fn truncate(&self, name: &str, len: u64) -> Result<(), StorageError> {
        self.inner.truncate(name, len).await
    }
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        self.inner.list(prefix).await
    }
    async fn remove(&self, name: &str) -> Result<(), StorageError> {
        self.inner.remove(name).await
    }
    async fn lock(&self, name: &str, run_id: &str, takeover: Takeover) -> Result<Acquired<Self::Lock>, LockRefused> {
        HeartbeatLock::acquire(self.clone(), self.clock.clone(), name, run_id, takeover).await
    }
}

type Taken = Result<Acquired<HeartbeatLock<SlowStorage, MemoryClock>>, LockRefused>;

fn held_by(taken: &Taken) -> Option<&str> {
    match taken {
        Err(LockRefused::Held { run_id }) => Some(run_id),
        _ => None,
    }
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Polls `keep` for so long; gives what it says if the lock is lost meanwhile.
async fn keep_for(
    lock: &HeartbeatLock<SlowStorage, MemoryClock>,
    clock: &MemoryClock,
    time: Duration,
) -> Option<StorageError> {
    let (keep, sleep) = (std::pin::pin!(lock.keep()), std::pin::pin!(clock.sleep(time)));
    match select(keep, sleep).await {
        Either::Left((error, _)) => Some(error),
        Either::Right(..) => None,
    }
}

#[test]
fn keeps_the_promises_of_storage() {
    let host = MemoryHost::new();
    let storage = SlowStorage::on(&host, &[]);
    host.block_on(conformance::check_storage(&storage, "check/")).unwrap().unwrap();
    host.block_on(conformance::check_lock(&storage, host.clock(), "check/lock")).unwrap().unwrap();
}

#[test]
fn keeps_them_too_where_blobs_can_be_created() {
    let host = MemoryHost::new();
    let storage = SlowStorage::that_creates(&host, &[]);
    host.block_on(conformance::check_storage(&storage, "check/")).unwrap().unwrap();
    host.block_on(conformance::check_lock(&storage, host.clock(), "check/lock")).unwrap().unwrap();
}

#[test]
fn a_free_lock_is_had_at_once_by_who_creates_the_blob_and_by_nobody_else() {
    for delays in [[0, 0, 0, 0], [1, 2, 300, 40], [40, 300, 2, 1], [5, 5, 400, 500]] {
        let host = MemoryHost::new();
        host.block_on(async {
            let runs = ["one", "two"].map(|run_id| {
                let storage = SlowStorage::that_creates(&host, &delays);
                async move { storage.lock("lock", run_id, Takeover::WhenDead).await }
            });
            let begun = host.clock().monotonic();
            let taken = join_all(runs).await;
            let waited = host.clock().monotonic().saturating_sub(begun);
            assert_eq!(taken.iter().filter(|taken| taken.is_ok()).count(), 1, "{delays:?}: {taken:?}");
            assert_eq!(taken.iter().filter_map(held_by).count(), 1, "{delays:?}: {taken:?}");
            let slow = Duration::from_millis(delays.iter().sum());
            assert!(waited <= slow, "{delays:?}: nobody waits for more than the storage: {waited:?}");
        })
        .unwrap();
    }
}

#[test]
fn who_took_long_to_create_the_blob_believes_in_it_only_when_it_has_stood() {
    let host = MemoryHost::new();
    host.block_on(async {
        // Looks at once, and creates the blob in twenty seconds; half a second later somebody claims it.
        let slow = SlowStorage::that_creates(&host, &[0, 20_000]);
        let other = SlowStorage::on(&host, &[]);
        let claim = async {
            host.clock().sleep(Duration::from_millis(20_500)).await;
            other.write("lock", br#"{"run_id":"two","counter":0}"#).await.unwrap();
        };
        let (taken, ()) = join(slow.lock("lock", "one", Takeover::WhenDead), claim).await;
        assert_eq!(held_by(&taken), Some("two"));
    })
    .unwrap();
}

#[test]
fn a_forced_takeover_names_the_run_that_was_quicker() {
    let host = MemoryHost::new();
    host.block_on(async {
        let quick = SlowStorage::that_creates(&host, &[]);
        let forced = SlowStorage::that_creates(&host, &[0, 100]);
        let (one, two) =
            join(quick.lock("lock", "one", Takeover::WhenDead), forced.lock("lock", "two", Takeover::AtOnce)).await;
        assert!(one.is_ok());
        assert_eq!(two.unwrap().taken_over_from.as_deref(), Some("one"));
    })
    .unwrap();
}

#[test]
fn a_living_holder_keeps_others_out_for_as_long_as_it_lives() {
    let host = MemoryHost::new();
    let storage = SlowStorage::on(&host, &[]);
    host.block_on(async {
        let clock = host.clock();
        let one = storage.lock("lock", "one", Takeover::WhenDead).await.unwrap();
        assert_eq!(one.taken_over_from, None);
        let (lost, other) =
            join(keep_for(&one.lock, clock, seconds(60)), storage.lock("lock", "two", Takeover::WhenDead)).await;
        assert_eq!((lost, held_by(&other)), (None, Some("one")));
        // From here it gives no more signs of life.
        let died = clock.monotonic();
        let two = storage.lock("lock", "two", Takeover::WhenDead).await.unwrap();
        assert_eq!(two.taken_over_from.as_deref(), Some("one"));
        assert!(clock.monotonic() >= died + DEAD);
        let error = one.lock.check().await.unwrap_err();
        assert_eq!((error.kind, error.detail.contains("(two)")), (StorageErrorKind::LockLost, true));
        one.lock.release().await.unwrap();
        two.lock.check().await.unwrap();
        two.lock.release().await.unwrap();
        assert_eq!(host.storage().blob("lock"), None);
        let three = storage.lock("lock", "three", Takeover::WhenDead).await.unwrap();
        assert_eq!(three.taken_over_from, None);
    })
    .unwrap();
}

#[test]
fn a_forced_takeover_wins_against_a_renewal_at_the_same_moment() {
    // The holder reads its own name, then is slow to write while the other run takes over.
    for slow in [0, 10, 900] {
        let host = MemoryHost::new();
        let storage = SlowStorage::on(&host, &[]);
        host.block_on(async {
            let one = storage.lock("lock", "one", Takeover::WhenDead).await.unwrap();
            let slow_one = HeartbeatLock { storage: SlowStorage::on(&host, &[1, slow]), ..one.lock };
            let take = async {
                host.clock().sleep(RENEW.saturating_sub(SETTLE) + Duration::from_millis(2)).await;
                storage.lock("lock", "two", Takeover::AtOnce).await
            };
            let (lost, two) = join(keep_for(&slow_one, host.clock(), seconds(30)), take).await;
            let two = two.unwrap();
            assert_eq!(two.taken_over_from.as_deref(), Some("one"));
            assert_eq!(lost.unwrap().kind, StorageErrorKind::LockLost);
            two.lock.check().await.unwrap();
            assert!(slow_one.check().await.is_err());
        })
        .unwrap();
    }
}

#[test]
fn a_damaged_lock_is_a_dead_one() {
    let host = MemoryHost::new();
    let storage = SlowStorage::on(&host, &[]);
    for damage in [&b""[..], b"{\"run_id\":", &[0xff; 9000]] {
        host.storage().put("lock", damage);
        host.block_on(async {
            let begin = host.clock().monotonic();
            let taken = storage.lock("lock", "one", Takeover::WhenDead).await.unwrap();
            assert!(host.clock().monotonic() >= begin + DEAD);
            assert_eq!(taken.taken_over_from.as_deref(), Some("unknown"));
            host.storage().put("lock", damage);
            assert_eq!(taken.lock.check().await.unwrap_err().kind, StorageErrorKind::LockLost);
            taken.lock.release().await.unwrap();
            assert_eq!(host.storage().blob("lock").as_deref(), Some(damage), "only its own is removed");
        })
        .unwrap();
    }
}

#[test]
fn a_lock_that_was_removed_by_hand_is_lost_for_good() {
    let host = MemoryHost::new();
    let storage = SlowStorage::on(&host, &[]);
    host.block_on(async {
        let one = storage.lock("lock", "one", Takeover::WhenDead).await.unwrap().lock;
        let blob = host.storage().blob("lock").unwrap();
        host.storage().remove("lock").await.unwrap();
        assert!(keep_for(&one, host.clock(), seconds(6)).await.unwrap().detail.contains("removed"));
        host.storage().put("lock", blob);
        assert!(one.check().await.is_err());
    })
    .unwrap();
}

#[test]
fn storage_that_fails_for_a_moment_does_not_lose_the_lock() {
    let host = MemoryHost::new();
    let storage = SlowStorage::on(&host, &[]);
    let full = StorageError::new(StorageErrorKind::Full, "the disk is full");
    host.block_on(async {
        let one = storage.lock("lock", "one", Takeover::WhenDead).await.unwrap().lock;
        host.storage().fail_with(Some(full.clone()));
        assert_eq!(keep_for(&one, host.clock(), seconds(8)).await, None);
        host.storage().fail_with(None);
        assert_eq!(keep_for(&one, host.clock(), seconds(30)).await, None);
        host.storage().fail_with(Some(full));
        let begin = host.clock().monotonic();
        let lost = keep_for(&one, host.clock(), seconds(30)).await.unwrap();
        assert!(lost.detail.contains("the disk is full"), "{lost}");
        assert!(host.clock().monotonic() < begin + DEAD, "before another run can take it for dead");
    })
    .unwrap();
}

#[test]
fn an_error_of_the_storage_is_told() {
    let host = MemoryHost::new();
    host.storage().fail_with(Some(StorageError::new(StorageErrorKind::Denied, "read-only")));
    let taken = host.block_on(SlowStorage::on(&host, &[]).lock("lock", "one", Takeover::WhenDead)).unwrap();
    assert!(matches!(taken, Err(LockRefused::Storage(error)) if error.kind == StorageErrorKind::Denied));
}

proptest! {
    /// However slow the storage of each is, no two believe to hold the lock at the same time, unless one was told to
    /// take it at once; and if none is too slow, exactly one is left.
    #[test]
    fn of_several_takers_one_is_left(
        takers in proptest::collection::vec((0_u64..3000, proptest::collection::vec(0_u64..2500, 0..8)), 2..5),
        quick: bool,
        stale: bool,
        at_once: bool,
        creates: bool,
    ) {
        let host = MemoryHost::new();
        if stale {
            host.storage().put("lock", serde_json::to_vec(&Blob { run_id: "dead".into(), counter: 7 }).unwrap());
        }
        let takeover = if at_once { Takeover::AtOnce } else { Takeover::WhenDead };
        let clock = host.clock();
        let take = |(index, (start, delays)): (usize, &(u64, Vec<u64>))| {
            // Looking and writing together take less than the time that a claim settles.
            let delays: Vec<u64> = delays.iter().map(|delay| if quick { delay % 490 } else { *delay }).collect();
            let storage = SlowStorage { creates, ..SlowStorage::on(&host, &delays) };
            let start = Duration::from_millis(*start);
            async move {
                clock.sleep(start).await;
                let taken = storage.lock("lock", &format!("run-{index}"), takeover).await.ok()?;
                let begin = clock.monotonic();
                // It lives on for as long as the others may try.
                let lost = keep_for(&taken.lock, clock, seconds(90)).await;
                Some((begin, clock.monotonic(), lost.is_none() && taken.lock.check().await.is_ok()))
            }
        };
        let held = host.block_on(join_all(takers.iter().enumerate().map(take))).unwrap();
        let mut held: Vec<_> = held.into_iter().flatten().collect();
        held.sort();
        if !at_once {
            prop_assert!(held.windows(2).all(|pair| pair[0].1 <= pair[1].0), "two at once: {held:?}");
        }
        let left = held.iter().filter(|(_, _, is_left)| *is_left).count();
        prop_assert!(left <= 1, "{held:?}");
        prop_assert!(left == 1 || !quick, "all gave up: {held:?}");
    }
}
