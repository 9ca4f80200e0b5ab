//! Texts as the types that keys want. Generous: YAML 1.1 words, numbers in quotes, values of variables.

use crate::decimal;

/// true or false, in any of the words of YAML 1.1, and `1` and `0`.
pub(super) fn switch(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "t" | "on" | "1" => Some(true),
        "false" | "no" | "n" | "f" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A whole number, also written as `8.0` or `1_000`.
pub(super) fn whole(text: &str) -> Option<i64> {
    let text = digits(text)?;
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        Some(_) => return None,
        None => text.as_str(),
    };
    whole.parse().ok()
}

/// A finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    decimal::parse(&digits(text)?)
}

/// A number's text without blanks around it and underscores between its digits; `None` for what is no number at all
/// (Rust would take `inf` for one).
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let begins = text.trim_start_matches(['+', '-']);
    (text.len() - begins.len() <= 1 && begins.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
        .then(|| text.replace('_', ""))
}

/// Whether the text says that there is no value: empty, or a word for nothing (a template engine's `None`, say).
pub(super) fn is_nothing(text: &str) -> bool {
    matches!(text.trim().to_ascii_lowercase().as_str(), "" | "null" | "none" | "~")
}

/// The items of a comma list, trimmed, without empty ones; brackets around it are dropped.
pub(super) fn items(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    inner.split(',').map(str::trim).filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches() {
        for text in ["true", "True", "YES", "y", "t", "on", " 1 "] {
            assert_eq!(switch(text), Some(true), "{text}");
        }
        for text in ["false", "No", "n", "F", "off", "0"] {
            assert_eq!(switch(text), Some(false), "{text}");
        }
        assert_eq!(switch("maybe"), None);
        assert_eq!(switch(""), None);
    }

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("8", Some(8)),
            (" 8 ", Some(8)),
            ("8.0", Some(8)),
            ("8.", Some(8)),
            ("1_000", Some(1000)),
            ("-1", Some(-1)),
            ("+3", Some(3)),
        ] {
            assert_eq!(whole(text), expected, "{text}");
        }
        for text in ["", "8.5", "eight", "inf", "8 9", "0x10", "--1", ".", "99999999999999999999"] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert_eq!(number("1.5"), Some(1.5));
        assert_eq!(number("1e3"), Some(1000.0));
        assert_eq!(number("2"), Some(2.0));
        for text in ["", "inf", "nan", "1e999", "-", "1.5.2"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn lists() {
        assert_eq!(items(" a, b ,,c ").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(items("[429, 500]").collect::<Vec<_>>(), ["429", "500"]);
        assert_eq!(items("").count(), 0);
    }
}
