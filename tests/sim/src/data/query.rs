//! The query of a collection: what is asked for, and which records fit.

use serde_json::Value;

use super::key;
use super::store::{Record, Store, parse};
use crate::model::{Endpoint, Filtered, Model};
use crate::refusal::Refusal;
use crate::settings::Settings;

/// The query parameters of a collection.
#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) limit: Option<usize>,
    pub(crate) offset: Option<usize>,
    pub(crate) wants_total: bool,
    pub(crate) page_token: Option<String>,
    pub(crate) page_size: Option<usize>,
    /// How many partitions are asked for.
    pub(crate) number: Option<usize>,
    pub(crate) least_version: Option<u64>,
    pub(crate) most_version: Option<u64>,
    filters: Vec<Filter>,
}

/// The records that a query has to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Candidates {
    /// The natural key is not given as a whole.
    All,
    /// The one of this number, whose natural key is given.
    One(u64),
    /// There is no record of the given natural key.
    None,
}

#[derive(Debug)]
struct Filter {
    on: Filtered,
    value: String,
}

impl Query {
    pub(crate) fn read(text: &str, endpoint: &Endpoint, settings: &Settings) -> Result<Self, Refusal> {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let lower = name.to_ascii_lowercase();
            match lower.as_str() {
                "limit" => query.limit = Some(limit(&value, settings)?),
                "offset" => query.offset = Some(whole("offset", &value)?),
                "totalcount" => query.wants_total = flag(&value)?,
                "pagetoken" => query.page_token = Some(value.into_owned()),
                "pagesize" => {
                    let size = whole("pageSize", &value)?;
                    if size > settings.page_limit {
                        return Err(Refusal::Parameter {
                            name: "pageSize",
                            text: format!(
                                "Page size must be omitted or set to a value between 0 and {}.",
                                settings.page_limit
                            ),
                        });
                    }
                    query.page_size = Some(size);
                }
                "number" => query.number = Some(whole("number", &value)?),
                "minchangeversion" => {
                    query.least_version = Some(whole("minChangeVersion", &value)?);
                }
                "maxchangeversion" => query.most_version = Some(whole("maxChangeVersion", &value)?),
                _ => match endpoint.parameters.get(&lower) {
                    Some(on) => query.filters.push(Filter { on: on.clone(), value: value.into_owned() }),
                    None if settings.strict_queries => {
                        return Err(Refusal::Parameter {
                            name: "query",
                            text: format!("The query parameter '{name}' is not supported."),
                        });
                    }
                    None => {}
                },
            }
        }
        if settings.has_cursor_paging() {
            query.refuse_mixture()?;
        }
        Ok(query)
    }

    /// Pages are asked for by offset or by token, not by both.
    fn refuse_mixture(&self) -> Result<(), Refusal> {
        let wrong = if self.page_token.is_some() {
            [(self.offset.is_some(), "offset"), (self.limit.is_some(), "limit"), (self.wants_total, "totalCount")]
                .into_iter()
                .find_map(|(is_given, name)| is_given.then_some((name, "Page token and {} are mutually exclusive.")))
        } else {
            self.page_size.is_some().then_some(("pageSize", "Page size cannot be used without a page token ({})."))
        };
        wrong.map_or(Ok(()), |(name, text)| {
            Err(Refusal::Parameter {
                name: if name == "pageSize" { "pageSize" } else { "pageToken" },
                text: text.replace("{}", name),
            })
        })
    }

    /// Whether a change version is asked for.
    pub(crate) fn wants_version(&self, version: u64) -> bool {
        self.least_version.is_none_or(|least| version >= least) && self.most_version.is_none_or(|most| version <= most)
    }

    /// Whether a record fits.
    pub(crate) fn fits(&self, record: &Record) -> bool {
        if !self.wants_version(record.change_version) {
            return false;
        }
        if self.filters.is_empty() {
            return true;
        }
        let body = parse(&record.body);
        self.filters.iter().all(|filter| {
            let found = filter.on.places.iter().find_map(|path| key::at(&body, path));
            found.is_some_and(|value| same(value, filter))
        })
    }

    /// Which records can fit, as far as the natural key tells.
    pub(crate) fn candidates(&self, model: &Model, store: &Store, endpoint: usize) -> Candidates {
        let description = &model.endpoints[endpoint];
        let mut values = Vec::with_capacity(description.key.len());
        for part in &description.key {
            let filter = self.filters.iter().find(|filter| filter.on.places.first() == Some(&part.path));
            let Some(filter) = filter else {
                return Candidates::All;
            };
            values.push((Value::String(filter.value.clone()), part.ignores_case));
        }
        let parts = values.iter().map(|(value, ignores_case)| (Some(value), *ignores_case));
        key::join(parts).and_then(|key| store.number(endpoint, &key)).map_or(Candidates::None, Candidates::One)
    }
}

/// A scalar against a query's text. Numbers and booleans compare by their usual texts.
fn same(value: &Value, filter: &Filter) -> bool {
    let text = filter.value.as_str();
    match value {
        Value::String(own) if filter.on.ignores_case => own.to_lowercase() == text.to_lowercase(),
        Value::String(own) => own == text,
        Value::Bool(flag) => text.eq_ignore_ascii_case(if *flag { "true" } else { "false" }),
        other => key::text(other) == text.trim(),
    }
}

fn limit(value: &str, settings: &Settings) -> Result<usize, Refusal> {
    value.parse().ok().filter(|limit| *limit <= settings.page_limit).ok_or_else(|| Refusal::Parameter {
        name: "limit",
        text: format!("Limit must be omitted or set to a value between 0 and {}.", settings.page_limit),
    })
}

fn whole<T: std::str::FromStr>(name: &'static str, value: &str) -> Result<T, Refusal> {
    value.parse().map_err(|_| Refusal::Parameter { name, text: format!("The value '{value}' is not valid.") })
}

fn flag(value: &str) -> Result<bool, Refusal> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Refusal::Parameter { name: "totalCount", text: format!("The value '{value}' is not valid.") }),
    }
}
