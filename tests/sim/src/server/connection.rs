//! One connection: requests to answers, and the scripted faults of transport.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::{Shared, now};
use crate::answer::{Answer, Delivery, answer};

/// Answers the requests of a connection until either side ends it.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Without it an answer may wait for the client's acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let resets = Arc::new(AtomicBool::new(false));
    let stream = Stream { inner: stream, resets: Arc::clone(&resets) };
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        let resets = Arc::clone(&resets);
        async move { respond(request, &shared, &resets).await }
    });
    // An error is the end of this connection, by the client or by a scripted fault.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Ends the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends here")]
struct Ended;

async fn respond(request: Request<Incoming>, shared: &Shared, resets: &AtomicBool) -> Result<Response<Sent>, Ended> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Ended)?.to_bytes();
    let request = Request::from_parts(head, body);
    let Answer { response, delivery, delay } = answer(&mut shared.lock(), &request, now());
    if !delay.is_zero() {
        sleep_exactly(delay).await;
    }
    let end = |reset: bool| resets.store(reset, Ordering::Relaxed);
    match delivery {
        Delivery::Whole => Ok(response.map(Sent::whole)),
        Delivery::Half { reset } => {
            end(reset);
            Ok(response.map(Sent::half))
        }
        Delivery::Nothing { reset } => {
            end(reset);
            Err(Ended)
        }
        Delivery::Never => match std::future::pending::<Infallible>().await {},
        Delivery::Dead => {
            shared.death.send_replace(true);
            // The accepting task now drops this connection with all others.
            match std::future::pending::<Infallible>().await {}
        }
    }
}

/// The runtime's own timers are up to some milliseconds late, which is a good part of a latency that is measured: so the
/// rest of the wait is left to the system.
async fn sleep_exactly(delay: Duration) {
    const LATE: Duration = Duration::from_millis(5);
    let end = Instant::now() + delay;
    if delay > LATE {
        tokio::time::sleep(delay.saturating_sub(LATE)).await;
    }
    // It fails only when the server ends, and nobody waits for the answer any more.
    let _ =
        tokio::task::spawn_blocking(move || std::thread::sleep(end.saturating_duration_since(Instant::now()))).await;
}

/// The body of an answer, or the first half of it.
struct Sent {
    bytes: Bytes,
    /// The length that the head promises.
    promised: u64,
    is_half: bool,
    /// Whether what is there was flushed once since.
    is_flushed: bool,
}

impl Sent {
    fn whole(bytes: Bytes) -> Self {
        Self { promised: bytes.len() as u64, bytes, is_half: false, is_flushed: false }
    }

    fn half(mut bytes: Bytes) -> Self {
        let promised = bytes.len();
        bytes.truncate(promised / 2);
        Self { promised: promised as u64, bytes, is_half: true, is_flushed: false }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Ended;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Ended>>> {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        if !self.is_half {
            return Poll::Ready(None);
        }
        if self.is_flushed {
            return Poll::Ready(Some(Err(Ended)));
        }
        // The server flushes what it has when a body makes it wait; only then is the half really sent.
        self.is_flushed = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && !self.is_half
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}

/// A socket that can end by a reset.
struct Stream {
    inner: TcpStream,
    resets: Arc<AtomicBool>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.resets.load(Ordering::Relaxed) {
            // A socket that is closed without lingering resets its connection.
            let _ = self.inner.set_zero_linger();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.resets.load(Ordering::Relaxed) {
            // An orderly end would come before the reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
