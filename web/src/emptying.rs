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
        for selector in [None, Some(""), Some(" , ,")] {
            assert_eq!(named(selector), Named::Nothing, "{selector:?}");
        }
    }
}
