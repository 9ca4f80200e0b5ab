//! Secure connections, with a certificate of an authority that no system knows.

use std::net::SocketAddr;
use std::sync::Arc;

use lightbeam_sim::Settings;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::place::{Place, end};

/// A server of secure connections, which passes on what it hears.
struct Secure {
    address: SocketAddr,
    authority: String,
    _runtime: tokio::runtime::Runtime,
}

impl Secure {
    fn before(server: SocketAddr) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let name = vec!["127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(name).unwrap().signed_by(&key, &authority).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Whoever does not trust the certificate goes away.
                    let Ok(mut secure) = acceptor.accept(stream).await else { return };
                    let mut plain = TcpStream::connect(server).await.unwrap();
                    let _ = copy_bidirectional(&mut secure, &mut plain).await;
                });
            }
        });
        Self { address, authority: authority.pem(), _runtime: runtime }
    }
}

/// A place whose API is behind secure connections.
fn place() -> (Place, Secure) {
    let place = Place::with_students(Settings::default(), 3);
    let address = place.api.url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let secure = Secure::before(address);
    configure(&place, &secure, "");
    std::fs::write(place.path("authority.pem"), &secure.authority).unwrap();
    (place, secure)
}

fn configure(place: &Place, secure: &Secure, more: &str) {
    let root = format!("https://{}", secure.address);
    let urls = [
        format!("base_url: {root}"),
        format!("oauth_url: {root}/oauth/token"),
        format!("dependencies_url: {root}/metadata/data/v3/dependencies"),
        format!("data_url: {root}/data/v3/"),
        format!("open_api_metadata_url: {root}/metadata/"),
    ];
    place.configure(&urls.join("\n  "), more);
}

#[test]
fn an_unknown_authority_is_refused_and_one_that_is_named_is_trusted() {
    let (place, _secure) = place();
    let (exit, said) = end(&place.run(&["send", "--set", "connection.num_retries", "1"]));
    assert_eq!(exit, Some(4), "{said}");
    assert!(said.contains("the server's certificate is not trusted"), "{said}");
    assert!(said.contains("--ca-file"), "{said}");
    assert!(place.api.log().is_empty(), "nothing was said to a server that is not trusted");

    let (exit, said) = end(&place.run(&["send", "--ca-file", "authority.pem"]));
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(place.requests("POST").len(), 3);

    let (exit, said) = end(&place.run(&["send", "--ca-file", "lightbeam.yaml"]));
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("this is no file of PEM certificates"), "{said}");
}

#[test]
fn checking_can_be_turned_off() {
    let (place, secure) = place();
    configure(&place, &secure, "connection:\n  verify_ssl: false\n");
    let (exit, said) = end(&place.run(&["send"]));
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(place.requests("POST").len(), 3);
}
