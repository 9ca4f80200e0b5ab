//! A small seeded generator (SplitMix64): the same seed gives the same bytes on every machine and in every version.

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for one record, so that a record does not depend on what was written before it.
    pub(super) fn of_record(seed: u64, stream: u64, index: u64) -> Self {
        Self::new(mixed(seed ^ mixed(stream)) ^ mixed(index.wrapping_add(0x51ed_2701)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number from 0 to `limit` - 1; 0 when the limit is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        // The upper half of a wide product is uniform enough for test data and needs no loop.
        let wide = u128::from(self.next()) * u128::from(limit);
        u64::try_from(wide >> 64).expect("the upper half of a product of two u64 fits")
    }

    /// One of the items.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.index(items.len())]
    }

    /// A place in a list of this length, which must not be empty.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("smaller than a usize")
    }

    /// True once in `n` times.
    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A number from 0 up to, not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_fixed_for_ever() {
        let mut random = Random::new(0);
        // The published first values of SplitMix64 for the seed 0.
        assert_eq!(random.next(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(random.next(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn numbers_stay_in_range_and_differ_by_record() {
        let mut seen = std::collections::BTreeSet::new();
        for index in 0..1000 {
            let mut random = Random::of_record(1, 2, index);
            assert!(random.below(10) < 10);
            assert!((0.0..1.0).contains(&random.unit()));
            seen.insert(random.next());
        }
        assert_eq!(seen.len(), 1000);
    }
}
