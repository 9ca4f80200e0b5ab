//! Which records to take so that a given share of all records is taken, spread evenly and by chance.

use super::random::Random;

/// A share of a stream of records, of which not every one can be taken.
#[derive(Debug)]
pub(super) struct Share {
    /// From 0 to 1.
    rate: f64,
    seen: u64,
    taken: u64,
    /// Where in its stretch the next one is taken, from 0 to 1.
    offset: f64,
}

impl Share {
    /// A share in percent.
    pub(super) fn new(percent: f64, random: &mut Random) -> Self {
        Self { rate: percent / 100.0, seen: 0, taken: 0, offset: random.unit() }
    }

    /// Counts a record.
    pub(super) fn see(&mut self) {
        self.seen += 1;
    }

    /// Whether the record counted last is to be taken, if it can be.
    ///
    /// After a stretch of records that could not be taken, the backlog is made up for slowly (at four times the
    /// rate), so that no part of a file is taken whole.
    pub(super) fn is_due(&self, random: &mut Random) -> bool {
        let wanted = self.seen as f64 * self.rate;
        let due = self.taken as f64 + self.offset;
        if wanted <= due {
            return false;
        }
        wanted <= due + 1.0 || random.unit() < self.rate * 4.0
    }

    /// Counts a record as taken.
    pub(super) fn take(&mut self, random: &mut Random) {
        self.taken += 1;
        self.offset = random.unit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(percent: f64, count: u64, can: impl Fn(u64) -> bool) -> Vec<u64> {
        let mut random = Random::new(3);
        let mut share = Share::new(percent, &mut random);
        let mut taken = Vec::new();
        for i in 0..count {
            share.see();
            if can(i) && share.is_due(&mut random) {
                share.take(&mut random);
                taken.push(i);
            }
        }
        taken
    }

    #[test]
    fn the_share_is_met_and_spread() {
        assert_eq!(taken(0.0, 1000, |_| true), Vec::<u64>::new());
        assert_eq!(taken(100.0, 1000, |_| true).len(), 1000);
        let five = taken(5.0, 10_000, |_| true);
        assert!((498..=501).contains(&five.len()), "{}", five.len());
        assert!(five.windows(2).all(|pair| pair[1] - pair[0] <= 40));
    }

    #[test]
    fn a_backlog_is_made_up_for_but_not_at_once() {
        let late = taken(1.0, 100_000, |i| i > 20_000);
        assert!((980..=1001).contains(&late.len()), "{}", late.len());
        let first: Vec<_> = late.iter().filter(|i| **i < 21_000).collect();
        assert!(first.len() < 80, "{}", first.len());
    }
}
