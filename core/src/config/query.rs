//! `--query`: what is added to every GET of `fetch` and `count`.

use crate::invocation::Invocation;

use super::ConfigError;
use super::json_object::{self, Nulls};

/// Parameters that paging needs for itself.
const OWN: [&str; 5] = ["limit", "offset", "totalCount", "pageToken", "pageSize"];

/// The query parameters of an invocation, in the order written. Texts are as written, other scalars in their JSON form.
pub fn query(invocation: &Invocation) -> Result<Vec<(String, String)>, ConfigError> {
    let text = invocation.query.as_deref().unwrap_or_default();
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let pairs = json_object::scalars("--query", text, Nulls::AsText)?;
    match pairs.iter().find(|(name, _)| OWN.iter().any(|own| own.eq_ignore_ascii_case(name))) {
        Some((name, _)) => Err(ConfigError {
            message: format!("--query: {} are lightbeam's own, so {name} cannot be given", OWN.join(", ")),
            hint: Some("set fetch.page_size for larger pages".to_owned()),
        }),
        None => Ok(pairs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<(String, String)>, ConfigError> {
        query(&Invocation { query: Some(text.to_owned()), ..Invocation::default() })
    }

    #[test]
    fn scalars_become_parameters() {
        let pairs =
            parse(r#"{"studentUniqueId": 12345, "isActive": true, "name": "a b", "x": null, "d": 1.10}"#).unwrap();
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [("studentUniqueId", "12345"), ("isActive", "true"), ("name", "a b"), ("x", "null"), ("d", "1.10")]
        );
        assert_eq!(parse("{}").unwrap(), []);
        assert_eq!(parse("").unwrap(), []);
    }

    #[test]
    fn own_parameters_are_refused() {
        assert_eq!(
            parse(r#"{"Limit": 5}"#).unwrap_err().message,
            "--query: limit, offset, totalCount, pageToken, pageSize are lightbeam's own, so Limit cannot be given"
        );
        assert_eq!(parse("studentUniqueId=1").unwrap_err().message, "--query is not a JSON object");
        assert_eq!(
            parse(r#"{"a": [1]}"#).unwrap_err().message,
            "--query: the value of \"a\" must be a text, a number, true or false, not a list"
        );
    }
}
