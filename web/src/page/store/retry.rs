use leptos::prelude::*;
use lightbeam_web::protocol::{Done, RecordText, Task};
use web_sys::Blob;

use super::super::engine::{Heard, Supplies};
use super::{Purpose, Run, Step, Store};

impl Store {
    /// Sends the files of a run again, with its flags: what was accepted is passed over.
    pub(in super::super) fn send_again(self, run: &Run) {
        self.begin_run_of(Purpose::Send, run.invocation.clone(), run.given.as_ref().clone());
        self.load.go(Step::Send);
    }

    /// Sends only these lines of a run's files again; tells why, if that cannot be.
    pub(in super::super) fn send_lines(
        self,
        run: &Run,
        lines: Vec<(String, Vec<u64>)>,
        failed: impl Fn(String) + 'static,
    ) {
        let of: Vec<(String, Blob)> =
            run.given.iter().filter(|(path, _)| lines.iter().any(|(file, _)| file == path)).cloned().collect();
        let invocation = run.invocation.clone();
        self.ask_of(of, Task::Lines { files: lines }, move |outcome| match outcome {
            Ok((Done::Lines(Ok(())), copied)) => {
                self.begin_run_of(Purpose::Send, invocation.clone(), copied);
                if let Some(run) = self.last.with_untracked(|last| last.get(&Purpose::Send).map(|run| run.id)) {
                    self.load.of_lines.update(|runs| runs.push(run));
                }
                self.load.go(Step::Send);
            }
            Ok((Done::Lines(Err(why)), _)) | Err(why) => failed(why),
            Ok(_) => failed("the worker answered something else".to_owned()),
        });
    }

    /// Reads one record of a run's files.
    pub(in super::super) fn record_of(
        self,
        run: &Run,
        file: &str,
        line: u64,
        then: impl Fn(Result<RecordText, String>) + 'static,
    ) {
        let of: Vec<(String, Blob)> = run.given.iter().filter(|(path, _)| path == file).cloned().collect();
        if of.is_empty() {
            then(Err(format!("{file} was not among the files of this run")));
            return;
        }
        self.ask_of(of, Task::Record { file: file.to_owned(), line }, move |outcome| match outcome {
            Ok((Done::Record(record), _)) => then(record),
            Ok(_) => then(Err("the worker answered something else".to_owned())),
            Err(why) => then(Err(why)),
        });
    }

    /// Asks the worker for something small about these files and nothing else.
    fn ask_of(
        self,
        files: Vec<(String, Blob)>,
        task: Task,
        then: impl Fn(Result<(Done, Vec<(String, Blob)>), String>) + 'static,
    ) {
        self.engine().begin(task, Supplies { files, ..Supplies::default() }, move |heard| match heard {
            Heard::Done(done, files) => then(Ok((*done, files))),
            Heard::Lost(why) => then(Err(why)),
            Heard::Progress(_) | Heard::Question(_) | Heard::NeverBegun => {}
        });
    }
}
