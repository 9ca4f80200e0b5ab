//! What the API tells about itself: the dependency list, and the API documents, whose compact form is cached.

use std::fmt::Display;

use http::header::ETAG;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::client::{Api, SendError};
use super::target::DocumentUrls;
use super::{Unreachable, json, redirect};
use crate::host::{Clock, Host, Response, Storage, StorageError, StorageErrorKind};
use crate::notice::Notice;
use crate::secret::Url;

/// A cached document is used without asking for so long, in seconds: 24 hours.
const FRESH_FOR: i64 = 24 * 3600;
/// The version of the first line of a cache blob.
const FORMAT: u32 = 1;

/// Where compact forms of documents are kept: the blobs below a prefix.
#[derive(Debug)]
pub struct Cache<'s, S> {
    storage: Option<&'s S>,
    prefix: &'s str,
}

impl<S> Clone for Cache<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Cache<'_, S> {}

impl<'s, S: Storage> Cache<'s, S> {
    /// The cache of a target: blobs are named `{prefix}/{name}.json`. Without storage nothing is kept.
    pub fn new(storage: Option<&'s S>, prefix: &'s str) -> Self {
        Self { storage, prefix: prefix.trim_end_matches('/') }
    }

    /// Drops everything that is kept (`--wipe`).
    pub async fn wipe(&self) -> Result<(), StorageError> {
        let Some(storage) = self.storage else { return Ok(()) };
        for name in storage.list(&format!("{}/", self.prefix)).await? {
            storage.remove(&name).await?;
        }
        Ok(())
    }

    fn blob(&self, document: &Document<'_>) -> String {
        format!("{}/{}.json", self.prefix, document.name)
    }

    /// What is kept of a document; `None` where there is nothing, or nothing of use.
    async fn read<T: DeserializeOwned>(&self, document: &Document<'_>) -> Option<Kept<T>> {
        let storage = self.storage?;
        let bytes = storage.read(&self.blob(document), 0..u64::MAX).await.ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&bytes[..end]).ok()?;
        if head.format != (FORMAT, document.format) || head.url != digest(document.url) {
            return None;
        }
        Some(Kept { value: serde_json::from_slice(&bytes[end + 1..]).ok()?, head })
    }

    /// Keeps a document; that it cannot be kept is only a pity.
    async fn write<T: Serialize>(&self, document: &Document<'_>, head: &Head, value: &T) -> Option<Notice> {
        let storage = self.storage?;
        let bytes = serde_json::to_vec(head).and_then(|mut bytes| {
            bytes.push(b'\n');
            serde_json::to_writer(&mut bytes, value)?;
            Ok(bytes)
        });
        let result = match bytes {
            Ok(bytes) => storage.write(&self.blob(document), &bytes).await,
            Err(error) => Err(StorageError::new(StorageErrorKind::Failed, error.to_string())),
        };
        let error = result.err()?;
        let notice = Notice::warning(format!("{} could not be kept for the next run: {error}", document.title));
        Some(match error.hint {
            Some(hint) => notice.with_hint(hint),
            None => notice,
        })
    }
}

/// A document of the API.
#[derive(Debug, Clone, Copy)]
pub struct Document<'d> {
    /// Its name in the cache: ASCII letters, digits, `.`, `-`, `_`.
    pub name: &'d str,
    /// What it is, at the beginning of a sentence: `The resources' API document`.
    pub title: &'d str,
    /// Where it is.
    pub url: &'d Url,
    /// The version of its compact form; a kept one of another version is not used.
    pub format: u32,
}

/// The first line of a cache blob; the compact form follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    /// Of this line, and of the compact form.
    format: (u32, u32),
    /// The digest of its URL.
    url: String,
    /// When it was last known to be right, in seconds since 1970.
    checked_at: i64,
    etag: Option<String>,
}

struct Kept<T> {
    head: Head,
    value: T,
}

/// The dependency list as the API wrote it, without a byte order mark; `None`, with a notice, where it has none.
pub async fn get_dependencies<H: Host>(api: &Api<'_, H>) -> Result<Option<Vec<u8>>, Unreachable> {
    let title = "The dependency list";
    let Some(url) = &api.target().dependencies_url else {
        api.tell(
            Notice::warning("The API's discovery document names no dependency list")
                .with_hint("set edfi_api.dependencies_url if it has one"),
        );
        return Ok(None);
    };
    let answer = answered(title, url, api.document(url, None).await.result)?;
    Ok(present(api, title, url, &answer)?.then(|| json::without_bom(&answer.body).to_vec()))
}

/// The URLs of the resources' and the descriptors' API document; `None`, with a notice, where they cannot be known.
pub async fn get_document_urls<H: Host>(
    api: &Api<'_, H>,
    cache: Cache<'_, H::Storage>,
) -> Result<Option<(Url, Url)>, Unreachable> {
    let list = match &api.target().documents {
        DocumentUrls::Known { resources, descriptors } => return Ok(Some((resources.clone(), descriptors.clone()))),
        DocumentUrls::Listed(list) => list.clone(),
        DocumentUrls::Unknown => {
            api.tell(
                Notice::warning("Nothing tells where the API's documents are")
                    .with_hint("set edfi_api.open_api_metadata_url"),
            );
            return Ok(None);
        }
    };
    let title = "The list of API documents";
    let document = Document { name: "documents", title, url: &list, format: 1 };
    let Some((resources, descriptors)) = fetch_cached(api, cache, &document, read_list).await? else {
        return Ok(None);
    };
    let listed = |text: &str| {
        api.target().listed(&list, text).map_err(|error| Unreachable { message: error.message, hint: error.hint })
    };
    Ok(Some((listed(&resources)?, listed(&descriptors)?)))
}

/// The URLs of resources and descriptors, by name in any case. Profiles and composites may have such names too, but
/// then have a prefix.
fn read_list(bytes: &[u8]) -> Result<(String, String), String> {
    let list: Vec<Value> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let find = |name: &str| {
        let named = |entry: &&Value| json::text(entry, "name").is_some_and(|text| text.eq_ignore_ascii_case(name));
        let entry = list.iter().filter(named).min_by_key(|entry| json::text(entry, "prefix").is_some());
        let uri = entry.and_then(|entry| json::text(entry, "endpointUri"));
        uri.map(str::to_owned).ok_or_else(|| format!("it names no document \"{name}\""))
    };
    Ok((find("Resources")?, find("Descriptors")?))
}

/// A document in its compact form, which `parse` makes of its text (without a byte order mark).
///
/// It is taken from the cache for 24 hours; then the API is asked whether it changed. `None`, with a notice, where the
/// API has no such document (404). Where the API cannot be asked, an older copy is used, with a warning.
pub async fn fetch_cached<H: Host, T: Serialize + DeserializeOwned, E: Display>(
    api: &Api<'_, H>,
    cache: Cache<'_, H::Storage>,
    document: &Document<'_>,
    parse: impl Fn(&[u8]) -> Result<T, E>,
) -> Result<Option<T>, Unreachable> {
    let (title, url) = (document.title, document.url);
    let kept = cache.read::<T>(document).await;
    let now = api.clock.now().as_second();
    let kept = match kept {
        // A copy from the future says that the clock was wrong, not that it is fresh.
        Some(kept) if (0..FRESH_FOR).contains(&(now - kept.head.checked_at)) => return Ok(Some(kept.value)),
        kept => kept,
    };
    let etag = kept.as_ref().and_then(|kept| kept.head.etag.as_deref());
    let answer = api.document(url, etag).await;
    match (&answer.result, kept) {
        (Ok(response), Some(mut kept)) if response.status == 304 => {
            kept.head.checked_at = now;
            if let Some(notice) = cache.write(document, &kept.head, &kept.value).await {
                api.tell(notice);
            }
            return Ok(Some(kept.value));
        }
        (Ok(Response { status: 429 | 500.., .. }) | Err(_), Some(kept)) => {
            let since = Timestamp::from_second(kept.head.checked_at).unwrap_or_default();
            let text = format!("{title} could not be checked for changes; the copy of {since} is used");
            api.tell(Notice::warning(text).with_hint("--wipe drops it"));
            return Ok(Some(kept.value));
        }
        _ => {}
    }
    let response = answered(title, url, answer.result)?;
    if !present(api, title, url, &response)? {
        return Ok(None);
    }
    let value = parse(json::without_bom(&response.body)).map_err(|error| Unreachable {
        message: format!("{title} at {url} cannot be read: {error}"),
        hint: Some("check that the URL is that of the API's own document".to_owned()),
    })?;
    let etag = response.header(&ETAG).map(str::to_owned);
    let head = Head { format: (FORMAT, document.format), url: digest(url), checked_at: now, etag };
    if let Some(notice) = cache.write(document, &head, &value).await {
        api.tell(notice);
    }
    Ok(Some(value))
}

fn digest(url: &Url) -> String {
    blake3::hash(url.expose().as_bytes()).to_hex().to_string()
}

fn answered(title: &str, url: &Url, result: Result<Response, SendError>) -> Result<Response, Unreachable> {
    result.map_err(|error| {
        let hint = match &error {
            SendError::NoAnswer(error) => error.hint.clone(),
            SendError::BrokenOff { .. } => None,
        };
        Unreachable { message: format!("{title} at {url} could not be had: {error}"), hint }
    })
}

/// Whether an answer holds a document; `false`, with a notice, where the API has none there.
fn present<H: Host>(api: &Api<'_, H>, title: &str, url: &Url, answer: &Response) -> Result<bool, Unreachable> {
    let failed = |what: &str, hint: String| {
        Err(Unreachable { message: format!("{title} at {url} could not be had: {what}"), hint: Some(hint) })
    };
    match answer.status {
        200..300 if answer.truncated => failed("it is longer than 64 MiB", "check its URL".to_owned()),
        200..300 => Ok(true),
        404 => {
            api.tell(Notice::warning(format!("{title} is not there: {url} answers 404")));
            Ok(false)
        }
        300..400 => {
            failed("it answers with a redirect", redirect::hint(answer, url, "the URL of edfi_api that names it"))
        }
        status => failed(&format!("the API answers {status}"), "try again later, or check its URL".to_owned()),
    }
}

#[cfg(test)]
mod tests;
