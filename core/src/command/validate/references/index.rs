//! The natural keys of local records that references can point to.

use std::collections::{BTreeSet, HashMap};

use super::super::local::{all_files, each_record};
use crate::command::NotBegun;
use crate::command::session::Session;
use crate::host::Host;

/// Hashed natural keys of the local records of some endpoints: 8 bytes a record.
///
/// Keys that some API may take for the same hash alike: texts that differ in case or in trailing blanks (SQL Server
/// compares so), numbers and their text. So what is not found here, no API would find in these records; a reference
/// that an API on `PostgreSQL` refuses for its case alone is left for that API to refuse.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_endpoint: HashMap<usize, Keys>,
}

#[derive(Debug)]
struct Keys {
    /// Sorted.
    hashes: Vec<u64>,
    /// Whether these are the keys of all records in the endpoint's files.
    whole: bool,
}

impl Index {
    /// Reads the local files of these endpoints (positions among the API's endpoints), whether they are selected or
    /// not.
    pub(super) async fn read<H: Host>(session: &Session<'_, H>, wanted: &BTreeSet<usize>) -> Result<Self, NotBegun> {
        let mut index = Self::default();
        if wanted.is_empty() {
            return Ok(index);
        }
        for of in all_files(session).await? {
            let Some(at) = session.endpoints.position(&of.endpoint).filter(|at| wanted.contains(at)) else { continue };
            let Some(key) = &session.endpoints.all()[at].key else { continue };
            let mut hashes = Vec::new();
            let whole =
                each_record(session, &of.files, |record| hashes.extend(key.hash(record).map(|hash| hash.folded))).await;
            hashes.sort_unstable();
            hashes.dedup();
            hashes.shrink_to_fit();
            index.by_endpoint.insert(at, Keys { hashes, whole });
        }
        Ok(index)
    }

    /// Whether a local record of an endpoint has this key ([`crate::model::KeyHash::folded`]).
    pub(super) fn holds(&self, endpoint: usize, key: u64) -> bool {
        self.by_endpoint.get(&endpoint).is_some_and(|keys| keys.hashes.binary_search(&key).is_ok())
    }

    /// Whether an endpoint has local files.
    pub(super) fn has_files(&self, endpoint: usize) -> bool {
        self.by_endpoint.contains_key(&endpoint)
    }

    /// Whether all local records of an endpoint are known; also where it has none.
    pub(super) fn is_whole(&self, endpoint: usize) -> bool {
        self.by_endpoint.get(&endpoint).is_none_or(|keys| keys.whole)
    }
}
