//! The server that `lightbeam_core::host::conformance::check_http` wants: one request a connection, on loopback; and
//! beside it two that lack what pages need.
//!
//! Beyond what the checks ask for, every server answers `/received` with the requests that it received, one
//! `METHOD target` a line, since it was last asked that (its own and `/others` left out), and to pages whatever it
//! lets them read; `/others` tells where the other two are, one address a line: that for no page, then that for plain
//! requests.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::mem;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Starts the servers on free ports, and serves until the process ends; the address is that of the one for all.
pub fn start() -> io::Result<SocketAddr> {
    start_at(0)
}

/// Starts the servers, that for all on this port.
pub fn start_at(port: u16) -> io::Result<SocketAddr> {
    let closed = listen(0, Pages::Refused, "")?;
    let plain = listen(0, Pages::PlainOnly, "")?;
    listen(port, Pages::Welcome, &format!("http://{closed}\nhttp://{plain}"))
}

/// What pages of other origins may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pages {
    /// Everything.
    Welcome,
    /// What needs no preflight.
    PlainOnly,
    /// Nothing.
    Refused,
}

/// One of the servers.
struct Server {
    pages: Pages,
    others: String,
    received: Mutex<Vec<String>>,
}

fn listen(port: u16, pages: Pages, others: &str) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let address = listener.local_addr()?;
    let server = Arc::new(Server { pages, others: others.to_owned(), received: Mutex::default() });
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let server = server.clone();
            // A client that goes away in the middle is what some of the checks are about.
            thread::spawn(move || server.serve(&connection).is_ok());
        }
    });
    Ok(address)
}

/// A request as it was received.
struct Request {
    method: String,
    target: String,
    echo: Option<String>,
    /// Whether a browser asks whether it may.
    is_preflight: bool,
    body: Vec<u8>,
}

impl Server {
    fn serve(&self, mut connection: &TcpStream) -> io::Result<()> {
        let mut reader = BufReader::new(connection.try_clone()?);
        let request = receive(&mut reader)?;
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let received = match path {
            "/received" => mem::take(&mut *received),
            "/others" => Vec::new(),
            _ => {
                received.push(format!("{} {}", request.method, request.target));
                drop(received);
                Vec::new()
            }
        };
        if request.is_preflight {
            let headers = match self.pages {
                Pages::Welcome => {
                    "access-control-allow-methods: *\r\naccess-control-allow-headers: *, authorization\r\n"
                }
                Pages::PlainOnly | Pages::Refused => "",
            };
            return self.answer(connection, "204 No Content", headers, b"");
        }
        match path {
            "/echo" | "/refused" => {
                let mut headers = format!("next-page-token: {}\r\nlocation: {}\r\n", request.method, request.target);
                headers += "content-type: text/x-echo\r\nretry-after: 7\r\ntotal-count: 604\r\n";
                if let Some(echo) = &request.echo {
                    headers += &format!("etag: {echo}\r\n");
                }
                let status = if path == "/echo" { "200 OK" } else { "400 Bad Request" };
                self.answer(connection, status, &headers, &request.body)
            }
            "/redirect" => self.answer(connection, "302 Found", "location: /echo\r\n", b""),
            "/big" => {
                let length = query.strip_prefix("n=").and_then(|length| length.parse().ok()).unwrap_or(0);
                self.answer(connection, "200 OK", "", &vec![b'x'; length])
            }
            "/slow" => {
                // Until the client hangs up.
                reader.read_to_end(&mut Vec::new()).map(drop)
            }
            "/close" => Ok(()),
            "/half" => {
                let head = format!("HTTP/1.1 200 OK\r\n{}content-length: 100\r\n\r\n", self.leave());
                connection.write_all(head.as_bytes())?;
                connection.write_all(b"01234567890123456789")
            }
            "/received" => self.answer(connection, "200 OK", "", received.join("\n").as_bytes()),
            "/others" => self.answer(connection, "200 OK", "", self.others.as_bytes()),
            _ => match path.strip_prefix("/status/") {
                Some(status @ ("204" | "304")) => {
                    let head = format!("HTTP/1.1 {status} X\r\n{}connection: close\r\n\r\n", self.leave());
                    connection.write_all(head.as_bytes())
                }
                Some(status) => {
                    self.answer(connection, &format!("{status} X"), "", format!("status {status}").as_bytes())
                }
                None => self.answer(connection, "404 Not Found", "", b""),
            },
        }
    }

    /// The headers that let pages read an answer.
    fn leave(&self) -> &'static str {
        match self.pages {
            Pages::Welcome | Pages::PlainOnly => {
                "access-control-allow-origin: *\r\naccess-control-expose-headers: *\r\n"
            }
            // No leave to read, but to see that there is an answer: the pages of wasm-bindgen's runner are isolated
            // from other origins, and are not told even that without it.
            Pages::Refused => "cross-origin-resource-policy: cross-origin\r\n",
        }
    }

    fn answer(&self, mut connection: &TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
        let (leave, length) = (self.leave(), body.len());
        let head =
            format!("HTTP/1.1 {status}\r\n{leave}{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
        connection.write_all(head.as_bytes())?;
        connection.write_all(body)
    }
}

fn receive(reader: &mut impl BufRead) -> io::Result<Request> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let mut word = || words.next().unwrap_or_default().to_owned();
    let mut request = Request { method: word(), target: word(), echo: None, is_preflight: false, body: Vec::new() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "access-control-request-method" => request.is_preflight = request.method == "OPTIONS",
            "x-echo" => request.echo = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    reader.take(length).read_to_end(&mut request.body)?;
    Ok(request)
}
