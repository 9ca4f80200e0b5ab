//! What every command that talks to the API has at hand, and what ends a run early.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{self, Either};
use futures_util::stream::{self, Stream};

use super::failed_records::FailedRecords;
use crate::api::{Api, Permit};
use crate::config::Config;
use crate::event::{EndpointId, Event, Listener};
use crate::host::{
    Clock, FileError, FileErrorKind, Host, Lock, Operator, Storage, StorageError, StorageErrorKind, Wanted,
};
use crate::invocation::{Command, Invocation};
use crate::model::Endpoints;
use crate::notice::Notice;
use crate::report::Ended;
use crate::state::{Log, Target};

/// Gives a lock back; that it could not be is told, and the next run waits for its signs of life to end.
pub(crate) async fn release(lock: &impl Lock, tell: &impl Fn(Notice)) {
    if let Err(error) = lock.release().await
        && error.kind != StorageErrorKind::LockLost
    {
        tell(Notice::warning(format!("the lock of this target could not be given back: {error}")));
    }
}

/// What a session is made of.
pub(crate) struct Parts<'a, H: Host> {
    pub(crate) host: &'a H,
    pub(crate) config: &'a Config,
    pub(crate) invocation: &'a Invocation,
    pub(crate) listener: &'a dyn Listener,
    pub(crate) api: Api<'a, H>,
    pub(crate) endpoints: Endpoints,
    /// The endpoints that the run is about.
    pub(crate) selected: Vec<EndpointId>,
    /// Names the blobs of the API that is talked to.
    pub(crate) target: Target,
    /// Where answers are remembered; `None` without state.
    pub(crate) storage: Option<H::Storage>,
    /// The leave to change what is remembered; `None` without state, and in a dry run, which only reads.
    pub(crate) lock: Option<<H::Storage as Storage>::Lock>,
}

/// A run that has found its API.
pub(crate) struct Session<'a, H: Host> {
    parts: Parts<'a, H>,
    logs: RefCell<Vec<Rc<Log>>>,
    ended: Cell<Option<Ended>>,
    /// Whether part of the data, or of what was to be written, was lost on the way.
    incomplete: Cell<bool>,
    /// Data files that could not be read, or were changed, as it was told.
    told_files: RefCell<HashSet<String>>,
    /// Oldest time of what was skipped as already sent, in unix seconds.
    already_sent_since: Cell<Option<u32>>,
}

impl<'a, H: Host> std::ops::Deref for Session<'a, H> {
    type Target = Parts<'a, H>;

    fn deref(&self) -> &Parts<'a, H> {
        &self.parts
    }
}

/// Answers are at most so long not yet durable (product documentation, "State").
const FLUSH_INTERVAL: Duration = Duration::from_secs(1);

impl<'a, H: Host> Session<'a, H> {
    pub(crate) fn new(parts: Parts<'a, H>) -> Self {
        Self {
            parts,
            logs: RefCell::default(),
            ended: Cell::new(None),
            incomplete: Cell::new(false),
            told_files: RefCell::default(),
            already_sent_since: Cell::new(None),
        }
    }

    pub(crate) fn notice(&self, notice: Notice) {
        self.listener.hear(&Event::Notice(notice));
    }

    /// Whether nothing is to be changed; always false of commands that change nothing anyway.
    pub(crate) fn is_dry_run(&self) -> bool {
        let planning = [Command::Send, Command::ValidateSend, Command::Delete, Command::Truncate, Command::Create];
        self.invocation.dry_run && planning.contains(&self.invocation.command)
    }

    pub(crate) fn keeps_failed_records(&self) -> bool {
        self.failed_dir().is_some() && !self.is_dry_run()
    }

    /// `--failed-dir`, where one is given.
    pub(crate) fn failed_dir(&self) -> Option<&str> {
        self.invocation.failed_dir.as_deref().filter(|dir| !dir.is_empty())
    }

    /// The time as the state remembers it, in unix seconds.
    pub(crate) fn now(&self) -> u32 {
        u32::try_from(self.host.clock().now().as_second()).unwrap_or(0)
    }

    /// Lets others go on first.
    pub(crate) async fn yield_now(&self) {
        self.host.clock().sleep(Duration::ZERO).await;
    }

    /// Waits.
    pub(crate) async fn pause(&self, duration: Duration) {
        self.host.clock().sleep(duration).await;
    }

    /// Whether a further record is to be taken; waits while the user wants a pause.
    pub(crate) async fn goes_on(&self) -> bool {
        loop {
            if self.is_ending() {
                return false;
            }
            match self.host.operator().wanted() {
                Wanted::Run => return true,
                Wanted::Pause => self.host.clock().sleep(Duration::from_millis(200)).await,
                Wanted::Stop => self.end(Ended::Stopped),
            }
        }
    }

    /// Whether the run ends before everything was tried.
    pub(crate) fn is_ending(&self) -> bool {
        if self.ended.get().is_none()
            && let Some(broken_off) = self.api.broken_off()
        {
            self.notice(broken_off.notice(self.invocation.command));
            self.ended.set(Some(Ended::BrokenOff));
        }
        self.ended.get().is_some()
    }

    /// Leave to send one record; `None` when the run is ending.
    pub(crate) async fn permit(&self) -> Option<Permit> {
        if self.is_ending() {
            return None;
        }
        let permit = self.api.pool().acquire().await;
        if self.is_ending() { None } else { Some(permit) }
    }

    /// Each of these with leave to be worked on. When the run is ending, `without` gets those that no longer have it.
    pub(crate) fn permitted<'s, T: 's>(
        &'s self,
        all: Vec<T>,
        without: impl Fn(Vec<T>) + 's,
    ) -> impl Stream<Item = (T, Permit)> + 's {
        stream::unfold((all.into_iter(), without), move |(mut all, without)| async move {
            let next = all.next()?;
            match self.permit().await {
                Some(permit) if self.goes_on().await => Some(((next, permit), (all, without))),
                _ => {
                    without(std::iter::once(next).chain(all).collect());
                    None
                }
            }
        })
    }

    /// Ends the run early; the first reason stands.
    pub(crate) fn end(&self, ended: Ended) {
        if self.ended.get().is_none() {
            self.ended.set(Some(ended));
        }
    }

    /// How the run ended.
    pub(crate) fn ended(&self) -> Ended {
        // The API may have gone with the last requests, when nobody asked any more whether to go on.
        let _ = self.is_ending();
        match self.ended.get() {
            Some(ended) => ended,
            None if self.incomplete.get() => Ended::Incomplete,
            None if self.is_dry_run() => Ended::DryRun,
            None => Ended::Completed,
        }
    }

    pub(crate) fn endpoint_started(&self, endpoint: &EndpointId) {
        let url = self.api.target().endpoint_url(endpoint).to_string();
        self.listener.hear(&Event::EndpointStarted { endpoint: endpoint.clone(), url });
    }

    /// Part of the data could not be read: the rest is worked on, but the run is not complete.
    pub(crate) fn unreadable_file(&self, error: &FileError) {
        let mut notice = Notice::error(error.to_string());
        notice.hint.clone_from(&error.hint);
        self.notice(notice);
        self.told_files.borrow_mut().insert(error.path.clone());
        self.incomplete.set(true);
    }

    /// A data file is not what it was when the run began. It is told once, and not of a file that could not be read.
    pub(crate) fn changed_file(&self, path: &str) {
        if !self.told_files.borrow().contains(path) {
            self.unreadable_file(&FileError::new(FileErrorKind::Failed, path, "was changed while it was read"));
        }
    }

    /// Whether it was told of a data file that it was changed, or could not be read.
    pub(crate) fn is_doubtful(&self, path: &str) -> bool {
        self.told_files.borrow().contains(path)
    }

    /// Whether part of the data could not be read so far, or of what was to be written was not.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.incomplete.get()
    }

    /// State can no longer be kept: going on would send records that nobody remembers.
    pub(crate) fn storage_failed(&self, error: &StorageError) {
        if self.ended.get().is_none() {
            let mut notice = Notice::error(format!("the state cannot be kept, so the run ends: {error}"));
            notice.hint.clone_from(&error.hint);
            self.notice(notice);
        }
        self.end(Ended::StateLost);
    }

    /// A record was skipped as already sent at this time.
    pub(crate) fn note_already_sent(&self, time: u32) {
        let oldest = self.already_sent_since.get().map_or(time, |oldest| oldest.min(time));
        self.already_sent_since.set(Some(oldest));
    }

    /// Since when the records that were skipped have been known.
    pub(crate) fn already_sent_since(&self) -> Option<u32> {
        self.already_sent_since.get()
    }

    /// Opens the log of an endpoint. Without state it is empty, and forgotten at the end.
    pub(crate) async fn open_log(&self, endpoint: &EndpointId) -> Result<Rc<Log>, StorageError> {
        let log = match &self.storage {
            Some(storage) => Log::load(storage, self.target.log(endpoint)).await?,
            None => Log::unkept(),
        };
        let damage = log.damage();
        if damage.skipped > 0 {
            self.notice(Notice::warning(format!(
                "{} entries of the state of {endpoint} are damaged; their records are sent again",
                damage.skipped
            )));
        }
        let log = Rc::new(log);
        if self.lock.is_some() {
            self.logs.borrow_mut().push(log.clone());
        }
        Ok(log)
    }

    /// Makes what is pending durable.
    pub(crate) async fn flush(&self, log: &Log) {
        if let (Some(storage), Some(lock)) = (&self.storage, &self.lock) {
            if let Err(error) = log.flush(storage, lock).await {
                self.storage_failed(&error);
            }
        } else {
            log.forget_pending();
        }
    }

    /// Forgets all of an endpoint's records, durably. Without state, or where nothing was ever kept, there is nothing
    /// to forget.
    pub(crate) async fn clear_log(&self, log: &Log) {
        let (Some(storage), Some(lock)) = (&self.storage, &self.lock) else { return };
        let cleared = async {
            if log.pending() > 0 || storage.len(log.name()).await?.is_some() {
                log.clear(storage, lock).await?;
            }
            Ok(())
        };
        if let Err(error) = cleared.await {
            self.storage_failed(&error);
        }
    }

    /// Ends the work on a log.
    pub(crate) async fn close_log(&self, log: &Rc<Log>) {
        self.logs.borrow_mut().retain(|open| !Rc::ptr_eq(open, log));
        if let (Some(storage), Some(lock)) = (&self.storage, &self.lock)
            && let Err(error) = log.finish(storage, lock).await
        {
            self.storage_failed(&error);
        }
    }

    /// Runs `work` beside what must go on meanwhile: signs of life for the lock, and the state being written. If the
    /// lock is lost, the work is dropped where it stands.
    pub(crate) async fn beside_upkeep<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let work = std::pin::pin!(work);
        let upkeep = std::pin::pin!(self.upkeep());
        match future::select(work, upkeep).await {
            Either::Left((output, _)) => Some(output),
            Either::Right((error, _)) => {
                self.storage_failed(&error);
                None
            }
        }
    }

    async fn upkeep(&self) -> StorageError {
        let Some(lock) = &self.lock else { return future::pending().await };
        let flushing = std::pin::pin!(async {
            loop {
                self.host.clock().sleep(FLUSH_INTERVAL).await;
                let logs = self.logs.borrow().clone();
                for log in logs {
                    self.flush(&log).await;
                }
            }
        });
        let keeping = std::pin::pin!(lock.keep());
        match future::select(keeping, flushing).await {
            Either::Left((error, _)) => error,
            Either::Right((never, _)) => never,
        }
    }

    /// Ends the session: the lock is given back.
    pub(crate) async fn close(&self) {
        if let Some(lock) = &self.lock {
            release(lock, &|notice| self.notice(notice)).await;
        }
    }

    /// Writes what failed of an endpoint to `--failed-dir`.
    pub(crate) async fn write_failed_records(&self, failed: FailedRecords, endpoint: &EndpointId, files: &[Rc<str>]) {
        let Some(dir) = self.failed_dir().filter(|_| self.keeps_failed_records()) else { return };
        if let Err(error) = failed.write(self, dir, endpoint, files).await {
            self.unwritten(&format!("the failed records of {endpoint} could not be written"), &error);
        }
    }

    /// A file that was asked for could not be written: the rest is worked on, but the run is not complete.
    pub(crate) fn unwritten(&self, what: &str, error: &FileError) {
        let mut notice = Notice::error(format!("{what}: {error}"));
        notice.hint.clone_from(&error.hint);
        self.notice(notice);
        self.incomplete.set(true);
    }

    /// What to call an endpoint: its bare name if it is in the run's own namespace or the only one of that name among
    /// those selected, else `namespace/name`. As in the results file.
    pub(crate) fn name(&self, endpoint: &EndpointId) -> String {
        let is_namesake = |other: &EndpointId| other.name == endpoint.name && other.namespace != endpoint.namespace;
        let is_own = *endpoint.namespace == *self.config.namespace;
        if is_own || !self.selected.iter().any(is_namesake) { endpoint.name.to_string() } else { endpoint.to_string() }
    }

    /// The name under which an endpoint's files are written: its own; outside the main namespace with the namespace
    /// as a folder, as they are found again. Names come from the API: what is no plain name is written in hex.
    pub(crate) fn file_name(&self, endpoint: &EndpointId) -> String {
        let name = safe(&endpoint.name);
        if endpoint.namespace.eq_ignore_ascii_case(&self.config.namespace) {
            name
        } else {
            format!("{}/{name}", safe(&endpoint.namespace))
        }
    }
}

/// A name that is a plain file name on every system.
fn safe(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !name.is_empty() && name.bytes().all(plain) {
        return name.to_owned();
    }
    name.bytes().map(|byte| format!("{byte:02x}")).collect()
}
