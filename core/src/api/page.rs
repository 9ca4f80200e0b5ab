//! Pages of an endpoint's records, as the API wrote them.

use std::ops::Range;

use bytes::Bytes;
use http::header;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::problem::plain;
use crate::data::Digest;
use crate::host::{NEXT_PAGE_TOKEN, Response, TOTAL_COUNT};

/// How much of a content type is shown, in characters.
const CONTENT_TYPE_CHARS: usize = 100;

/// One page of records. Keeps the API's own text; nothing of a record is parsed.
#[derive(Clone)]
pub struct Page {
    body: Bytes,
    /// Where each record stands in the body. 32 bits are enough: a body has at most 64 MiB.
    records: Vec<Range<u32>>,
    /// The `Next-Page-Token` header, where the API gives one and the host may read it.
    pub next: Option<String>,
    /// Whether records of it may also be on other pages: its place was counted from the front, and what is added or
    /// removed meanwhile shifts all that comes after it. Whoever asks for the page knows.
    pub may_repeat: bool,
}

/// An answer is no page. Holds nothing of its content: that may be student data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// It is longer than the longest answer that is read.
    #[error("the page is larger than 64 MiB: set fetch.page_size to a smaller number")]
    TooLarge,
    /// It is no JSON list of objects.
    #[error("the answer is no JSON list of records{}", about(.content_type.as_deref()))]
    NoList {
        /// What the answer says it is.
        content_type: Option<String>,
    },
}

fn about(content_type: Option<&str>) -> String {
    content_type.map_or_else(String::new, |name| format!(" (its content type is {name})"))
}

impl Page {
    /// Reads an answer that succeeded.
    pub fn read(response: &Response) -> Result<Self, PageError> {
        if response.truncated {
            return Err(PageError::TooLarge);
        }
        let no_list = || PageError::NoList {
            content_type: response.header(&header::CONTENT_TYPE).map(|name| plain(name, CONTENT_TYPE_CHARS)),
        };
        let body = response.body.slice(response.body.len() - super::json::without_bom(&response.body).len()..);
        let list: Vec<&RawValue> = serde_json::from_slice(&body).map_err(|_| no_list())?;
        let mut records = Vec::with_capacity(list.len());
        for record in list {
            let text = record.get();
            if !text.starts_with('{') {
                return Err(no_list());
            }
            let start = text.as_ptr().addr() - body.as_ptr().addr();
            let place = |at: usize| u32::try_from(at).map_err(|_| PageError::TooLarge);
            records.push(place(start)?..place(start + text.len())?);
        }
        let next = response.header(&NEXT_PAGE_TOKEN).map(str::trim).filter(|token| !token.is_empty());
        Ok(Self { next: next.map(str::to_owned), body, records, may_repeat: false })
    }

    /// How many records it has.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The memory that it takes, in bytes.
    pub fn size(&self) -> usize {
        self.body.len() + self.records.len() * size_of::<Range<u32>>()
    }

    /// The records: each the text of a JSON object, UTF-8, from brace to brace.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.records.iter().map(|place| &self.body[place.start as usize..place.end as usize])
    }

    /// What the first record is known by: its id, or all of it where it has none. `None` for an empty page.
    pub fn first_mark(&self) -> Option<Digest> {
        self.records().next().map(|record| record_mark(record).unwrap_or_else(|| Digest::of(record)))
    }
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").field("records", &self.len()).finish_non_exhaustive()
    }
}

/// The number in the `Total-Count` header; `None` where the API gives none, or the host may not read it.
pub fn total_count(response: &Response) -> Option<u64> {
    response.header(&TOTAL_COUNT)?.trim().parse().ok()
}

/// What a record is known by: the API's own `id`, hashed. `None` where it has none.
pub fn record_mark(record: &[u8]) -> Option<Digest> {
    leading_id(record).map_or_else(|| stated_id(record), |id| Some(Digest::of(id)))
}

/// The text of the id, without its quotes, of a record that begins with it, as those of every known API do.
fn leading_id(record: &[u8]) -> Option<&[u8]> {
    let rest = record.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"id\"")?;
    let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    let id = &rest[..memchr::memchr2(b'"', b'\\', rest)?];
    (rest.get(id.len()) == Some(&b'"')).then_some(id)
}

fn stated_id(record: &[u8]) -> Option<Digest> {
    #[derive(Deserialize)]
    struct Known<'a> {
        #[serde(borrow, default)]
        id: Option<&'a RawValue>,
    }
    let known: Known<'_> = serde_json::from_slice(record).ok()?;
    let text = known.id?.get();
    let text = serde_json::from_slice::<String>(text.as_bytes()).unwrap_or_else(|_| text.to_owned());
    Some(Digest::of(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn answer(body: impl Into<Bytes>) -> Response {
        Response { status: 200, headers: HeaderMap::new(), body: body.into(), truncated: false }
    }

    fn texts(page: &Page) -> Vec<&str> {
        page.records().map(|record| std::str::from_utf8(record).unwrap()).collect()
    }

    #[test]
    fn records_keep_their_own_text() {
        let body = "\u{feff} [ {\"a\": 1.50e3 ,\n \"b\":\"x\\u0041\\ud800 ]}\"},{} \r\n,{\"c\":{\"d\":[1,{}]}}]\n";
        let page = Page::read(&answer(body)).unwrap();
        let expected = ["{\"a\": 1.50e3 ,\n \"b\":\"x\\u0041\\ud800 ]}\"}", "{}", "{\"c\":{\"d\":[1,{}]}}"];
        assert_eq!(texts(&page), expected);
        assert!(Page::read(&answer("[]")).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_of_records_is_refused_and_nothing_of_it_told() {
        for body in ["", "{}", "[1]", "[{}", "[{}]x", "<html>Ada</html>", "\"Ada\"", "[{\"Ada\":1,}]", "null", "[null]"]
        {
            let mut given = answer(body);
            given.headers.insert("content-type", "text/html".parse().unwrap());
            let error = Page::read(&given).unwrap_err();
            assert_eq!(error.to_string(), "the answer is no JSON list of records (its content type is text/html)");
        }
        let half = Response { truncated: true, ..answer("[]") };
        assert_eq!(Page::read(&half).unwrap_err(), PageError::TooLarge);
        assert_eq!(
            Page::read(&answer(&b"[{\"a\":\"\xff\"}]"[..])).unwrap_err(),
            PageError::NoList { content_type: None }
        );
    }

    #[test]
    fn a_record_is_known_by_its_id_wherever_it_stands() {
        let mark = record_mark(b"{\"id\":\"ab12\"}");
        assert!(mark.is_some());
        for same in
            ["{ \"id\" : \"ab12\",\"a\":1}", "{\"a\":{\"id\":\"x\"},\"id\":\"ab12\"}", "{\"id\":\"\\u0061b12\"}"]
        {
            assert_eq!(record_mark(same.as_bytes()), mark, "{same}");
        }
        for other in ["{\"id\":\"ab1\"}", "{\"id\":12}", "{\"id\":\"ab12\\\"\"}"] {
            assert_ne!(record_mark(other.as_bytes()), mark, "{other}");
        }
        assert_eq!(record_mark(b"{\"ID\":\"ab12\"}"), None);
    }

    #[test]
    fn totals() {
        let mut given = answer("[]");
        assert_eq!(total_count(&given), None);
        for (text, total) in [(" 60 ", Some(60)), ("x", None), ("-1", None)] {
            given.headers.insert("total-count", text.parse().unwrap());
            assert_eq!(total_count(&given), total);
        }
    }

    /// JSON values as texts, with white space wherever JSON allows it.
    fn json_text() -> impl Strategy<Value = String> {
        let space = "[ \n\r\t]{0,2}";
        let scalar = prop_oneof![
            "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?",
            Just("true".to_owned()),
            Just("null".to_owned()),
            any::<String>().prop_map(|text| Value::String(text).to_string()),
            Just("\"\\ud800\\n\\u0041]},{\"".to_owned()),
        ];
        scalar.prop_recursive(3, 24, 4, move |inner| {
            let lists = (proptest::collection::vec((space, inner.clone(), space), 0..4)).prop_map(|items| {
                let items: Vec<String> = items.into_iter().map(|(a, item, b)| format!("{a}{item}{b}")).collect();
                format!("[{}]", items.join(","))
            });
            prop_oneof![lists, object(inner)]
        })
    }

    fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
        let space = || "[ \n\r\t]{0,2}";
        let member = (space(), any::<String>(), space(), space(), value, space())
            .prop_map(|(a, key, b, c, value, d)| format!("{a}{}{b}:{c}{value}{d}", json!(key)));
        proptest::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(",")))
    }

    proptest! {
        #[test]
        fn any_list_of_objects_gives_exactly_their_texts(
            records in proptest::collection::vec(("[ \n\r\t]{0,2}", object(json_text()), "[ \n\r\t]{0,2}"), 0..5)
        ) {
            let items: Vec<String> = records.iter().map(|(a, record, b)| format!("{a}{record}{b}")).collect();
            let page = Page::read(&answer(format!("[{}]", items.join(",")))).unwrap();
            let expected: Vec<&str> = records.iter().map(|(_, record, _)| &**record).collect();
            prop_assert_eq!(texts(&page), expected);
        }

        #[test]
        fn any_bytes_are_read_without_panic(body in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Page::read(&answer(body));
        }
    }
}
