use bytes::Bytes;
use gloo_net::http::Response;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::ReadableStreamDefaultReader;

/// An answer's body broke off.
#[derive(Debug)]
pub(super) struct BrokenOff;

/// Reads a body piece by piece up to `max` bytes; also tells whether there is more, which is left unread.
pub(super) async fn read(response: &Response, max: usize) -> Result<(Bytes, bool), BrokenOff> {
    let Some(stream) = response.body() else { return Ok((Bytes::new(), false)) };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut body = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(|_| BrokenOff)?;
        let member = |name: &str| Reflect::get(&piece, &JsValue::from_str(name)).map_err(|_| BrokenOff);
        if member("done")?.is_truthy() {
            return Ok((body.into(), false));
        }
        let bytes: Uint8Array = member("value")?.dyn_into().map_err(|_| BrokenOff)?;
        let length = bytes.length() as usize;
        let room = max - body.len();
        let kept = length.min(room);
        let begin = body.len();
        body.resize(begin + kept, 0);
        // Lengths of arrays have 32 bits, and a part of one is no longer.
        #[allow(clippy::cast_possible_truncation, reason = "no longer than the array, whose length has 32 bits")]
        bytes.subarray(0, kept as u32).copy_to(&mut body[begin..]);
        if length > room {
            return Ok((body.into(), true));
        }
    }
}
