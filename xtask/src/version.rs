//! Versions of programs, read from what they print.

use std::fmt;

/// A version's three numbers; what follows them (`-nightly`) does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first word that looks like a version, as in `wasmtime 48.0.8 (abc 2026-01-01)`.
    pub(crate) fn in_text(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        let numbers = word.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
        let mut parts = numbers.split('.').map(str::parse::<u32>);
        let major = parts.next()?.ok()?;
        let minor = parts.next()?.ok()?;
        let patch = parts.next().unwrap_or(Ok(0)).ok()?;
        parts.next().is_none().then_some(Self(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_print() {
        for (text, version) in [
            ("rustc 1.96.0 (ac68faa20 2026-05-25)", Version(1, 96, 0)),
            ("wasmtime 48.0.8", Version(48, 0, 8)),
            ("cargo 1.97.0-nightly (abc 2026-06-01)", Version(1, 97, 0)),
            ("tool v2.3", Version(2, 3, 0)),
        ] {
            assert_eq!(Version::in_text(text), Some(version), "{text}");
        }
    }

    #[test]
    fn what_is_no_version_is_not_taken_for_one() {
        for text in ["", "wasmtime", "2026-05-25", "1.2.3.4", "x86.64.y"] {
            assert_eq!(Version::in_text(text), None, "{text}");
        }
    }

    #[test]
    fn later_is_greater() {
        assert!(Version(1, 100, 0) > Version(1, 96, 9));
        assert!(Version(46, 0, 0) > Version(45, 9, 9));
    }
}
