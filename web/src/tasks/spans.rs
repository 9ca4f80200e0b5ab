use lightbeam_core::data::{Line, Lines};
use lightbeam_core::host::{Clock, FileError, Source};

/// The lines of a file, with a break after each block that was read, in which a worker hears what is said to it.
#[derive(Debug)]
pub(super) struct Walk<'c, S, C> {
    lines: Lines<S>,
    clock: &'c C,
    read: u64,
}

impl<'c, S: Source, C: Clock> Walk<'c, S, C> {
    pub(super) fn new(source: S, path: &str, clock: &'c C) -> Self {
        Self { lines: Lines::new(source, path), clock, read: 0 }
    }

    /// The next line that is not blank; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Line>, FileError> {
        let line = self.lines.next().await?;
        if self.lines.bytes_read() != self.read {
            self.read = self.lines.bytes_read();
            self.clock.sleep(std::time::Duration::ZERO).await;
        }
        Ok(line)
    }
}
