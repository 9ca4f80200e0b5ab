//! Which references are checked: `validate.references.selector` and `behavior`.
//!
//! An entry `endpoint.name` means the references called `name` of that endpoint, however deep they stand. `name` may
//! be the end of a longer path, property names with dots between them and without the positions in lists:
//! `sections.courseOfferingReference`, `sessions.gradingPeriods.gradingPeriodReference`. The endpoint may stand with
//! its namespace (`tpdm/candidates`). Case plays no part, and `*` stands for any characters.

use crate::config::nearest::nearest;
use crate::config::pattern::Pattern;
use crate::config::{Behavior, References};
use crate::event::EndpointId;
use crate::model::{Endpoint, Endpoints};
use crate::notice::Notice;

use super::super::sites::Sites;

/// Decides which references are checked.
#[derive(Debug)]
pub(super) struct Selector {
    entries: Vec<Entry>,
    behavior: Behavior,
}

#[derive(Debug)]
struct Entry {
    /// As the user wrote it.
    text: String,
    endpoint: Pattern,
    reference: Pattern,
}

impl Selector {
    pub(super) fn new(options: &References) -> Self {
        let entry = |(endpoint, reference): &(String, String)| Entry {
            text: format!("{endpoint}.{reference}"),
            endpoint: Pattern::new(endpoint),
            reference: Pattern::new(reference),
        };
        Self { entries: options.selector.iter().map(entry).collect(), behavior: options.behavior }
    }

    /// Whether the reference at a path (property names from the outside in) of an endpoint is checked. Without entries
    /// all are.
    pub(super) fn wants(&self, endpoint: &EndpointId, names: &[&str]) -> bool {
        if self.entries.is_empty() {
            return true;
        }
        let selected = self.entries.iter().any(|entry| entry.is_of(endpoint) && entry.means(names));
        selected == (self.behavior == Behavior::Include)
    }

    /// Entries that mean no reference of the API, with the nearest that there is.
    pub(super) fn notices(&self, endpoints: &Endpoints) -> Vec<Notice> {
        self.entries.iter().filter_map(|entry| entry.notice(endpoints)).collect()
    }
}

impl Entry {
    fn is_of(&self, endpoint: &EndpointId) -> bool {
        self.endpoint.matches(&endpoint.name) || self.endpoint.matches(&endpoint.to_string())
    }

    fn means(&self, names: &[&str]) -> bool {
        (0..names.len()).any(|from| self.reference.matches(&names[from..].join(".")))
    }

    fn notice(&self, endpoints: &Endpoints) -> Option<Notice> {
        let of: Vec<&Endpoint> = endpoints.all().iter().filter(|endpoint| self.is_of(&endpoint.id)).collect();
        let paths: Vec<Vec<String>> = of.iter().flat_map(|endpoint| paths(endpoint)).collect();
        let means = |path: &Vec<String>| self.means(&path.iter().map(String::as_str).collect::<Vec<_>>());
        if paths.iter().any(means) {
            return None;
        }
        let key = "validate.references.selector";
        let notice = if of.is_empty() {
            Notice::warning(format!("{key}: \"{}\" names no endpoint of the API", self.text))
        } else {
            Notice::warning(format!("{key}: \"{}\" names no reference of the API", self.text))
        };
        let (endpoint, reference) = self.text.split_once('.').unwrap_or((&self.text, ""));
        let nearest = match of.first() {
            None => nearest(endpoint, endpoints.all().iter().map(|known| &*known.id.name))
                .map(|name| format!("{name}.{reference}")),
            Some(first) => {
                let names = paths.iter().flat_map(|path| [path.join("."), path[path.len() - 1].clone()]);
                let names: Vec<String> = names.collect();
                nearest(reference, names.iter().map(String::as_str)).map(|name| format!("{}.{name}", first.id.name))
            }
        };
        Some(match nearest {
            Some(nearest) => notice.with_hint(format!("did you mean \"{nearest}\"?")),
            None => notice,
        })
    }
}

/// The paths of all references of an endpoint.
fn paths(endpoint: &Endpoint) -> Vec<Vec<String>> {
    let Some(described) = &endpoint.described else { return Vec::new() };
    let sites = Sites::of(described, &mut |spot, property| {
        property.is_reference().then(|| spot.names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    });
    sites.all().into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(entries: &[(&str, &str)], behavior: Behavior) -> Selector {
        let selector = entries.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect();
        Selector::new(&References { max_failures: None, selector, behavior, remote: true })
    }

    #[test]
    fn a_name_at_any_depth_or_the_end_of_a_path() {
        let sessions = EndpointId::new("ed-fi", "sessions");
        let nested = ["gradingPeriods", "gradingPeriodReference"];
        for (entry, means) in [
            ("gradingPeriodReference", true),
            ("GRADINGPERIODS.gradingPeriodReference", true),
            ("gradingPeriods.*", true),
            ("*Reference", true),
            ("periodReference", false),
            ("gradingPeriods", false),
            ("other.gradingPeriodReference", false),
        ] {
            let selector = selector(&[("Sessions", entry)], Behavior::Include);
            assert_eq!(selector.wants(&sessions, &nested), means, "{entry}");
        }
        assert!(selector(&[("ed-fi/sess*", "gradingPeriodReference")], Behavior::Include).wants(&sessions, &nested));
        assert!(!selector(&[("schools", "gradingPeriodReference")], Behavior::Include).wants(&sessions, &nested));
    }

    #[test]
    fn included_or_excluded() {
        let id = EndpointId::new("ed-fi", "sections");
        let entries = [("sections", "schoolReference")];
        let include = selector(&entries, Behavior::Include);
        let exclude = selector(&entries, Behavior::Exclude);
        for (name, selected) in [("schoolReference", true), ("sessionReference", false)] {
            assert_eq!(include.wants(&id, &[name]), selected);
            assert_eq!(exclude.wants(&id, &[name]), !selected);
        }
        for behavior in [Behavior::Include, Behavior::Exclude] {
            assert!(selector(&[], behavior).wants(&id, &["schoolReference"]));
        }
    }
}
