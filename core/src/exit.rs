//! Exit codes: the contract of every front end (product documentation, "Exit codes").

/// How a run ended, as a process tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// Done; some records may have failed, unless `--fail-on any`.
    Done = 0,
    /// Every record failed, or not confirmed, lock held, `max_failures` reached, no file for the selection, stopped.
    Failed = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// Some records failed and `--fail-on any`.
    SomeFailed = 3,
    /// Discovery, documents or token could not be had, or the run was broken off.
    Unreachable = 4,
    /// All records were skipped, or there were files without records (Airflow's skip code).
    AllSkipped = 99,
}

impl Exit {
    /// The process exit code, always below 126.
    pub fn code(self) -> u8 {
        self as u8
    }
}
