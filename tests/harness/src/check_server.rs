//! The server that `lightbeam_core::host::conformance::check_http` wants: one request a connection, on loopback.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Starts the server on a free port; it serves until the process ends.
pub fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A client that goes away in the middle is what some of the checks are about.
            thread::spawn(move || serve(&connection).is_ok());
        }
    });
    Ok(address)
}

/// A request as it was received.
struct Request {
    method: String,
    target: String,
    echo: Option<String>,
    body: Vec<u8>,
}

fn serve(mut connection: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let request = receive(&mut reader)?;
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    match path {
        "/echo" => {
            let mut headers = format!("x-method: {}\r\nx-target: {}\r\n", request.method, request.target);
            if let Some(echo) = &request.echo {
                headers += &format!("x-echo: {echo}\r\n");
            }
            answer(connection, "200 OK", &headers, &request.body)
        }
        "/redirect" => answer(connection, "302 Found", "location: /echo\r\n", b""),
        "/big" => {
            let length = query.strip_prefix("n=").and_then(|length| length.parse().ok()).unwrap_or(0);
            answer(connection, "200 OK", "", &vec![b'x'; length])
        }
        "/slow" => {
            // Until the client hangs up.
            reader.read_to_end(&mut Vec::new()).map(drop)
        }
        "/close" => Ok(()),
        "/half" => connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n01234567890123456789"),
        _ => match path.strip_prefix("/status/") {
            Some(status @ ("204" | "304")) => {
                connection.write_all(format!("HTTP/1.1 {status} X\r\nconnection: close\r\n\r\n").as_bytes())
            }
            Some(status) => answer(connection, &format!("{status} X"), "", format!("status {status}").as_bytes()),
            None => answer(connection, "404 Not Found", "", b""),
        },
    }
}

fn receive(reader: &mut impl BufRead) -> io::Result<Request> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let mut word = || words.next().unwrap_or_default().to_owned();
    let mut request = Request { method: word(), target: word(), echo: None, body: Vec::new() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "x-echo" => request.echo = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    reader.take(length).read_to_end(&mut request.body)?;
    Ok(request)
}

fn answer(mut connection: &TcpStream, status: &str, headers: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    connection.write_all(head.as_bytes())?;
    connection.write_all(body)
}
