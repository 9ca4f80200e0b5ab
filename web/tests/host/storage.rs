use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join, select};
use lightbeam_core::host::{Clock, Storage, StorageErrorKind, conformance};
use lightbeam_web::host::{BrowserClock, IndexedDb, erase, is_persistent, stored};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

use super::storage;

async fn content(storage: &IndexedDb, name: &str) -> Vec<u8> {
    storage.read(name, 0..u64::MAX).await.unwrap()
}

/// Gives everything else a number of turns.
async fn turns(number: u32) {
    for _ in 0..number {
        BrowserClock.sleep(Duration::ZERO).await;
    }
}

fn since(begin: Duration) -> Duration {
    BrowserClock.monotonic().saturating_sub(begin)
}

#[wasm_bindgen_test]
async fn storage_keeps_its_promises() {
    conformance::check_storage(&storage().await, "scratch/").await.unwrap();
}

#[wasm_bindgen_test]
async fn blobs_survive_the_connection() {
    let first = storage().await;
    first.write("reopen/a", b"written").await.unwrap();
    first.append("reopen/a", b", appended").await.unwrap();
    drop(first);
    let second = storage().await;
    assert_eq!(content(&second, "reopen/a").await, b"written, appended");
    second.remove("reopen/a").await.unwrap();
    assert_eq!(second.list("reopen/").await.unwrap(), Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn two_connections_see_the_same() {
    let (first, second) = (storage().await, storage().await);
    let add = |storage: IndexedDb, letter: u8| async move {
        for _ in 0..200 {
            storage.append("two/log", &[letter; 10]).await.unwrap();
        }
    };
    join(add(first.clone(), b'a'), add(second.clone(), b'b')).await;
    let bytes = content(&first, "two/log").await;
    assert_eq!(bytes, content(&second, "two/log").await);
    let (entries, torn) = bytes.as_chunks::<10>();
    assert!(torn.is_empty() && entries.iter().all(|entry| entry == &[entry[0]; 10]));
    assert_eq!(entries.iter().filter(|entry| entry[0] == b'a').count(), 200);
    assert_eq!(entries.len(), 400);
    second.remove("two/log").await.unwrap();
    assert_eq!(first.len("two/log").await.unwrap(), None);
}

#[wasm_bindgen_test]
async fn what_is_given_up_half_way_leaves_the_blob_whole() {
    let storage = storage().await;
    // So many appends that the next one joins chunks, so large that it takes a while.
    let old = vec![b'o'; 63 * 15_000];
    let new = vec![b'n'; 15_000];
    let (mut kept, mut done) = (0, 0);
    for number in 0..12 {
        storage.write("given-up/log", b"").await.unwrap();
        for part in old.chunks(15_000) {
            storage.append("given-up/log", part).await.unwrap();
        }
        drop(select(pin!(storage.append("given-up/log", &new)), pin!(turns(number))).await);
        let bytes = content(&storage, "given-up/log").await;
        if bytes == old {
            kept += 1;
        } else {
            assert!(bytes == [old.as_slice(), &new].concat(), "{} bytes after {number} turns", bytes.len());
            done += 1;
        }
        storage.append("given-up/log", b"next").await.unwrap();
        assert!(content(&storage, "given-up/log").await.ends_with(b"next"));
        assert_eq!(storage.len("given-up/log").await.unwrap(), Some(bytes.len() as u64 + 4));

        drop(select(pin!(storage.write("given-up/log", &new)), pin!(turns(number))).await);
        let after = content(&storage, "given-up/log").await;
        assert!(after == new || after == [bytes.as_slice(), b"next"].concat());
    }
    console_log!("given up: {kept} times nothing was appended, {done} times everything");
    assert!(kept > 0, "the first was given up before it had begun");
    storage.remove("given-up/log").await.unwrap();
}

#[wasm_bindgen_test]
async fn a_long_log_is_read_back() {
    const PART: usize = 16 << 10;
    const PARTS: usize = 5_000;
    let storage = storage().await;
    let part = |n: usize| -> Vec<u8> { (0..PART).map(|at| (n * 31 + at * 7).to_le_bytes()[0]).collect() };
    let begin = BrowserClock.monotonic();
    for n in 0..PARTS {
        storage.append("long/log", &part(n)).await.unwrap();
    }
    let appending = since(begin);
    assert_eq!(storage.len("long/log").await.unwrap(), Some((PART * PARTS) as u64));
    let begin = BrowserClock.monotonic();
    for n in 0..PARTS / 64 {
        let from = (n * 64 * PART) as u64;
        let bytes = storage.read("long/log", from..from + (64 * PART) as u64).await.unwrap();
        for (at, found) in bytes.chunks(PART).enumerate() {
            assert!(found == part(n * 64 + at), "part {}", n * 64 + at);
        }
    }
    let reading = since(begin);
    // Across the chunks' borders.
    let bytes = storage.read("long/log", 1_048_000..1_049_000).await.unwrap();
    assert!(bytes == [&part(63)[PART - 576..], &part(64)[..424]].concat());
    let begin = BrowserClock.monotonic();
    let bytes = content(&storage, "long/log").await;
    let at_once = since(begin);
    let begin = BrowserClock.monotonic();
    storage.write("long/log", &bytes).await.unwrap();
    console_log!(
        "{PARTS} appends of {PART} bytes: {appending:?}; read in megabytes, and compared: {reading:?}; read at once: \
         {at_once:?}; written at once: {:?}",
        since(begin)
    );
    assert!(content(&storage, "long/log").await == bytes);
    storage.remove("long/log").await.unwrap();
}

#[wasm_bindgen_test]
async fn small_appends_are_quick_and_do_not_pile_up() {
    let storage = storage().await;
    let begin = BrowserClock.monotonic();
    for n in 0..3_000_u32 {
        storage.append("small/log", &[n.to_le_bytes()[0]; 40]).await.unwrap();
    }
    let appending = since(begin);
    let begin = BrowserClock.monotonic();
    let bytes = content(&storage, "small/log").await;
    let reading = since(begin);
    assert!(bytes.chunks(40).zip(0_u32..).all(|(entry, n)| entry == [n.to_le_bytes()[0]; 40]));
    assert_eq!(bytes.len(), 120_000);
    let begin = BrowserClock.monotonic();
    for _ in 0..300 {
        storage.write("small/whole", &[7; 40]).await.unwrap();
    }
    console_log!(
        "3000 appends of 40 bytes: {appending:?}, reading them: {reading:?}; 300 writes of 40 bytes: {:?}",
        since(begin)
    );
    storage.remove("small/whole").await.unwrap();
    // Cut in the middle of joined and of single chunks, and go on.
    for len in [119_999, 118_001, 70_000, 3, 0] {
        storage.truncate("small/log", len).await.unwrap();
        storage.append("small/log", b"!").await.unwrap();
        let expected = [&bytes[..usize::try_from(len).unwrap()], b"!"].concat();
        assert!(content(&storage, "small/log").await == expected, "cut to {len}");
        storage.truncate("small/log", len).await.unwrap();
    }
    storage.remove("small/log").await.unwrap();
    assert_eq!(storage.truncate("small/log", 1).await.unwrap_err().kind, StorageErrorKind::NotFound);
}

#[wasm_bindgen_test]
async fn erasing_is_not_blocked_and_is_told() {
    let old = storage().await;
    old.write("erased/a", b"a").await.unwrap();
    match select(pin!(erase()), pin!(BrowserClock.sleep(Duration::from_secs(20)))).await {
        Either::Left((erased, _)) => erased.unwrap(),
        Either::Right(_) => panic!("an open connection blocked erasing"),
    }
    for error in [
        old.append("erased/a", b"b").await.unwrap_err(),
        old.read("erased/a", 0..1).await.unwrap_err(),
        old.write("erased/a", b"b").await.unwrap_err(),
    ] {
        assert_eq!(error.kind, StorageErrorKind::Failed);
        assert!(error.detail.contains("erased/a") && error.detail.contains("was erased"), "{error}");
    }
    let new = storage().await;
    assert_eq!(new.list("").await.unwrap(), Vec::<String>::new());
    new.write("erased/a", b"new").await.unwrap();
    assert_eq!(content(&new, "erased/a").await, b"new");
    new.remove("erased/a").await.unwrap();
}

#[wasm_bindgen_test]
async fn the_browser_tells_what_is_stored() {
    let stored = stored().await.unwrap();
    assert!(stored.quota > stored.used && stored.used >= 0.0, "{stored:?}");
    assert_eq!(is_persistent().await, Some(false));
}
