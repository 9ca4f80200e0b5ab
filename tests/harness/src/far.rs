//! A server as if it were far away.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How much is passed on at once.
const BLOCK: usize = 64 << 10;

/// Listens on 127.0.0.1 and passes on what it hears to `server`, half of `round_trip` later in each direction; a connection
/// begins a whole round trip later, as the handshake of TCP takes one. Goes on as long as the process.
///
/// Threads that sleep, as they wake to a tenth of a millisecond; the timers of an event loop are late by one or two.
pub fn far(server: SocketAddr, round_trip: Duration) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            // A connection that fails ends; whoever made it is told by its end.
            thread::spawn(move || connect(near, server, round_trip));
        }
    });
    Ok(address)
}

fn connect(near: TcpStream, server: SocketAddr, round_trip: Duration) -> io::Result<()> {
    thread::sleep(round_trip);
    let far = TcpStream::connect(server)?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    pass_on(near.try_clone()?, far.try_clone()?, round_trip / 2);
    pass_on(far, near, round_trip / 2);
    Ok(())
}

/// Reads on one thread and writes on another, so that bytes are under way side by side, as on a long line.
fn pass_on(mut from: TcpStream, mut to: TcpStream, delay: Duration) {
    let (sent, under_way) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut block = vec![0; BLOCK];
        while let Ok(read @ 1..) = from.read(&mut block) {
            if sent.send((Instant::now() + delay, block[..read].to_vec())).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in under_way {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        // The other end may be gone already.
        let _ = to.shutdown(Shutdown::Write);
    });
}
