use super::local::Local;
use crate::data::Digest;
use crate::state::{Log, Removed, Standing};

/// What the state forgot of a record of the API before it is deleted; it can be written back.
#[derive(Debug, Default)]
pub(super) struct Tombstones(Vec<Removed>);

impl Tombstones {
    /// Forgets everything that says that the record is at the API: the entry of the local record, and that of any other
    /// value of its natural key. For that one counts as sent too, and is gone with the record all the same.
    pub(super) fn put(log: &Log, local: &Local, now: u32) -> Self {
        let mut tombstones = Self::default();
        for key in local.keys.into_iter().flatten() {
            tombstones.forget_key(log, key, now);
        }
        tombstones.forget(log, &local.digest);
        tombstones
    }

    /// Whether the state changed, so that the change must be durable before the record is deleted.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes more in.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Writes back what was forgotten: the record is still there.
    pub(super) fn restore(self, log: &Log) {
        for removed in self.0 {
            log.restore(removed);
        }
    }

    fn forget(&mut self, log: &Log, digest: &Digest) {
        self.0.extend(log.remove(digest));
    }

    /// Of one key, only the last success counts as sent. It is the last answer, or one that a failure hides: then that
    /// failure is turned, for a moment, into an answer that never came, which outdates all successes before it. That
    /// cannot be taken back, so if the record is refused, the older value is sent once more.
    fn forget_key(&mut self, log: &Log, key: u64, now: u32) {
        let Some(latest) = log.latest_of_key(key) else { return };
        let is_success = matches!(log.standing(&latest), Standing::Accepted { .. });
        self.forget(log, &latest);
        if !is_success {
            log.put(latest, key, now, 0);
            // What is left of it is no answer; the one before is kept for writing back.
            let _ = log.remove(&latest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Span;

    fn local(text: &str, key: u64) -> Local {
        let span = Span { offset: 0, length: 0 };
        let digest = Digest::of(text.as_bytes());
        Local { file: 0, line: 1, span, digest, keys: [Some(key), None], turn: None, repeats: 0 }
    }

    fn is_sent(log: &Log, text: &str) -> bool {
        matches!(log.standing(&Digest::of(text.as_bytes())), Standing::Accepted { .. })
    }

    #[test]
    fn no_value_of_a_key_stays_remembered_as_sent() {
        for (sent, deleted) in [
            (&[("v1", 201)][..], "v1"),
            (&[("v1", 201), ("v2", 200)], "v1"),
            (&[("v1", 201), ("v2", 200)], "v2"),
            (&[("v1", 201)], "v2"),
            // A failure stands before the success that counts.
            (&[("v1", 201), ("v2", 400)], "v2"),
            (&[("v1", 201), ("v2", 400)], "v3"),
            (&[("v1", 201), ("v2", 0)], "v1"),
        ] {
            let log = Log::unkept();
            for (at, (text, status)) in sent.iter().enumerate() {
                log.put(Digest::of(text.as_bytes()), 7, u32::try_from(at).unwrap(), *status);
            }
            log.put(Digest::of(b"other"), 8, 1, 201);
            let before: Vec<Standing> =
                sent.iter().map(|(text, _)| log.standing(&Digest::of(text.as_bytes()))).collect();
            let tombstones = Tombstones::put(&log, &local(deleted, 7), 99);
            for (text, _) in sent {
                assert!(!is_sent(&log, text), "{sent:?} {deleted}");
            }
            assert!(is_sent(&log, "other"));
            tombstones.restore(&log);
            for ((text, _), before) in sent.iter().zip(before) {
                let now = log.standing(&Digest::of(text.as_bytes()));
                let is_hidden = sent.iter().any(|(_, status)| *status >= 400) && *text == "v1";
                assert!(now == before || is_hidden, "{sent:?} {deleted}: {text} {before:?} {now:?}");
            }
        }
    }
}
