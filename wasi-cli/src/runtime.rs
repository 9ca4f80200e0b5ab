//! What the component runs under, and what people do about it there.

use lightbeam_core::host::{HttpError, HttpErrorKind};

/// What the component runs under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// wasmtime, or another runtime, where people grant everything by flags.
    Plain,
    /// The launcher, which grants what the configuration names.
    Launcher,
}

impl Runtime {
    /// The variable by which the launcher makes itself known, and what it says there.
    pub const VARIABLE: (&str, &str) = ("LIGHTBEAM_HOST", "launcher");

    /// Told by the value of [`Runtime::VARIABLE`].
    pub fn told_by(variable: Option<&str>) -> Self {
        if variable == Some(Self::VARIABLE.1) { Self::Launcher } else { Self::Plain }
    }

    /// The error with what to do about it here.
    pub fn advised(self, error: HttpError) -> HttpError {
        let hint = match (self, error.kind) {
            (Self::Plain, HttpErrorKind::Denied) => "add -S http before lightbeam.wasm",
            (Self::Plain, HttpErrorKind::Tls) => {
                "wasmtime trusts public certificate authorities only: the server's certificate must come from one, and \
                 be valid for its name"
            }
            (Self::Launcher, HttpErrorKind::Denied) => {
                return HttpError {
                    detail: "its host is named neither by the configuration nor by the API's discovery document".into(),
                    hint: Some("if you trust that host, allow it; what to add stands below".into()),
                    ..error
                };
            }
            (Self::Launcher, HttpErrorKind::Tls) => {
                "the server's certificate must come from an authority that this system trusts, or that of --ca-file \
                 FILE, and be valid for its name"
            }
            _ => return error,
        };
        HttpError { hint: Some(hint.to_owned()), ..error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runtime_has_its_own_flags() {
        let hint = |runtime: Runtime, kind| runtime.advised(HttpError::new(kind, "what happened")).hint;
        let (plain, launcher) = (Runtime::told_by(None), Runtime::told_by(Some("launcher")));
        assert!(hint(plain, HttpErrorKind::Denied).unwrap().contains("-S http"));
        assert!(hint(launcher, HttpErrorKind::Denied).unwrap().contains("allow it"));
        assert!(hint(plain, HttpErrorKind::Tls).unwrap().contains("public"));
        assert!(hint(launcher, HttpErrorKind::Tls).unwrap().contains("--ca-file"));
        assert_eq!(hint(launcher, HttpErrorKind::Dns), None);
    }
}
