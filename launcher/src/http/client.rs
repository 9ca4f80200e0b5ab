use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, redirect};

/// How long a connection is kept that nobody uses: shorter than common gateways keep theirs.
const IDLE: Duration = Duration::from_secs(30);

/// How long a connection may take to be made; how long the whole exchange may take, the component decides.
const CONNECT: Duration = Duration::from_secs(30);

/// There is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The file of `--ca-file` cannot be read.
    #[error("--ca-file {path}: {reason}", path = path.display())]
    Unreadable {
        /// As typed.
        path: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// The file of `--ca-file` holds no certificate.
    #[error("--ca-file {path}: this is no file of PEM certificates", path = path.display())]
    NoCertificate {
        /// As typed.
        path: PathBuf,
    },
    /// The system's certificates, or its proxies, cannot be used.
    #[error("connections cannot be set up: {0}")]
    Setup(String),
}

impl ClientError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } | Self::NoCertificate { .. } => {
                "give a file of certificates that begin with -----BEGIN CERTIFICATE-----"
            }
            Self::Setup(_) => {
                "install the system's certificate authorities (on Debian the package ca-certificates), and look at the \
                 variables that name a proxy"
            }
        }
    }

    fn setup(error: &reqwest::Error) -> Self {
        let chain = std::iter::successors(Some(error as &dyn std::error::Error), |&error| error.source());
        Self::Setup(chain.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }
}

/// A client that keeps its connections, speaks HTTP/1.1 and HTTP/2, unpacks gzip, follows the environment's proxies, and
/// trusts what the system trusts and the certificates of `ca_file`; with `verify_ssl` off it trusts every server.
///
/// A system without certificates, such as a slim image, is an error if `is_secure`: if https is what is called. Else it is
/// none, and whatever should be called over https nevertheless is not trusted.
pub fn client(verify_ssl: bool, ca_file: Option<&Path>, is_secure: bool) -> Result<Client, ClientError> {
    // The second call in a process finds the first one's.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let more = ca_file.map(certificates).transpose()?.unwrap_or_default();
    match builder(verify_ssl).tls_certs_merge(more.clone()).build() {
        Err(_) if !is_secure => builder(verify_ssl).tls_certs_only(more).build(),
        built => built,
    }
    .map_err(|error| ClientError::setup(&error))
}

fn builder(verify_ssl: bool) -> ClientBuilder {
    Client::builder()
        // What a redirect means, the engine decides.
        .redirect(redirect::Policy::none())
        .referer(false)
        .pool_idle_timeout(IDLE)
        .connect_timeout(CONNECT)
        .tcp_nodelay(true)
        .tls_danger_accept_invalid_certs(!verify_ssl)
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, ClientError> {
    let pem = std::fs::read(path).map_err(|reason| ClientError::Unreadable { path: path.to_owned(), reason })?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(ClientError::NoCertificate { path: path.to_owned() }),
    }
}
