//! What would fix a refusal, told from status, problem type and the wordings of Ed-Fi APIs 5 to 8.

use super::Problem;
use crate::event::Cause;

/// What would fix a record that got this answer; `None` for the status means that there was none.
///
/// The problem type (7.2 and later) decides before the text, and the text before the plain status.
pub fn cause(status: Option<u16>, problem: &Problem) -> Cause {
    let Some(status) = status else { return Cause::NoConnection };
    if status >= 500 || matches!(status, 408 | 425 | 429) {
        return Cause::ServerFault;
    }
    if matches!(status, 401 | 403) {
        return Cause::NotAuthorized;
    }
    if let Some(cause) = problem.problem_type.as_deref().and_then(by_type) {
        return cause;
    }
    let by_text = || problem.messages.iter().filter_map(|message| by_text(message)).min();
    match status {
        // Of several messages the least cause counts: parents come before descriptors, as that failure is tried again.
        400 | 409 | 422 => by_text().unwrap_or(if status == 409 { Cause::Other } else { Cause::InvalidValue }),
        413 | 415 => Cause::InvalidValue,
        _ => Cause::Other,
    }
}

/// The cause that a problem type names alone. `bad-request` says too little: an unknown descriptor has it too.
fn by_type(problem_type: &str) -> Option<Cause> {
    let name = problem_type.strip_prefix("urn:ed-fi:api:")?;
    let starts = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    let cause = if starts("data-conflict:unresolved-reference") {
        Cause::MissingParent
    } else if starts("data-conflict:dependent-item-exists") {
        Cause::StillReferenced
    } else if starts("data-conflict:non-unique-identity") || starts("data-conflict:non-unique-values") {
        Cause::Duplicate
    } else if starts("security") || starts("profile") {
        // Profiles are assigned to credentials, by whoever assigns the claim set.
        Cause::NotAuthorized
    } else if starts("internal-server-error") {
        Cause::ServerFault
    } else {
        return None;
    };
    Some(cause)
}

/// The cause that one message tells.
fn by_text(message: &str) -> Option<Cause> {
    let text = message.to_ascii_lowercase();
    let has = |part: &str| text.contains(part);
    let absent = has("does not exist") || has("do not exist");

    if has("unable to resolve value '") && has("descriptor' resource")
        || has("descriptor value '") && absent
        || at_descriptor(&text) && (absent || has("could not be resolved") || has("unable to resolve"))
    {
        return Some(Cause::UnknownDescriptor);
    }
    if (has("value supplied for the related '") || has("the referenced ")) && absent
        || has("reference could not be resolved")
        || has("references could not be resolved")
    {
        return Some(Cause::MissingParent);
    }
    if has("cannot be deleted because it is a dependency") || has("because this item is referenced by") {
        return Some(Cause::StillReferenced);
    }
    let duplicate =
        ["natural key conflict", "primary key conflict", "are not unique", "is not unique", "duplicate key"];
    duplicate.iter().any(|part| has(part)).then_some(Cause::Duplicate)
}

/// Whether a message stands at a path that ends in a descriptor: `… (at $.levels[0].gradeLevelDescriptor)`.
fn at_descriptor(lower: &str) -> bool {
    let Some((_, path)) = lower.trim_end_matches(')').rsplit_once(" (at ") else { return false };
    let path = path.trim_end_matches(|c: char| c == '[' || c == ']' || c.is_ascii_digit());
    path.ends_with("descriptor") || path.ends_with("descriptors")
}

/// What a message names as missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Missing<'a> {
    /// The entity or descriptor, as the API names it: `Student`, `TermDescriptor`.
    pub thing: &'a str,
    /// The descriptor value. `None` for references: their values are data of people.
    pub value: Option<&'a str>,
}

/// What a message names as missing, in the wordings of Ed-Fi APIs 5 to 8.
///
/// ```
/// use lightbeam_core::api::problem::missing;
/// let found = missing("The referenced 'Student' item does not exist.").unwrap();
/// assert_eq!((found.thing, found.value), ("Student", None));
/// ```
pub fn missing(message: &str) -> Option<Missing<'_>> {
    if let Some((_, rest)) = message.split_once("Unable to resolve value '") {
        let (value, rest) = rest.split_once("' to an existing '")?;
        let (thing, _) = rest.split_once('\'')?;
        return named(thing, Some(value));
    }
    if let Some(at) = message.find("Descriptor value '") {
        let (before, rest) = message.split_at(at + "Descriptor".len());
        let (value, _) = rest[" value '".len()..].split_once("' does not exist")?;
        return named(last_word(before), Some(value));
    }
    let absent = message.contains("does not exist") || message.contains("do not exist");
    let thing = if let Some((_, rest)) = message.split_once("related '").filter(|_| absent) {
        rest.split_once('\'')?.0
    } else if let Some((_, rest)) = message.split_once("The referenced ").filter(|_| absent) {
        match rest.strip_prefix('\'') {
            Some(rest) => rest.split_once('\'')?.0,
            None => rest.split_once(" item")?.0,
        }
    } else {
        last_word(message.split_once(" reference could not be resolved")?.0)
    };
    named(thing, None)
}

fn named<'a>(thing: &'a str, value: Option<&'a str>) -> Option<Missing<'a>> {
    (!thing.is_empty()).then_some(Missing { thing, value })
}

fn last_word(text: &str) -> &str {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or(text);
    word.trim_matches(['\'', '"', '(', ')', ',', '.'])
}
