//! Secure connections before a plain server, with a certificate of an authority that no system knows.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::server::TlsStream;

/// A server of secure connections on 127.0.0.1, which passes on what it hears. It ends when it is dropped.
#[derive(Debug)]
pub struct Secure {
    address: SocketAddr,
    authority: String,
    _runtime: Runtime,
}

type Error = Box<dyn std::error::Error + Send + Sync>;

impl Secure {
    /// Before this server, whatever is said.
    pub fn before(server: SocketAddr) -> Result<Self, Error> {
        Self::start(identity()?, move |stream| pass_on(stream, server))
    }

    /// Before this server of HTTP/1.1, but speaking HTTP/2 alone.
    pub fn http2_before(server: SocketAddr) -> Result<Self, Error> {
        let (authority, mut config) = identity()?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Self::start((authority, config), move |stream| translate(stream, server))
    }

    fn start<F>(
        (authority, config): (String, ServerConfig),
        serve: impl Fn(TlsStream<TcpStream>) -> F + Copy + Send + Sync + 'static,
    ) -> Result<Self, Error>
    where
        F: Future<Output = Result<(), Error>> + Send,
    {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    stream.set_nodelay(true)?;
                    // Whoever does not trust the certificate goes away.
                    serve(acceptor.accept(stream).await?).await
                });
            }
        });
        Ok(Self { address, authority, _runtime: runtime })
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

/// A certificate for 127.0.0.1, and its authority as PEM.
fn identity() -> Result<(String, ServerConfig), Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&key, &authority)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
    Ok((authority.pem(), config))
}

async fn pass_on(mut secure: TlsStream<TcpStream>, server: SocketAddr) -> Result<(), Error> {
    let mut plain = TcpStream::connect(server).await?;
    plain.set_nodelay(true)?;
    copy_bidirectional(&mut secure, &mut plain).await?;
    Ok(())
}

async fn translate(secure: TlsStream<TcpStream>, server: SocketAddr) -> Result<(), Error> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let service = service_fn(move |request| ask(client.clone(), server, request));
    http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(secure), service).await?;
    Ok(())
}

/// Asks the server what was asked in HTTP/2.
async fn ask(
    client: Client<HttpConnector, Full<Bytes>>,
    server: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Error> {
    let (asked, body) = request.into_parts();
    let path = asked.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut plain = Request::new(Full::new(body.collect().await?.to_bytes()));
    *plain.method_mut() = asked.method;
    *plain.uri_mut() = format!("http://{server}{path}").parse()?;
    *plain.headers_mut() = asked.headers;
    let (answer, body) = client.request(plain).await?.into_parts();
    let mut response = Response::new(Full::new(body.collect().await?.to_bytes()));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}
