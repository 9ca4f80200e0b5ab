//! `--keep-keys` and `--drop-keys`: which top-level keys of a fetched record are written.

use crate::invocation::Invocation;

use super::pattern::Pattern;
use super::scalar;

/// Decides, key by key, what is written. A key that a record lacks never appears in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFilter {
    /// `None`: all.
    keep: Option<Vec<Pattern>>,
    drop: Vec<Pattern>,
}

impl KeyFilter {
    /// Reads the two comma lists: same form as selectors. An absent or empty list to keep means all keys.
    pub fn parse(keep: Option<&str>, drop: Option<&str>) -> Self {
        let patterns =
            |list: Option<&str>| scalar::items(list.unwrap_or_default()).map(Pattern::new).collect::<Vec<_>>();
        let keep = patterns(keep);
        Self { keep: (!keep.is_empty()).then_some(keep), drop: patterns(drop) }
    }

    /// The filter of an invocation.
    pub fn from_invocation(invocation: &Invocation) -> Self {
        Self::parse(invocation.keep_keys.as_deref(), invocation.drop_keys.as_deref())
    }

    /// Whether every key passes, so that records can be written as they are.
    pub fn keeps_all(&self) -> bool {
        self.keep.is_none() && self.drop.is_empty()
    }

    /// Whether a top-level key is written. To drop wins over to keep.
    pub fn keeps(&self, key: &str) -> bool {
        self.keep.as_ref().is_none_or(|keep| keep.iter().any(|pattern| pattern.matches(key))) && !self.drops(key)
    }

    /// Whether a key is named by `--drop-keys`. `fetch` asks it for `link`, which goes from references too.
    pub fn drops(&self, key: &str) -> bool {
        self.drop.iter().any(|pattern| pattern.matches(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_and_dropped() {
        let filter = KeyFilter::parse(Some("id, *Reference"), Some("SCHOOL*"));
        assert!(filter.keeps("id") && filter.keeps("studentReference"));
        assert!(!filter.keeps("schoolReference") && !filter.keeps("_etag"));
        assert!(KeyFilter::parse(None, Some(" , ")).keeps_all());
        let filter = KeyFilter::parse(Some(""), Some("_*,link"));
        assert!(filter.keeps("id") && !filter.keeps("_lastModifiedDate") && filter.drops("link"));
    }
}
