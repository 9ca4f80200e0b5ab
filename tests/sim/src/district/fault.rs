//! The ways in which a record is broken.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::model::{Kind, Model};

use super::known::KnownDescriptors;
use super::random::Random;
use super::sites::{Place, Site, sites};

/// What is wrong with a broken record. A real ODS refuses every one of them but the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// A required property is missing.
    MissingRequired,
    /// The name of a required property is misspelt.
    MisspeltProperty,
    /// A text is longer than allowed.
    TooLong,
    /// A value is of another type.
    WrongType,
    /// A date that no calendar has.
    BadDate,
    /// A whole number beyond 32 or 64 bits.
    IntOutOfRange,
    /// A descriptor value that does not exist.
    UnknownDescriptor,
    /// A descriptor value that exists, but of another type.
    WrongDescriptor,
    /// A reference to something that does not exist.
    DanglingReference,
    /// The identifier that only the API may give.
    ClientId,
    /// A line that breaks off.
    MalformedJson,
    /// A line with a byte that no UTF-8 text has.
    NotUtf8,
    /// The natural key of an earlier record: an API takes it as a change, so only `validate` finds it.
    DuplicateKey,
}

impl FaultKind {
    /// All kinds that a record can be broken in.
    pub const ALL: [Self; 12] = [
        Self::MissingRequired,
        Self::MisspeltProperty,
        Self::TooLong,
        Self::WrongType,
        Self::BadDate,
        Self::IntOutOfRange,
        Self::UnknownDescriptor,
        Self::WrongDescriptor,
        Self::DanglingReference,
        Self::ClientId,
        Self::MalformedJson,
        Self::NotUtf8,
    ];

    /// The name, as it stands in the list of broken records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingRequired => "missing-required",
            Self::MisspeltProperty => "misspelt-property",
            Self::TooLong => "too-long",
            Self::WrongType => "wrong-type",
            Self::BadDate => "bad-date",
            Self::IntOutOfRange => "int-out-of-range",
            Self::UnknownDescriptor => "unknown-descriptor",
            Self::WrongDescriptor => "wrong-descriptor",
            Self::DanglingReference => "dangling-reference",
            Self::ClientId => "client-id",
            Self::MalformedJson => "malformed-json",
            Self::NotUtf8 => "not-utf8",
            Self::DuplicateKey => "duplicate-key",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The method of `lightbeam validate` that finds it.
    pub const fn method(self) -> &'static str {
        match self {
            Self::MalformedJson | Self::NotUtf8 => "json",
            Self::MissingRequired
            | Self::MisspeltProperty
            | Self::TooLong
            | Self::WrongType
            | Self::BadDate
            | Self::IntOutOfRange
            | Self::ClientId => "schema",
            Self::UnknownDescriptor | Self::WrongDescriptor => "descriptors",
            Self::DuplicateKey => "uniqueness",
            Self::DanglingReference => "references",
        }
    }

    /// The status that an Ed-Fi API answers with.
    pub const fn status(self) -> u16 {
        match self {
            Self::DanglingReference => 409,
            Self::DuplicateKey => 200,
            _ => 400,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A record that was broken.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// The property that was changed, as a JSON pointer.
    pub(super) property: Option<String>,
    pub(super) text: Vec<u8>,
}

/// Breaks a record in the first of these ways that it allows; `None` when it allows none.
pub(super) fn broken(
    model: &Model,
    endpoint: usize,
    text: &[u8],
    kinds: &[FaultKind],
    descriptors: &KnownDescriptors,
    random: &mut Random,
) -> Option<Fault> {
    let endpoint = &model.endpoints[endpoint];
    let record: Value = serde_json::from_slice(text).ok()?;
    let members = record.as_object()?;
    let sites = sites(model, endpoint, &record);
    kinds.iter().find_map(|&kind| {
        if kind == FaultKind::MalformedJson {
            return Some(Fault { kind, property: None, text: cut(text, random)? });
        }
        if kind == FaultKind::NotUtf8 {
            return Some(Fault { kind, property: None, text: not_utf8(text, random) });
        }
        let mut record = members.clone();
        let property = change(kind, &sites, descriptors, &mut record, random)?;
        let text = serde_json::to_vec(&record).expect("a JSON value can be written");
        Some(Fault { kind, property: Some(property), text })
    })
}

/// Cuts a line off somewhere in its second half, between two characters.
fn cut(text: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let line = std::str::from_utf8(text).ok()?.trim();
    let half = line.len() / 2;
    let mut end = half + random.index(line.len().checked_sub(half)?);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    Some(line.as_bytes()[..end].to_vec())
}

/// Puts a byte somewhere that stands in no UTF-8 text.
fn not_utf8(text: &[u8], random: &mut Random) -> Vec<u8> {
    let mut line = text.trim_ascii().to_vec();
    line.insert(random.index(line.len()), 0xff);
    line
}

/// Changes the record; the JSON pointer to what was changed.
fn change(
    kind: FaultKind,
    sites: &[Site<'_>],
    descriptors: &KnownDescriptors,
    record: &mut Map<String, Value>,
    random: &mut Random,
) -> Option<String> {
    if kind == FaultKind::ClientId {
        record.insert("id".to_owned(), json!(format!("{:032x}", random.below(u64::MAX))));
        return Some("/id".to_owned());
    }
    let candidates: Vec<&Site<'_>> = sites.iter().filter(|site| fits(kind, sites, site)).collect();
    if candidates.is_empty() {
        return None;
    }
    let site = candidates[random.index(candidates.len())];
    match kind {
        FaultKind::MissingRequired => {
            parent(record, site)?.remove(&site.name)?;
        }
        FaultKind::MisspeltProperty => {
            let members = parent(record, site)?;
            let value = members.remove(&site.name)?;
            let mut name = site.name.clone();
            name.remove(name.len() / 2);
            members.insert(name, value);
        }
        FaultKind::WrongDescriptor => {
            let Kind::Descriptor { endpoints, .. } = site.kind else { return None };
            *parent(record, site)?.get_mut(&site.name)? = json!(descriptors.beside(endpoints, random)?);
        }
        _ => *parent(record, site)?.get_mut(&site.name)? = wrong_value(kind, site)?,
    }
    Some(site.pointer.clone())
}

/// Whether breaking this value in this way is refused by an API, whatever else the record holds.
fn fits(kind: FaultKind, sites: &[Site<'_>], site: &Site<'_>) -> bool {
    let in_reference = site.place == Place::Reference;
    match kind {
        // A number, truth value or time (a text without a limit) that is missing is zero to an ODS. Part of a
        // reference may be known from another one, so references stay whole.
        FaultKind::MissingRequired | FaultKind::MisspeltProperty => {
            site.is_required
                && !in_reference
                && matches!(site.kind, Kind::Text { most: Some(_), .. } | Kind::Descriptor { .. } | Kind::Date)
        }
        FaultKind::TooLong => !in_reference && matches!(site.kind, Kind::Text { most: Some(_), .. }),
        FaultKind::WrongType => !in_reference && !matches!(site.kind, Kind::Any),
        FaultKind::BadDate => !in_reference && matches!(site.kind, Kind::Date | Kind::DateTime),
        FaultKind::IntOutOfRange => !in_reference && matches!(site.kind, Kind::Integer { .. }),
        FaultKind::UnknownDescriptor => !in_reference && matches!(site.kind, Kind::Descriptor { .. }),
        FaultKind::WrongDescriptor => {
            !in_reference && matches!(site.kind, Kind::Descriptor { endpoints, .. } if !endpoints.is_empty())
        }
        FaultKind::DanglingReference => {
            in_reference && is_free(sites, site) && matches!(site.kind, Kind::Text { .. } | Kind::Integer { .. })
        }
        FaultKind::ClientId | FaultKind::MalformedJson | FaultKind::NotUtf8 | FaultKind::DuplicateKey => false,
    }
}

/// Whether a leaf of a reference stands only there, so that changing it contradicts nothing else in the record:
/// an API unifies what has the same name, and refuses what does not agree in another way.
fn is_free(sites: &[Site<'_>], site: &Site<'_>) -> bool {
    let place = without_indices(&site.pointer);
    sites.iter().filter(|other| other.name == site.name).all(|other| without_indices(&other.pointer) == place)
}

/// The pointer without the places in lists.
fn without_indices(pointer: &str) -> String {
    let segments = pointer.split('/');
    let names: Vec<&str> = segments.filter(|segment| segment.parse::<usize>().is_err()).collect();
    names.join("/")
}

fn wrong_value(kind: FaultKind, site: &Site<'_>) -> Option<Value> {
    Some(match (kind, site.kind) {
        (FaultKind::TooLong, Kind::Text { most, .. }) => json!("x".repeat((*most)? + 1)),
        (FaultKind::WrongType, Kind::Integer { .. } | Kind::Number { .. }) => json!("twelve"),
        (FaultKind::WrongType, Kind::Boolean) => json!("perhaps"),
        (FaultKind::WrongType, Kind::Array(_) | Kind::Object(_) | Kind::Reference(_)) => {
            json!("text")
        }
        (FaultKind::WrongType, _) => json!({"unexpected": "object"}),
        (FaultKind::BadDate, Kind::DateTime) => json!("2024-02-30T08:00:00Z"),
        (FaultKind::BadDate, _) => json!("2024-02-30"),
        (FaultKind::IntOutOfRange, Kind::Integer { most, .. }) if *most > i64::from(i32::MAX) => {
            json!(9_223_372_036_854_775_808_u64)
        }
        (FaultKind::IntOutOfRange, _) => json!(3_000_000_000_u32),
        (FaultKind::UnknownDescriptor, _) => {
            json!(format!("uri://ed-fi.org/{}#No Such Value", type_of(&site.name)))
        }
        (FaultKind::DanglingReference, Kind::Text { most, .. }) => {
            let mut text = "no-such-record".to_owned();
            text.truncate(most.unwrap_or(text.len()));
            json!(text)
        }
        // Neither an identifier nor a year that anybody has.
        (FaultKind::DanglingReference, Kind::Integer { .. }) => json!(1723),
        _ => return None,
    })
}

/// `termDescriptor` gives `TermDescriptor`.
fn type_of(property: &str) -> String {
    crate::model::capitalised(property)
}

/// The object that holds the value.
fn parent<'r>(record: &'r mut Map<String, Value>, site: &Site<'_>) -> Option<&'r mut Map<String, Value>> {
    let mut segments = site.pointer.split('/').skip(1).peekable();
    let mut members = record;
    loop {
        let segment = segments.next()?;
        if segments.peek().is_none() {
            return Some(members);
        }
        let mut value = members.get_mut(segment)?;
        if let Value::Array(items) = value {
            value = items.get_mut(segments.next()?.parse::<usize>().ok()?)?;
        }
        members = value.as_object_mut()?;
    }
}
