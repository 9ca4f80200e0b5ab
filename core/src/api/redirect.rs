use http::header::LOCATION;

use super::urls;
use crate::host::Response;
use crate::secret::Url;

/// Where an answer sends the client, as an absolute URL.
pub(super) fn target(answer: &Response, asked: &Url) -> Option<Url> {
    let location = answer.header(&LOCATION)?;
    urls::resolve(asked, location)
}

/// What to do about a redirect, which is not followed: name the URL that `key` must be.
pub(super) fn hint(answer: &Response, asked: &Url, key: &str) -> String {
    match target(answer, asked) {
        Some(target) => format!("the server sends to {target}, and redirects are not followed: set {key} to that URL"),
        None => format!("redirects are not followed: set {key} to the URL that answers by itself"),
    }
}
