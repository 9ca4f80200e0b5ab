//! The least that a client can do, to compare others with.
//!
//! - `load post http://127.0.0.1:PORT DATA CONNECTIONS`: posts each line of the JSONL files in a folder to the endpoint
//!   that the file is named after, over so many connections, whatever depends on what.
//! - `load pages http://127.0.0.1:PORT OUT CONNECTIONS ENDPOINT…`: gets all pages of endpoints, 500 records each, and writes
//!   them to a file as they come.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a program")]

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use bytes::Bytes;
use futures_util::future::try_join_all;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// Records of a page.
const PAGE: u64 = 500;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<u64> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match words.as_slice() {
        ["post", root, data, connections] => {
            LocalSet::new().block_on(&runtime, post(server(root)?, Path::new(data), connections.parse()?))
        }
        ["pages", root, out, connections, endpoints @ ..] => {
            let out = File::create(out)?;
            LocalSet::new().block_on(&runtime, pages(server(root)?, out, connections.parse()?, endpoints))
        }
        _ => Err("usage: load post ROOT DATA CONNECTIONS, or load pages ROOT OUT CONNECTIONS ENDPOINT…".into()),
    }
}

fn server(root: &str) -> Result<SocketAddr> {
    Ok(root.trim_start_matches("http://").trim_end_matches('/').parse()?)
}

/// A connection with a token.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
    bearer: Option<HeaderValue>,
}

impl Connection {
    async fn open(server: SocketAddr, bearer: Option<HeaderValue>) -> Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Its end is told by the request that it breaks.
        tokio::task::spawn_local(connection);
        Ok(Self { sender, host: HeaderValue::from_str(&server.to_string())?, bearer })
    }

    async fn ask(&mut self, method: Method, path: &str, body: Bytes) -> Result<(StatusCode, Bytes)> {
        let json = HeaderValue::from_static("application/json");
        let mut request =
            Request::builder().method(method).uri(path).header(HOST, &self.host).header(CONTENT_TYPE, json);
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        self.sender.ready().await?;
        let answer = self.sender.send_request(request.body(Full::new(body))?).await?;
        Ok((answer.status(), answer.into_body().collect().await?.to_bytes()))
    }
}

/// As many connections, all with one token.
async fn connections(server: SocketAddr, count: usize) -> Result<Vec<Connection>> {
    let mut first = Connection::open(server, None).await?;
    let who = r#"{"grant_type":"client_credentials","client_id":"populated","client_secret":"populatedSecret"}"#;
    let (status, body) = first.ask(Method::POST, "/oauth/token", Bytes::from_static(who.as_bytes())).await?;
    let body: serde_json::Value = serde_json::from_slice(&body)?;
    let token = body["access_token"].as_str().ok_or_else(|| format!("no token: {status}"))?;
    let bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
    try_join_all((0..count).map(|_| Connection::open(server, Some(bearer.clone())))).await
}

/// The lines of all files of a folder, each with the path that it goes to.
struct Lines {
    files: Vec<PathBuf>,
    open: Option<(Rc<str>, BufReader<File>)>,
}

impl Lines {
    fn new(data: &Path) -> Result<Self> {
        let files: std::io::Result<Vec<_>> = std::fs::read_dir(data)?.map(|entry| Ok(entry?.path())).collect();
        Ok(Self { files: files?, open: None })
    }

    fn next(&mut self) -> Result<Option<(Rc<str>, Bytes)>> {
        loop {
            if let Some((path, reader)) = &mut self.open {
                let mut line = Vec::new();
                if reader.read_until(b'\n', &mut line)? > 0 {
                    return Ok(Some((path.clone(), line.into())));
                }
            }
            let Some(file) = self.files.pop() else { return Ok(None) };
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            self.open = Some((format!("/data/v3/ed-fi/{name}").into(), BufReader::new(File::open(file)?)));
        }
    }
}

async fn post(server: SocketAddr, data: &Path, count: usize) -> Result<u64> {
    let lines = RefCell::new(Lines::new(data)?);
    let work = connections(server, count).await?.into_iter().map(async |mut connection| -> Result<u64> {
        let mut accepted = 0;
        loop {
            let next = lines.borrow_mut().next()?;
            let Some((path, body)) = next else { return Ok(accepted) };
            accepted += u64::from(connection.ask(Method::POST, &path, body).await?.0.is_success());
        }
    });
    Ok(try_join_all(work).await?.into_iter().sum())
}

/// Pages are asked for in turn until one is empty; an endpoint's last pages may be asked for in vain.
async fn pages(server: SocketAddr, out: File, count: usize, endpoints: &[&str]) -> Result<u64> {
    let out = RefCell::new(out);
    let mut left = endpoints.iter();
    let place = RefCell::new((left.next(), 0, left));
    let work = connections(server, count).await?.into_iter().map(async |mut connection| -> Result<u64> {
        let mut bytes = 0;
        loop {
            let (endpoint, offset) = {
                let mut place = place.borrow_mut();
                let Some(endpoint) = place.0 else { return Ok(bytes) };
                place.1 += PAGE;
                (*endpoint, place.1 - PAGE)
            };
            let path = format!("/data/v3/ed-fi/{endpoint}?limit={PAGE}&offset={offset}");
            let (status, body) = connection.ask(Method::GET, &path, Bytes::new()).await?;
            if !status.is_success() {
                return Err(format!("{path}: {status}").into());
            }
            if body.len() > 2 {
                out.borrow_mut().write_all(&body)?;
                bytes += body.len() as u64;
                continue;
            }
            let mut place = place.borrow_mut();
            if place.0.is_some_and(|now| *now == endpoint) {
                place.0 = place.2.next();
                place.1 = 0;
            }
        }
    });
    Ok(try_join_all(work).await?.into_iter().sum())
}
