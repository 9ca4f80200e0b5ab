use std::cell::RefCell;
use std::rc::Rc;

use lightbeam_core::host::Wanted;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

use super::{run, tasks};
use crate::host::{BrowserClock, ChosenFiles, PageOperator};
use crate::message::{self, Message};
use crate::protocol::{Done, Job, News, Order, Task, Want};
use crate::tasks::{lines, record, survey};

/// A run by its number, and who is asked by it.
type UnderWay = (u32, Rc<PageOperator>);

/// Where orders come in and news go out.
#[derive(Clone)]
pub(super) struct Desk {
    scope: DedicatedWorkerGlobalScope,
    /// The run that is under way, by its number.
    operator: Rc<RefCell<Option<UnderWay>>>,
}

impl Desk {
    /// Listens from now on, and says so.
    pub(super) fn open(scope: &DedicatedWorkerGlobalScope) {
        let desk = Self { scope: scope.clone(), operator: Rc::default() };
        let listener = desk.clone();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            // What does not come from our own page is not for us.
            if let Ok(message) = message::read::<Order>(&event.data()) {
                listener.obey(message);
            }
        });
        scope.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        // Listens as long as the worker lives.
        hear.forget();
        desk.tell(&News::Ready, &[]);
    }

    /// Tells the page something.
    pub(super) fn tell(&self, news: &News, files: &[(String, Blob)]) {
        self.scope.post_message(&message::write(news, files, None)).expect("texts and blobs can be posted");
    }

    fn obey(&self, message: Message<Order>) {
        let Message { said, files, folder } = message;
        match said {
            Order::Begin { id, job } => {
                let chosen = match folder.and_then(|folder| folder.dyn_into().ok()) {
                    Some(folder) => ChosenFiles::default().with_folder(folder),
                    None => ChosenFiles::default(),
                };
                for (path, content) in files {
                    chosen.put(&path, content);
                }
                spawn_local(self.clone().carry_out(id, *job, chosen));
            }
            Order::Answer { id, yes } => {
                if let Some(operator) = self.operator_of(id) {
                    operator.answer(yes);
                }
            }
            Order::Want { id, want } => {
                if let Some(operator) = self.operator_of(id) {
                    operator.want(match want {
                        Want::Run => Wanted::Run,
                        Want::Pause => Wanted::Pause,
                        Want::Stop => Wanted::Stop,
                    });
                }
            }
        }
    }

    fn operator_of(&self, id: u32) -> Option<Rc<PageOperator>> {
        self.operator.borrow().as_ref().filter(|(run, _)| *run == id).map(|(_, operator)| operator.clone())
    }

    async fn carry_out(self, id: u32, job: Job, chosen: ChosenFiles) {
        let Job { task, variables, texts } = job;
        let paths = chosen.paths();
        for (path, text) in texts {
            chosen.put_text(&path, &text);
        }
        let done = match task {
            Task::Run(invocation) => {
                let asking = self.clone();
                let operator = Rc::new(PageOperator::new(move |text| {
                    asking.tell(&News::Question { id, text: text.to_owned() }, &[]);
                }));
                *self.operator.borrow_mut() = Some((id, operator.clone()));
                let end = run::run(&self, id, &invocation, chosen.clone(), variables, operator).await;
                *self.operator.borrow_mut() = None;
                Done::Run(end)
            }
            Task::CheckConnection(invocation) => {
                Done::Connection(tasks::check_connection(&invocation, chosen.clone(), variables).await)
            }
            Task::Endpoints(invocation) => {
                Done::Endpoints(tasks::endpoints(&invocation, chosen.clone(), variables).await)
            }
            Task::Survey { endpoints, namespace, data_dir } => {
                let place = survey::Place { endpoints: &endpoints, namespace: &namespace, data_dir: &data_dir };
                Done::Survey(survey::survey(&chosen, &BrowserClock, &paths, place).await)
            }
            Task::Record { file, line } => Done::Record(record::record(&chosen, &BrowserClock, &file, line).await),
            Task::Lines { files } => Done::Lines(lines::copy(&chosen, &BrowserClock, &files).await),
        };
        let files: Vec<(String, Blob)> =
            chosen.written().into_iter().map(|output| (output.path, output.content)).collect();
        self.tell(&News::Done { id, done: Box::new(done) }, &files);
    }
}
