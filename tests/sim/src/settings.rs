//! Everything that can be switched on the simulated API, as plain data: the command line, scenario files and the
//! running server (`POST /_sim/settings`) all use it.

use serde::{Deserialize, Serialize};

use crate::rule::Rule;

/// The switches of the simulated API. Every field has a default, so that JSON names only what differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "switches are independent of each other")]
pub struct Settings {
    /// The generation of API whose discovery document and routes are served.
    pub shape: Shape,
    /// The API mode of generations 3 and 5; decides what stands in a data path beside `/data/v3`.
    pub mode: Mode,
    /// The school year of a year-specific API: the only one that it serves.
    pub year: u16,
    /// The instance of an instance-and-year-specific API.
    pub instance: String,
    /// The tenant that paths of generations 7 and 8 start with; none means single-tenant.
    pub tenant: Option<String>,
    /// The context (such as a school year) that paths of generations 7 and 8 carry after the tenant.
    pub context: Option<String>,
    /// A path before everything else, such as `/v7.3/api`; empty for none.
    pub base_path: String,
    /// The address that the API tells in its own documents, when it is not the one that it listens on.
    pub public_url: Option<String>,
    /// The address that discovery tells for tokens, when it is not the API's own.
    pub token_url: Option<String>,
    /// The style of error bodies; by default that of the generation.
    pub errors: Option<ErrorStyle>,
    /// The key of the only client.
    pub client_id: String,
    /// The secret of the only client. A made-up one: the simulated API guards nothing.
    pub client_secret: String,
    /// How many seconds a token lives.
    pub token_lifetime: u64,
    /// How `expires_in` is told.
    pub expires_in: ExpiresIn,
    /// How many live tokens a client may have; one more is answered by 429.
    pub token_limit: Option<usize>,
    /// Whether the token endpoint works.
    pub token_service: TokenService,
    /// Milliseconds that every answer waits.
    pub latency_ms: u64,
    /// How many data requests are answered in one second; the rest gets 429.
    pub rate_limit: Option<RateLimit>,
    /// The largest request body in bytes; larger ones get 413.
    pub max_body: Option<usize>,
    /// The largest `limit` of a page.
    pub page_limit: usize,
    /// Cross-origin answers; by default those of the generation.
    pub cors: Option<Cors>,
    /// Refuse unknown properties (400) where the ODS drops them silently.
    pub strict_properties: bool,
    /// Refuse texts where a number is expected, and the reverse, where the ODS converts them.
    pub strict_types: bool,
    /// Refuse unknown query parameters (400) where the ODS ignores them.
    pub strict_queries: bool,
    /// Refuse references to what does not exist (409).
    pub check_references: bool,
    /// Refuse descriptor values that do not exist (400).
    pub check_descriptors: bool,
    /// Whether references in records that are read carry a `link`; by default that of the generation.
    pub links: Option<bool>,
    /// Tell `Location` as a path instead of an absolute address.
    pub relative_location: bool,
    /// Serve change queries, `/deletes` and `/keyChanges`.
    pub change_queries: bool,
    /// Serve `Next-Page-Token` and `/partitions`; by default that of the generation.
    pub cursor_paging: Option<bool>,
    /// Tell `Total-Count` where it is asked for. Without it, and without `page_tokens`, the API looks as it does to a web
    /// page that may not read headers.
    pub total_count: bool,
    /// Tell `Next-Page-Token`; partitions are served all the same.
    pub page_tokens: bool,
    /// Endpoints that the client may not use in some way (403).
    pub forbidden: Vec<Forbidden>,
    /// Students, staff and contacts can be created but not updated before an association of theirs exists (403).
    pub relationships: bool,
    /// Scripted answers and faults; the first that matches a request decides.
    pub rules: Vec<Rule>,
    /// What the request log keeps of request bodies.
    pub log_bodies: LogBodies,
    /// How many requests the log keeps; older ones are dropped.
    pub log_limit: usize,
    /// How far the API's clock is ahead, in milliseconds: tokens and rate limits pass without waiting.
    pub clock_ahead_ms: u64,
    /// Answer every POST of data with 201 without looking at it: the yardstick of benchmarks.
    pub bare: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shape: Shape::V7,
            mode: Mode::SharedInstance,
            year: 2026,
            instance: "district-1".to_owned(),
            tenant: None,
            context: None,
            base_path: String::new(),
            public_url: None,
            token_url: None,
            errors: None,
            client_id: "populated".to_owned(),
            client_secret: "populatedSecret".to_owned(),
            token_lifetime: 1800,
            expires_in: ExpiresIn::Relative,
            token_limit: None,
            token_service: TokenService::Working,
            latency_ms: 0,
            rate_limit: None,
            max_body: None,
            page_limit: 500,
            cors: None,
            strict_properties: false,
            strict_types: false,
            strict_queries: false,
            check_references: true,
            check_descriptors: true,
            links: None,
            relative_location: false,
            change_queries: true,
            cursor_paging: None,
            total_count: true,
            page_tokens: true,
            forbidden: Vec::new(),
            relationships: false,
            rules: Vec::new(),
            log_bodies: LogBodies::Hash,
            log_limit: 100_000,
            clock_ahead_ms: 0,
            bare: false,
        }
    }
}

impl Settings {
    /// The style of error bodies in force.
    pub fn error_style(&self) -> ErrorStyle {
        self.errors.unwrap_or(match self.shape {
            Shape::V3 | Shape::V5 => ErrorStyle::Legacy,
            Shape::V7 | Shape::V8 => ErrorStyle::Problem,
        })
    }

    /// The cross-origin answers in force: the ODS allows any origin, generation 8 a single one.
    pub fn cors(&self) -> Cors {
        self.cors.clone().unwrap_or(match self.shape {
            Shape::V3 | Shape::V5 | Shape::V7 => Cors::Any,
            Shape::V8 => Cors::One("http://localhost:8082".to_owned()),
        })
    }

    /// Whether references that are read carry a `link`.
    pub fn has_links(&self) -> bool {
        self.links.unwrap_or(self.shape != Shape::V8)
    }

    /// Whether pages tell a token of the next one.
    pub fn has_cursor_paging(&self) -> bool {
        self.cursor_paging.unwrap_or(matches!(self.shape, Shape::V7 | Shape::V8))
    }
}

/// A generation of Ed-Fi API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Shape {
    /// ODS/API 3.x: discovery without `urls`, and with a byte order mark.
    #[serde(rename = "3")]
    #[value(name = "3")]
    V3,
    /// ODS/API 5.x and 6.x.
    #[serde(rename = "5")]
    #[value(name = "5")]
    V5,
    /// ODS/API 7.x.
    #[serde(rename = "7")]
    #[value(name = "7")]
    V7,
    /// Ed-Fi API v8.
    #[serde(rename = "8")]
    #[value(name = "8")]
    V8,
}

/// The API mode of ODS/API 3.x to 6.x.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// One database for each key; nothing in the path.
    Sandbox,
    /// One database; nothing in the path.
    SharedInstance,
    /// `/data/v3/{year}`.
    YearSpecific,
    /// One database for each district; nothing in the path.
    DistrictSpecific,
    /// `/data/v3/{instance}/{year}`, and `/{instance}/oauth/token`.
    InstanceYearSpecific,
}

/// How errors are worded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorStyle {
    /// `message` and `modelState`, up to ODS/API 7.1.
    Legacy,
    /// Problem details (RFC 9457), from ODS/API 7.2 on.
    Problem,
}

/// How the token answer tells the lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ExpiresIn {
    /// Seconds from now, as the standard says.
    Relative,
    /// The second since 1970 in which it ends, as some servers do.
    EpochSecond,
}

/// What the token endpoint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum TokenService {
    /// It works.
    Working,
    /// It refuses every client as unknown.
    Refusing,
    /// It closes the connection without an answer.
    Dead,
}

/// A rate limit for data requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// How many requests are answered in a second of the clock.
    pub per_second: u32,
    /// What the refusal says about waiting.
    #[serde(default)]
    pub retry_after: RetryAfter,
}

/// The `Retry-After` header of a 429.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfter {
    /// No such header.
    #[default]
    None,
    /// As whole seconds.
    Seconds(u32),
    /// As a date this many seconds ahead.
    Date(u32),
    /// As milliseconds, against the standard, as some gateways do.
    Milliseconds(u32),
}

/// Cross-origin answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cors {
    /// Any origin, method and header; all response headers exposed.
    Any,
    /// One origin; any method and header; no response header exposed.
    One(String),
    /// None at all.
    Off,
}

/// What a client may not do to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forbidden {
    /// The endpoint, such as `/ed-fi/students`.
    pub path: String,
    /// The operations that are refused; empty means all.
    #[serde(default)]
    pub operations: Vec<Operation>,
}

/// What is done to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// A new record.
    Create,
    /// GET.
    Read,
    /// A changed record, by POST or PUT.
    Update,
    /// DELETE.
    Delete,
}

/// What the request log keeps of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogBodies {
    /// Nothing but the length.
    Length,
    /// Length and SHA-256.
    Hash,
    /// The body itself.
    Full,
}
