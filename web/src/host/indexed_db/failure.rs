use indexed_db_futures::error::{Error, OpenDbError};
use lightbeam_core::host::{StorageError, StorageErrorKind};
use web_sys::DomException;

use super::connection::Gone;

/// What went wrong with the blob `name`.
pub(super) fn storage_error(name: &str, error: &Error, gone: Option<Gone>) -> StorageError {
    match gone {
        Some(Gone::Erased) => hinted(
            StorageErrorKind::Failed,
            format!("{name} cannot be used: what this page had stored was erased, here or in another tab"),
            "begin again; what was sent is remembered no more, and is sent once more",
        ),
        Some(Gone::Newer) => hinted(
            StorageErrorKind::Failed,
            format!("{name} cannot be used: a newer version of this page is open in another tab"),
            "load this page again",
        ),
        Some(Gone::Closed) => hinted(
            StorageErrorKind::Failed,
            format!("{name} cannot be used: the browser took away what this page had stored"),
            "load this page again, and allow it to keep data permanently",
        ),
        None => of_exception(&format!("{name} cannot be used"), error),
    }
}

/// Why the database could not be opened.
pub(super) fn of_opening(error: &OpenDbError) -> StorageError {
    const WHAT: &str = "the browser's storage cannot be used";
    match error {
        OpenDbError::Base(Error::DomException(exception)) => {
            let exception: DomException = exception.clone().into();
            match exception.name().as_str() {
                "VersionError" => hinted(
                    StorageErrorKind::Failed,
                    format!("{WHAT}: it was last written by a newer version of this page"),
                    "load this page again; if that does not help, clear what the browser has cached of it",
                ),
                // What browsers say where they keep nothing for pages; Firefox's private windows say the second.
                "SecurityError" | "InvalidStateError" | "NotAllowedError" => denied(WHAT),
                _ => of_exception(WHAT, &exception.into()),
            }
        }
        OpenDbError::Base(error) => of_exception(WHAT, error),
        // An opening that the browser refuses at once comes out of the library as a wrong version, which ours is not.
        OpenDbError::VersionZero | OpenDbError::UnsupportedEnvironment | OpenDbError::NullFactory => denied(WHAT),
    }
}

fn denied(what: &str) -> StorageError {
    hinted(
        StorageErrorKind::Denied,
        format!("{what}: this browser does not let the page keep data"),
        "allow cookies and site data for this page, or use a window that is not private; or leave `state_dir` empty, to have nothing remembered",
    )
}

fn of_exception(what: &str, error: &Error) -> StorageError {
    let failed = |why: String| StorageError::new(StorageErrorKind::Failed, format!("{what}: {why}"));
    let exception = match error {
        Error::DomException(exception) => exception,
        // The library would tell which value it is, with 15 kB of code that prints floats.
        Error::Serialisation(_) => return failed("it holds a value that this page does not write".to_owned()),
        Error::MissingData(error) => return failed(error.to_string()),
        Error::Unknown(error) => return failed(error.to_string()),
    };
    let exception: DomException = exception.clone().into();
    match exception.name().as_str() {
        "QuotaExceededError" => hinted(
            StorageErrorKind::Full,
            format!("{what}: the browser gives this page no more room"),
            "free space on the disk, or erase what the page has stored and is not needed any more",
        ),
        "SecurityError" | "NotAllowedError" => denied(what),
        name => hinted(
            StorageErrorKind::Failed,
            format!("{what}: the browser's database failed ({name}: {})", exception.message()),
            "load this page again",
        ),
    }
}

fn hinted(kind: StorageErrorKind, detail: String, hint: &str) -> StorageError {
    StorageError { kind, detail, hint: Some(hint.to_owned()) }
}
