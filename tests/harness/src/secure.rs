//! Secure connections before a plain server, with a certificate of an authority that no system knows.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// A server of secure connections on 127.0.0.1, which passes on what it hears. It ends when it is dropped.
#[derive(Debug)]
pub struct Secure {
    address: SocketAddr,
    authority: String,
    _runtime: Runtime,
}

impl Secure {
    /// Before this server.
    pub fn before(server: SocketAddr) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &authority)?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Whoever does not trust the certificate goes away.
                    let _ = pass_on(&acceptor, stream, server).await;
                });
            }
        });
        Ok(Self { address, authority: authority.pem(), _runtime: runtime })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority of its certificate, as PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }
}

async fn pass_on(acceptor: &TlsAcceptor, stream: TcpStream, server: SocketAddr) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut secure = acceptor.accept(stream).await?;
    let mut plain = TcpStream::connect(server).await?;
    plain.set_nodelay(true)?;
    copy_bidirectional(&mut secure, &mut plain).await.map(drop)
}
