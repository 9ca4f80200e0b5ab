//! A server of static files, as the page needs one: on loopback, below any path, with or without security headers.
//!
//! It is for tests and for looking at the page: it reads each file anew, so that a folder may change while it is served.

mod file;
mod security;

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::server::ServerError;
use file::Found;
pub use security::Security;

/// A running server of one folder. Dropping it ends it and all its connections.
#[derive(Debug)]
pub struct PageServer {
    address: SocketAddr,
    prefix: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What is served, and how.
#[derive(Debug)]
struct Site {
    folder: PathBuf,
    /// Begins and ends with a slash.
    prefix: String,
    security: Security,
}

impl PageServer {
    /// Serves a folder on a free port of the loopback address, below a path such as `/` or `/some/path/`.
    ///
    /// # Errors
    /// When no socket can be had.
    pub fn start(folder: impl Into<PathBuf>, prefix: &str, security: Security) -> Result<Self, ServerError> {
        Self::start_on(0, folder, prefix, security)
    }

    /// Serves a folder on a port of the loopback address; 0 means any that is free.
    ///
    /// # Errors
    /// As [`start`](Self::start), and when the port is taken.
    pub fn start_on(
        port: u16,
        folder: impl Into<PathBuf>,
        prefix: &str,
        security: Security,
    ) -> Result<Self, ServerError> {
        let failed = |source| ServerError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let prefix = match prefix.trim_matches('/') {
            "" => "/".to_owned(),
            inner => format!("/{inner}/"),
        };
        let site = Arc::new(Site { folder: folder.into(), prefix: prefix.clone(), security });
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("static-files".to_owned())
            .spawn(move || run(&runtime, listener, &site, stopped))
            .map_err(failed)?;
        Ok(Self { address, prefix, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the page, with a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.prefix)
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Fails only when the thread has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(runtime: &Runtime, listener: TcpListener, site: &Arc<Site>, stopped: oneshot::Receiver<()>) {
    runtime.block_on(async {
        tokio::select! {
            () = accept(listener, site) => {}
            _ = stopped => {}
        }
    });
}

async fn accept(listener: TcpListener, site: &Arc<Site>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let site = Arc::clone(site);
                    connections.spawn(async move {
                        let service = service_fn(|request: Request<Incoming>| {
                            let answer = site.answer(request.method(), request.uri().path());
                            async move { Ok::<_, Infallible>(answer) }
                        });
                        // An error is the end of this connection, by the client.
                        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                    });
                }
                // Out of file descriptors, say: wait until a connection ends.
                Err(_) => {
                    connections.join_next().await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

impl Site {
    fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut answer = plain(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.\n");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        if path == self.prefix.trim_end_matches('/') && !path.is_empty() {
            return self.to_the_page();
        }
        let found = path.strip_prefix(&self.prefix).and_then(|inner| file::find(&self.folder, inner));
        let Some(Found { bytes, kind }) = found else {
            return plain(StatusCode::NOT_FOUND, "There is no such file.\n");
        };
        let mut answer = Response::new(Full::new(Bytes::from(bytes)));
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        // What is stored must be asked for again: the folder may have changed.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        self.security.add_to(headers);
        answer
    }

    /// Relative addresses in the page need the slash.
    fn to_the_page(&self) -> Response<Full<Bytes>> {
        let mut answer = plain(StatusCode::MOVED_PERMANENTLY, "The page is one slash further.\n");
        if let Ok(location) = HeaderValue::from_str(&self.prefix) {
            answer.headers_mut().insert(LOCATION, location);
        }
        answer
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

#[cfg(test)]
mod tests;
