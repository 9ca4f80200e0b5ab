//! Reading what older API generations wrote a little differently: a byte order mark, and keys in another case.

use serde_json::Value;

/// A text without a UTF-8 byte order mark.
pub(super) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// A member of an object, whatever the case of its key.
pub(super) fn get<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, member)| member)
}

/// A member that is a text and not empty.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    get(value, key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}
