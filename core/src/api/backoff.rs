use std::cell::RefCell;
use std::time::Duration;

/// How long to wait: a power of the backoff factor, half of it fixed and half random, never more than the cap.
///
/// The random half keeps requests that failed together from coming back together.
#[derive(Debug)]
pub(super) struct Backoff {
    factor: f64,
    longest: Duration,
    random: RefCell<fastrand::Rng>,
}

impl Backoff {
    pub(super) fn new(factor: f64, longest: Duration, seed: u64) -> Self {
        Self { factor, longest, random: RefCell::new(fastrand::Rng::with_seed(seed)) }
    }

    /// The wait after `n` earlier ones: between half of `first × factor^n` and the whole of it, capped first.
    pub(super) fn wait(&self, first: Duration, n: u32) -> Duration {
        let grown = first.as_secs_f64() * self.factor.powi(i32::try_from(n).unwrap_or(i32::MAX));
        // `min` and `max` also turn an infinite or undefined power into a bound.
        let whole = grown.min(self.longest.as_secs_f64()).max(0.0);
        let half = whole / 2.0;
        Duration::from_secs_f64(half + half * self.random.borrow_mut().f64())
    }

    /// A wait that somebody else asked for, capped.
    pub(super) fn capped(&self, asked: Duration) -> Duration {
        asked.min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_keeps_its_bounds(
            factor in prop_oneof![1.0..10.0f64, Just(f64::INFINITY), Just(f64::NAN), Just(0.0), Just(-2.0)],
            longest in 0u64..1000,
            first in 0u64..5000,
            n in 0u32..2000,
            seed in any::<u64>(),
        ) {
            let (longest, first) = (Duration::from_secs(longest), Duration::from_millis(first));
            let backoff = Backoff::new(factor, longest, seed);
            let wait = backoff.wait(first, n);
            prop_assert!(wait <= longest);
            let whole = first.as_secs_f64() * factor.powf(f64::from(n));
            if whole.is_finite() && whole >= 0.0 {
                let whole = whole.min(longest.as_secs_f64());
                prop_assert!(wait.as_secs_f64() >= whole / 2.0 - 1e-6);
                prop_assert!(wait.as_secs_f64() <= whole + 1e-6);
            }
        }
    }

    #[test]
    fn waits_differ_from_seed_to_seed() {
        let waits: std::collections::BTreeSet<_> = (0..20)
            .map(|seed| Backoff::new(1.5, Duration::from_secs(30), seed).wait(Duration::from_secs(1), 3))
            .collect();
        assert!(waits.len() > 15);
    }
}
