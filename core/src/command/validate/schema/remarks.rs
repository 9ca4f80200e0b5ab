//! What the user should know of an endpoint's records that is no finding: told once, not record by record.

use std::borrow::Cow;
use std::collections::HashSet;

use super::super::path::Path;
use crate::event::{EndpointId, Event, Listener};
use crate::notice::Notice;

/// So many remarks are made on an endpoint; whoever has more has mistaken the endpoint.
const MOST: usize = 20;

/// The longest name that is shown whole.
const LONGEST_NAME: usize = 60;

/// What is remarkable about a property name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Remark {
    /// The document does not name it.
    Unknown,
    /// The document writes it otherwise.
    Case,
    /// It stands twice in one object.
    Twice,
}

/// The remarks on one endpoint's records.
pub(super) struct Remarks<'a> {
    listener: &'a dyn Listener,
    endpoint: EndpointId,
    made: HashSet<(Remark, String)>,
}

impl<'a> Remarks<'a> {
    pub(super) fn new(listener: &'a dyn Listener, endpoint: EndpointId) -> Self {
        Self { listener, endpoint, made: HashSet::new() }
    }

    pub(super) fn tell(&self, notice: Notice) {
        self.listener.hear(&Event::Notice(notice));
    }

    /// Makes a remark on the property `name` of the object at `path`, once; `known` gives the document's name that is
    /// most like it, and is only asked if the remark is made.
    pub(super) fn add<'n>(
        &mut self,
        remark: Remark,
        path: &Path<'_>,
        name: &str,
        known: impl FnOnce() -> Option<&'n str>,
    ) {
        if self.made.len() > MOST {
            return;
        }
        let name = shown(name);
        let path = Path::Property(path, &name).to_string();
        if self.made.contains(&(remark, path.clone())) {
            return;
        }
        let endpoint = &self.endpoint;
        let notice = if self.made.len() == MOST {
            Notice::warning(format!("{endpoint}: there are more properties that the API's document does not name"))
                .with_hint("are these records of this endpoint?")
        } else {
            let known = known();
            match (remark, known) {
                (Remark::Unknown, Some(known)) => {
                    Notice::warning(format!("{endpoint}: the API's document does not name the property {path}"))
                        .with_hint(format!("did you mean {known}? An API ignores or refuses what it does not know"))
                }
                (Remark::Unknown, None) => {
                    Notice::warning(format!("{endpoint}: the API's document does not name the property {path}"))
                        .with_hint("an API ignores or refuses what it does not know")
                }
                (Remark::Case, _) => Notice::warning(format!(
                    "{endpoint}: the property {path} is called {} in the API's document",
                    known.unwrap_or_default()
                ))
                .with_hint("the ODS/API takes both for the same, other APIs do not"),
                (Remark::Twice, _) => {
                    Notice::warning(format!("{endpoint}: the property {path} stands twice in one object"))
                        .with_hint("the ODS/API takes the last one, other APIs refuse the record")
                }
            }
        };
        self.made.insert((remark, path));
        self.tell(notice);
    }
}

/// A name as it may be shown: a file can hold anything in the place of one.
pub(super) fn shown(name: &str) -> Cow<'_, str> {
    if name.chars().take(LONGEST_NAME + 1).count() <= LONGEST_NAME && !name.chars().any(char::is_control) {
        return Cow::Borrowed(name);
    }
    let mut shown: String = name.chars().take(LONGEST_NAME).flat_map(char::escape_debug).collect();
    shown.push('…');
    Cow::Owned(shown)
}
