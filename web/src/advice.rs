//! What stands between a page and an API, in sentences: what a page may not do that the component may, and how to go
//! on. A browser says only that there was no answer; [`Origins`] finds out why from what was had before. The component
//! is named only where the browser is the reason, or may be.

mod origins;

use lightbeam_core::host::{HttpError, HttpErrorKind};
use lightbeam_core::invocation::Command;

pub use origins::{Aspect, Known, Origins, Suspicion, Way};

/// What the hints are made for: the page, and what it is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advisor {
    /// The page's origin, such as `https://example.org`; `null` of a page that was opened as a file.
    pub page_origin: String,
    /// The command that is carried out, where one is.
    pub command: Option<Command>,
}

/// Something that keeps a page from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// The computer has no network.
    Offline,
    /// A page that was had by https may not call plain http.
    MixedContent,
    /// The API does not let pages of this origin read its answers.
    Cors,
    /// The API lets pages read, but not sign requests.
    Preflight,
    /// The user did not let public pages call private networks.
    PrivateNetwork,
    /// The server sends elsewhere, and a page cannot see where.
    Redirect,
    /// There is no answer at all.
    Unreachable,
    /// There was an answer to other requests like it, but none to this one.
    Broken,
    /// The URL holds a user name or password, which browsers refuse.
    UserInUrl,
    /// Something in the request is nothing that a browser sends.
    BadRequest,
}

/// The component's command line for a command that the page cannot carry out.
pub fn component_command(command: Option<Command>) -> String {
    let command = command.map_or("COMMAND", Command::name);
    format!("wasmtime run -S http --dir . --env EDFI_API_CLIENT_SECRET lightbeam.wasm {command} -c lightbeam.yaml")
}

impl Advisor {
    /// The error of a request that met this obstacle.
    pub fn error(&self, obstacle: Obstacle) -> HttpError {
        let mut error = HttpError::new(kind(obstacle), self.sentence(obstacle));
        error.hint = self.hint(obstacle);
        error
    }

    /// What is the case, one sentence.
    pub fn sentence(&self, obstacle: Obstacle) -> String {
        match obstacle {
            Obstacle::Offline => "this computer is offline".to_owned(),
            Obstacle::MixedContent => {
                "the API is called by plain http, which browsers do not allow a page that came by https".to_owned()
            }
            Obstacle::Cors => {
                format!("the API answers, but does not allow pages of {} to read it (CORS)", self.page_origin)
            }
            Obstacle::Preflight => format!(
                "the API answers, but does not allow pages of {} to send it a token (the CORS preflight is refused)",
                self.page_origin
            ),
            Obstacle::PrivateNetwork => {
                "the API is in a private network, and this browser was told not to let the page call it".to_owned()
            }
            Obstacle::Redirect => "the server answers with a redirect, and a page cannot see where it leads".to_owned(),
            Obstacle::Unreachable => {
                "the browser had no answer (connection refused, no such host, or a certificate that it does not trust)"
                    .to_owned()
            }
            Obstacle::Broken => "the connection broke".to_owned(),
            Obstacle::UserInUrl => {
                "the URL holds a user name or password, and browsers do not send such requests".to_owned()
            }
            Obstacle::BadRequest => "the browser does not accept the request".to_owned(),
        }
    }

    /// What to do about it; `None` where only the engine knows what was asked for, and so what may be wrong.
    pub fn hint(&self, obstacle: Obstacle) -> Option<String> {
        let instead = self.instead();
        Some(match obstacle {
            Obstacle::Offline => "connect it to the network and try again".to_owned(),
            Obstacle::MixedContent => {
                format!("use the API's https URL, or open this page from this computer (http://localhost); {instead}")
            }
            Obstacle::Cors => format!("{}; {instead}", self.allowance()),
            Obstacle::Preflight => format!(
                "{}, with the headers Authorization, Content-Type and If-None-Match; {instead}",
                self.allowance()
            ),
            Obstacle::PrivateNetwork => format!(
                "allow it in the browser's settings of this site (\"Local network access\"), and load the page anew; \
                 {instead}"
            ),
            Obstacle::Redirect => {
                "set edfi_api.base_url, data_url or oauth_url to the URL that answers by itself, without a redirect"
                    .to_owned()
            }
            Obstacle::Unreachable => self.unreachable("edfi_api.base_url"),
            Obstacle::Broken => return None,
            Obstacle::UserInUrl => "take what stands before the @ out of the URL".to_owned(),
            Obstacle::BadRequest => "check the URLs of edfi_api".to_owned(),
        })
    }

    /// The hint about a server that never answered, which this key of the configuration names. Whether the browser keeps
    /// the answer back cannot be told.
    pub fn unreachable(&self, key: &str) -> String {
        format!(
            "check {key}, that the server is up, and the network; the same URL in a tab of its own may tell more, such \
             as a certificate that the browser does not trust; if it answers there and not here, {}",
            self.instead()
        )
    }

    /// The hint about a method that has never been answered while others were.
    pub fn refused_method(&self, method: &str) -> String {
        format!("if no {method} is ever answered, the API may not allow pages that method (CORS); {}", self.instead())
    }

    /// What whoever runs the API has to set.
    fn allowance(&self) -> String {
        if self.page_origin == "null" || self.page_origin.is_empty() {
            return "this page was opened as a file, and has no origin that an API could allow: open it from a server, \
                    such as http://localhost"
                .to_owned();
        }
        let origin = &self.page_origin;
        format!(
            "ask whoever runs the API to allow the origin {origin}: the ODS/API does by itself unless something \
             before it takes its CORS headers off; the Data Management Service and its Configuration Service (which \
             gives the tokens) by the setting Cors__SwaggerUIOrigin={origin} of both"
        )
    }

    /// What to do instead, on every computer.
    pub fn instead(&self) -> String {
        format!("the component has no such bounds: {}", component_command(self.command))
    }
}

fn kind(obstacle: Obstacle) -> HttpErrorKind {
    match obstacle {
        Obstacle::Offline | Obstacle::Unreachable => HttpErrorKind::Connect,
        Obstacle::Broken => HttpErrorKind::Interrupted,
        Obstacle::MixedContent
        | Obstacle::Cors
        | Obstacle::Preflight
        | Obstacle::PrivateNetwork
        | Obstacle::Redirect => HttpErrorKind::Denied,
        Obstacle::UserInUrl | Obstacle::BadRequest => HttpErrorKind::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Obstacle; 10] = [
        Obstacle::Offline,
        Obstacle::MixedContent,
        Obstacle::Cors,
        Obstacle::Preflight,
        Obstacle::PrivateNetwork,
        Obstacle::Redirect,
        Obstacle::Unreachable,
        Obstacle::Broken,
        Obstacle::UserInUrl,
        Obstacle::BadRequest,
    ];

    #[test]
    fn the_component_is_named_last_and_only_where_the_browser_may_be_the_reason() {
        let advisor = Advisor { page_origin: "https://page.example".to_owned(), command: Some(Command::ValidateSend) };
        let command = "wasmtime run -S http --dir . --env EDFI_API_CLIENT_SECRET lightbeam.wasm validate+send \
                       -c lightbeam.yaml";
        let mut named = Vec::new();
        for obstacle in ALL {
            let error = advisor.error(obstacle);
            let hint = error.hint.unwrap_or_default();
            assert_eq!(hint.ends_with(command), hint.contains("wasmtime"), "{hint}");
            assert!(!error.detail.ends_with('.') && !error.detail.contains("http:"), "{}", error.detail);
            named.extend(hint.ends_with(command).then_some(obstacle));
        }
        assert_eq!(
            named,
            [
                Obstacle::MixedContent,
                Obstacle::Cors,
                Obstacle::Preflight,
                Obstacle::PrivateNetwork,
                Obstacle::Unreachable
            ]
        );
        assert!(
            advisor.unreachable("edfi_api.oauth_url").starts_with("check edfi_api.oauth_url, that the server is up")
        );
        assert!(component_command(None).contains("lightbeam.wasm COMMAND -c"));
    }

    #[test]
    fn of_a_broken_connection_the_engine_says_what_to_check() {
        assert_eq!(Advisor::default().error(Obstacle::Broken).hint, None);
    }

    #[test]
    fn what_no_repeat_can_mend_is_not_repeated() {
        let advisor = Advisor::default();
        let repeatable = |obstacle| advisor.error(obstacle).kind.is_repeatable();
        let repeated: Vec<_> = ALL.into_iter().filter(|obstacle| repeatable(*obstacle)).collect();
        assert_eq!(repeated, [Obstacle::Offline, Obstacle::Unreachable, Obstacle::Broken]);
    }

    #[test]
    fn operators_are_told_the_origin_and_the_setting() {
        let advisor = Advisor { page_origin: "https://page.example".to_owned(), command: None };
        assert!(advisor.sentence(Obstacle::Cors).contains("pages of https://page.example to read it (CORS)"));
        assert!(advisor.hint(Obstacle::Cors).unwrap().contains("Cors__SwaggerUIOrigin=https://page.example"));
        let file = Advisor { page_origin: "null".to_owned(), command: None };
        assert!(file.hint(Obstacle::Cors).unwrap().contains("http://localhost"));
        assert!(!file.hint(Obstacle::Cors).unwrap().contains("Cors__"));
    }
}
