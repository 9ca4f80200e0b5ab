//! Why there was no answer, from the host's error codes.

use lightbeam_core::host::{HttpError, HttpErrorKind};
use wasip2::http::types::ErrorCode;

/// The host's error as the engine knows it; what to do about it depends on the runtime.
///
/// None of the texts holds a URL. What the host says in its own words is kept only where it names a cause that the
/// user can act on (DNS, TLS alerts).
pub(crate) fn failure(code: &ErrorCode) -> HttpError {
    use ErrorCode as E;
    use HttpErrorKind as K;
    let (kind, detail): (K, String) = match code {
        // wasmtime reports both under this name: a name that cannot be looked up, and no local port that is free.
        E::DnsError(error) if error.rcode.as_deref() == Some("address not available") => {
            (K::Dns, "the host name could not be resolved (or no local port is free)".into())
        }
        E::DnsError(error) => match error.rcode.as_deref() {
            Some(code) => (K::Dns, format!("the host name could not be resolved ({code})")),
            None => (K::Dns, "the host name could not be resolved".into()),
        },
        E::DnsTimeout => (K::Dns, "the name server did not answer in time".into()),
        E::DestinationNotFound => (K::Dns, "there is no such host".into()),
        E::DestinationUnavailable => (K::Connect, "the host cannot be reached at the moment".into()),
        E::DestinationIpUnroutable => (K::Connect, "no route leads to the host".into()),
        E::ConnectionRefused => (K::Connect, "no connection could be made (refused, or no route)".into()),
        E::ConnectionLimitReached => (K::Connect, "too many connections are open".into()),
        E::ConnectionTimeout => (K::Timeout, "the connection could not be made in time".into()),
        E::ConnectionReadTimeout => (K::Timeout, "the host stopped sending".into()),
        E::ConnectionWriteTimeout => (K::Timeout, "the host stopped receiving".into()),
        E::HttpResponseTimeout => (K::Timeout, "the host did not answer in time".into()),
        E::ConnectionTerminated => (K::Interrupted, "the connection was closed before the answer was whole".into()),
        E::HttpResponseIncomplete => (K::Interrupted, "the answer ended before it was whole".into()),
        E::TlsProtocolError => (K::Tls, "the secure connection could not be set up".into()),
        E::TlsCertificateError => (K::Tls, "the server's certificate is not trusted".into()),
        E::TlsAlertReceived(alert) => match &alert.alert_message {
            Some(message) => (K::Tls, format!("the server refused the secure connection ({message})")),
            None => (K::Tls, "the server refused the secure connection".into()),
        },
        E::HttpRequestDenied => (K::Denied, "this run may not use the network".into()),
        E::DestinationIpProhibited => (K::Denied, "this run may not connect to that address".into()),
        E::HttpRequestLengthRequired => (K::Invalid, "the request has no length".into()),
        E::HttpRequestBodySize(limit) => (K::Invalid, too_large("the request's body", *limit)),
        E::HttpRequestMethodInvalid => (K::Invalid, "the request's method is not valid".into()),
        E::HttpRequestUriInvalid => (K::Invalid, "the request's address is not valid".into()),
        E::HttpRequestUriTooLong => (K::Invalid, "the request's address is too long".into()),
        E::HttpRequestHeaderSectionSize(limit) => {
            (K::Invalid, too_large("the request's headers", limit.map(u64::from)))
        }
        E::HttpRequestHeaderSize(_) => (K::Invalid, "one of the request's headers is too large".into()),
        E::HttpRequestTrailerSectionSize(_) | E::HttpRequestTrailerSize(_) => {
            (K::Invalid, "the request's trailers are too large".into())
        }
        E::HttpResponseHeaderSectionSize(limit) => {
            (K::Protocol, too_large("the answer's headers", limit.map(u64::from)))
        }
        E::HttpResponseHeaderSize(_) => (K::Protocol, "one of the answer's headers is too large".into()),
        E::HttpResponseBodySize(limit) => (K::Protocol, too_large("the answer's body", *limit)),
        E::HttpResponseTrailerSectionSize(_) | E::HttpResponseTrailerSize(_) => {
            (K::Protocol, "the answer's trailers are too large".into())
        }
        E::HttpResponseTransferCoding(_) => (K::Protocol, "the answer's transfer coding is not known".into()),
        E::HttpResponseContentCoding(_) => (K::Protocol, "the answer's content coding is not known".into()),
        E::HttpUpgradeFailed => (K::Protocol, "the connection could not be upgraded".into()),
        E::HttpProtocolError => (K::Protocol, "the connection ended early, or the answer is not valid HTTP".into()),
        E::LoopDetected => (K::Protocol, "the request goes in a circle".into()),
        E::ConfigurationError => (K::Invalid, "the runtime is configured wrongly".into()),
        E::InternalError(_) => (K::Interrupted, "the exchange failed inside the runtime".into()),
    };
    HttpError::new(kind, detail)
}

fn too_large(what: &str, limit: Option<u64>) -> String {
    match limit {
        Some(limit) => format!("{what} is larger than the runtime allows ({limit} bytes)"),
        None => format!("{what} is larger than the runtime allows"),
    }
}

#[cfg(all(test, not(target_os = "wasi")))]
mod tests {
    use super::*;
    use wasip2::http::types::DnsErrorPayload;

    fn dns(rcode: Option<&str>) -> HttpError {
        failure(&ErrorCode::DnsError(DnsErrorPayload { rcode: rcode.map(str::to_owned), info_code: None }))
    }

    #[test]
    fn names_that_lead_nowhere_are_told_as_such() {
        assert_eq!(dns(Some("address not available")).kind, HttpErrorKind::Dns);
        assert_eq!(dns(Some("NXDOMAIN")).kind, HttpErrorKind::Dns);
        assert_eq!(dns(None).kind, HttpErrorKind::Dns);
    }

    #[test]
    fn what_cannot_be_helped_by_a_repeat_is_not_repeated() {
        for code in [ErrorCode::HttpRequestDenied, ErrorCode::HttpRequestUriInvalid, ErrorCode::ConfigurationError] {
            assert!(!failure(&code).kind.is_repeatable(), "{code:?}");
        }
        for code in [ErrorCode::ConnectionRefused, ErrorCode::ConnectionTerminated, ErrorCode::InternalError(None)] {
            assert!(failure(&code).kind.is_repeatable(), "{code:?}");
        }
    }

    #[test]
    fn nothing_internal_shows() {
        let inner = failure(&ErrorCode::InternalError(Some("https://u:p@host/secret".into())));
        assert!(!format!("{inner:?}").contains("secret"));
    }
}
