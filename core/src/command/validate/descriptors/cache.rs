//! Descriptor values of an API, kept for the next run: one blob an endpoint, among the target's cached documents.

use serde::{Deserialize, Serialize};

use super::values::Values;
use crate::command::session::Session;
use crate::crc32;
use crate::event::EndpointId;
use crate::host::{Clock as _, Host, Storage as _, StorageError};

/// Values are used without asking for so long, in seconds: 1 hour (product documentation, "State").
const FRESH_FOR: i64 = 3600;
/// The version of a blob; one of another version is not used.
const FORMAT: u32 = 1;

/// The first line of a blob; a JSON list of the values follows.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: u32,
    /// When the API was asked, in seconds since 1970.
    read_at: i64,
    /// CRC-32 of what follows.
    checksum: u32,
}

/// The values of an endpoint that were read within the last hour; `None` where there are none, or damaged ones.
pub(super) async fn read<H: Host>(session: &Session<'_, H>, endpoint: &EndpointId) -> Option<Values> {
    let storage = session.storage.as_ref()?;
    let blob = storage.read(&session.target.cache(&name(endpoint)), 0..u64::MAX).await.ok()?;
    decode(&blob, session.host.clock().now().as_second())
}

/// Keeps the values of an endpoint.
pub(super) async fn write<H: Host>(
    session: &Session<'_, H>,
    endpoint: &EndpointId,
    values: &Values,
) -> Result<(), StorageError> {
    let Some(storage) = &session.storage else { return Ok(()) };
    let blob = encode(values, session.host.clock().now().as_second());
    storage.write(&session.target.cache(&name(endpoint)), &blob).await
}

fn name(endpoint: &EndpointId) -> String {
    format!("values.{}.{}", endpoint.namespace, endpoint.name)
}

fn encode(values: &Values, now: i64) -> Vec<u8> {
    let list = serde_json::to_vec(&values.iter().collect::<Vec<_>>()).expect("texts are JSON");
    let head = Head { format: FORMAT, read_at: now, checksum: crc32::of(&list) };
    let mut blob = serde_json::to_vec(&head).expect("numbers are JSON");
    blob.push(b'\n');
    blob.extend(list);
    blob
}

fn decode(blob: &[u8], now: i64) -> Option<Values> {
    let end = blob.iter().position(|byte| *byte == b'\n')?;
    let (head, list) = (&blob[..end], &blob[end + 1..]);
    let head: Head = serde_json::from_slice(head).ok()?;
    // Values from the future say that the clock was wrong, not that they are fresh.
    let is_fresh = now.checked_sub(head.read_at).is_some_and(|age| (0..FRESH_FOR).contains(&age));
    if head.format != FORMAT || !is_fresh || head.checksum != crc32::of(list) {
        return None;
    }
    let values: Vec<Box<str>> = serde_json::from_slice(list).ok()?;
    Some(values.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(codes: &[&str]) -> Values {
        let mut values = Values::default();
        for code in codes {
            values.insert("uri://ed-fi.org/X", code);
        }
        values
    }

    #[test]
    fn values_are_fresh_for_an_hour() {
        let values = values(&["a", "ü\n\"", ""]);
        let blob = encode(&values, 1_000);
        assert_eq!(decode(&blob, 1_000), Some(values.clone()));
        assert_eq!(decode(&blob, 4_599), Some(values));
        for now in [4_600, 999, i64::MIN, i64::MAX] {
            assert_eq!(decode(&blob, now), None, "{now}");
        }
    }

    #[test]
    fn another_format_is_not_read() {
        let blob = String::from_utf8(encode(&values(&["a"]), 0)).unwrap();
        assert!(decode(blob.as_bytes(), 0).is_some());
        assert_eq!(decode(blob.replace("\"format\":1", "\"format\":2").as_bytes(), 0), None);
    }

    proptest! {
        #[test]
        fn damage_is_never_taken_for_values(at in any::<prop::sample::Index>(), with in any::<u8>(), cut in any::<bool>()) {
            let whole = values(&["one", "two"]);
            let mut blob = encode(&whole, 500);
            let at = at.index(blob.len());
            if cut {
                blob.truncate(at);
            } else {
                blob[at] = with;
            }
            let read = decode(&blob, 500);
            prop_assert!(read.is_none() || read == Some(whole));
        }
    }
}
