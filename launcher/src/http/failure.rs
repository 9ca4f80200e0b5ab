//! Why there was no answer, in the terms of `wasi:http`: the component has the words for them.

use std::error::Error as StdError;
use std::io;

use wasmtime_wasi_http::Error;

/// What the component is told of an error of the client.
pub(super) fn of(error: &reqwest::Error) -> Error {
    let chain = || std::iter::successors(error.source(), |&error| error.source());
    let io = || chain().find_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind);
    if let Some(tls) = chain().find_map(tls) {
        return of_tls(tls);
    }
    if error.is_timeout() {
        return if error.is_connect() { Error::ConnectionTimeout } else { Error::HttpResponseTimeout };
    }
    if error.is_connect() {
        // The resolver's error has no type of its own.
        if chain().any(|error| error.to_string().contains("dns error")) {
            return Error::DnsError { rcode: None, info_code: None };
        }
        return match io() {
            Some(io::ErrorKind::TimedOut) => Error::ConnectionTimeout,
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => Error::DestinationIpUnroutable,
            Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => Error::ConnectionTerminated,
            _ => Error::ConnectionRefused,
        };
    }
    if error.is_body() || error.is_decode() {
        return match io() {
            Some(io::ErrorKind::TimedOut) => Error::ConnectionReadTimeout,
            // What gzip does not take is told so, in an I/O error as well.
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => Error::HttpResponseContentCoding(None),
            _ => Error::HttpResponseIncomplete,
        };
    }
    match io() {
        Some(io::ErrorKind::TimedOut) => Error::ConnectionReadTimeout,
        Some(_) => Error::ConnectionTerminated,
        None => Error::HttpProtocolError,
    }
}

/// The error of the secure connection, which hides in I/O errors, one in the other.
fn tls<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    let mut inner = error;
    loop {
        if let Some(found) = inner.downcast_ref() {
            return Some(found);
        }
        inner = inner.downcast_ref::<io::Error>()?.get_ref()?;
    }
}

fn of_tls(error: &rustls::Error) -> Error {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => Error::TlsCertificateError,
        rustls::Error::AlertReceived(alert) => {
            Error::TlsAlertReceived { alert_id: Some(u8::from(*alert)), alert_message: Some(format!("{alert:?}")) }
        }
        _ => Error::TlsProtocolError,
    }
}
