//! The JSON objects of the command line: `--params` and `--query`.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::ConfigError;

/// A JSON object of scalars as names and texts, in the order written; a name that stands twice is there twice.
/// Numbers keep the form they were written in.
///
/// No message holds a value: they may be secret. `flag` is what messages call it, `allowed` which scalars are.
pub(super) fn scalars(flag: &str, text: &str, nulls: Nulls) -> Result<Vec<(String, String)>, ConfigError> {
    let not_an_object = || ConfigError {
        message: format!("{flag} is not a JSON object"),
        hint: Some(format!("write it in single quotes, as in {flag} '{{\"NAME\": \"value\"}}'")),
    };
    let text = text.trim();
    let pairs: Pairs = serde_json::from_slice(text.as_bytes()).map_err(|error| {
        // An error of data (rather than of syntax) quotes the text; the position is all that may be told.
        if !text.starts_with('{') {
            return not_an_object();
        }
        let mut plain = not_an_object();
        plain.message =
            format!("{flag} is not a JSON object: it breaks off or goes wrong at column {}", error.column());
        plain
    })?;
    pairs.0.into_iter().map(|(name, value)| Ok((scalar(flag, &name, value.get(), nulls)?, name))).map(swap).collect()
}

fn swap(pair: Result<(String, String), ConfigError>) -> Result<(String, String), ConfigError> {
    pair.map(|(value, name)| (name, value))
}

/// Whether `null` is a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    /// It is refused.
    Refused,
    /// It is the text `null`.
    AsText,
}

fn scalar(flag: &str, name: &str, raw: &str, nulls: Nulls) -> Result<String, ConfigError> {
    let refused = |what: &str| {
        Err(ConfigError::new(format!(
            "{flag}: the value of \"{name}\" must be a text, a number, true or false, not {what}"
        )))
    };
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_slice(raw.as_bytes()).map_err(|_| {
            ConfigError::new(format!("{flag}: the value of \"{name}\" holds half a character (\\ud800 to \\udfff)"))
        }),
        Some(b'{') => refused("an object"),
        Some(b'[') => refused("a list"),
        Some(b'n') if nulls == Nulls::Refused => refused("null"),
        _ => Ok(raw.to_owned()),
    }
}

struct Pairs(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = entries.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_keep_their_form_and_order() {
        let pairs = scalars(
            "-p",
            r#" {"b": "x\"y", "a": 1.50, "c": true, "a": 123456789012345678901234567890} "#,
            Nulls::Refused,
        );
        let expected = [("b", "x\"y"), ("a", "1.50"), ("c", "true"), ("a", "123456789012345678901234567890")];
        let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(pairs.unwrap(), expected);
    }

    #[test]
    fn errors_name_no_value() {
        for text in [
            r#""s3cret""#,
            "s3cret",
            r#"["s3cret"]"#,
            r#"{"A": ["s3cret"]}"#,
            r#"{"A": {"s3cret": 1}}"#,
            r#"{"A": "s3cret"#,
            r#"{"A": "s3cret"} s3cret"#,
            r#"{"A": null}"#,
            r#"{"A": "s3cret\ud800"}"#,
            "{A: s3cret}",
            "",
        ] {
            let error = scalars("--params", text, Nulls::Refused).unwrap_err();
            assert!(error.message.starts_with("--params"), "{text}: {error}");
            assert!(!format!("{error:?}").contains("s3cret"), "{text}: {error:?}");
        }
    }
}
