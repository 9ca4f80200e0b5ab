//! From the path of a request to a file.

use std::path::{Component, Path};

use percent_encoding::percent_decode_str;

/// A file that may be served.
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    /// Its media type.
    pub(super) kind: &'static str,
}

/// The file that a path below the prefix means; a folder means its `index.html`.
///
/// Nothing outside of the folder is ever found: neither by `..`, plain or encoded, nor by a link that leads out.
pub(super) fn find(folder: &Path, path: &str) -> Option<Found> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // A backslash parts folders on some systems, and is in no name of ours.
    if path.contains(['\\', '\0']) {
        return None;
    }
    let relative = Path::new(path.as_ref());
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let folder = folder.canonicalize().ok()?;
    let mut file = folder.join(relative).canonicalize().ok()?;
    if file.is_dir() {
        if !path.is_empty() && !path.ends_with('/') {
            return None;
        }
        file = file.join("index.html").canonicalize().ok()?;
    }
    if !file.starts_with(&folder) {
        return None;
    }
    Some(Found { bytes: std::fs::read(&file).ok()?, kind: kind(&file) })
}

/// The media type by the ending. Browsers refuse scripts, styles and streamed modules under a wrong one.
fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("ico") => "image/x-icon",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
