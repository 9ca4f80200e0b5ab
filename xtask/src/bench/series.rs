//! Several runs of one tool.

use std::time::Duration;

use super::observe::Sample;

/// The runs of a tool in a job.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// Its name in tables.
    pub(super) tool: &'static str,
    /// What each run worked on.
    pub(super) records: u64,
    pub(super) samples: Vec<Sample>,
}

impl Series {
    /// Records a second: the median run's, the slowest's and the fastest's.
    pub(super) fn rates(&self) -> Option<(f64, f64, f64)> {
        let rate = |time: Duration| self.records as f64 / time.as_secs_f64().max(1e-6);
        let times = self.sorted();
        Some((rate(median(&times)?), rate(*times.last()?), rate(*times.first()?)))
    }

    /// Time of a run: the median, the least and the most.
    pub(super) fn times(&self) -> Option<(Duration, Duration, Duration)> {
        let times = self.sorted();
        Some((median(&times)?, *times.first()?, *times.last()?))
    }

    fn sorted(&self) -> Vec<Duration> {
        let mut times: Vec<Duration> = self.samples.iter().map(|sample| sample.time).collect();
        times.sort_unstable();
        times
    }

    /// Processor time of the median run.
    pub(super) fn processor(&self) -> Option<Duration> {
        let mut times: Vec<Duration> = self.samples.iter().filter_map(|sample| sample.processor).collect();
        times.sort_unstable();
        median(&times)
    }

    /// Processor time for each record, in microseconds.
    pub(super) fn processor_of_a_record(&self) -> Option<f64> {
        Some(self.processor()?.as_secs_f64() * 1e6 / self.records.max(1) as f64)
    }

    /// The most memory that any run had, in bytes.
    pub(super) fn memory(&self) -> Option<u64> {
        self.samples.iter().filter_map(|sample| sample.memory).max()
    }
}

fn median(sorted: &[Duration]) -> Option<Duration> {
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_run_counts() {
        let sample = |seconds| Sample {
            time: Duration::from_secs(seconds),
            processor: Some(Duration::from_millis(seconds)),
            memory: Some(seconds),
            code: Some(0),
        };
        let series = Series { tool: "launcher", records: 100, samples: [5, 1, 2].map(sample).to_vec() };
        assert_eq!(series.rates(), Some((50.0, 20.0, 100.0)));
        assert_eq!(series.processor_of_a_record(), Some(20.0));
        assert_eq!(series.memory(), Some(5));
        assert_eq!(Series { samples: Vec::new(), ..series }.rates(), None);
    }
}
