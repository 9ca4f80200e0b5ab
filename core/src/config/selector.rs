//! `--selector` and `--exclude`: which endpoints a run is about.

use std::rc::Rc;

use crate::event::EndpointId;
use crate::notice::Notice;

use super::ConfigError;
use super::nearest::nearest;
use super::pattern::Pattern;

/// What `--selector` and `--exclude` say.
#[derive(Debug, Clone)]
pub struct Selection {
    /// `None`: everything.
    wanted: Option<Vec<Choice>>,
    unwanted: Vec<Choice>,
}

/// The endpoints selected, with what the user should know.
#[derive(Debug, Clone)]
pub struct Selected {
    /// The endpoints, in the order in which they were given, each once.
    pub endpoints: Vec<EndpointId>,
    /// Warnings about patterns and exclusions that match nothing.
    pub notices: Vec<Notice>,
}

/// One entry of a list.
#[derive(Debug, Clone)]
struct Choice {
    /// As written.
    text: String,
    /// The part before a slash.
    namespace: Option<Pattern>,
    name: Pattern,
}

impl Choice {
    fn parse(text: &str) -> Self {
        let (namespace, name) = match text.split_once('/') {
            Some((namespace, name)) => (Some(Pattern::new(namespace)), name),
            None => (None, text),
        };
        Self { text: text.to_owned(), namespace, name: Pattern::new(name) }
    }

    fn is_name(&self) -> bool {
        self.name.is_name() && self.namespace.as_ref().is_none_or(Pattern::is_name)
    }

    fn matches(&self, endpoint: &EndpointId) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| namespace.matches(&endpoint.namespace))
            && self.name.matches(&endpoint.name)
    }

    /// Which of the endpoints it selects. A plain name without a namespace is the main namespace's endpoint, and only
    /// where that has none, those of the others.
    fn selects(&self, endpoints: &[EndpointId], main_namespace: &str) -> Vec<bool> {
        let matching: Vec<bool> = endpoints.iter().map(|endpoint| self.matches(endpoint)).collect();
        if self.namespace.is_some() || !self.is_name() {
            return matching;
        }
        let is_main = |endpoint: &EndpointId| endpoint.namespace.eq_ignore_ascii_case(main_namespace);
        if !endpoints.iter().zip(&matching).any(|(endpoint, matches)| *matches && is_main(endpoint)) {
            return matching;
        }
        endpoints.iter().zip(&matching).map(|(endpoint, matches)| *matches && is_main(endpoint)).collect()
    }
}

impl Selection {
    /// Reads the two comma lists. Blanks around entries and empty entries do not count; an absent or empty selector
    /// means everything.
    pub fn parse(selector: Option<&str>, exclude: Option<&str>) -> Result<Self, ConfigError> {
        let wanted = choices("--selector", selector)?;
        let unwanted = choices("--exclude", exclude)?;
        Ok(Self { wanted: (!wanted.is_empty()).then_some(wanted), unwanted })
    }

    /// Whether everything is selected.
    pub fn is_everything(&self) -> bool {
        self.wanted.is_none() && self.unwanted.is_empty()
    }

    /// Chooses among the endpoints of the API.
    ///
    /// A name that matches none is an error with the nearest name, a pattern that matches none a warning; both are
    /// warnings in the exclusion, which always wins and excludes a name in every namespace. Nothing left is an error.
    pub fn apply(&self, endpoints: &[EndpointId], main_namespace: &str) -> Result<Selected, ConfigError> {
        let mut notices = Vec::new();
        let mut selected = vec![self.wanted.is_none(); endpoints.len()];
        for choice in self.wanted.iter().flatten() {
            let matching = choice.selects(endpoints, main_namespace);
            if !matching.contains(&true) {
                if choice.is_name() {
                    return Err(unknown(choice, endpoints));
                }
                notices.push(with_file_hint(
                    Notice::warning(format!("--selector: no endpoint of the API matches {}", choice.text)),
                    &choice.text,
                ));
            }
            for (selected, matches) in selected.iter_mut().zip(matching) {
                *selected |= matches;
            }
        }
        for choice in &self.unwanted {
            let mut found = false;
            for (selected, endpoint) in selected.iter_mut().zip(endpoints) {
                if choice.matches(endpoint) {
                    found = true;
                    *selected = false;
                }
            }
            if !found {
                let notice = Notice::warning(format!("--exclude: no endpoint of the API matches {}", choice.text));
                notices.push(match near(choice, endpoints) {
                    Some(meant) if choice.is_name() => notice.with_hint(format!("did you mean {meant}?")),
                    _ => with_file_hint(notice, &choice.text),
                });
            }
        }
        let mut chosen: Vec<EndpointId> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for (endpoint, _) in endpoints.iter().zip(selected).filter(|(_, selected)| *selected) {
            if seen.insert(endpoint) {
                chosen.push(endpoint.clone());
            }
        }
        if chosen.is_empty() {
            return Err(self.nothing_left(endpoints));
        }
        Ok(Selected { endpoints: chosen, notices })
    }

    fn nothing_left(&self, endpoints: &[EndpointId]) -> ConfigError {
        let message = match (&self.wanted, self.unwanted.is_empty()) {
            _ if endpoints.is_empty() => "the API offers no endpoint".to_owned(),
            (Some(wanted), true) => format!("--selector {} selects no endpoint of the API", list(wanted)),
            (Some(wanted), false) => {
                format!("--selector {} and --exclude {} leave no endpoint", list(wanted), list(&self.unwanted))
            }
            (None, _) => format!("--exclude {} leaves no endpoint", list(&self.unwanted)),
        };
        let hint = self.wanted.iter().flatten().chain(&self.unwanted).find_map(|choice| file_hint(&choice.text));
        ConfigError { message, hint }
    }
}

fn list(choices: &[Choice]) -> String {
    choices.iter().map(|choice| choice.text.as_str()).collect::<Vec<_>>().join(",")
}

fn choices(flag: &str, text: Option<&str>) -> Result<Vec<Choice>, ConfigError> {
    let entries = text.unwrap_or_default().split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            if entry.contains(char::is_whitespace) {
                return Err(ConfigError {
                    message: format!("{flag}: \"{entry}\" holds a blank, which no endpoint does"),
                    hint: Some("separate endpoints with commas".to_owned()),
                });
            }
            Ok(Choice::parse(entry))
        })
        .collect()
}

/// The endpoint that a name probably means.
fn near(choice: &Choice, endpoints: &[EndpointId]) -> Option<Rc<str>> {
    let name = without_file_parts(&choice.text);
    let exact = endpoints.iter().find(|endpoint| endpoint.name.eq_ignore_ascii_case(name));
    let meant = exact
        .map(|endpoint| &*endpoint.name)
        .or_else(|| nearest(name, endpoints.iter().map(|endpoint| &*endpoint.name)))?;
    let found = endpoints.iter().find(|endpoint| &*endpoint.name == meant)?;
    Some(if choice.namespace.is_some() { found.to_string().into() } else { Rc::clone(&found.name) })
}

fn unknown(choice: &Choice, endpoints: &[EndpointId]) -> ConfigError {
    let meant = near(choice, endpoints).map(|meant| format!("did you mean {meant}?"));
    let hint = match (meant, file_hint(&choice.text)) {
        (Some(meant), Some(file)) => Some(format!("{meant} {file}")),
        (meant, file) => meant.or(file),
    };
    ConfigError { message: format!("--selector: the API has no endpoint {}", choice.text), hint }
}

/// The entry as an endpoint's name, if it is a file's: without folders and extensions.
fn without_file_parts(text: &str) -> &str {
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    name.split('.').next().unwrap_or(name)
}

/// What to say about an entry that looks like a file: a shell has probably replaced a pattern by files.
fn file_hint(text: &str) -> Option<String> {
    let looks_like_a_file = text.contains(['.', '\\', '~']);
    looks_like_a_file.then(|| {
        "Endpoints are named without folder and extension; quote patterns, as in -s 'student*', so that the shell does not put files in their place"
            .to_owned()
    })
}

fn with_file_hint(notice: Notice, text: &str) -> Notice {
    match file_hint(text) {
        Some(hint) => notice.with_hint(hint),
        None => notice,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn endpoints() -> Vec<EndpointId> {
        [
            ("ed-fi", "gradeLevelDescriptors"),
            ("ed-fi", "schools"),
            ("ed-fi", "students"),
            ("tpdm", "candidates"),
            ("tpdm", "students"),
            ("ed-fi", "studentSchoolAssociations"),
        ]
        .map(|(namespace, name)| EndpointId::new(namespace, name))
        .to_vec()
    }

    fn select(selector: &str, exclude: &str) -> Result<(Vec<String>, Vec<String>), String> {
        let selection = Selection::parse(Some(selector), Some(exclude)).map_err(|error| error.message)?;
        match selection.apply(&endpoints(), "ed-fi") {
            Ok(selected) => Ok((
                selected.endpoints.iter().map(ToString::to_string).collect(),
                selected.notices.iter().map(|notice| notice.text.clone()).collect(),
            )),
            Err(error) => Err(format!("{} | {}", error.message, error.hint.unwrap_or_default())),
        }
    }

    fn names(selector: &str, exclude: &str) -> Vec<String> {
        let (names, notices) = select(selector, exclude).unwrap();
        assert_eq!(notices, [""; 0], "{selector} {exclude}");
        names
    }

    #[test]
    fn lists_and_patterns() {
        let all: Vec<String> = endpoints().iter().map(ToString::to_string).collect();
        assert_eq!(names("", ""), all);
        assert_eq!(names("*", " , "), all);
        assert_eq!(names(" students , SCHOOLS,,", ""), ["ed-fi/schools", "ed-fi/students"]);
        assert_eq!(names("student*", "*Associations"), ["ed-fi/students", "tpdm/students"]);
        assert_eq!(
            names("*", "*descriptors,TPDM/*"),
            ["ed-fi/schools", "ed-fi/students", "ed-fi/studentSchoolAssociations"]
        );
        assert_eq!(names("*School*", ""), ["ed-fi/schools", "ed-fi/studentSchoolAssociations"]);
    }

    #[test]
    fn namespaces() {
        assert_eq!(names("students", ""), ["ed-fi/students"]);
        assert_eq!(names("candidates", ""), ["tpdm/candidates"]);
        assert_eq!(names("tpdm/students", ""), ["tpdm/students"]);
        assert_eq!(names("*/students", ""), ["ed-fi/students", "tpdm/students"]);
        assert_eq!(names("tpdm/*", "students"), ["tpdm/candidates"]);
    }

    #[test]
    fn exclusion_wins_over_overlapping_selections() {
        assert_eq!(names("student*,*Associations", "*SchoolAssociations"), ["ed-fi/students", "tpdm/students"]);
    }

    #[test]
    fn names_without_a_match_are_errors() {
        for (selector, expected) in [
            ("schools,student", "--selector: the API has no endpoint student | did you mean students?"),
            ("tpdm/candidate", "--selector: the API has no endpoint tpdm/candidate | did you mean tpdm/candidates?"),
            ("gradebooks", "--selector: the API has no endpoint gradebooks | "),
            (
                "students.jsonl",
                "--selector: the API has no endpoint students.jsonl | did you mean students? Endpoints are named without folder and extension; quote patterns, as in -s 'student*', so that the shell does not put files in their place",
            ),
            ("schools students", "--selector: \"schools students\" holds a blank, which no endpoint does"),
        ] {
            assert_eq!(select(selector, "").unwrap_err(), expected);
        }
    }

    #[test]
    fn patterns_and_exclusions_without_a_match_are_warnings() {
        let (names, notices) = select("schools,staff*", "student,x*").unwrap();
        assert_eq!(names, ["ed-fi/schools"]);
        assert_eq!(
            notices,
            [
                "--selector: no endpoint of the API matches staff*",
                "--exclude: no endpoint of the API matches student",
                "--exclude: no endpoint of the API matches x*",
            ]
        );
    }

    #[test]
    fn nothing_left_is_an_error() {
        assert_eq!(select("staff*", "").unwrap_err(), "--selector staff* selects no endpoint of the API | ");
        assert_eq!(select("schools", "s*").unwrap_err(), "--selector schools and --exclude s* leave no endpoint | ");
        assert_eq!(select("", "*").unwrap_err(), "--exclude * leaves no endpoint | ");
        let error = Selection::parse(None, None).unwrap().apply(&[], "ed-fi").unwrap_err();
        assert_eq!(error.message, "the API offers no endpoint");
    }

    proptest! {
        #[test]
        fn the_order_is_kept_and_nothing_is_excluded_and_selected(selector in "[a-z*/,]{0,12}", exclude in "[a-z*/,]{0,12}") {
            let all = endpoints();
            let selection = Selection::parse(Some(&selector), Some(&exclude)).unwrap();
            if let Ok(selected) = selection.apply(&all, "ed-fi") {
                let mut order = all.iter();
                for endpoint in &selected.endpoints {
                    prop_assert!(order.any(|known| known == endpoint));
                    prop_assert!(!selection.unwanted.iter().any(|choice| choice.matches(endpoint)));
                }
            }
        }
    }
}
