use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::*;
use crate::api::Api;
use crate::api::tests::{Stage, reply};
use crate::host::memory::MemoryHost;

const PREFIX: &str = "targets/h-0/cache";

fn parse(bytes: &[u8]) -> Result<Vec<u32>, serde_json::Error> {
    serde_json::from_slice(bytes)
}

/// A server with one document `[n]`, n being the value of the cell, with an `ETag`.
fn serve(stage: &Stage) -> Rc<Cell<u32>> {
    let version = Rc::new(Cell::new(1));
    let current = Rc::clone(&version);
    stage.serve(move |request| {
        let etag = format!("\"{}\"", current.get());
        if request.headers.get("if-none-match").is_some_and(|known| known == etag.as_str()) {
            return reply(304, &[("etag", &etag)], "");
        }
        reply(200, &[("etag", &etag)], &format!("\u{feff}[{}]", current.get()))
    });
    version
}

async fn fetch(api: &Api<'_, MemoryHost>, stage: &Stage, format: u32) -> Result<Option<Vec<u32>>, Unreachable> {
    let url = "http://localhost:8000/metadata/resources".parse().unwrap();
    let document = Document { name: "resources", title: "The resources' API document", url: &url, format };
    fetch_cached(api, Cache::new(Some(stage.host.storage()), PREFIX), &document, parse).await
}

/// Requests that were no token requests.
fn asked(stage: &Stage) -> usize {
    stage.host.http().requests().iter().filter(|request| request.url.path() != "/oauth/token").count()
}

#[test]
fn a_copy_is_used_for_a_day_and_then_checked() {
    let stage = Stage::new();
    let version = serve(&stage);
    stage.with_api(async |api| {
        let clock = stage.host.clock();
        assert_eq!(fetch(api, &stage, 1).await, Ok(Some(vec![1])));
        clock.sleep(Duration::from_secs(24 * 3600 - 1)).await;
        assert_eq!(fetch(api, &stage, 1).await, Ok(Some(vec![1])));
        assert_eq!(asked(&stage), 1);
        // Unchanged: good for another day.
        clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(fetch(api, &stage, 1).await, Ok(Some(vec![1])));
        assert_eq!(fetch(api, &stage, 1).await, Ok(Some(vec![1])));
        assert_eq!(asked(&stage), 2);
        version.set(2);
        clock.sleep(Duration::from_hours(24)).await;
        assert_eq!(fetch(api, &stage, 1).await, Ok(Some(vec![2])));
        assert_eq!(asked(&stage), 3);
    });
    assert_eq!(*stage.granted.borrow(), 0, "documents need no token");
    assert!(stage.log.notices().is_empty());
}

#[test]
fn wiped_damaged_and_foreign_copies_are_fetched_anew() {
    let stage = Stage::new();
    serve(&stage);
    let name = format!("{PREFIX}/resources.json");
    stage.with_api(async |api| {
        let storage = stage.host.storage();
        fetch(api, &stage, 1).await.unwrap();
        Cache::new(Some(storage), PREFIX).wipe().await.unwrap();
        assert!(storage.list("").await.unwrap().is_empty());
        fetch(api, &stage, 1).await.unwrap();
        assert_eq!(asked(&stage), 2);
        let whole = storage.read(&name, 0..u64::MAX).await.unwrap();
        for len in 0..whole.len() {
            storage.write(&name, &whole[..len]).await.unwrap();
            assert_eq!(fetch(api, &stage, 1).await, Ok(Some(vec![1])));
            assert_eq!(asked(&stage), 3 + len);
        }
        let before = asked(&stage);
        fetch(api, &stage, 2).await.unwrap();
        assert_eq!(asked(&stage), before + 1, "another version of the compact form");
    });
}

#[test]
fn an_old_copy_serves_while_the_api_cannot_be_asked() {
    let mut stage = Stage::new();
    stage.config.connection.num_retries = 1;
    let seen = Rc::new(Cell::new(0));
    let count = Rc::clone(&seen);
    stage.serve(move |_| {
        count.set(count.get() + 1);
        if count.get() == 1 { reply(200, &[], "[7]") } else { reply(500, &[], "") }
    });
    stage.with_api(async |api| {
        fetch(api, &stage, 1).await.unwrap();
        stage.host.clock().sleep(Duration::from_hours(25)).await;
        assert_eq!(fetch(api, &stage, 1).await, Ok(Some(vec![7])));
    });
    assert!(stage.log.notices()[0].contains("the copy of 2026-01-01T00:00:00Z is used"));
}

#[test]
fn a_cache_that_fails_is_a_pity_and_no_failure() {
    let stage = Stage::new();
    serve(&stage);
    let full = StorageError::new(StorageErrorKind::Full, "no room in the state folder");
    stage.host.storage().fail_with(Some(full));
    stage.with_api(async |api| assert_eq!(fetch(api, &stage, 1).await, Ok(Some(vec![1]))));
    let notices = stage.log.notices();
    assert_eq!(notices.len(), 1);
    assert!(notices[0].contains("could not be kept for the next run: no room in the state folder"), "{notices:?}");
}

#[test]
fn a_document_that_is_not_there_is_none() {
    let stage = Stage::new();
    stage.serve(|_| reply(404, &[], ""));
    stage.with_api(async |api| {
        assert_eq!(fetch(api, &stage, 1).await, Ok(None));
        assert_eq!(get_dependencies(api).await, Ok(None));
        assert_eq!(get_document_urls(api, Cache::new(Some(stage.host.storage()), PREFIX)).await, Ok(None));
    });
    assert_eq!(stage.log.notices().len(), 3);
}

#[test]
fn what_cannot_be_had_or_read_is_an_error() {
    for (status, body, words) in
        [(403, "", "the API answers 403"), (200, "<html>", "cannot be read"), (301, "", "redirect")]
    {
        let stage = Stage::new();
        stage.serve(move |_| reply(status, &[("location", "https://elsewhere.example.org/x")], body));
        let error = stage.with_api(async |api| fetch(api, &stage, 1).await.unwrap_err());
        assert!(error.message.contains(words), "{error}");
        assert!(stage.with_api(async |_| stage.host.storage().list("").await.unwrap().is_empty()));
    }
}

#[test]
fn the_token_is_shown_to_the_data_server_alone_and_only_when_asked_for() {
    for (url, is_shown) in
        [("http://localhost:8000/metadata/resources", true), ("http://inner.example.org/metadata/resources", false)]
    {
        let stage = Stage::new();
        stage.serve(|request| {
            if request.headers.contains_key("authorization") { reply(200, &[], "[1]") } else { reply(401, &[], "") }
        });
        let url: Url = url.parse().unwrap();
        let document = Document { name: "resources", title: "It", url: &url, format: 1 };
        let result = stage.with_api(async |api| fetch_cached(api, Cache::new(None, PREFIX), &document, parse).await);
        assert_eq!(result.is_ok(), is_shown);
        assert_eq!(asked(&stage), if is_shown { 2 } else { 1 });
    }
}

#[test]
fn the_list_is_read_by_name() {
    let stage = Stage::new();
    stage.serve(|_| {
        reply(
            200,
            &[],
            r#"[{"Name":"Resources","EndpointUri":"http://h/profile","Prefix":"Profiles"},
                {"Name":"descriptors","EndpointUri":"http://localhost:8000/metadata/d/swagger.json","Prefix":""},
                {"Name":"RESOURCES","EndpointUri":"/metadata/{schoolYear}/r/swagger.json"}]"#,
        )
    });
    let urls = stage.with_api(async |api| {
        get_document_urls(api, Cache::new(Some(stage.host.storage()), PREFIX)).await.unwrap().unwrap()
    });
    assert_eq!(urls.0.expose(), "http://localhost:8000/metadata/2026/r/swagger.json");
    assert_eq!(urls.1.expose(), "http://localhost:8000/metadata/d/swagger.json");
}

#[test]
fn the_dependency_list_comes_without_its_mark() {
    let stage = Stage::new();
    stage.serve(|_| reply(200, &[], "\u{feff}[]"));
    assert_eq!(stage.with_api(async |api| get_dependencies(api).await), Ok(Some(b"[]".to_vec())));
}
