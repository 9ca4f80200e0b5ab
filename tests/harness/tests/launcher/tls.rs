//! Secure connections, with a certificate of an authority that no system knows.

use lightbeam_harness::secure::Secure;
use lightbeam_sim::Settings;

use crate::place::{Place, address_of, end};

/// A place whose API is behind secure connections.
fn place() -> (Place, Secure) {
    let place = Place::with_students(Settings::default(), 3);
    let secure = Secure::before(address_of(&place.api)).unwrap();
    place.is_at(&root(&secure), "");
    std::fs::write(place.path("authority.pem"), secure.authority()).unwrap();
    (place, secure)
}

fn root(secure: &Secure) -> String {
    format!("https://{}", secure.address())
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
    place.is_at(&root(&secure), "connection:\n  verify_ssl: false\n");
    let (exit, said) = end(&place.run(&["send"]));
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(place.requests("POST").len(), 3);
}

#[test]
fn a_server_that_speaks_http_2_alone_is_understood() {
    let place = Place::with_students(Settings::default(), 30);
    let secure = Secure::http2_before(address_of(&place.api)).unwrap();
    place.is_at(&root(&secure), "");
    std::fs::write(place.path("authority.pem"), secure.authority()).unwrap();
    let (exit, said) = end(&place.run(&["send", "--ca-file", "authority.pem"]));
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(place.requests("POST").len(), 30);
}
