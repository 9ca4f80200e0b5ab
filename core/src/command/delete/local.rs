use std::rc::Rc;

use super::look_up::LookUp;
use crate::command::reader::Reader;
use crate::command::session::Session;
use crate::data::{Digest, Span};
use crate::event::EndpointId;
use crate::host::{Host, StorageError};
use crate::state::{Decision, Log, ResendRules, Standing, decide_delete};

/// A local record whose record at the API is to be removed.
#[derive(Debug, Clone)]
pub(super) struct Local {
    /// Its file: an index into the endpoint's files.
    pub(super) file: usize,
    /// Its line, from 1.
    pub(super) line: u64,
    /// Its bytes in the unpacked file.
    pub(super) span: Span,
    /// Its digest.
    pub(super) digest: Digest,
    /// Its natural key, hashed, and that of the API's record where that is spelled otherwise.
    pub(super) keys: [Option<u64>; 2],
    /// What lines must share to be worked on one after the other: the natural key, hashed but for case.
    pub(super) turn: Option<u64>,
    /// How often its exchanges were repeated.
    pub(super) repeats: u32,
}

/// What is done with a line that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It is looked up.
    LookUp,
    /// The state has an entry for it, from that time, and no flag asks for it.
    Known {
        /// Unix seconds.
        since: u32,
    },
    /// The same line stood earlier in this run.
    Repeated,
}

/// Decides on a line, and remembers that it stood there.
pub(super) fn treat(log: &Log, digest: &Digest, rules: &ResendRules) -> Treatment {
    if log.mark_seen(digest).0 {
        return Treatment::Repeated;
    }
    let standing = log.standing(digest);
    match (decide_delete(standing, rules), standing) {
        (
            Decision::Skip | Decision::Outdated,
            Standing::Accepted { time, .. } | Standing::Failed { time, .. } | Standing::Outdated { time, .. },
        ) => Treatment::Known { since: time },
        _ => Treatment::LookUp,
    }
}

/// How many local records of an endpoint are to be looked up: its files are read once for that, before the question is
/// asked.
pub(super) async fn count<H: Host>(
    session: &Session<'_, H>,
    endpoint: &EndpointId,
    files: &[Rc<str>],
    look_up: &LookUp,
    rules: &ResendRules,
) -> Result<u64, StorageError> {
    let log = match &session.storage {
        Some(storage) => Log::load(storage, session.target.log(endpoint)).await?,
        None => Log::unkept(),
    };
    let mut count = 0;
    let mut reader = Reader::silent(session, endpoint, files);
    while let Some((_, line)) = reader.next().await {
        let Ok(bytes) = line.bytes else { continue };
        let is_asked = treat(&log, &Digest::of(&bytes), rules) == Treatment::LookUp;
        count += u64::from(is_asked && look_up.values(&bytes).is_ok());
    }
    Ok(count)
}
