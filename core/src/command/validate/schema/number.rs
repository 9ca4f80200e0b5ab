//! Numbers: whole or not, and their bounds.

use std::cmp::Ordering;

use super::super::path::Path;
use super::super::record::Number;
use super::push;
use crate::decimal;
use crate::event::Finding;
use crate::model::{Bounds, IntegerRule, IntegerWidth};

/// Checks the value of a property that is a number.
pub(super) fn check(bounds: &Bounds, number: Number, path: &Path<'_>, found: &mut Vec<Finding>) {
    if !is_within(bounds, number) {
        push(found, format!("{path} must be {}", wanted(bounds)));
    }
}

/// Checks the value of a property that is a whole number.
pub(super) fn check_whole(rule: &IntegerRule, number: Number, path: &Path<'_>, found: &mut Vec<Finding>) {
    let fits = match (number, rule.width) {
        (Number::Integer(number), Some(IntegerWidth::Int32)) => i32::try_from(number).is_ok(),
        (Number::Integer(_), _) | (Number::Large(_), None) => true,
        (Number::Large(_), Some(_)) | (Number::Float(_), _) => false,
    };
    if !fits || !is_within(&rule.bounds, number) {
        // `4.0`, as tables write whole numbers among which some are missing.
        let is_whole = matches!(number, Number::Float(number) if number.fract() == 0.0);
        let how = if is_whole { ", written without fraction and exponent" } else { "" };
        push(found, format!("{path} must be {}{how}", wanted_whole(rule)));
    }
}

/// What a number must be, for people.
pub(super) fn wanted(bounds: &Bounds) -> String {
    let least = bounds.minimum.map(decimal::shown);
    let most = bounds.maximum.map(decimal::shown);
    said("a number", bounds, least, most)
}

/// What a whole number must be, for people.
pub(super) fn wanted_whole(rule: &IntegerRule) -> String {
    let (lowest, highest) = match rule.width {
        Some(IntegerWidth::Int32) => (Some(i64::from(i32::MIN)), Some(i64::from(i32::MAX))),
        Some(IntegerWidth::Int64) => (Some(i64::MIN), Some(i64::MAX)),
        None => (None, None),
    };
    // The tighter of the two limits on each side.
    let least = match (rule.bounds.minimum, lowest) {
        (Some(least), Some(lowest)) if compare(Number::Integer(lowest), least) == Ordering::Greater => {
            Some(lowest.to_string())
        }
        (Some(least), _) => Some(decimal::shown(least)),
        (None, lowest) => lowest.map(|lowest| lowest.to_string()),
    };
    let most = match (rule.bounds.maximum, highest) {
        (Some(most), Some(highest)) if compare(Number::Integer(highest), most) == Ordering::Less => {
            Some(highest.to_string())
        }
        (Some(most), _) => Some(decimal::shown(most)),
        (None, highest) => highest.map(|highest| highest.to_string()),
    };
    said("a whole number", &rule.bounds, least, most)
}

fn said(kind: &str, bounds: &Bounds, least: Option<String>, most: Option<String>) -> String {
    let least_words = if bounds.exclusive_minimum { "greater than" } else { "of at least" };
    let most_words = if bounds.exclusive_maximum { "less than" } else { "of at most" };
    match (least, most) {
        (None, None) => kind.to_owned(),
        (Some(least), None) => format!("{kind} {least_words} {least}"),
        (None, Some(most)) => format!("{kind} {most_words} {most}"),
        (Some(least), Some(most)) if !bounds.exclusive_minimum && !bounds.exclusive_maximum => {
            format!("{kind} between {least} and {most}")
        }
        (Some(least), Some(most)) => format!("{kind} {least_words} {least} and {most_words} {most}"),
    }
}

fn is_within(bounds: &Bounds, number: Number) -> bool {
    let above = bounds.minimum.is_none_or(|least| match compare(number, least) {
        Ordering::Less => false,
        Ordering::Equal => !bounds.exclusive_minimum,
        Ordering::Greater => true,
    });
    let below = bounds.maximum.is_none_or(|most| match compare(number, most) {
        Ordering::Less => true,
        Ordering::Equal => !bounds.exclusive_maximum,
        Ordering::Greater => false,
    });
    above && below
}

/// Compares without loss: a bound is a float, a whole number may have more digits than one can hold.
fn compare(number: Number, bound: f64) -> Ordering {
    let whole = match number {
        Number::Integer(number) => i128::from(number),
        Number::Large(number) => i128::from(number),
        // Neither can be anything but a number: JSON has no others.
        Number::Float(number) => return number.partial_cmp(&bound).unwrap_or(Ordering::Equal),
    };
    let floor = bound.floor();
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, beyond any number that is compared")]
    let whole_bound = floor as i128;
    match whole.cmp(&whole_bound) {
        Ordering::Equal if floor < bound => Ordering::Less,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(width: Option<IntegerWidth>, minimum: Option<f64>, maximum: Option<f64>) -> IntegerRule {
        IntegerRule { width, bounds: Bounds { minimum, maximum, ..Bounds::default() } }
    }

    fn is_accepted(rule: &IntegerRule, number: Number) -> bool {
        let mut found = Vec::new();
        check_whole(rule, number, &Path::Property(&Path::Record, "x"), &mut found);
        found.is_empty()
    }

    #[test]
    fn whole_numbers_fit_in_their_bits() {
        let (int32, int64, any) = (
            rule(Some(IntegerWidth::Int32), None, None),
            rule(Some(IntegerWidth::Int64), None, None),
            rule(None, None, None),
        );
        for (number, fits) in [
            (Number::Integer(2_147_483_647), [true, true, true]),
            (Number::Integer(-2_147_483_648), [true, true, true]),
            (Number::Integer(2_147_483_648), [false, true, true]),
            (Number::Integer(-2_147_483_649), [false, true, true]),
            (Number::Integer(i64::MAX), [false, true, true]),
            (Number::Large(9_223_372_036_854_775_808), [false, false, true]),
            (Number::Float(1.0), [false, false, false]),
        ] {
            assert_eq!([&int32, &int64, &any].map(|rule| is_accepted(rule, number)), fits, "{number:?}");
        }
    }

    #[test]
    fn a_whole_number_with_a_fraction_says_so() {
        let mut found = Vec::new();
        let path = Path::Property(&Path::Record, "x");
        for number in [Number::Float(4.0), Number::Float(4.5)] {
            check_whole(&rule(None, None, None), number, &path, &mut found);
        }
        let messages: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
        assert_eq!(
            messages,
            ["x must be a whole number, written without fraction and exponent", "x must be a whole number"]
        );
    }

    #[test]
    fn bounds_are_told_as_they_are() {
        for (rule, words) in [
            (rule(Some(IntegerWidth::Int32), None, None), "a whole number between -2147483648 and 2147483647"),
            (rule(Some(IntegerWidth::Int32), Some(0.0), None), "a whole number between 0 and 2147483647"),
            (rule(None, Some(1900.0), None), "a whole number of at least 1900"),
            (rule(None, None, Some(9.0)), "a whole number of at most 9"),
            (rule(None, None, None), "a whole number"),
        ] {
            assert_eq!(wanted_whole(&rule), words);
        }
        let open = Bounds { minimum: Some(0.0), maximum: Some(1.5), exclusive_minimum: true, exclusive_maximum: true };
        assert_eq!(wanted(&open), "a number greater than 0 and less than 1.5");
        for (number, within) in [
            (Number::Integer(0), false),
            (Number::Integer(1), true),
            (Number::Float(1.5), false),
            (Number::Float(1.499), true),
            (Number::Integer(2), false),
        ] {
            assert_eq!(is_within(&open, number), within, "{number:?}");
        }
    }

    #[test]
    fn large_numbers_are_compared_without_loss() {
        // 2^53 + 1 is no float: as one it would be 2^53.
        let bound = 9_007_199_254_740_992.0;
        assert_eq!(compare(Number::Integer(9_007_199_254_740_993), bound), Ordering::Greater);
        assert_eq!(compare(Number::Integer(-1), -0.5), Ordering::Less);
        assert_eq!(compare(Number::Integer(0), -0.5), Ordering::Greater);
        assert_eq!(compare(Number::Large(u64::MAX), f64::MAX), Ordering::Less);
    }
}
