//! Names with `*` in them.

/// A pattern: `*` stands for any characters, none too; case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// In lower case.
    text: String,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_lowercase() }
    }

    /// Whether it is a plain name.
    pub(crate) fn is_name(&self) -> bool {
        !self.text.contains('*')
    }

    /// Whether it matches a name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let Some((first, rest)) = self.text.split_once('*') else { return name == self.text };
        let Some(mut left) = name.strip_prefix(first) else { return false };
        let mut parts: Vec<&str> = rest.split('*').collect();
        let last = parts.pop().unwrap_or_default();
        // Each part as early as it can be leaves the most for those after it.
        for part in parts {
            match left.find(part) {
                Some(start) => left = &left[start + part.len()..],
                None => return false,
            }
        }
        left.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a pattern means, in the plainest way.
    fn naive(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => naive(rest, name) || (!name.is_empty() && naive(pattern, &name[1..])),
            (Some((wanted, rest)), Some((found, others))) => wanted == found && naive(rest, others),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    #[test]
    fn stars_stand_anywhere() {
        for (pattern, name, expected) in [
            ("*", "students", true),
            ("student*", "students", true),
            ("STUDENT*", "studentSchoolAssociations", true),
            ("*Associations", "studentschoolASSOCIATIONS", true),
            ("*School*", "studentSchoolAssociations", true),
            ("s*School*s", "studentSchoolAssociations", true),
            ("students", "student", false),
            ("a*a", "a", false),
            ("**", "", true),
            ("", "", true),
            ("*é*", "É", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(name), expected, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_means_what_the_naive_model_says(pattern in "[abB*]{0,8}", name in "[abAB]{0,10}") {
            let lower = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
            prop_assert_eq!(Pattern::new(&pattern).matches(&name), naive(&lower(&pattern), &lower(&name)));
        }
    }
}
