//! What is wrong with a text that is not YAML, in plain words.

use std::borrow::Cow;

use super::tree::Place;

/// A text that is not YAML. Holds none of the text: it may be secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// Where.
    pub(super) place: Place,
    /// What is wrong.
    pub(super) message: Cow<'static, str>,
    /// What to do.
    pub(super) hint: Option<Cow<'static, str>>,
}

impl SyntaxError {
    /// A text whose sections lie inside of more sections than any key does.
    pub(super) fn too_deep(place: Place) -> Self {
        let Phrase { message, hint, .. } = TOO_DEEP;
        Self { place, message: message.into(), hint: hint.map(Into::into) }
    }
}

/// Texts of our own errors, which pass through the library and are recognised in [`phrase_of`].
pub(super) const TAGGED: &str = "lightbeam: tagged value";
pub(super) const COMPLEX_KEY: &str = "lightbeam: key is not a scalar";
pub(super) const BAD_MERGE: &str = "lightbeam: merge of something else than mappings";

/// What a complaint of the library means. Nothing else of it is passed on: it may quote the file.
pub(super) fn phrase_of(said: &str) -> Phrase {
    let unknown = Phrase { said: "", message: "this is not valid YAML", hint: None, at_start: false };
    PHRASES.iter().find(|phrase| said.contains(phrase.said)).copied().unwrap_or(unknown)
}

/// What the YAML library says, and what that means.
#[derive(Clone, Copy)]
pub(super) struct Phrase {
    /// What the library says.
    said: &'static str,
    /// What is wrong.
    pub(super) message: &'static str,
    /// What to do.
    pub(super) hint: Option<&'static str>,
    /// Whether the place that helps is where the construct begins, not where it was found broken.
    pub(super) at_start: bool,
}

const fn phrase(said: &'static str, message: &'static str, hint: &'static str) -> Phrase {
    Phrase { said, message, hint: Some(hint), at_start: false }
}

const TOO_DEEP: Phrase =
    phrase("recursion limit", "sections are nested too deeply", "see the documentation for the known keys");

const PHRASES: &[Phrase] = &[
    phrase(TAGGED, "values with a tag (an exclamation mark in front) are not used here", "put the value in quotes"),
    phrase(COMPLEX_KEY, "a key must be a single word", "put values that hold braces or brackets in quotes"),
    phrase(BAD_MERGE, "<< must be followed by a mapping", "name an anchor of a mapping, as in <<: *defaults"),
    phrase(
        "mapping values are not allowed in this context",
        "there is a colon where none can be",
        "check the indentation of this line and the one above; put a value that holds a colon and a blank in quotes",
    ),
    Phrase {
        said: "could not find expected ':'",
        message: "there is a line without a colon",
        hint: Some("write key: value"),
        at_start: true,
    },
    phrase(
        "did not find expected key",
        "this does not fit what stands above it",
        "check the indentation: keys of one section begin in the same column",
    ),
    phrase(
        "did not find expected '-' indicator",
        "this does not fit the list above it",
        "check the indentation: the hyphens of one list stand in the same column",
    ),
    phrase(
        "cannot start any token",
        "this character cannot begin a value",
        "put the value in quotes, and indent with blanks, not with tabs",
    ),
    phrase("tab character", "there is a tab where blanks are wanted", "indent with blanks"),
    Phrase {
        said: "did not find expected ',' or ']'",
        message: "the list that begins here with [ is not closed",
        hint: Some("add ], and put commas between the items"),
        at_start: true,
    },
    Phrase {
        said: "did not find expected ',' or '}'",
        message: "the mapping that begins here with { is not closed",
        hint: Some("add }, and put commas between the entries; put ${NAME} in quotes inside of { }"),
        at_start: true,
    },
    Phrase {
        said: "found unexpected end of stream",
        message: "the quote that begins here is not closed",
        hint: Some("add the closing quote"),
        at_start: true,
    },
    phrase(
        "unknown escape character",
        "there is a backslash in double quotes that means nothing",
        "use single quotes, or write the backslash twice",
    ),
    phrase(
        "block sequence entries are not allowed",
        "there is a list item where none can be",
        "put the list on lines of its own, or the value in quotes",
    ),
    Phrase {
        said: "did not find expected alphabetic or numeric character",
        message: "* and & mean something else in YAML",
        hint: Some("put the value in quotes, as in \"*\""),
        at_start: true,
    },
    phrase("unknown anchor", "* and & mean something else in YAML", "put the value in quotes, as in \"*name\""),
    phrase("did not find expected node content", "a value is missing here", "write a value, or put it in quotes"),
    phrase("control characters are not allowed", "there is a control character here", "save the file as UTF-8 text"),
    phrase("more than one document", "there is more than one document in the file", "remove the line ---"),
    phrase("<document start>", "this does not fit what stands above it", "check the indentation, and write key: value"),
    TOO_DEEP,
    phrase("repetition limit", "aliases (*) are used too often", "write the values out"),
];
