use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::*;
use crate::builtin::{self, Style};
use crate::{Action, Rule};

fn start(settings: Settings) -> Server {
    Server::start(settings, builtin::documents(Style::OpenApi3)).unwrap()
}

/// A server with one rule for everything that is asked below `/metadata`.
fn faulty(action: Action) -> Server {
    start(Settings {
        rules: vec![Rule {
            method: None,
            path: Some("/metadata".to_owned()),
            body: None,
            first: 1,
            last: Some(1),
            action,
        }],
        ..Settings::default()
    })
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    // Only a bound for a test that goes wrong.
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn ask(stream: &mut TcpStream, path: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: sim\r\n\r\n").unwrap();
}

/// Reads one answer with a `Content-Length`: head and body.
fn answer(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let head = head(stream);
    let mut body = vec![0; length(&head)];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

fn length(head: &str) -> usize {
    let (_, rest) = head.split_once("content-length: ").unwrap();
    rest.split_once('\r').unwrap().0.parse().unwrap()
}

/// What comes until the connection ends, and how it ends.
fn rest(stream: &mut TcpStream) -> (usize, Option<io::ErrorKind>) {
    let mut bytes = [0; 8192];
    let mut count = 0;
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return (count, None),
            Ok(more) => count += more,
            Err(error) => return (count, Some(error.kind())),
        }
    }
}

#[test]
fn connections_are_kept() {
    let server = start(Settings::default());
    let mut stream = connect(&server);
    for _ in 0..3 {
        ask(&mut stream, "/");
        let (head, body) = answer(&mut stream);
        assert!(head.starts_with("http/1.1 200"), "{head}");
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["urls"]["oauth"], format!("{}/oauth/token", server.url()));
    }
    assert_eq!(server.log().len(), 3);
    let address = server.address();
    drop(server);
    assert_eq!(rest(&mut stream).0, 0);
    assert!(TcpStream::connect(address).is_err(), "nobody listens after the end");
}

#[test]
fn a_body_is_read_in_chunks_too() {
    let server = start(Settings::default());
    let mut stream = connect(&server);
    stream.write_all(b"POST /_sim/settings HTTP/1.1\r\nHost: sim\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    stream.write_all(b"9\r\n{\"latency\r\na\r\n_ms\":  1 }\r\n0\r\n\r\n").unwrap();
    assert!(head(&mut stream).starts_with("http/1.1 204"));
    assert_eq!(server.with_state(|state| state.settings().latency_ms), 1);
}

#[test]
fn a_dropped_connection_ends_without_an_answer() {
    for action in [Action::Drop { reset: false }, Action::DropAfter { reset: false }] {
        let server = faulty(action);
        let mut stream = connect(&server);
        ask(&mut stream, "/metadata/");
        assert_eq!(rest(&mut stream), (0, None));
        let mut stream = connect(&server);
        ask(&mut stream, "/metadata/");
        assert!(answer(&mut stream).0.starts_with("http/1.1 200"), "the rule has acted");
    }
}

#[test]
fn a_reset_is_a_reset() {
    let server = faulty(Action::Drop { reset: true });
    let mut stream = connect(&server);
    ask(&mut stream, "/metadata/");
    assert_eq!(rest(&mut stream), (0, Some(io::ErrorKind::ConnectionReset)));
}

#[test]
fn half_an_answer_promises_the_whole() {
    let server = faulty(Action::HalfAnswer { reset: false });
    let mut stream = connect(&server);
    ask(&mut stream, "/metadata/data/v3/resources/swagger.json");
    let promised = length(&head(&mut stream));
    assert_eq!(rest(&mut stream), (promised / 2, None));
}

#[test]
fn half_an_answer_can_end_by_a_reset() {
    let server = faulty(Action::HalfAnswer { reset: true });
    let mut stream = connect(&server);
    ask(&mut stream, "/metadata/");
    let promised = length(&head(&mut stream));
    let (count, end) = rest(&mut stream);
    assert!(count < promised);
    assert_eq!(end, Some(io::ErrorKind::ConnectionReset));
}

#[test]
fn no_answer_leaves_the_connection_open() {
    let server = faulty(Action::NeverAnswer);
    let mut stream = connect(&server);
    ask(&mut stream, "/metadata/");
    // Others are answered meanwhile.
    let mut other = connect(&server);
    ask(&mut other, "/metadata/");
    answer(&mut other);
    stream.set_nonblocking(true).unwrap();
    let waiting = stream.read(&mut [0]).unwrap_err();
    assert_eq!(waiting.kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn a_slow_answer_comes_later_and_whole() {
    let server = faulty(Action::SlowAnswer { delay_ms: 5 });
    let mut stream = connect(&server);
    let start = std::time::Instant::now();
    ask(&mut stream, "/metadata/");
    assert!(answer(&mut stream).0.starts_with("http/1.1 200"));
    assert!(start.elapsed() >= Duration::from_millis(5));
}

#[test]
fn a_killed_server_is_gone_until_it_is_revived() {
    let server = faulty(Action::Kill);
    let mut other = connect(&server);
    ask(&mut other, "/");
    answer(&mut other);
    let mut stream = connect(&server);
    ask(&mut stream, "/metadata/");
    assert_eq!(rest(&mut stream).0, 0);
    assert_eq!(rest(&mut other).0, 0, "all connections end");
    let refused = TcpStream::connect(server.address()).unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);

    server.revive().unwrap();
    server.revive().unwrap();
    let mut stream = connect(&server);
    ask(&mut stream, "/metadata/");
    assert!(answer(&mut stream).0.starts_with("http/1.1 200"));
    assert_eq!(server.log().len(), 3);
}

#[test]
fn a_taken_port_is_told() {
    let server = start(Settings::default());
    let port = server.address().port();
    let again = Server::start_on(port, Settings::default(), builtin::documents(Style::OpenApi3));
    let told = again.unwrap_err().to_string();
    assert!(told.starts_with(&format!("cannot listen on 127.0.0.1:{port}: ")), "{told}");
}
