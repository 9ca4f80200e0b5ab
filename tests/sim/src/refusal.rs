//! Why a request is refused, and the status and body that an Ed-Fi API tells it with.

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::settings::ErrorStyle;

/// A refused request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Refusal {
    EmptyBody,
    /// The parser's words.
    NotJson(String),
    IdAssigned,
    Invalid(Findings),
    Parameter {
        /// The parameter at fault.
        name: &'static str,
        text: String,
    },
    UnresolvedReference {
        entity: String,
    },
    Referenced {
        entity: String,
        by: String,
    },
    KeyChange {
        entity: String,
    },
    KeyTaken {
        entity: String,
        names: Vec<String>,
        values: Vec<String>,
    },
    Modified,
    Unauthenticated(&'static str),
    ForbiddenAction {
        action: &'static str,
        entity: String,
    },
    NoRelationship {
        property: String,
        association: &'static str,
    },
    NoSuchItem {
        entity: String,
    },
    NoSuchData,
    Method(MethodMisuse),
    BodyTooLarge,
    MediaType,
    RateLimit,
    TooManyTokens,
}

/// A method where it does not belong.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MethodMisuse {
    PostToItem,
    PutToCollection,
    DeleteOfCollection,
    Other(String),
}

/// What is wrong with a body.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Findings {
    /// Values that cannot be read as their property's type.
    pub(crate) unreadable: Vec<Finding>,
    /// Values that break a rule.
    pub(crate) invalid: Vec<Finding>,
    /// Descriptor values that do not exist.
    pub(crate) descriptors: Vec<Finding>,
    /// The entity, for the legacy text.
    pub(crate) entity: String,
}

/// One thing wrong.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    /// Where, such as `schoolReference.schoolId`.
    pub(crate) path: String,
    /// What, as problem details tell it.
    pub(crate) text: String,
    /// What, as the legacy style tells it, where that differs.
    pub(crate) legacy: Option<String>,
}

impl Findings {
    pub(crate) fn is_empty(&self) -> bool {
        self.unreadable.is_empty() && self.invalid.is_empty() && self.descriptors.is_empty()
    }
}

impl Refusal {
    /// The answer of the refusal. `correlation` is the request's own id in problem details.
    pub(crate) fn answer(&self, style: ErrorStyle, correlation: &str) -> Response<Bytes> {
        match style {
            ErrorStyle::Legacy => self.legacy(),
            ErrorStyle::Problem => self.problem(correlation),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::EmptyBody
            | Self::NotJson(_)
            | Self::IdAssigned
            | Self::Invalid(_)
            | Self::Parameter { .. }
            | Self::KeyChange { .. } => StatusCode::BAD_REQUEST,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::ForbiddenAction { .. } | Self::NoRelationship { .. } => StatusCode::FORBIDDEN,
            Self::NoSuchItem { .. } | Self::NoSuchData => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnresolvedReference { .. } | Self::Referenced { .. } | Self::KeyTaken { .. } => StatusCode::CONFLICT,
            Self::Modified => StatusCode::PRECONDITION_FAILED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RateLimit | Self::TooManyTokens => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    fn legacy(&self) -> Response<Bytes> {
        let message = match self {
            // The framework answers these before the API's own error bodies come into play.
            Self::Unauthenticated(_) | Self::Method(_) | Self::BodyTooLarge | Self::MediaType | Self::RateLimit => {
                return response(self.status(), None, Bytes::new());
            }
            Self::EmptyBody => "A non-empty request body is required.".to_owned(),
            Self::IdAssigned => "Resource identifiers cannot be assigned by the client.".to_owned(),
            Self::Invalid(findings) => return legacy_findings(findings),
            Self::Parameter { name: "limit", .. } => {
                "Limit must be omitted or set to a value between 1 and max value defined in configuration file (defaultPageSizeLimit).".to_owned()
            }
            Self::NotJson(text) | Self::Parameter { text, .. } => text.clone(),
            Self::UnresolvedReference { entity } => format!(
                "The value supplied for the related '{}' resource does not exist.",
                uncapitalised(entity)
            ),
            Self::Referenced { by, .. } => format!(
                "The resource (or a subordinate entity of the resource) cannot be deleted because it is a dependency of the '{}' value of the '{by}' entity.",
                self.referenced_name()
            ),
            Self::KeyChange { entity } => key_change_text(entity),
            Self::KeyTaken { entity, names, values } => format!(
                "The value(s) {} supplied for property '{}' of entity '{entity}' is/are not unique.",
                values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", "),
                names.join("', '")
            ),
            Self::Modified => "Resource was modified by another consumer.".to_owned(),
            Self::ForbiddenAction { .. } => "Access to the resource could not be authorized.".to_owned(),
            Self::NoRelationship { .. } => {
                "Authorization denied.  The claim does not have any established relationships with the requested resource.".to_owned()
            }
            Self::NoSuchItem { entity } => format!("Entity of type '{entity}' with the specified id was not found."),
            Self::NoSuchData => "The specified resource could not be found.".to_owned(),
            Self::TooManyTokens => TOKEN_REUSE.to_owned(),
        };
        json_response(self.status(), "application/json; charset=utf-8", &json!({ "message": message }))
    }

    fn referenced_name(&self) -> &str {
        match self {
            Self::Referenced { entity, .. } => entity,
            _ => "",
        }
    }

    fn problem(&self, correlation: &str) -> Response<Bytes> {
        let Telling { detail, kind, title, errors, fields } = self.telling();
        let status = self.status();
        let mut body = Map::new();
        body.insert("detail".to_owned(), detail.into());
        body.insert("type".to_owned(), format!("urn:ed-fi:api:{kind}").into());
        body.insert("title".to_owned(), title.into());
        body.insert("status".to_owned(), status.as_u16().into());
        body.insert("correlationId".to_owned(), correlation.into());
        if let Some(fields) = fields {
            body.insert("validationErrors".to_owned(), fields);
        }
        if !errors.is_empty() {
            body.insert("errors".to_owned(), errors.into());
        }
        json_response(status, "application/problem+json", &Value::Object(body))
    }

    fn telling(&self) -> Telling {
        let by_errors = "The request could not be processed. See 'errors' for details.";
        match self {
            Self::EmptyBody => Telling::new(by_errors, "bad-request", "Bad Request")
                .error("A non-empty request body is required."),
            Self::NotJson(text) => Telling::new(by_errors, "bad-request", "Bad Request").error(text),
            Self::IdAssigned => Telling::new(
                "The request data was constructed incorrectly.",
                "bad-request:data-validation-failed",
                "Data Validation Failed",
            )
            .error("Resource identifiers cannot be assigned by the client. The 'id' property should not be included in the request body."),
            Self::Invalid(findings) => Telling {
                fields: Some(problem_findings(findings)),
                ..Telling::new(
                    "Data validation failed. See 'validationErrors' for details.",
                    "bad-request:data-validation-failed",
                    "Data Validation Failed",
                )
            },
            Self::Parameter { name, text } => Telling::new(
                &format!("The {name} parameter was incorrect."),
                "bad-request:parameter-validation-failed",
                "Parameter Validation Failed",
            )
            .error(text),
            Self::UnresolvedReference { entity } => Telling::new(
                &format!("The referenced '{entity}' item does not exist."),
                "data-conflict:unresolved-reference",
                "Unresolved Reference",
            ),
            Self::Referenced { by, .. } => Telling::new(
                &format!("The requested action cannot be performed because this item is referenced by an existing '{by}' item."),
                "data-conflict:dependent-item-exists",
                "Dependent Item Exists",
            ),
            Self::KeyChange { entity } => Telling::new(
                &key_change_text(entity),
                "bad-request:data-validation-failed:key-change-not-supported",
                "Key Change Not Supported",
            ),
            Self::KeyTaken { entity, names, values } => Telling::new(
                "The identifying value(s) of the item are the same as another item that already exists.",
                "data-conflict:non-unique-identity",
                "Identifying Values Are Not Unique",
            )
            .error(&format!(
                "A primary key conflict occurred when attempting to create or update a record in the '{entity}' table. The duplicate key is ({}) = ({}).",
                names.join(", "),
                values.join(", ")
            )),
            Self::Modified => Telling::new(
                "The item has been modified by another user.",
                "optimistic-lock-failed",
                "Optimistic Lock Failed",
            ),
            Self::Unauthenticated(text) => Telling::new(
                "The caller could not be authenticated.",
                "security:authentication",
                "Authentication Failed",
            )
            .error(text),
            Self::ForbiddenAction { action, entity } => Telling::new(
                NOT_AUTHORIZED,
                "security:authorization:access-denied:action",
                AUTHORIZATION_DENIED,
            )
            .error(&format!(
                "The API client's assigned claim set (currently 'Simulated') must grant permission of the 'http://ed-fi.org/odsapi/actions/{action}' action on the resource claim of '{entity}'."
            )),
            Self::NoRelationship { property, association } => Telling::new(
                &format!("{NOT_AUTHORIZED} Hint: You may need to create a corresponding '{association}' item."),
                "security:authorization",
                AUTHORIZATION_DENIED,
            )
            .error(&format!(
                "No relationships have been established between the caller's education organization id claims and the resource item's '{property}' value."
            )),
            Self::NoSuchItem { .. } => Telling::new("The specified item could not be found.", "not-found", "Not Found"),
            Self::NoSuchData => Telling::new("The specified data could not be found.", "not-found", "Not Found"),
            Self::Method(misuse) => Telling::new(
                "The request construction was invalid.",
                "method-not-allowed",
                "Method Not Allowed",
            )
            .error(&misuse.text()),
            Self::BodyTooLarge => Telling::new("The request body is too large.", "bad-request", "Payload Too Large"),
            Self::MediaType => Telling::new(
                "The request construction was invalid.",
                "unsupported-media-type",
                "Unsupported Media Type",
            )
            .error("The value specified in the 'Content-Type' header is not supported by this host."),
            Self::RateLimit => Telling::new("Too many requests.", "too-many-requests", "Too Many Requests"),
            Self::TooManyTokens => Telling::new(
                "The caller could not be authenticated.",
                "security:authentication:too-many-tokens",
                "Too Many Tokens",
            )
            .error(TOKEN_REUSE),
        }
    }
}

const NOT_AUTHORIZED: &str = "Access to the requested data could not be authorized.";
const AUTHORIZATION_DENIED: &str = "Authorization Denied";
const TOKEN_REUSE: &str = "Access tokens should be reused until they expire.";

impl MethodMisuse {
    fn text(&self) -> String {
        match self {
            Self::PostToItem => "Resource items can only be updated using PUT. To \"upsert\" an item in the data collection using POST, remove the \"id\" from the route.".to_owned(),
            Self::PutToCollection => "Resource collections cannot be replaced. To \"upsert\" an item in the collection, use POST. To update a specific item, use PUT and include the \"id\" in the route.".to_owned(),
            Self::DeleteOfCollection => "Resource collections cannot be deleted. To delete a specific item, use DELETE and include the \"id\" in the route.".to_owned(),
            Self::Other(method) => format!("The endpoint of the request does not support the '{method}' method."),
        }
    }
}

/// The parts of problem details.
struct Telling {
    detail: String,
    kind: &'static str,
    title: &'static str,
    errors: Vec<String>,
    fields: Option<Value>,
}

impl Telling {
    fn new(detail: &str, kind: &'static str, title: &'static str) -> Self {
        Self { detail: detail.to_owned(), kind, title, errors: Vec::new(), fields: None }
    }

    fn error(mut self, text: &str) -> Self {
        self.errors.push(text.to_owned());
        self
    }
}

fn key_change_text(entity: &str) -> String {
    format!("Identifying values for the {entity} item cannot be changed. Delete and recreate the item instead.")
}

fn problem_findings(findings: &Findings) -> Value {
    // What cannot be read ends the checks, as in the ODS, where no object comes of it.
    let told: Vec<&Finding> = if findings.unreadable.is_empty() {
        findings.invalid.iter().chain(&findings.descriptors).collect()
    } else {
        findings.unreadable.iter().collect()
    };
    let mut fields: Map<String, Value> = Map::new();
    for finding in told {
        let texts = fields.entry(format!("$.{}", finding.path)).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(texts) = texts {
            texts.push(finding.text.clone().into());
        }
    }
    Value::Object(fields)
}

fn legacy_findings(findings: &Findings) -> Response<Bytes> {
    let body = if !findings.unreadable.is_empty() {
        let mut fields: Map<String, Value> = Map::new();
        for finding in &findings.unreadable {
            fields.insert(format!("request.{}", finding.path), json!(["The supplied value is invalid."]));
        }
        json!({ "message": "The request is invalid.", "modelState": fields })
    } else if findings.invalid.is_empty() {
        let first = findings.descriptors.first();
        json!({ "message": first.map(|finding| finding.legacy.as_ref().unwrap_or(&finding.text)) })
    } else {
        let mut message = format!("Validation of '{}' failed.\n", findings.entity);
        for finding in &findings.invalid {
            message.push('\t');
            message.push_str(finding.legacy.as_ref().unwrap_or(&finding.text));
            message.push('\n');
        }
        json!({ "message": message })
    };
    json_response(StatusCode::BAD_REQUEST, "application/json; charset=utf-8", &body)
}

fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

pub(crate) fn json_response(status: StatusCode, media_type: &'static str, body: &Value) -> Response<Bytes> {
    response(status, Some(media_type), Bytes::from(body.to_string()))
}

pub(crate) fn response(status: StatusCode, media_type: Option<&'static str>, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Some(media_type) = media_type {
        response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(media_type));
    }
    response
}
