//! Everything that the simulated API knows: its switches, model, records, tokens and log.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::data::store::{Store, key_values, parse};
use crate::data::{item, key};
use crate::discovery::{Addresses, Fill};
use crate::documents::Documents;
use crate::log::{Log, LogEntry};
use crate::metadata::Library;
use crate::model::{Model, ModelError};
use crate::settings::Settings;
use crate::token::Tokens;

/// The simulated API without its sockets. [`answer`](crate::answer) is a function of it, a request and the time.
#[derive(Debug)]
pub struct State {
    pub(crate) settings: Settings,
    pub(crate) model: Arc<Model>,
    pub(crate) store: Store,
    pub(crate) tokens: Tokens,
    pub(crate) log: Log,
    pub(crate) library: Library,
    address: String,
    /// What paths such as `/ed-fi/students/{id}` are appended to in `Location`.
    pub(crate) data_address: String,
    /// The start, which makes ids of this life differ from those of an earlier one.
    pub(crate) started: u64,
    /// The second of the rate limit, and how many requests it has seen.
    pub(crate) rate: (u64, u32),
    /// How often each rule has matched.
    pub(crate) rule_matches: Vec<u64>,
    pub(crate) is_dead: bool,
}

/// One stored record, for comparing.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// The id in the API.
    pub id: String,
    /// The natural key by the flat names of the query parameters.
    pub key: Map<String, Value>,
    /// The body as it was stored.
    pub body: Map<String, Value>,
}

impl State {
    /// An API at an address such as `http://127.0.0.1:8765` (no slash at the end), which holds only the school years.
    ///
    /// `now` is in milliseconds since 1970.
    ///
    /// # Errors
    /// When the documents do not describe endpoints, schemas and natural keys.
    pub fn new(settings: Settings, documents: Documents, address: String, now: u64) -> Result<Self, ModelError> {
        let model = Arc::new(Model::read(&documents)?);
        let store = Store::new(&model, now);
        let rule_matches = vec![0; settings.rules.len()];
        let mut state = Self {
            settings,
            model,
            store,
            tokens: Tokens::default(),
            log: Log::default(),
            library: Library::new(documents),
            address,
            data_address: String::new(),
            started: now,
            rate: (0, 0),
            rule_matches,
            is_dead: false,
        };
        state.readdress();
        Ok(state)
    }

    fn readdress(&mut self) {
        let root = self.root();
        let told = Addresses::new(&root, &self.settings, Fill::Own).data;
        let told = told.trim_end_matches('/');
        let is_path_only = self.settings.relative_location;
        let path = told.find("://").and_then(|at| Some(at + 3 + told[at + 3..].find('/')?));
        path.filter(|_| is_path_only).map_or(told, |at| &told[at..]).clone_into(&mut self.data_address);
        self.library.forget();
    }

    /// The switches in force.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Changes switches. Rules that changed count their matches anew.
    pub fn set(&mut self, settings: Settings) {
        if settings.rules != self.settings.rules {
            self.rule_matches = vec![0; settings.rules.len()];
        }
        self.settings = settings;
        self.readdress();
    }

    /// Changes some switches in place; see [`set`](Self::set).
    pub fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.settings.clone();
        change(&mut settings);
        self.set(settings);
    }

    /// Forgets records, tokens, the log and the counts of rules; keeps the switches.
    pub fn reset(&mut self, now: u64) {
        self.store = Store::new(&self.model, now);
        self.tokens.revoke();
        self.log.clear();
        self.rate = (0, 0);
        self.rule_matches.fill(0);
    }

    /// Makes all tokens invalid.
    pub fn revoke_tokens(&mut self) {
        self.tokens.revoke();
    }

    /// How many tokens were given since the start.
    pub const fn tokens_given(&self) -> u64 {
        self.tokens.given()
    }

    /// The tokens that were given and not taken back, for tests that look where they went.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.tokens.all()
    }

    /// The logged requests, oldest first.
    pub fn log(&self) -> impl Iterator<Item = &LogEntry> {
        self.log.entries()
    }

    /// Empties the log.
    pub fn clear_log(&mut self) {
        self.log.clear();
    }

    /// Whether a rule has killed the server.
    pub const fn is_dead(&self) -> bool {
        self.is_dead
    }

    /// Brings a killed server back to life, with everything that it knew.
    pub fn revive(&mut self) {
        self.is_dead = false;
    }

    /// How many records each endpoint holds, by path such as `/ed-fi/students`; endpoints without records are left out.
    pub fn counts(&self) -> Vec<(String, usize)> {
        let endpoints = self.model.endpoints.iter().enumerate();
        endpoints
            .map(|(at, endpoint)| (endpoint.path(), self.store.table(at).records.len()))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// The records of an endpoint, in the order in which they came; `None` when there is no such endpoint.
    pub fn records(&self, namespace: &str, name: &str) -> Option<Vec<StoredRecord>> {
        let at = self.model.find(namespace, name)?;
        let endpoint = &self.model.endpoints[at];
        let records = self.store.table(at).records.iter();
        Some(
            records
                .map(|(number, record)| {
                    let body = parse(&record.body);
                    StoredRecord {
                        id: item::id(at, *number, self.settings.shape),
                        key: key_values(endpoint, &body),
                        body,
                    }
                })
                .collect(),
        )
    }

    /// Whether an endpoint holds a record of the natural key of this body.
    pub fn holds(&self, namespace: &str, name: &str, body: &Map<String, Value>) -> bool {
        self.model.find(namespace, name).is_some_and(|at| {
            key::of_record(&self.model.endpoints[at], body).is_some_and(|key| self.store.number(at, &key).is_some())
        })
    }

    /// The API's address and base path, without a slash at the end.
    pub(crate) fn root(&self) -> String {
        let address = self.settings.public_url.as_deref().unwrap_or(&self.address);
        let base = self.settings.base_path.trim_matches('/');
        let address = address.trim_end_matches('/');
        if base.is_empty() { address.to_owned() } else { format!("{address}/{base}") }
    }

    pub(crate) fn has_tpdm(&self) -> bool {
        self.model.endpoints.iter().any(|endpoint| endpoint.namespace == "tpdm")
    }
}

impl StoredRecord {
    pub(crate) fn to_json(&self) -> Value {
        json!({ "id": self.id, "key": self.key, "body": self.body })
    }
}
