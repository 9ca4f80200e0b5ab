use std::borrow::Cow;
use std::fmt;
use std::hash::{DefaultHasher, Hasher};

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::decimal;

/// The natural key of a resource: what the API identifies a record by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NaturalKey {
    /// Its parts, in the order of the API document.
    pub parts: Vec<KeyPart>,
    /// Whether these are all: a part that the document does not place in the record is left out.
    pub complete: bool,
}

/// The natural key of one record, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyHash {
    /// Equal for all records that some API may take for the same: text differing in case or in trailing blanks
    /// (SQL Server compares so) hashes alike. Such records must not be in flight together. It means nothing beyond this run.
    pub folded: u64,
    /// Equal only for records that every API takes for the same; `None` if part of the key is not known. Only by this
    /// may one record be said to stand in another's place. The same in every run and on every host: the BLAKE3 of the
    /// values, first 64 bits.
    pub exact: Option<u64>,
}

/// One part of a natural key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPart {
    /// The name of the query parameter that filters by it.
    pub name: String,
    /// Where it stands in a record: property names from the outside in. Several where references share the part;
    /// the first that is there counts.
    pub paths: Vec<Vec<String>>,
}

impl KeyHash {
    /// The hash of a whole key's values, given as text in the order of its parts: what [`NaturalKey::hash`] makes of a
    /// record that has them.
    pub fn of_values(values: &[impl AsRef<str>]) -> Self {
        let mut text = Vec::new();
        for value in values {
            text.extend_from_slice(value.as_ref().as_bytes());
            text.push(0);
        }
        let exact = first_half(&blake3::hash(&text));
        text.clear();
        for value in values {
            let value = value.as_ref().trim_end();
            if value.is_ascii() {
                text.extend(value.bytes().map(|byte| byte.to_ascii_lowercase()));
            } else {
                text.extend_from_slice(value.to_lowercase().as_bytes());
            }
            text.push(0);
        }
        let mut folded = DefaultHasher::new();
        folded.write(&text);
        Self { folded: folded.finish(), exact: Some(exact) }
    }
}

fn first_half(digest: &blake3::Hash) -> u64 {
    let first: [u8; 8] = digest.as_bytes()[..8].try_into().expect("a digest has 32 bytes");
    u64::from_be_bytes(first)
}

impl KeyPart {
    /// A part that is a property of the record itself.
    pub(super) fn property(name: &str) -> Self {
        Self { name: name.to_owned(), paths: vec![vec![name.to_owned()]] }
    }
}

impl NaturalKey {
    /// The values of the key's parts in a record, as text; `None` where the record is no JSON object or lacks one.
    ///
    /// Only the key's fields are looked at; the rest of the record is skipped over. Property names are compared
    /// without regard to case, as the ODS/API does.
    pub fn values(&self, record: &[u8]) -> Option<Vec<String>> {
        Some(self.texts(record)?.into_iter().map(Cow::into_owned).collect())
    }

    /// The key's values in a record, hashed; `None` where [`NaturalKey::values`] is. A number and its text hash alike.
    pub fn hash(&self, record: &[u8]) -> Option<KeyHash> {
        let hash = KeyHash::of_values(&self.texts(record)?);
        Some(KeyHash { exact: hash.exact.filter(|_| self.complete), ..hash })
    }

    /// The values, as they stand in the record where they can.
    fn texts<'de>(&self, record: &'de [u8]) -> Option<Vec<Cow<'de, str>>> {
        let paths = || self.parts.iter().flat_map(|part| &part.paths);
        let open: Vec<Open<'_>> = paths().enumerate().map(|(place, steps)| Open { place, rest: steps }).collect();
        let mut found: Vec<Option<Cow<'de, str>>> = vec![None; open.len()];
        let mut deserializer = serde_json::Deserializer::from_slice(record);
        Level { open: &open, found: &mut found }.deserialize(&mut deserializer).ok()?;
        deserializer.end().ok()?;
        let mut found = found.into_iter();
        self.parts.iter().map(|part| found.by_ref().take(part.paths.len()).fold(None, Option::or)).collect()
    }
}

/// A path of which some steps are still to go.
#[derive(Clone, Copy)]
struct Open<'a> {
    /// Where what is found goes to.
    place: usize,
    rest: &'a [String],
}

/// Reads one object for the paths that lead into it.
struct Level<'a, 'b, 'de> {
    open: &'b [Open<'a>],
    found: &'b mut [Option<Cow<'de, str>>],
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Text<'de>>()? {
            let here = |open: &&Open<'_>| open.rest.first().is_some_and(|step| step.eq_ignore_ascii_case(&key.0));
            let mut wanted = self.open.iter().filter(here).peekable();
            let Some(first) = wanted.peek() else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if first.rest.len() == 1 {
                self.found[first.place] = map.next_value::<Scalar<'de>>()?.0;
            } else {
                let deeper: Vec<Open<'_>> = wanted.map(|open| Open { rest: &open.rest[1..], ..*open }).collect();
                map.next_value_seed(Level { open: &deeper, found: self.found })?;
            }
        }
        Ok(())
    }

    // A scalar or an array where an object belongs: the parts in it are missing, the rest of the record is read on.
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// A property name, borrowed where it holds no escapes.
struct Text<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;
        impl<'de> Visitor<'de> for Borrowed {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a property name")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowed)
    }
}

/// A scalar as text; `None` for null, objects and arrays.
struct Scalar<'de>(Option<Cow<'de, str>>);

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsText;
        impl<'de> Visitor<'de> for AsText {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(value.to_string()))))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(value.to_string()))))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(value.to_string()))))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Some(Cow::Owned(decimal::shown(value)))))
            }

            fn visit_unit<E: Error>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar<'de>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar(None))
            }
        }
        deserializer.deserialize_any(AsText)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> NaturalKey {
        let part = |name: &str, paths: &[&[&str]]| KeyPart {
            name: name.to_owned(),
            paths: paths.iter().map(|path| path.iter().map(|step| (*step).to_owned()).collect()).collect(),
        };
        NaturalKey {
            parts: vec![
                part("localCourseCode", &[&["localCourseCode"]]),
                part("schoolId", &[&["schoolReference", "schoolId"], &["sessionReference", "schoolId"]]),
                part("sessionName", &[&["sessionReference", "sessionName"]]),
            ],
            complete: true,
        }
    }

    #[test]
    fn values_are_found_wherever_they_stand() {
        let record = br#"{"courseTitle":{"a":[1,{"localCourseCode":"no"}]},"sessionReference":{"sessionName":"Fall",
            "schoolId":7,"link":{"rel":"x"}},"localCourseCode":"ALG-1"}"#;
        assert_eq!(key().values(record).unwrap(), ["ALG-1", "7", "Fall"]);
    }

    #[test]
    fn what_the_state_holds_stays() {
        let record = br#"{"localCourseCode":"ALG-1","sessionReference":{"schoolId":7,"sessionName":"Fall"}}"#;
        // The beginning of the BLAKE3 of `ALG-1`, `7` and `Fall`, each with a zero byte behind it.
        assert_eq!(key().hash(record).unwrap().exact, Some(13_289_558_167_940_242_592));
        assert_eq!(key().hash(record), Some(KeyHash::of_values(&["ALG-1", "7", "Fall"])));
    }

    #[test]
    fn the_first_path_that_is_there_counts_whatever_the_order() {
        let record = br#"{"sessionReference":{"schoolId":8,"sessionName":"F"},"localCourseCode":"A",
            "schoolReference":{"schoolId":7}}"#;
        assert_eq!(key().values(record).unwrap()[1], "7");
    }

    #[test]
    fn records_without_a_whole_key_have_none() {
        for record in [
            r#"{"localCourseCode":"A","schoolReference":{"schoolId":7}}"#,
            r#"{"localCourseCode":null,"schoolReference":{"schoolId":7},"sessionReference":{"sessionName":"F"}}"#,
            r#"{"localCourseCode":"A","schoolReference":7,"sessionReference":[1]}"#,
            "[]",
            "7",
            "",
            "{",
            r#"{"localCourseCode":"A","schoolReference":{"schoolId":7},"sessionReference":{"sessionName":"F"}} x"#,
        ] {
            assert_eq!(key().hash(record.as_bytes()), None, "{record}");
        }
    }

    #[test]
    fn what_some_api_takes_for_the_same_key_folds_alike() {
        let hash = |record: &str| key().hash(record.as_bytes()).unwrap();
        let record = |course: &str, school: &str| {
            let school = format!(r#""schoolReference":{{"schoolId":{school}}}"#);
            format!(r#"{{"localCourseCode":"{course}",{school},"sessionReference":{{"sessionName":"F"}}}}"#)
        };
        let plain = hash(&record("Alg", "7"));
        for (course, school) in [("Alg", "\"7\""), ("Alg", "7.0"), ("x\",\"localCourseCode\":\"Alg", "7")] {
            assert_eq!(hash(&record(course, school)), plain, "{course} {school}");
        }
        for course in ["ALG", "Alg "] {
            let other = hash(&record(course, "7"));
            assert_eq!(other.folded, plain.folded, "{course}");
            assert_ne!(other.exact, plain.exact, "{course}");
        }
        assert_ne!(hash(&record("Alg", "70")).folded, plain.folded);
    }

    #[test]
    fn an_incomplete_key_says_only_what_must_wait() {
        let incomplete = NaturalKey { complete: false, ..key() };
        let record =
            br#"{"localCourseCode":"A","schoolReference":{"schoolId":7},"sessionReference":{"sessionName":"F"}}"#;
        assert_eq!(incomplete.hash(record).unwrap().exact, None);
        assert_eq!(incomplete.hash(record).unwrap().folded, key().hash(record).unwrap().folded);
    }
}
