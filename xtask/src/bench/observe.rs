//! What a process takes: time, processor and memory. The last two only where the system tells them, which is Linux.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::failure::Result;
use crate::process::Running;

/// How often a process is looked at: often while a short one may end at any moment, rarely enough later to take no time
/// from what is measured.
const LOOK: (Duration, Duration) = (Duration::from_micros(500), Duration::from_millis(10));
/// From here on a process is no short one.
const LONG: Duration = Duration::from_millis(300);
/// How often all processes of the system are looked through for descendants.
const LOOK_THROUGH: Duration = Duration::from_millis(500);

/// One run of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// From before its start to its end.
    pub(super) time: Duration,
    /// Processor time of all threads.
    pub(super) processor: Option<Duration>,
    /// The most resident memory, in bytes.
    pub(super) memory: Option<u64>,
    /// The exit code.
    pub(super) code: Option<i32>,
}

/// Waits for the end of a process that was started at `begin`.
pub(super) fn watch(running: &mut Running, begin: Instant) -> Result<Sample> {
    let proc = Path::new("/proc").join(running.id().to_string());
    let (mut processor, mut memory) = (None, None);
    loop {
        memory = peak_memory(&proc).max(memory);
        let seen = Stat::read(&proc);
        processor = seen.map(|stat| stat.processor).or(processor);
        // Its times are known until somebody has asked how it ended.
        if seen.is_none_or(|stat| stat.has_ended)
            && let Some(status) = running.ended()?
        {
            return Ok(Sample { time: begin.elapsed(), processor, memory, code: status.code() });
        }
        std::thread::sleep(if begin.elapsed() < LONG { LOOK.0 } else { LOOK.1 });
    }
}

/// The same for a process and all that it starts, such as a browser; their memory is each one's share of it.
pub(super) fn watch_all(running: &mut Running, begin: Instant) -> Result<Sample> {
    let root = running.id();
    let (mut processor, mut memory) = (None, None);
    loop {
        if let Some(status) = running.ended()? {
            return Ok(Sample { time: begin.elapsed(), processor, memory, code: status.code() });
        }
        let all = descendants(root);
        let times = all.iter().filter_map(|proc| Stat::read(proc)).map(|stat| stat.processor).sum::<Duration>();
        let shares = all.iter().filter_map(|proc| share_of_memory(proc)).sum::<u64>();
        if !all.is_empty() {
            processor = processor.max(Some(times));
            memory = memory.max(Some(shares));
        }
        std::thread::sleep(LOOK_THROUGH);
    }
}

/// What `/proc/N/stat` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    processor: Duration,
    has_ended: bool,
}

impl Stat {
    fn read(proc: &Path) -> Option<Self> {
        Self::of(&std::fs::read_to_string(proc.join("stat")).ok()?)
    }

    /// State, parent, and the 14th and 15th field, in hundredths of a second; the second holds the program's name, which
    /// may hold anything.
    fn of(stat: &str) -> Option<Self> {
        let (_, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            processor: Duration::from_millis((ticks(11)? + ticks(12)?) * 10),
            has_ended: *fields.first()? == "Z",
        })
    }
}

/// A process and all that come from it.
fn descendants(root: u32) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let all: Vec<(u32, u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            Some((id, Stat::read(&entry.path())?.parent, entry.path()))
        })
        .collect();
    let mut family = vec![root];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        family.extend(all.iter().filter(|process| process.1 == parent).map(|process| process.0));
        next += 1;
    }
    all.into_iter().filter(|process| family.contains(&process.0)).map(|process| process.2).collect()
}

fn peak_memory(proc: &Path) -> Option<u64> {
    kilobytes(&std::fs::read_to_string(proc.join("status")).ok()?, "VmHWM:")
}

fn share_of_memory(proc: &Path) -> Option<u64> {
    kilobytes(&std::fs::read_to_string(proc.join("smaps_rollup")).ok()?, "Pss:")
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read() {
        assert_eq!(kilobytes("VmPeak:\t 9 kB\nVmHWM:\t  2048 kB\n", "VmHWM:"), Some(2_097_152));
        assert_eq!(kilobytes("Name:\tx\n", "VmHWM:"), None);
        let stat = "7 (a) b) Z 5 7 7 0 -1 4194304 131 0 0 0 250 50 3 4 20 0 1 0 9 1 2";
        assert_eq!(Stat::of(stat), Some(Stat { parent: 5, processor: Duration::from_secs(3), has_ended: true }));
        assert_eq!(Stat::of("7 (a"), None);
    }
}
