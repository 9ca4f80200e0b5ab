use js_sys::{Array, Date, Uint8Array};
use lightbeam_core::crc32::Crc32;
use lightbeam_core::host::{FileError, FileErrorKind};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag};

use super::{Output, read, unreadable};
use crate::zip::{Member, Modified, layout};

/// How much is read at a time of a file whose check sum is not known, in bytes.
const PART: u64 = 1 << 20;

/// One .zip of several files. Their contents are not copied: the archive is put together of the files, as they are, and
/// what stands between them.
pub async fn archive(outputs: &[Output]) -> Result<Blob, FileError> {
    let mut members = Vec::new();
    for output in outputs {
        let crc32 = match output.crc32 {
            Some(crc32) => crc32,
            None => check_sum(output).await?,
        };
        members.push(Member { path: output.path.clone(), size: size(&output.content), crc32 });
    }
    let layout = layout(&members, now());
    let parts = Array::new();
    for (header, output) in layout.headers.iter().zip(outputs) {
        parts.push(&Uint8Array::from(header.as_slice()));
        parts.push(&output.content);
    }
    parts.push(&Uint8Array::from(layout.end.as_slice()));
    let options = BlobPropertyBag::new();
    options.set_type("application/zip");
    Blob::new_with_blob_sequence_and_options(&parts, &options)
        .map_err(|_: JsValue| FileError::new(FileErrorKind::Full, "the archive", "the browser has no room for it"))
}

async fn check_sum(output: &Output) -> Result<u32, FileError> {
    let mut crc = Crc32::default();
    let end = size(&output.content);
    let mut at = 0;
    while at < end {
        let part = read(&output.content, at..end.min(at + PART)).await;
        crc.add(&part.map_err(|error| unreadable(&output.path, &error))?);
        at += PART;
    }
    Ok(crc.sum())
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is a whole number below 2^53")]
fn size(content: &Blob) -> u64 {
    content.size() as u64
}

/// The time of day where the page is.
fn now() -> Modified {
    let now = Date::new_0();
    Modified {
        year: now.get_full_year(),
        month: now.get_month() + 1,
        day: now.get_date(),
        hour: now.get_hours(),
        minute: now.get_minutes(),
        second: now.get_seconds(),
    }
}
