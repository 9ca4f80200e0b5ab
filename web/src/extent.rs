//! How a blob lies in the chunks of a database: which chunks are joined, and when.
//!
//! An append adds a chunk. A log of many small appends would be thousands of chunks, each a request to read; to join
//! with every append would write the log anew each time. So chunks are joined like digits are carried: [`FAN`] chunks
//! of a level make one of the next, until a chunk is [`CHUNK`] large. Each byte is written once for each level, of which
//! there are few.

/// The size that chunks are joined to, and that large writes are cut into, in bytes.
pub(crate) const CHUNK: u64 = 1 << 20;
/// How many chunks are joined.
const FAN: u64 = 64;

/// The length of a blob, and which of its chunks are still to be joined.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    len: u64,
    /// By level; a higher one lies before a lower one.
    runs: Vec<Run>,
}

/// Neighbouring chunks of one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    start: u64,
    count: u64,
}

impl Extent {
    /// A blob that was written at once, in chunks of [`CHUNK`].
    pub(crate) fn whole(len: u64) -> Self {
        Self { len, runs: Vec::new() }
    }

    /// The length of the blob in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Adds `added` bytes; everything from the offset it gives is to be joined with them.
    pub(crate) fn append(&mut self, added: u64) -> Option<u64> {
        let mut start = self.len;
        let mut join = None;
        self.len += added;
        if added == 0 {
            return None;
        }
        for level in 0.. {
            // What is large enough stays as it is, and so does what lies before it.
            if self.len - start >= CHUNK {
                break;
            }
            if level == self.runs.len() {
                self.runs.push(Run { start, count: 0 });
            }
            let run = &mut self.runs[level];
            if run.count == 0 {
                run.start = start;
            }
            run.count += 1;
            // Not by number alone: 64 chunks of half a megabyte would be much to hold at once.
            if run.count < FAN && self.len - run.start < CHUNK {
                return join;
            }
            run.count = 0;
            start = run.start;
            join = Some(start);
        }
        self.runs.clear();
        join
    }

    /// Cuts the blob; whether anything changes.
    pub(crate) fn cut(&mut self, len: u64) -> bool {
        if len >= self.len {
            return false;
        }
        self.len = len;
        // Counts that are too high by what was cut off only make the next join come earlier.
        for run in &mut self.runs {
            if run.start >= len {
                run.count = 0;
            }
        }
        true
    }

    /// The extent as numbers, as which it is kept.
    #[allow(clippy::cast_precision_loss, reason = "lengths are below 2^53")]
    pub(crate) fn to_numbers(&self) -> Vec<f64> {
        let runs = self.runs.iter().flat_map(|run| [run.start as f64, run.count as f64]);
        std::iter::once(self.len as f64).chain(runs).collect()
    }

    /// The extent that these numbers are, if they are one.
    pub(crate) fn from_numbers(numbers: &[f64]) -> Option<Self> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked just before")]
        let whole = |number: &f64| {
            (number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(number)).then_some(*number as u64)
        };
        let numbers: Option<Vec<u64>> = numbers.iter().map(whole).collect();
        let (&len, rest) = numbers.as_deref()?.split_first()?;
        let (pairs, odd) = rest.as_chunks::<2>();
        let runs = pairs.iter().map(|&[start, count]| Run { start, count }).collect();
        odd.is_empty().then_some(Self { len, runs })
    }
}

/// The parts that `len` bytes from `start` are cut into: offset and length of each.
pub(crate) fn pieces(start: u64, len: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..len.div_ceil(CHUNK)).map(move |n| (start + n * CHUNK, (len - n * CHUNK).min(CHUNK)))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::unwrap_used, clippy::struct_field_names, reason = "these are tests")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// A database that only knows where chunks begin and how long they are.
    #[derive(Default)]
    struct Chunks {
        extent: Extent,
        chunks: BTreeMap<u64, u64>,
        written: u64,
        largest_join: u64,
    }

    impl Chunks {
        fn put(&mut self, start: u64, len: u64) {
            for (offset, len) in pieces(start, len) {
                self.chunks.insert(offset, len);
                self.written += len;
            }
        }

        fn append(&mut self, added: u64) {
            let start = self.extent.len();
            match self.extent.append(added) {
                None => self.put(start, added),
                Some(from) => {
                    assert!(from == start || self.chunks.contains_key(&from), "a join begins where a chunk begins");
                    self.chunks.split_off(&from);
                    self.largest_join = self.largest_join.max(self.extent.len() - from);
                    self.put(from, self.extent.len() - from);
                }
            }
            self.extent = Extent::from_numbers(&self.extent.to_numbers()).unwrap();
        }

        fn cut(&mut self, len: u64) {
            if self.extent.cut(len) {
                self.chunks.split_off(&len);
                if let Some((&start, last)) = self.chunks.iter_mut().next_back() {
                    *last = (*last).min(len - start);
                }
            }
        }

        fn check(&self) {
            let mut end = 0;
            for (&start, &len) in &self.chunks {
                assert_eq!(start, end, "chunks lie end to end");
                assert!(len > 0 && len <= CHUNK);
                end += len;
            }
            assert_eq!(end, self.extent.len());
        }
    }

    #[test]
    fn many_small_appends_are_few_chunks_and_are_written_few_times() {
        for (added, appends, most, times) in
            [(40, 100_000, 150, 4), (16 << 10, 5_000, 150, 2), (300 << 10, 500, 300, 2), (3 << 20, 20, 60, 1)]
        {
            let mut chunks = Chunks::default();
            for _ in 0..appends {
                chunks.append(added);
            }
            chunks.check();
            assert_eq!(chunks.extent.len(), added * appends);
            assert!(chunks.chunks.len() <= most, "{} chunks of appends of {added}", chunks.chunks.len());
            assert!(chunks.written <= times * added * appends, "{} bytes for {}", chunks.written, added * appends);
            assert!(chunks.largest_join < 2 * CHUNK);
        }
    }

    #[test]
    fn what_is_no_extent_is_seen() {
        for numbers in [&[][..], &[-1.0], &[1.5], &[f64::NAN], &[1e300], &[10.0, 0.0]] {
            assert_eq!(Extent::from_numbers(numbers), None, "{numbers:?}");
        }
        assert_eq!(Extent::from_numbers(&[7.0]), Some(Extent::whole(7)));
    }

    proptest! {
        #[test]
        fn chunks_always_lie_end_to_end(
            changes in prop::collection::vec(prop_oneof![
                4 => (0_u64..100).prop_map(Ok),
                2 => (0_u64..200_000).prop_map(Ok),
                1 => (0_u64..3_000_000).prop_map(Ok),
                1 => (0_u64..3_000_000).prop_map(Err),
            ], 0..400),
        ) {
            let mut chunks = Chunks::default();
            for change in changes {
                match change {
                    Ok(added) => chunks.append(added),
                    Err(len) => chunks.cut(len),
                }
                chunks.check();
            }
        }
    }
}
