//! What people hand on when something does not work: versions and outcomes, no secrets, no data.

use lightbeam_core::sort;

use crate::protocol::{Check, Mark, Secretive};

/// What is hidden instead of a typed value.
const HIDDEN: &str = "[hidden]";

/// What goes into a report beside the page's version.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    /// Names and values that the browser tells.
    pub browser: Vec<(&'static str, String)>,
    /// The keys of the configuration that have a value.
    pub keys: Vec<&'static str>,
    /// Chosen files: how many, and their bytes together.
    pub files: (usize, u64),
    /// The last test of the connection.
    pub checks: Option<&'a [Check]>,
    /// Everything that was typed for a name in the configuration.
    pub typed: Vec<&'a Secretive>,
}

/// The word for how a step of a test went.
pub fn mark_word(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "good",
        Mark::Fair => "could be better",
        Mark::Bad => "does not work",
        Mark::Untried => "not tried",
    }
}

/// The report, a line for each fact. Nothing that was typed for a name stands in it, whatever part it came with.
pub fn report(facts: &Facts<'_>) -> String {
    let mut text = format!("lightbeam page {}\n", env!("CARGO_PKG_VERSION"));
    for (name, value) in &facts.browser {
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push_str(&format!("keys set: {}\n", facts.keys.join(", ")));
    let (count, bytes) = facts.files;
    text.push_str(&format!("files: {count}, {bytes} bytes\n"));
    match facts.checks {
        None => text.push_str("connection: not tested\n"),
        Some(checks) => {
            for check in checks {
                text.push_str(&format!("{}: {}: {}\n", check.what, mark_word(check.mark), check.seen));
            }
        }
    }
    let mut typed: Vec<&str> =
        facts.typed.iter().map(|value| value.0.trim()).filter(|value| !value.is_empty()).collect();
    // The longest first: one value may be the beginning of another.
    sort::by_key(&mut typed, |value| std::cmp::Reverse(value.len()));
    for value in typed {
        // What is this short is no secret, and stands in half the words.
        if value.len() > 3 {
            text = text.replace(value, HIDDEN);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_typed_stands_in_the_report() {
        let check = Check {
            what: "A token is given out".to_owned(),
            mark: Mark::Bad,
            seen: "the API refused hunter2 and hunter22".to_owned(),
            fix: None,
        };
        let typed = [Secretive("hunter2".to_owned()), Secretive(" hunter22 ".to_owned()), Secretive("e".to_owned())];
        let facts = Facts {
            browser: vec![("browser", "Some/1.0".to_owned())],
            keys: vec!["edfi_api.base_url"],
            files: (2, 34),
            checks: Some(std::slice::from_ref(&check)),
            typed: typed.iter().collect(),
        };
        let text = report(&facts);
        assert!(!text.contains("hunter"), "{text}");
        assert!(text.contains("A token is given out: does not work: the API refused [hidden] and [hidden]"), "{text}");
        assert!(text.contains("browser: Some/1.0\nkeys set: edfi_api.base_url\nfiles: 2, 34 bytes\n"), "{text}");
        assert!(report(&Facts::default()).contains("connection: not tested"));
    }
}
