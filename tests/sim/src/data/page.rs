//! Pages of a collection, by offset or by token, and partitions.

use std::ops::Bound;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::item::Items;
use super::query::{Candidates, Query};
use super::store::{Record, Store};
use crate::model::Model;
use crate::refusal::Refusal;
use crate::settings::{Settings, Shape};

/// The page size when none is asked for, as in the API documents.
const DEFAULT_LIMIT: usize = 25;

/// One page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) body: Vec<u8>,
    pub(crate) total: Option<usize>,
    pub(crate) next: Option<String>,
}

/// Records after the number `after`, up to the number `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    after: u64,
    last: u64,
}

impl Span {
    const ALL: Self = Self { after: 0, last: u64::MAX };

    pub(crate) fn token(self) -> String {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.after.to_be_bytes());
        bytes[8..].copy_from_slice(&self.last.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(crate) fn from_token(token: &str) -> Option<Self> {
        let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (after, last) = bytes.split_at(8);
        let number = |half: &[u8]| half.try_into().ok().map(u64::from_be_bytes);
        Some(Self { after: number(after)?, last: number(last)? })
    }
}

/// The page that a query asks for.
pub(crate) fn read(
    model: &Model,
    store: &Store,
    settings: &Settings,
    endpoint: usize,
    query: &Query,
) -> Result<Page, Refusal> {
    let span = match &query.page_token {
        Some(token) if settings.has_cursor_paging() => Span::from_token(token)
            .ok_or_else(|| Refusal::Parameter { name: "pageToken", text: "The page token is not valid.".to_owned() })?,
        // An API without tokens ignores the parameter.
        _ => Span::ALL,
    };
    let asked = if query.page_token.is_some() { query.page_size } else { query.limit };
    let size = asked.unwrap_or(DEFAULT_LIMIT).min(settings.page_limit);
    let offset = query.offset.unwrap_or(0);

    let items = Items { model, store, settings };
    let mut body = vec![b'['];
    let mut last = None;
    let mut render = |number: u64, record: &Record| {
        if last.is_some() {
            body.push(b',');
        }
        last = Some(number);
        items.render(endpoint, number, record, &mut body);
    };
    let total = match query.candidates(model, store, endpoint) {
        Candidates::All => {
            if span.after < span.last {
                let range = (Bound::Excluded(span.after), Bound::Included(span.last));
                let records = store.table(endpoint).records.range::<u64, _>(range);
                let fitting = records.filter(|(_, record)| query.fits(record));
                for (number, record) in fitting.skip(offset).take(size) {
                    render(*number, record);
                }
            }
            let records = || store.table(endpoint).records.values();
            if query.wants_total { records().filter(|record| query.fits(record)).count() } else { 0 }
        }
        Candidates::One(number) => {
            let found = store.get(endpoint, number).filter(|record| query.fits(record));
            let is_on_page = offset == 0 && size > 0 && span.after < number && number <= span.last;
            if let Some(record) = found.filter(|_| is_on_page) {
                render(number, record);
            }
            usize::from(found.is_some())
        }
        Candidates::None => 0,
    };
    body.push(b']');
    // Generation 8 gives no token on a first page that is limited by change version.
    let is_blind = settings.shape == Shape::V8 && query.page_token.is_none() && query.most_version.is_some();
    let tells_next = settings.has_cursor_paging() && settings.page_tokens && !is_blind;
    let next = last.filter(|_| tells_next).map(|after| Span { after, last: span.last }.token());
    Ok(Page { body, total: (query.wants_total && settings.total_count).then_some(total), next })
}

/// Tokens of about equal parts of a collection. A part has at least five pages of the largest size, so fewer parts may come than asked for.
pub(crate) fn partitions(store: &Store, settings: &Settings, endpoint: usize, query: &Query) -> Result<Value, Refusal> {
    let number = query.number.unwrap_or(5);
    if !(1..=200).contains(&number) {
        return Err(Refusal::Parameter {
            name: "number",
            text: "The number of partitions must be between 1 and 200.".to_owned(),
        });
    }
    let numbers: Vec<u64> = store
        .table(endpoint)
        .records
        .iter()
        .filter(|(_, record)| query.fits(record))
        .map(|(number, _)| *number)
        .collect();
    let size = numbers.len().div_ceil(number).max(5 * settings.page_limit).max(1);
    let parts: Vec<&[u64]> = numbers.chunks(size).collect();
    let tokens: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(i, part)| {
            Span { after: part[0] - 1, last: parts.get(i + 1).map_or(u64::MAX, |next| next[0] - 1) }.token()
        })
        .collect();
    Ok(json!({ "pageTokens": tokens }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_keep_their_span() {
        for span in [Span::ALL, Span { after: 7, last: 90 }] {
            assert_eq!(Span::from_token(&span.token()), Some(span));
        }
        for wrong in ["", "x", "AAAA", "%%%"] {
            assert_eq!(Span::from_token(wrong), None);
        }
    }
}
