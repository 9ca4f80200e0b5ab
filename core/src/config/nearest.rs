//! The nearest of some known names to what the user wrote.

/// How alike two names must be for one to be suggested for the other; found by trying typical slips of the hand.
const ALIKE: f64 = 0.6;

/// The candidate that is most like `wanted`, compared without regard to case; `None` when none is much like it.
pub(crate) fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut best: Option<(f64, &'a str)> = None;
    for candidate in candidates {
        let likeness = strsim::normalized_damerau_levenshtein(&wanted, &candidate.to_lowercase());
        if likeness >= ALIKE && best.is_none_or(|(highest, _)| likeness > highest) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_understood() {
        let names = ["students", "schools", "studentSchoolAssociations", "staffs"];
        assert_eq!(nearest("student", names), Some("students"));
        assert_eq!(nearest("STUDENST", names), Some("students"));
        assert_eq!(nearest("studentSchoolAsociation", names), Some("studentSchoolAssociations"));
        assert_eq!(nearest("gradebooks", names), None);
        assert_eq!(nearest("", names), None);
    }
}
