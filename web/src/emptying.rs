//! How the endpoints are named that are to be emptied.

/// How a selector names endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// Not at all, which would stand for every endpoint.
    Nothing,
    /// Each by its name.
    OneByOne,
    /// With a `*` somewhere, which may stand for more than whoever wrote it thinks of.
    ByPattern,
}

/// How this selector names endpoints.
pub fn named(selector: Option<&str>) -> Named {
    let selector = selector.unwrap_or_default();
    if selector.contains('*') {
        Named::ByPattern
    } else if selector.split(',').all(|name| name.trim().is_empty()) {
        Named::Nothing
    } else {
        Named::OneByOne
    }
}

/// Whether so many endpoints are more than whoever wrote the selector named: a plain name stands for an endpoint in each
/// namespace that has one.
pub fn stands_for_more(selector: Option<&str>, endpoints: usize) -> bool {
    let names = selector.unwrap_or_default().split(',').filter(|name| !name.trim().is_empty()).count();
    named(selector) == Named::ByPattern || endpoints > names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_name_endpoints_one_by_one() {
        for selector in ["*", "*s", "students,*", "*/*", "ed-fi/*", "**", "st*s,schools", " * "] {
            assert_eq!(named(Some(selector)), Named::ByPattern, "{selector}");
        }
        for selector in ["students", "ed-fi/students, schools,"] {
            assert_eq!(named(Some(selector)), Named::OneByOne, "{selector}");
        }
        assert!(stands_for_more(Some("candidates"), 2), "one in ed-fi, one in tpdm");
        assert!(!stands_for_more(Some("candidates, schools,"), 2));
        assert!(stands_for_more(Some("ed-fi/*"), 1), "there may be more tomorrow");
        for selector in [None, Some(""), Some(" , ,")] {
            assert_eq!(named(selector), Named::Nothing, "{selector:?}");
        }
    }
}
