//! One run in the page's worker.

use std::time::{Duration, Instant};

use lightbeam_wasi::args::Parsed;
use lightbeam_web::protocol::{Done, Job, News, Order, RunEnd, Secretive, Task, Want};
use serde_json::{Value, json};

use super::{PageStage, decoded, normal, words};
use crate::host::Call;
use crate::scenario::Observed;

/// The number of a run: each has a worker of its own.
const ID: u32 = 1;

/// The longest that a run may take.
const PATIENCE: Duration = Duration::from_mins(3);

/// How long the browser is asked to wait at a time, in milliseconds.
const SLICE: u64 = 10_000;

/// How often the API is asked how many requests it has received.
const LOOK: Duration = Duration::from_millis(1);

impl PageStage {
    pub(super) fn carry_out(&mut self, parsed: &Parsed, call: &Call) -> Result<Observed, String> {
        let mut variables: Vec<(String, String)> = call.env.clone().into_iter().collect();
        variables.push(("API".to_owned(), self.server.url()));
        let job = Job {
            task: Task::Run(Box::new(parsed.invocation.clone())),
            variables: variables.into_iter().map(|(name, value)| (name, Secretive(value))).collect(),
            texts: Vec::new(),
        };
        let begin = said(&Order::Begin { id: ID, job: Box::new(job) });
        let following = if call.stop { said(&Order::Want { id: ID, want: Want::Stop }) } else { Value::Null };
        // Only this word is a yes, as for whoever sits at a terminal; who is not there says nothing, and closes the page.
        let yes = call.answer.as_deref() == Some("yes");
        let answer = said(&Order::Answer { id: ID, yes });
        let arguments = vec![begin, self.chosen(&parsed.invocation), following, answer];
        self.page
            .browser
            .execute(include_str!("start.js"), arguments)
            .map_err(|error| self.page.explained(&error.to_string()))?;
        let ended = match call.kill_after_requests {
            Some(requests) => self.wait_for_requests(requests).map(|()| None),
            None => self.wait_for_end().map(Some),
        };
        // The worker ends here in any case, with its tab or because its work is done.
        let ending = "globalThis.lightbeamRun.worker.terminate()";
        self.page.browser.execute(ending, Vec::new()).map_err(|error| self.page.explained(&error.to_string()))?;
        match ended? {
            Some(ended) => self.observed(&ended, parsed),
            None => Ok(Observed::default()),
        }
    }

    fn wait_for_requests(&self, wanted: u64) -> Result<(), String> {
        let begun = Instant::now();
        let received =
            || self.server.with_state(|state| state.log().filter(|entry| entry.method != "OPTIONS").count() as u64);
        while received() < wanted {
            if begun.elapsed() > PATIENCE {
                return Err(self.page.explained(&format!("the API received {} requests only", received())));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    fn wait_for_end(&self) -> Result<Value, String> {
        let begun = Instant::now();
        loop {
            let ended = self.page.script(include_str!("wait.js"), vec![SLICE.into()])?;
            if !ended.is_null() {
                return match ended["failure"].as_str() {
                    Some(failure) => Err(self.page.explained(&format!("the worker failed: {failure}"))),
                    None => Ok(ended),
                };
            }
            if begun.elapsed() > PATIENCE {
                return Err(self.page.explained("the run does not end"));
            }
        }
    }

    fn observed(&mut self, ended: &Value, parsed: &Parsed) -> Result<Observed, String> {
        for output in ended["outputs"].as_array().into_iter().flatten() {
            let path = output[0].as_str().ok_or("an output without its path")?;
            self.files.insert(normal(path), decoded(&output[1])?);
        }
        let mut told = words::Told::new(parsed);
        for news in ended["news"].as_array().into_iter().flatten() {
            let news = serde_json::from_str(news.as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
            match news {
                News::Ready => {}
                News::Progress { snapshot, .. } => told.progress(&snapshot),
                News::Question { text, .. } => told.question(&text),
                News::Done { done, .. } => match *done {
                    Done::Run(end) => return Ok(observed(told, end)),
                    other => return Err(format!("the end of something else: {other:?}")),
                },
            }
        }
        Err("the run ended without saying how".to_owned())
    }
}

fn observed(mut told: words::Told, end: RunEnd) -> Observed {
    told.end(&end);
    Observed {
        exit: Some(end.exit.into()),
        stdout: end.stdout.unwrap_or_default(),
        stderr: told.text(),
        ..Observed::default()
    }
}

fn said(order: &Order) -> Value {
    json!(serde_json::to_string(order).expect("the protocol's types are JSON"))
}
