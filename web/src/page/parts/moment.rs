use js_sys::Date;
use wasm_bindgen::JsValue;

/// A moment, in milliseconds since 1970, on the user's clock: `2026-01-31 08:15`.
pub(in super::super) fn moment(milliseconds: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "whole numbers below 2^53")]
    let date = Date::new(&JsValue::from_f64(milliseconds as f64));
    format!(
        "{}-{:02}-{:02} {:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes()
    )
}
