//! Values of one descriptor, and which of them is most like a wrong one.

use std::collections::{BTreeSet, HashMap};

/// Values as records hold them: `namespace#codeValue`.
///
/// They are kept and compared as one text, as the ODS/API looks them up: so it does not matter at which `#` a value
/// whose code holds another one would be cut.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    exact: BTreeSet<Box<str>>,
    /// By their text in lower case; of those that differ in case alone, the first that came.
    folded: HashMap<Box<str>, Box<str>>,
}

/// How much alike codes must be for one to be suggested for the other (Jaro-Winkler, which favours a common
/// beginning: codes are often cut short); found by trying typical slips.
const ALIKE: f64 = 0.75;

impl Values {
    /// Adds a value; tells whether it is new.
    pub(super) fn insert(&mut self, namespace: &str, code_value: &str) -> bool {
        self.add(format!("{namespace}#{code_value}").into_boxed_str())
    }

    fn add(&mut self, value: Box<str>) -> bool {
        self.folded.entry(value.to_lowercase().into_boxed_str()).or_insert_with(|| value.clone());
        self.exact.insert(value)
    }

    pub(super) fn contains(&self, value: &str) -> bool {
        self.exact.contains(value)
    }

    /// The value that is the same but for case.
    pub(super) fn but_for_case(&self, value: &str) -> Option<&str> {
        self.folded.get(value.to_lowercase().as_str()).map(|known| &**known)
    }

    pub(super) fn len(&self) -> usize {
        self.exact.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.exact.iter().map(|value| &**value)
    }
}

impl FromIterator<Box<str>> for Values {
    fn from_iter<I: IntoIterator<Item = Box<str>>>(values: I) -> Self {
        let mut all = Self::default();
        values.into_iter().for_each(|value| _ = all.add(value));
        all
    }
}

/// The value whose code is most like that of a wrong one; of equally like ones that of the same namespace, then the
/// first. A wrong value without `#` is taken for a bare code.
pub(super) fn nearest<'v>(wrong: &str, values: impl Iterator<Item = &'v str>) -> Option<&'v str> {
    let wrong = wrong.to_lowercase();
    let (namespace, code) = wrong.split_once('#').unwrap_or(("", &wrong));
    let mut best: Option<((f64, bool), &'v str)> = None;
    for value in values {
        let lower = value.to_lowercase();
        let Some((own_namespace, own_code)) = lower.split_once('#') else { continue };
        let rank = (strsim::jaro_winkler(code, own_code), namespace == own_namespace);
        if rank.0 >= ALIKE && best.is_none_or(|(highest, known)| rank > highest || (rank == highest && value < known)) {
            best = Some((rank, value));
        }
    }
    best.map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::default();
        for code in ["Fall Semester", "Spring Semester", "Summer Semester", "Male", "C# course"] {
            assert!(values.insert("uri://ed-fi.org/X", code));
        }
        values.insert("uri://district.example.org/X", "Spring Semester");
        values
    }

    #[test]
    fn a_code_may_hold_a_number_sign() {
        let values = values();
        assert!(values.contains("uri://ed-fi.org/X#C# course"));
        assert!(!values.contains("uri://ed-fi.org/X#c# course"));
        assert_eq!(values.but_for_case("uri://ED-FI.org/X#c# course"), Some("uri://ed-fi.org/X#C# course"));
        assert_eq!(values.but_for_case("uri://ed-fi.org/X#c#"), None);
        assert!(!values.contains("uri://district.example.org/X#Male"));
    }

    #[test]
    fn the_nearest_value_is_that_of_the_nearest_code() {
        let values = values();
        let nearest = |wrong| nearest(wrong, values.iter());
        for (wrong, expected) in [
            ("uri://ed-fi.org/X#Fal", Some("uri://ed-fi.org/X#Fall Semester")),
            ("uri://ed-fi.org/X#fall semester", Some("uri://ed-fi.org/X#Fall Semester")),
            ("uri://district.example.org/X#Spring", Some("uri://district.example.org/X#Spring Semester")),
            ("uri://other.example.org/X#Spring Semester", Some("uri://district.example.org/X#Spring Semester")),
            ("uri://district.example.org/X#Male", Some("uri://ed-fi.org/X#Male")),
            ("Fall Semester", Some("uri://ed-fi.org/X#Fall Semester")),
            ("uri://ed-fi.org/X#Quarter", None),
            ("", None),
            ("#", None),
        ] {
            assert_eq!(nearest(wrong), expected, "{wrong}");
        }
    }
}
