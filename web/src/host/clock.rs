use std::time::Duration;

use futures_channel::oneshot;
use js_sys::{Date, Function, Math, Reflect};
use lightbeam_core::host::{Clock, Timestamp};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Performance;

/// The browser's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> Timestamp {
        // A time that is no number, or out of range, does not come from a clock.
        #[allow(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
        Timestamp::from_millisecond(Date::now() as i64).unwrap_or_default()
    }

    fn monotonic(&self) -> Duration {
        let performance = Reflect::get(&js_sys::global(), &JsValue::from_str("performance"))
            .ok()
            .and_then(|performance| performance.dyn_into::<Performance>().ok());
        Duration::from_secs_f64(performance.map_or_else(Date::now, |performance| performance.now()).max(0.0) / 1000.0)
    }

    async fn sleep(&self, duration: Duration) {
        Timer::start(duration).await;
    }
}

/// A timer that is taken back when it is dropped.
struct Timer {
    id: JsValue,
    fired: oneshot::Receiver<()>,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    async fn start(duration: Duration) {
        let Some(mut timer) = Self::set(duration) else { return };
        // The sender lives as long as the timer.
        let _ = (&mut timer.fired).await;
    }

    fn set(duration: Duration) -> Option<Self> {
        let (fire, fired) = oneshot::channel();
        let mut fire = Some(fire);
        let callback = Closure::<dyn FnMut()>::new(move || {
            if let Some(fire) = fire.take() {
                // Nobody waits for a timer that was given up.
                let _ = fire.send(());
            }
        });
        // Browsers take at most 2^31 milliseconds, and round down.
        let milliseconds = (duration.as_secs_f64() * 1000.0).ceil().min(2_147_483_647.0);
        let set: Function = global("setTimeout")?;
        let id = set.call2(&JsValue::UNDEFINED, callback.as_ref(), &JsValue::from_f64(milliseconds)).ok()?;
        Some(Self { id, fired, _callback: callback })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(clear) = global::<Function>("clearTimeout") {
            // Fails for no timer.
            let _ = clear.call1(&JsValue::UNDEFINED, &self.id);
        }
    }
}

fn global<T: JsCast>(name: &str) -> Option<T> {
    Reflect::get(&js_sys::global(), &JsValue::from_str(name)).ok()?.dyn_into().ok()
}

/// Chance enough for jitter and the names of runs.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole parts of numbers below 2^32")]
pub(super) fn seed() -> u64 {
    let half = || (Math::random() * 4_294_967_296.0) as u64;
    half() << 32 | half()
}
