//! The one entry.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};

use crate::command::{self, NotBegun};
use crate::config::{self, Config, Resend};
use crate::event::{Event, Listener, Started};
use crate::exit::Exit;
use crate::host::{Clock, FileError, Files, Host, Sink, Timestamp};
use crate::invocation::{Command, Invocation};
use crate::notice::Notice;
use crate::report::{self, Ended, Results};
use crate::time;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Report {
    /// The exit code.
    pub exit: Exit,
    /// How the work ended; `None` if it never began, and the notices say why.
    pub ended: Option<Ended>,
    /// What belongs on standard output: data only (`count`'s table, or the results file with `--results-file -`).
    pub stdout: Option<String>,
    /// The oldest time at which one of the records that were skipped as already sent was sent.
    pub sent_since: Option<Timestamp>,
}

/// The results file is written anew so often while a run goes on (product documentation, "Results").
const RESULTS_INTERVAL: Duration = Duration::from_secs(30);

/// Runs one invocation on a host. Everything that happens on the way is told to `listener`; what the run leaves behind
/// are files and storage of the host, and the returned report.
///
/// Never panics on bad input; every failure ends in a [`crate::event::Event::Notice`] and an exit code.
pub async fn run<H: Host>(invocation: &Invocation, host: &H, listener: &dyn Listener) -> Report {
    let results = RefCell::new(Results::new());
    let tee = |event: &Event| {
        results.borrow_mut().observe(event);
        listener.hear(event);
    };
    let not_begun = |error: NotBegun| {
        tee(&Event::Notice(error.notice));
        tee(&Event::Finished { at: host.clock().now(), completed: false });
        Report { exit: error.exit, ended: None, stdout: None, sent_since: None }
    };
    let loaded = match config::load(invocation, host).await {
        Ok(loaded) => loaded,
        Err(error) => return not_begun(NotBegun::config(error)),
    };
    let config = loaded.config;
    let run_id = run_id(host);
    tee(&Event::Started(started(invocation, &config, host, run_id.clone())));
    loaded.notices.into_iter().for_each(|notice| tee(&Event::Notice(notice)));
    let file = ResultsFile {
        host,
        path: invocation.results_file.as_deref().filter(|path| !path.is_empty() && writes_results(invocation)),
        results: &results,
    };
    // Written first of all: a results file that cannot be written is not found out at the end of a long run, and one
    // of an earlier run is not taken for this one's.
    if let Err(error) = file.write(false).await {
        return not_begun(NotBegun::file(error));
    }
    let outcome = {
        // Both end with this block: a rewriting that is under way must not outlive the work and overwrite the end.
        let work = std::pin::pin!(work(invocation, &config, host, &tee, &run_id));
        let rewriting = std::pin::pin!(file.keep_writing(&tee));
        match select(work, rewriting).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((never, _)) => match never {},
        }
    };
    let (mut exit, ended, sent_since, output) = match outcome {
        Ok(Done { ended, sent_since, output }) => {
            (report::exit(&results.borrow(), invocation.fail_on, ended), Some(ended), sent_since, output)
        }
        Err(error) => {
            tee(&Event::Notice(error.notice));
            (error.exit, None, None, None)
        }
    };
    let completed = matches!(ended, Some(Ended::Completed | Ended::DryRun));
    if let Err(error) = file.write(completed).await {
        let mut notice = Notice::error(format!("the results file could not be written: {error}"));
        notice.hint = error.hint;
        tee(&Event::Notice(notice));
        if matches!(exit, Exit::Done | Exit::AllSkipped) {
            exit = Exit::Failed;
        }
    }
    let at = host.clock().now();
    let stdout = if file.is_stdout() { Some(results.borrow().to_json(at, completed)) } else { output };
    tee(&Event::Finished { at, completed });
    Report { exit, ended, stdout, sent_since }
}

/// Work that came to an end.
struct Done {
    ended: Ended,
    sent_since: Option<Timestamp>,
    output: command::Output,
}

/// `count` alone writes its table where others write their results.
fn writes_results(invocation: &Invocation) -> bool {
    invocation.command != Command::Count
}

async fn work<H: Host>(
    invocation: &Invocation,
    config: &Config,
    host: &H,
    listener: &dyn Listener,
    run_id: &Rc<str>,
) -> Result<Done, NotBegun> {
    let resend = Resend::from_invocation(invocation).map_err(NotBegun::config)?;
    let session = command::connect(invocation, config, host, listener, run_id).await?;
    let carried_out = session.beside_upkeep(command::carry_out(&session, &resend)).await;
    session.close().await;
    let output = carried_out.transpose()?.flatten();
    let sent_since = session.already_sent_since().and_then(|time| Timestamp::from_second(time.into()).ok());
    Ok(Done { ended: session.ended(), sent_since, output })
}

/// A name for a run that no other has: when it began, and some chance.
fn run_id<H: Host>(host: &H) -> Rc<str> {
    let now = time::in_utc(host.clock().now());
    let date = format!("{:04}{:02}{:02}", now.year(), now.month(), now.day());
    let time = format!("{:02}{:02}{:02}", now.hour(), now.minute(), now.second());
    format!("{date}T{time}Z-{:08x}", host.seed() & 0xffff_ffff).into()
}

fn started<H: Host>(invocation: &Invocation, config: &Config, host: &H, run_id: Rc<str>) -> Started {
    Started {
        command: invocation.command,
        run_id,
        at: host.clock().now(),
        working_dir: host.working_dir(),
        config_file: config.file.clone(),
        data_dir: config.data_dir.clone(),
        api_url: config::shown(&config.edfi_api.base_url),
        namespace: config.namespace.clone(),
        namespace_overrides: config.namespace_overrides.clone(),
        log_level: config.log_level,
    }
}

/// The results file of a run.
struct ResultsFile<'a, H> {
    host: &'a H,
    path: Option<&'a str>,
    results: &'a RefCell<Results>,
}

impl<H: Host> ResultsFile<'_, H> {
    fn is_stdout(&self) -> bool {
        self.path == Some("-")
    }

    async fn write(&self, completed: bool) -> Result<(), FileError> {
        let Some(path) = self.path.filter(|_| !self.is_stdout()) else { return Ok(()) };
        let text = self.results.borrow().to_json(self.host.clock().now(), completed);
        let mut sink = self.host.files().create(path).await?;
        sink.write(text.as_bytes()).await?;
        sink.commit().await
    }

    async fn keep_writing(&self, listener: &dyn Listener) -> std::convert::Infallible {
        loop {
            self.host.clock().sleep(RESULTS_INTERVAL).await;
            if let Err(error) = self.write(false).await {
                listener
                    .hear(&Event::Notice(Notice::warning(format!("the results file could not be written: {error}"))));
            }
        }
    }
}
