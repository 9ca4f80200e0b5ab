use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::host::{Files, Http, HttpErrorKind, Method, Request, Response, Sink, Storage};

fn get(host: &MemoryHost) -> impl Future<Output = Result<Response, crate::host::HttpError>> {
    let http = host.http().clone();
    async move { http.send(&Request::new(Method::GET, "http://localhost/".parse().unwrap())).await }
}

#[test]
fn an_answer_that_never_comes_leaves_the_run_stuck() {
    let host = MemoryHost::new();
    assert_eq!(host.block_on(get(&host)).unwrap().unwrap_err().kind, HttpErrorKind::Connect);
    host.http().serve(|_| Reply { after: Duration::ZERO, answer: None });
    assert_eq!(host.block_on(get(&host)).err(), Some(Ended::Stuck));
}

#[test]
fn killed_at_an_append_only_the_torn_part_stays() {
    let host = MemoryHost::new();
    host.kill_at(KillPoint::AtStorageOperation { number: 2, torn: 2 });
    let storage = host.storage().clone();
    let ended = host.block_on(async {
        storage.append("log", b"one").await.unwrap();
        storage.append("log", b"two").await.unwrap();
    });
    assert_eq!(ended, Err(Ended::Killed));
    let after = host.restarted();
    assert_eq!(after.storage().blob("log").unwrap(), b"onetw");
    after.block_on(async { after.storage().append("log", b"!").await }).unwrap().unwrap();
}

#[test]
fn bodies_are_cut_at_the_limit() {
    let host = MemoryHost::new();
    host.http().serve(|_| {
        Reply::now(Ok(Response {
            status: 200,
            headers: http_headers(),
            body: Bytes::from_static(b"0123456789"),
            truncated: false,
        }))
    });
    let http = host.http().clone();
    let mut request = Request::new(Method::GET, "http://localhost/".parse().unwrap());
    request.max_body = 4;
    let response = host.block_on(http.send(&request)).unwrap().unwrap();
    assert_eq!((&response.body[..], response.truncated), (&b"0123"[..], true));
}

fn http_headers() -> ::http::HeaderMap {
    ::http::HeaderMap::new()
}

#[test]
fn a_sink_without_commit_leaves_nothing() {
    let host = MemoryHost::new();
    host.files().put("a/old.jsonl", "old");
    host.block_on(async {
        let mut sink = host.files().create("./a/old.jsonl").await.unwrap();
        sink.write(b"new").await.unwrap();
        drop(sink);
        assert_eq!(host.files().get("a/old.jsonl").unwrap(), "old");
        let mut sink = host.files().create("/a/old.jsonl").await.unwrap();
        sink.write(b"new").await.unwrap();
        sink.commit().await.unwrap();
    })
    .unwrap();
    assert_eq!(host.files().get("a/old.jsonl").unwrap(), "new");
}
