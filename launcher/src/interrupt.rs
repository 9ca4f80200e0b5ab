//! Ctrl-C, and what else ends a process politely.

use crate::orders::Orders;

/// The exit code of a process that Ctrl-C has ended, as shells tell it: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// Hears of Ctrl-C on a thread of its own, so that it is heard whatever the component is busy with.
///
/// Where that cannot be set up, Ctrl-C ends the process as it does any other.
pub fn watch(orders: Orders) {
    std::thread::spawn(move || {
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            runtime.block_on(pass_on(orders));
        }
    });
}

/// The first Ctrl-C (elsewhere than on Windows also a TERM signal) tells the component to stop, which finishes what is
/// in flight and keeps what was answered. The second ends the process at once; nothing that was written gets lost by it.
async fn pass_on(orders: Orders) {
    interrupted().await;
    orders.stop();
    interrupted().await;
    end();
}

#[allow(clippy::exit, reason = "asked for a second time")]
fn end() -> ! {
    std::process::exit(INTERRUPTED)
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! {
                () = ctrl_c() => {}
                _ = terminated.recv() => {}
            }
        }
        Err(_) => ctrl_c().await,
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    ctrl_c().await;
}

/// Waits for Ctrl-C. Where it cannot be heard, it ends the process as it does any other.
async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
