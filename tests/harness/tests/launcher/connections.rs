//! How the launcher connects.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use lightbeam_sim::Settings;

use crate::place::{Place, address_of, document_of, end};

/// Passes on to a server what it hears, and counts the connections.
struct Counted {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Counted {
    fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let counted = Self { address: listener.local_addr().unwrap(), connections: Arc::default() };
        let connections = counted.connections.clone();
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                connections.fetch_add(1, Ordering::Relaxed);
                let far = TcpStream::connect(server).unwrap();
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                pass_on(near.try_clone().unwrap(), far.try_clone().unwrap());
                pass_on(far, near);
            }
        });
        counted
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        // Either end may go away.
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}

#[test]
fn connections_are_kept() {
    let place = Place::with_students(Settings::default(), 300);
    let counted = Counted::before(address_of(&place.api));
    place.is_at(&format!("http://{}", counted.address), "connection:\n  pool_size: 4\n");
    let (exit, said) = end(&place.run(&["send"]));
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(place.requests("POST").len(), 300);
    // One more than is in flight may be made now and then, while another becomes free.
    assert!((1..=20).contains(&counted.connections()), "{} connections", counted.connections());
}

#[test]
fn the_proxy_of_the_environment_is_asked_unless_the_host_is_excepted() {
    // A name that only the proxy can make something of.
    let api = "http://api.example.org";
    let place = Place::with_students(Settings::default(), 3);
    let address = address_of(&place.api);
    let proxy = Counted::before(address);
    let variable = ("HTTP_PROXY", format!("http://{}", proxy.address));
    place.is_at(api, "");
    let output = place.command(&["send"]).envs([variable.clone()]).output().unwrap();
    let (exit, said) = end(&output);
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(place.requests("POST").len(), 3);
    let connections = proxy.connections();
    assert!(connections > 0);

    place.is_at(&format!("http://{address}"), "");
    let excepted = ("NO_PROXY", "127.0.0.1".to_owned());
    let output = place.command(&["send"]).envs([variable, excepted]).output().unwrap();
    let (exit, said) = end(&output);
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!((place.requests("POST").len(), proxy.connections()), (6, connections));
}

/// A server that answers whatever it is asked with this document, packed; and the heads of the requests.
fn answers_packed(document: &str) -> (SocketAddr, Receiver<String>) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(document.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, heads) = mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
                head.push(byte[0]);
            }
            tell.send(String::from_utf8(head).unwrap()).unwrap();
            let length = packed.len();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            stream.write_all(&packed).unwrap();
        }
    });
    (address, heads)
}

#[test]
fn packed_answers_are_asked_for_and_unpacked() {
    let place = Place::with_students(Settings::default(), 3);
    let (address, heads) = answers_packed(&document_of(&place.api));
    place.configure(&format!("base_url: http://{address}"), "");
    let (exit, said) = end(&place.run(&["send"]));
    assert_eq!(exit, Some(0), "{said}");
    assert_eq!(place.requests("POST").len(), 3);
    let head = heads.recv().unwrap().to_ascii_lowercase();
    assert!(head.contains("\r\naccept-encoding: gzip\r\n"), "{head}");
}
