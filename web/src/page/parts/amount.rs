/// A number with commas between its thousands.
pub(in super::super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size, as people read it.
pub(in super::super) fn size(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut shown = bytes as f64;
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    for unit in ["kB", "MB", "GB"] {
        shown /= 1000.0;
        if shown < 999.5 {
            let digits = usize::from(shown < 9.95);
            return format!("{shown:.digits$} {unit}");
        }
    }
    format!("{:.0} TB", shown / 1000.0)
}

/// A moment, in milliseconds since 1970, on the user's clock: `2026-01-31 08:15`.
pub(in super::super) fn moment(milliseconds: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "whole numbers below 2^53")]
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(milliseconds as f64));
    format!(
        "{}-{:02}-{:02} {:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes()
    )
}
