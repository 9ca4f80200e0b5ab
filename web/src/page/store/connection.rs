use std::collections::BTreeMap;

use leptos::prelude::*;
use lightbeam_core::config::{ConfigError, Draft};
use lightbeam_core::secret::Url;
use lightbeam_web::configuration;
use lightbeam_web::protocol::{Mark, Secretive};

use super::Store;

/// What is known of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum ConnectionState {
    /// Nobody looked since it was last changed.
    Untested,
    /// A test is under way.
    Testing,
    /// All steps of the test went well.
    Works,
    /// It works, with this drawback.
    WorksBut(String),
    /// It does not work; the step that failed.
    Broken(String),
}

impl Store {
    /// The value that was typed for a name of the configuration.
    pub(in super::super) fn variable(self, name: &str) -> Option<String> {
        self.variables.with(|variables| variables.get(name).map(|value| value.0.clone()))
    }

    /// Takes what was typed for a name of the configuration; a blank text is no value.
    pub(in super::super) fn set_variable(self, name: &str, text: String) {
        self.variables.update(|variables| {
            if text.trim().is_empty() {
                variables.remove(name);
            } else {
                variables.insert(name.to_owned(), Secretive(text));
            }
        });
    }

    /// Takes the client secret, which only a name in the configuration stands for.
    pub(in super::super) fn set_secret(self, text: String) {
        let Some(name) = self.draft.with_untracked(configuration::secret_name) else { return };
        if self.draft.with_untracked(|draft| draft.text(configuration::SECRET_KEY)).is_none() {
            self.draft.update(|draft| draft.set(configuration::SECRET_KEY, &format!("${{{name}}}")));
        }
        self.set_variable(&name, text);
    }

    /// The names of the configuration that have no value yet, the client secret's first.
    pub(in super::super) fn missing(self) -> Vec<String> {
        let secret = self.draft.with(configuration::secret_name);
        let names = self.draft.with(Draft::names);
        let mut all: Vec<String> = secret.into_iter().collect();
        all.extend(names.into_iter().filter(|name| !all.contains(name)).collect::<Vec<_>>());
        self.variables.with(|variables| all.retain(|name| !variables.contains_key(name)));
        all
    }

    /// What a run gets for the names of the configuration.
    pub(super) fn values(self) -> BTreeMap<String, Secretive> {
        let mut values = self.variables.get_untracked();
        if let Some(name) = self.draft.with_untracked(configuration::secret_name) {
            // Without a value its name would be sent as the secret.
            values.entry(name).or_default();
        }
        values
    }

    /// The value of a key with its names replaced; `None` where it is absent, or one of its names has no value.
    pub(in super::super) fn resolved(self, key: &str) -> Option<String> {
        self.draft.with(|draft| draft.resolved(key, &|name| self.variable(name)))
    }

    /// What is wrong with the value of a key; empty for nothing.
    pub(in super::super) fn problem(self, key: &str) -> String {
        let problem = self.draft.with(|draft| draft.problem(key, &|name| self.variable(name)));
        problem.map(|error| sentence(&error)).unwrap_or_default()
    }

    /// The API's host, with the port where it is not the scheme's own; `None` before one is chosen.
    pub(in super::super) fn host(self) -> Option<String> {
        let url = self.resolved("edfi_api.base_url").or_else(|| self.resolved("edfi_api.data_url"))?;
        url.parse::<Url>().ok().map(|url| url.authority().into_owned())
    }

    /// What is known of the connection.
    pub(in super::super) fn connection_state(self) -> ConnectionState {
        if self.checking.get() {
            return ConnectionState::Testing;
        }
        self.checks.with(|checks| {
            let Some(checks) = checks else { return ConnectionState::Untested };
            let first = |mark| checks.iter().find(|check| check.mark == mark);
            match (first(Mark::Bad), first(Mark::Fair)) {
                (Some(bad), _) => ConnectionState::Broken(bad.what.clone()),
                (None, Some(fair)) => ConnectionState::WorksBut(fair.what.clone()),
                (None, None) => ConnectionState::Works,
            }
        })
    }

    /// Takes a configuration that somebody opened in place of the present one. What was typed for the present one is
    /// forgotten: the new one may lead elsewhere.
    pub(in super::super) fn open_configuration(self, yaml: &str) {
        match configuration::open(yaml) {
            Ok(opened) => {
                let secret_name = configuration::secret_name(&opened.draft);
                let mut typed = BTreeMap::new();
                typed.extend(secret_name.zip(opened.secret));
                self.variables.set(typed);
                self.draft.set(opened.draft);
                self.restored.set(false);
                self.opened.set(opened.notices);
            }
            Err(refused) => self.opened.set(vec![refused]),
        }
    }

    /// Forgets what was found of a connection as soon as it is another one.
    pub(in super::super) fn forget_outdated(self) {
        let place = Memo::new(move |_| {
            let texts = self.draft.with(Draft::texts);
            texts.into_iter().filter(|(key, _)| key.starts_with("edfi_api.") || key == "namespace").collect::<Vec<_>>()
        });
        let changed = move || (place.get(), self.variables.get());
        Effect::watch(
            changed,
            move |_, _, _| {
                self.checks.set(None);
                if self.endpoints.with_untracked(Option::is_some) {
                    self.endpoints.set(None);
                }
            },
            false,
        );
    }
}

/// A mistake as one text, with what to do.
pub(in super::super) fn sentence(error: &ConfigError) -> String {
    match &error.hint {
        Some(hint) => format!("{}; {hint}", error.message),
        None => error.message.clone(),
    }
}
