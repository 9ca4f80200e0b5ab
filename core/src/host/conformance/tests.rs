use std::cell::RefCell;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::host::memory::{MemoryHost, MemoryLock, MemoryStorage, Reply};
use crate::host::{
    Acquired, Clock, Host, HostKind, Http, HttpError, HttpErrorKind, LockRefused, Request, Response, Storage,
    StorageError, Takeover, Timestamp,
};

#[test]
fn the_host_in_memory_keeps_its_promises() {
    let host = MemoryHost::new();
    host.http().serve(serve);
    host.block_on(async {
        check_clock(host.clock()).await.unwrap();
        check_files(host.files(), "scratch").await.unwrap();
        check_files(host.files(), "/deep/er").await.unwrap();
        check_storage(host.storage(), "scratch/").await.unwrap();
        check_lock(host.storage(), host.clock(), "scratch/lock").await.unwrap();
        check_http(host.http(), &"http://localhost/base/".parse().unwrap(), HostKind::Process).await.unwrap();
    })
    .unwrap();
    assert!(host.storage().names().is_empty());
}

/// The server that [`check_http`] describes.
fn serve(request: &Request) -> Reply {
    let target = format!("{}?{}", request.url.path(), request.url.query().unwrap_or_default());
    let target = target.strip_prefix("/base").unwrap().trim_end_matches('?').to_owned();
    let mut response =
        Response { status: 200, headers: ::http::HeaderMap::new(), body: request.body.clone(), truncated: false };
    let path = target.split('?').next().unwrap();
    match path {
        "/echo" | "/refused" => {
            response.status = if path == "/echo" { 200 } else { 400 };
            response.headers.insert("next-page-token", request.method.as_str().parse().unwrap());
            for (name, value) in [("content-type", "text/x-echo"), ("retry-after", "7"), ("total-count", "604")] {
                response.headers.insert(name, value.parse().unwrap());
            }
            response.headers.insert("location", target.parse().unwrap());
            if let Some(echo) = request.headers.get("x-echo") {
                response.headers.insert("etag", echo.clone());
            }
        }
        "/redirect" => {
            response.status = 302;
            response.headers.insert("location", "/base/echo".parse().unwrap());
        }
        "/big" => response.body = vec![b'x'; target["/big?n=".len()..].parse().unwrap()].into(),
        "/slow" => return Reply { after: Duration::ZERO, answer: None },
        "/close" | "/half" => {
            return Reply::now(Err(HttpError::new(HttpErrorKind::Interrupted, "the connection was closed")));
        }
        _ => {
            response.status = path["/status/".len()..].parse().unwrap();
            let has_body = !matches!(response.status, 204 | 304);
            response.body = if has_body { format!("status {}", response.status).into() } else { Bytes::new() };
        }
    }
    Reply::now(Ok(response))
}

/// What a storage does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    AbsentIsEmpty,
    ReadsBeyondTheEnd,
    WriteKeepsTheRest,
    AppendReplaces,
    AppendDropsEmpty,
    TruncateGrows,
    ListsFolders,
    ListsUnsorted,
    RemoveOfAbsentFails,
    LockForAll,
    LockBlocks,
    LockForgetsHolder,
    LockOfTheDeadStays,
}

struct Wrong {
    inner: MemoryStorage,
    fault: Fault,
    leaked: RefCell<Vec<Acquired<MemoryLock>>>,
}

impl Storage for Wrong {
    type Lock = MemoryLock;

    async fn len(&self, name: &str) -> Result<Option<u64>, StorageError> {
        let len = self.inner.len(name).await?;
        Ok(if self.fault == Fault::AbsentIsEmpty { Some(len.unwrap_or(0)) } else { len })
    }

    async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
        let mut bytes = self.inner.read(name, range.clone()).await?;
        if self.fault == Fault::ReadsBeyondTheEnd && range.end < 1000 {
            bytes.resize(usize::try_from(range.end - range.start).unwrap(), 0);
        }
        Ok(bytes)
    }

    async fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        let mut whole = bytes.to_vec();
        if self.fault == Fault::WriteKeepsTheRest {
            whole.extend(self.inner.blob(name).unwrap_or_default().into_iter().skip(bytes.len()));
        }
        self.inner.write(name, &whole).await
    }

    async fn append(&self, name: &str, bytes: &[u8]) -> Result<(), StorageError> {
        match self.fault {
            Fault::AppendReplaces => self.inner.write(name, bytes).await,
            Fault::AppendDropsEmpty if bytes.is_empty() => self.inner.remove(name).await,
            _ => self.inner.append(name, bytes).await,
        }
    }

    async fn truncate(&self, name: &str, len: u64) -> Result<(), StorageError> {
        if self.fault == Fault::TruncateGrows {
            let mut blob = self.inner.blob(name).unwrap_or_default();
            blob.resize(usize::try_from(len).unwrap(), 0);
            return self.inner.write(name, &blob).await;
        }
        self.inner.truncate(name, len).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        let mut names = self.inner.list(prefix).await?;
        match self.fault {
            Fault::ListsFolders => names.retain(|name| name[prefix.len()..].starts_with('/') || prefix.ends_with('/')),
            Fault::ListsUnsorted => names.reverse(),
            _ => {}
        }
        Ok(names)
    }

    async fn remove(&self, name: &str) -> Result<(), StorageError> {
        if self.fault == Fault::RemoveOfAbsentFails {
            self.inner.read(name, 0..1).await?;
        }
        self.inner.remove(name).await
    }

    async fn lock(&self, name: &str, run_id: &str, takeover: Takeover) -> Result<Acquired<MemoryLock>, LockRefused> {
        match self.fault {
            Fault::LockForAll => self.inner.lock(&format!("{name}-{run_id}"), run_id, takeover).await,
            Fault::LockBlocks => match self.inner.lock(name, run_id, takeover).await {
                Err(LockRefused::Held { .. }) => std::future::pending().await,
                other => other,
            },
            Fault::LockForgetsHolder => {
                let Acquired { lock, .. } = self.inner.lock(name, run_id, takeover).await?;
                Ok(Acquired { lock, taken_over_from: None })
            }
            Fault::LockOfTheDeadStays => {
                let acquired = self.inner.lock(name, run_id, takeover).await?;
                if run_id == "third" {
                    let again = self.inner.lock(name, run_id, Takeover::AtOnce).await?;
                    self.leaked.borrow_mut().push(again);
                    std::mem::forget(acquired);
                    return self.inner.lock("another", run_id, takeover).await;
                }
                Ok(acquired)
            }
            _ => self.inner.lock(name, run_id, takeover).await,
        }
    }
}

#[test]
fn a_storage_that_breaks_a_promise_is_caught() {
    let violation = |fault| {
        let host = MemoryHost::new();
        let storage = Wrong { inner: host.storage().clone(), fault, leaked: RefCell::default() };
        let checks = async {
            check_storage(&storage, "scratch/").await?;
            check_lock(&storage, host.clock(), "scratch/lock").await
        };
        host.block_on(checks).unwrap().err().map(|violation| violation.promise)
    };
    let caught = |fault, promise: &str| {
        let seen = violation(fault).unwrap_or_default();
        assert!(seen.contains(promise), "{fault:?}: {seen}");
    };
    assert_eq!(violation(Fault::None), None);
    caught(Fault::AbsentIsEmpty, "an absent blob has no length");
    caught(Fault::ReadsBeyondTheEnd, "cut at the end of the blob");
    caught(Fault::WriteKeepsTheRest, "write replaces the whole blob");
    caught(Fault::AppendReplaces, "append adds to the end");
    caught(Fault::AppendDropsEmpty, "append adds to the end");
    caught(Fault::TruncateGrows, "cut to more than it has");
    caught(Fault::ListsFolders, "begin with the prefix");
    caught(Fault::ListsUnsorted, "sorted");
    caught(Fault::RemoveOfAbsentFails, "to remove an absent blob is no error");
    caught(Fault::LockForAll, "a lock that is held and kept is refused");
    caught(Fault::LockBlocks, "known in bounded time");
    caught(Fault::LockForgetsHolder, "names the run it was taken over from");
    caught(Fault::LockOfTheDeadStays, "is had (by the fourth run");
}

#[test]
fn a_transport_that_breaks_a_promise_is_caught() {
    /// Changes the answers of the host in memory.
    struct Wrong<F>(MemoryHost, F);

    impl<F: Fn(&Request, Result<Response, HttpError>) -> Result<Response, HttpError>> Http for Wrong<F> {
        async fn send(&self, request: &Request) -> Result<Response, HttpError> {
            let response = self.0.http().send(request).await;
            (self.1)(request, response)
        }
    }

    fn caught(promise: &str, change: impl Fn(&Request, Result<Response, HttpError>) -> Result<Response, HttpError>) {
        let host = MemoryHost::new();
        host.http().serve(serve);
        let wrong = Wrong(host.clone(), change);
        let checked =
            host.block_on(check_http(&wrong, &"http://localhost/base".parse().unwrap(), HostKind::Process)).unwrap();
        let seen = checked.err().map(|violation| violation.promise).unwrap_or_default();
        assert!(seen.contains(promise), "{promise}: {seen}");
    }

    let error = || HttpError::new(HttpErrorKind::Protocol, "refused");
    caught("any status is an answer", |_, response| {
        response.and_then(|r| if r.status < 500 { Ok(r) } else { Err(error()) })
    });
    caught("no redirect is followed", |_, response| {
        response.map(|r| Response { status: if r.status == 302 { 200 } else { r.status }, ..r })
    });
    caught("truncated tells", |_, response| response.map(|r| Response { truncated: false, ..r }));
    caught("sent and received whole", |_, response| response.map(|r| Response { body: Bytes::new(), ..r }));
    caught("(/half)", |request, response| match request.url.path() {
        "/base/half" => {
            Ok(Response { status: 200, headers: ::http::HeaderMap::new(), body: Bytes::new(), truncated: true })
        }
        _ => response,
    });
    caught("(/close)", |_, response| response.map_err(|e| HttpError { kind: HttpErrorKind::Denied, ..e }));
}

#[test]
fn a_clock_that_breaks_a_promise_is_caught() {
    /// Sleeps too short, or without letting others go on.
    struct Hasty(MemoryHost, Duration);

    impl Clock for Hasty {
        fn now(&self) -> Timestamp {
            self.0.clock().now()
        }
        fn monotonic(&self) -> Duration {
            self.0.clock().monotonic()
        }
        async fn sleep(&self, duration: Duration) {
            if !duration.is_zero() {
                self.0.clock().sleep(duration.saturating_sub(self.1)).await;
            }
        }
    }

    let host = MemoryHost::new();
    let check = |early| {
        let clock = Hasty(host.clone(), early);
        host.block_on(check_clock(&clock)).unwrap().unwrap_err().promise
    };
    assert!(check(Duration::from_millis(1)).contains("not before"));
    assert!(check(Duration::ZERO).contains("yields"));
}
