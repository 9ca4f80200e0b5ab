//! The worker, as the page sees it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use js_sys::Reflect;
use lightbeam_web::message;
use lightbeam_web::protocol::{Done, Job, News, Order, Secretive, Snapshot, Task, Want};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, MessageEvent, Worker, WorkerOptions, WorkerType};

/// The member of the window that `boot.js` leaves what starts a worker in: its script, and the files of its module. The
/// compiled module is added when a worker has handed it over.
const ENGINE: &str = "lightbeamEngine";

/// What is heard of a job.
pub(super) enum Heard {
    /// How far it is.
    Progress(Box<Snapshot>),
    /// It waits for an answer.
    Question(String),
    /// It was stopped before the worker had heard of it.
    NeverBegun,
    /// It ended, and wrote these files.
    Done(Box<Done>, Vec<(String, Blob)>),
    /// The worker broke; nothing more will be heard.
    Lost(String),
}

/// What a job needs beside its task.
#[derive(Default)]
pub(super) struct Supplies {
    pub(super) variables: BTreeMap<String, Secretive>,
    pub(super) texts: Vec<(String, String)>,
    pub(super) files: Vec<(String, Blob)>,
    /// A folder that outputs go to.
    pub(super) folder: Option<JsValue>,
}

/// The worker; made anew, when the next job begins, after it broke. Cloning shares it.
#[derive(Clone, Default)]
pub(super) struct Engine(Rc<Inner>);

/// Who is told how a job goes.
type Listener = Rc<dyn Fn(Heard)>;

#[derive(Default)]
struct Inner {
    worker: RefCell<Option<Worker>>,
    ready: Cell<bool>,
    /// What is to be said once the worker listens, each with the job that it is about.
    backlog: RefCell<Vec<(u32, JsValue)>>,
    jobs: RefCell<HashMap<u32, Listener>>,
    last: Cell<u32>,
}

impl Engine {
    /// Lets the worker load, so that the first job need not wait for it. What goes wrong is told to that job: it tries
    /// again.
    pub(super) fn prepare(&self) {
        if self.0.worker.borrow().is_none() {
            let _ = self.hire();
        }
    }

    /// Begins a job; `hear` is told how it goes. Returns the job's number.
    pub(super) fn begin(&self, task: Task, supplies: Supplies, hear: impl Fn(Heard) + 'static) -> u32 {
        let id = self.0.last.get() + 1;
        self.0.last.set(id);
        self.0.jobs.borrow_mut().insert(id, Rc::new(hear));
        let Supplies { variables, texts, files, folder } = supplies;
        let order = Order::Begin { id, job: Box::new(Job { task, variables, texts }) };
        self.say(id, message::write(&order, &files, folder.as_ref()));
        id
    }

    /// Answers the question of a run.
    pub(super) fn answer(&self, id: u32, yes: bool) {
        self.say(id, message::write(&Order::Answer { id, yes }, &[], None));
    }

    /// Tells a run what the person wants.
    pub(super) fn want(&self, id: u32, want: Want) {
        if want == Want::Stop && self.0.worker.borrow().is_some() && !self.0.ready.get() {
            self.give_up(id);
        } else {
            self.say(id, message::write(&Order::Want { id, want }, &[], None));
        }
    }

    /// Takes back a job that waits for the worker. If no other one waits, the worker goes too: its download may have come
    /// to a halt, and the next job begins a new one.
    fn give_up(&self, id: u32) {
        self.0.backlog.borrow_mut().retain(|(about, _)| *about != id);
        let job = self.0.jobs.borrow_mut().remove(&id);
        if self.0.jobs.borrow().is_empty()
            && let Some(worker) = self.0.worker.borrow_mut().take()
        {
            worker.terminate();
        }
        if let Some(job) = job {
            job(Heard::NeverBegun);
        }
    }

    fn say(&self, about: u32, message: JsValue) {
        if self.0.worker.borrow().is_none()
            && let Err(why) = self.hire()
        {
            self.lose(&why);
            return;
        }
        if !self.0.ready.get() {
            self.0.backlog.borrow_mut().push((about, message));
            return;
        }
        let posted = self.0.worker.borrow().as_ref().map(|worker| worker.post_message(&message));
        if !matches!(posted, Some(Ok(()))) {
            self.lose("the browser could not hand the job over");
        }
    }

    fn hire(&self) -> Result<(), String> {
        let missing = || "this copy of the page is not whole; load it again".to_owned();
        let start = Reflect::get(&js_sys::global(), &JsValue::from_str(ENGINE)).map_err(|_| missing())?;
        let boot = member(&start, "boot").as_string().ok_or_else(missing)?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&boot, &options)
            .map_err(|_| "this browser does not let the page start its worker".to_owned())?;
        let engine = self.clone();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| engine.hear(&event.data()));
        let engine = self.clone();
        let fail = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            // A script that could not be loaded has no message.
            match member(&event, "message").as_string().filter(|message| !message.is_empty()) {
                Some(message) => engine.lose(&message),
                None => engine.lose(&not_loaded("its script could not be had")),
            }
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        // Both listen as long as the page lives: a worker is replaced only after it broke.
        hear.forget();
        fail.forget();
        worker.post_message(&start).map_err(|_| missing())?;
        self.0.ready.set(false);
        *self.0.worker.borrow_mut() = Some(worker);
        Ok(())
    }

    fn hear(&self, data: &JsValue) {
        let module = member(data, "module");
        if !module.is_undefined() {
            // The next worker gets it from us: it is not downloaded twice.
            let start = member(&js_sys::global(), ENGINE);
            let _ = Reflect::set(&start, &JsValue::from_str("module"), &module);
            return;
        }
        if let Some(why) = member(data, "failed").as_string() {
            self.lose(&not_loaded(&why));
            return;
        }
        let Ok(heard) = message::read::<News>(data) else { return };
        match heard.said {
            News::Ready => {
                self.0.ready.set(true);
                let backlog = std::mem::take(&mut *self.0.backlog.borrow_mut());
                for (about, message) in backlog {
                    // A message that could not be handed over has ended all jobs: none of them may begin after that.
                    if self.0.worker.borrow().is_none() {
                        break;
                    }
                    self.say(about, message);
                }
            }
            News::Progress { id, snapshot } => self.pass(id, Heard::Progress(snapshot)),
            News::Question { id, text } => self.pass(id, Heard::Question(text)),
            News::Done { id, done } => {
                let job = self.0.jobs.borrow_mut().remove(&id);
                if let Some(job) = job {
                    job(Heard::Done(done, heard.files));
                }
            }
        }
    }

    fn pass(&self, id: u32, heard: Heard) {
        let job = self.0.jobs.borrow().get(&id).cloned();
        if let Some(job) = job {
            job(heard);
        }
    }

    /// The worker broke: every job hears so, and the next one gets a new worker.
    fn lose(&self, why: &str) {
        if let Some(worker) = self.0.worker.borrow_mut().take() {
            worker.terminate();
        }
        self.0.ready.set(false);
        self.0.backlog.borrow_mut().clear();
        let jobs = std::mem::take(&mut *self.0.jobs.borrow_mut());
        for job in jobs.into_values() {
            job(Heard::Lost(why.to_owned()));
        }
    }
}

/// A member of an object; undefined where there is none.
fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn not_loaded(why: &str) -> String {
    format!(
        "the part of the page that does the work could not be loaded ({why}); check the network and try again, and \
         if that does not help, load the page again"
    )
}
