use std::borrow::Cow;

use crate::decimal;
use crate::model::{Described, KeyPart, Shape, TextFormat};
use crate::time;

/// How the values of one part of a natural key are written, so that two spellings of one value are known as equal: an
/// API may give `2021-08-01T00:00:00` back for `2021-08-01`, or a number for a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyForm {
    Text,
    Date,
    DateTime,
    Time,
    Number,
    Boolean,
}

impl KeyForm {
    /// The form that the API's documents give a part.
    pub(super) fn of(part: &KeyPart, described: &Described) -> Self {
        part.paths.iter().find_map(|path| shape_at(path, described)).map_or(Self::Text, Self::of_shape)
    }

    fn of_shape(shape: &Shape) -> Self {
        match shape {
            Shape::Text(rule) => match rule.format {
                Some(TextFormat::Date) => Self::Date,
                Some(TextFormat::DateTime) => Self::DateTime,
                Some(TextFormat::Time) => Self::Time,
                None => Self::Text,
            },
            Shape::Integer(_) | Shape::Number(_) => Self::Number,
            Shape::Boolean => Self::Boolean,
            Shape::Object(_) | Shape::Array(_) | Shape::Any => Self::Text,
        }
    }

    /// The value in the one spelling by which it is compared; as it stands where it is not of this form.
    pub(super) fn canonical(self, value: &str) -> Cow<'_, str> {
        let text = value.trim();
        let canonical = match self {
            Self::Text => None,
            Self::Date => Some(date(text).to_owned()),
            // A time without zone is UTC, as the ODS/API takes it.
            Self::DateTime => time::read(text).and_then(time::Written::instant).map(|instant| instant.to_string()),
            Self::Time => time::time_of_day(text).map(|time| time.to_string()),
            Self::Number => number(text),
            Self::Boolean => Some(text.to_ascii_lowercase()),
        };
        canonical.map_or(Cow::Borrowed(value), Cow::Owned)
    }

    /// The value as a query asks for it: some APIs refuse a date with a time part.
    pub(super) fn asked(self, value: &str) -> Cow<'_, str> {
        match self {
            Self::Date => Cow::Borrowed(date(value.trim())),
            _ => Cow::Borrowed(value),
        }
    }
}

fn shape_at<'a>(path: &[String], described: &'a Described) -> Option<&'a Shape> {
    let mut schema = described.body();
    let (last, before) = path.split_last()?;
    for step in before {
        let property = schema.properties.iter().find(|property| property.name.eq_ignore_ascii_case(step))?;
        schema = described.schemas.get(property.shape.object()?);
    }
    schema.properties.iter().find(|property| property.name.eq_ignore_ascii_case(last)).map(|property| &property.shape)
}

/// A date without its time part, if that is midnight.
fn date(text: &str) -> &str {
    match text.split_once(['T', 't', ' ']) {
        Some((date, time)) if time.chars().all(|c| matches!(c, '0' | ':' | '.' | '+' | '-' | 'Z' | 'z')) => date,
        _ => text,
    }
}

fn number(text: &str) -> Option<String> {
    // Kept digit by digit: identifiers may be longer than what a number holds exactly.
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        let digits = digits.trim_start_matches('0');
        return Some(if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") });
    }
    decimal::parse(text).map(decimal::shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_value_are_equal() {
        for (form, one, other) in [
            (KeyForm::Date, "2021-08-01", "2021-08-01T00:00:00"),
            (KeyForm::Date, "2021-08-01", "2021-08-01 00:00:00.000Z"),
            (KeyForm::DateTime, "2021-08-01", "2021-08-01T00:00:00Z"),
            (KeyForm::DateTime, "2021-08-01T08:15:00-05:00", "2021-08-01T13:15:00.000"),
            (KeyForm::Time, "08:15", "08:15:00.0000000"),
            (KeyForm::Number, "255901", "255901.0"),
            (KeyForm::Number, "7", "007"),
            (KeyForm::Boolean, "true", "True"),
        ] {
            assert_eq!(form.canonical(one), form.canonical(other), "{form:?}");
        }
    }

    #[test]
    fn other_values_are_not() {
        for (form, one, other) in [
            (KeyForm::Date, "2021-08-01", "2021-08-01T08:00:00"),
            (KeyForm::Date, "2021-08-01", "2021-08-02"),
            (KeyForm::DateTime, "2021-08-01T08:00:00", "2021-08-01T08:00:00-05:00"),
            (KeyForm::Text, "2021-08-01", "2021-08-01T00:00:00"),
            (KeyForm::Text, "7", "007"),
            (KeyForm::Text, "a", "A"),
            (KeyForm::Number, "7", "seven"),
            (KeyForm::Number, "9007199254740993", "9007199254740992"),
        ] {
            assert_ne!(form.canonical(one), form.canonical(other), "{form:?}");
        }
    }
}
