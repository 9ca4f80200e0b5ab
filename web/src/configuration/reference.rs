//! `${NAME}` and `$NAME`, as far as a page looks at them.

use lightbeam_core::config::Draft;

use super::{SECRET_KEY, SECRET_NAME};

/// How a name is written into a configuration.
pub(super) fn to(name: &str) -> String {
    format!("${{{name}}}")
}

/// The names that a text is made of; `None` where it holds anything else.
pub(super) fn names_only(text: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let after = rest.strip_prefix('$')?;
        let (name, left) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => after.split_at(after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len())),
        };
        if name.is_empty() {
            return None;
        }
        names.push(name);
        rest = left;
    }
    (!names.is_empty()).then_some(names)
}

/// The name whose value is the client secret; `None` where the configuration makes the secret of several.
pub fn secret_name(draft: &Draft) -> Option<String> {
    match draft.text(SECRET_KEY).as_deref().and_then(names_only).as_deref() {
        None => Some(SECRET_NAME.to_owned()),
        Some([name]) => Some((*name).to_owned()),
        Some(_) => None,
    }
}

/// Whether the value of a name or key is probably one that nobody should look at.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["SECRET", "PASSW", "PWD", "TOKEN", "CREDENTIAL", "PRIVATE"].iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_names_are_told_from_others() {
        assert_eq!(names_only(" ${A} "), Some(vec!["A"]));
        assert_eq!(names_only("$A"), Some(vec!["A"]));
        assert_eq!(names_only("${A}$B_1"), Some(vec!["A", "B_1"]));
        for text in ["", "x", "${A}x", "x$A", "$", "${}", "${A", "$A-$B"] {
            assert_eq!(names_only(text), None, "{text}");
        }
    }

    #[test]
    fn the_secret_has_a_name_unless_it_is_made_of_several() {
        let name = |yaml: &str| secret_name(&Draft::open(yaml).unwrap().0);
        assert_eq!(name("namespace: x").as_deref(), Some(SECRET_NAME));
        assert_eq!(name("edfi_api: {client_secret: $MINE}").as_deref(), Some("MINE"));
        assert_eq!(name("edfi_api: {client_secret: \"${A}${B}\"}"), None);
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        assert!(is_secret_name("EDFI_API_CLIENT_SECRET") && is_secret_name("db_password"));
        assert!(!is_secret_name("EDFI_KEY") && !is_secret_name("YEAR"));
    }
}
