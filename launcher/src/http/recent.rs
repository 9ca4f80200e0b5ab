use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Uri;
use reqwest::Url;

/// How many addresses are kept: those of the endpoints of an Ed-Fi API, and some.
const MOST: usize = 1_000;

/// The addresses that were called before, in the client's form: all records of an endpoint go to the same one, and to
/// read and check it takes longer than to send a request there.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<HashMap<Uri, Url>>);

impl Recent {
    /// An address that was kept.
    pub(super) fn url(&self, uri: &Uri) -> Option<Url> {
        self.urls().get(uri).cloned()
    }

    /// Keeps an address whose host is granted. One with a query is seldom called again.
    pub(super) fn keep(&self, uri: &Uri, url: &Url) {
        let mut urls = self.urls();
        if uri.query().is_none() && !urls.contains_key(uri) {
            if urls.len() >= MOST {
                urls.clear();
            }
            urls.insert(uri.clone(), url.clone());
        }
    }

    fn urls(&self) -> MutexGuard<'_, HashMap<Uri, Url>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
