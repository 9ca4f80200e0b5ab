//! All state of the page, as signals, and what changes it.

mod asked;
mod connection;
mod files;
mod history;
mod kept;
mod load_state;
mod panels;
mod remembered;
mod retry;
mod runs;

use std::collections::BTreeMap;

use leptos::prelude::*;
use lightbeam_core::config::{Draft, Written};
use lightbeam_core::invocation::Invocation;
use lightbeam_web::configuration;
use lightbeam_web::protocol::{Check, Done, EndpointName, Mark, NoticeRow, Secretive, SurveyedFile, Task};
use web_sys::Blob;

pub(super) use connection::{ConnectionState, sentence};
pub(super) use files::{ChosenEntry, below_data_dir};
pub(super) use history::History;
pub(super) use kept::{Kept, KeptTarget};
pub(super) use load_state::{LoadState, Step};
pub(super) use panels::{Panels, ReadPanel, RemovePanel};
pub(super) use runs::{Output, Purpose, Run, RunState};

use super::engine::{Engine, Heard, Supplies};

/// The folder of the engine's working directory that chosen files stand in.
pub(super) const DATA_DIR: &str = "files";
/// The file that the engine reads its configuration from.
pub(super) const CONFIG_FILE: &str = "lightbeam.yaml";
/// The folder that fetched records are written to, unless the configuration names one.
pub(super) const FETCHED_DIR: &str = "fetched";
/// The folder that failed records are written to.
pub(super) const FAILED_DIR: &str = "failed";
/// The name of a results file.
pub(super) const RESULTS_FILE: &str = "results.json";

/// The areas of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Area {
    /// Validate, plan, send.
    #[default]
    Load,
    /// Count, fetch, create.
    Read,
    /// Delete, truncate.
    Remove,
    /// Earlier runs, and what is kept in this browser.
    History,
}

/// All state of the page. Copying it shares it.
#[derive(Clone, Copy)]
pub(super) struct Store {
    engine: StoredValue<Engine, LocalStorage>,
    /// The area that is shown.
    pub(super) area: RwSignal<Area>,
    /// The configuration as it is edited; it never holds a typed secret.
    pub(super) draft: RwSignal<Draft>,
    /// Values for the names in the configuration, secrets among them: in memory only.
    pub(super) variables: RwSignal<BTreeMap<String, Secretive>>,
    /// What was made of the configuration that was opened last.
    pub(super) opened: RwSignal<Vec<NoticeRow>>,
    /// Whether the configuration is one of an earlier visit, whose typed values are gone.
    pub(super) restored: RwSignal<bool>,
    /// Whether the panel of the connection is open.
    pub(super) connecting: RwSignal<bool>,
    /// The flags as they are set, for all commands; each command takes those that it has a use for.
    pub(super) options: RwSignal<Invocation>,
    /// The chosen files, sorted by path.
    pub(super) chosen: RwSignal<Vec<ChosenEntry>>,
    contents: StoredValue<BTreeMap<String, Blob>, LocalStorage>,
    /// What the chosen files are; `None` until somebody looked.
    pub(super) survey: RwSignal<Option<Vec<SurveyedFile>>>,
    /// The API's endpoints; `None` until they were asked for.
    pub(super) endpoints: RwSignal<Option<Result<Vec<EndpointName>, String>>>,
    /// The outcome of the last test of the connection.
    pub(super) checks: RwSignal<Option<Vec<Check>>>,
    /// Whether a test of the connection is under way.
    pub(super) checking: RwSignal<bool>,
    /// The run that is under way.
    pub(super) active: RwSignal<Option<Run>>,
    /// The last run of each purpose.
    last: RwSignal<BTreeMap<Purpose, Run>>,
    /// Where the person is in a load.
    pub(super) load: LoadState,
    /// A folder that outputs go to, where the browser can open one.
    pub(super) folder: RwSignal<Option<wasm_bindgen::JsValue>, LocalStorage>,
    /// Earlier runs.
    pub(super) history: History,
    /// What is kept in this browser.
    pub(super) kept: Kept,
    /// What stands open in Read and Remove.
    pub(super) panels: Panels,
}

impl Store {
    /// Nothing typed, chosen or run yet.
    pub(super) fn new() -> Self {
        let store = Self {
            engine: StoredValue::new_local(Engine::default()),
            area: RwSignal::default(),
            draft: RwSignal::default(),
            variables: RwSignal::default(),
            opened: RwSignal::default(),
            restored: RwSignal::default(),
            connecting: RwSignal::default(),
            options: RwSignal::default(),
            chosen: RwSignal::default(),
            contents: StoredValue::new_local(BTreeMap::new()),
            survey: RwSignal::default(),
            endpoints: RwSignal::default(),
            checks: RwSignal::default(),
            checking: RwSignal::default(),
            active: RwSignal::default(),
            last: RwSignal::default(),
            load: LoadState::new(),
            folder: RwSignal::new_local(None),
            history: History::new(),
            kept: Kept::default(),
            panels: Panels::default(),
        };
        store.open_history();
        store.engine().prepare();
        store
    }

    /// The store of the page, inside of its components.
    pub(super) fn get() -> Self {
        expect_context()
    }

    fn engine(&self) -> Engine {
        self.engine.get_value()
    }

    /// What a job needs, as it stands now.
    fn supplies(&self) -> Supplies {
        Supplies {
            variables: self.values(),
            texts: vec![(
                CONFIG_FILE.to_owned(),
                self.draft.with_untracked(|draft| {
                    Written::from_yaml(&configuration::for_run(draft, FETCHED_DIR).to_yaml()).to_json()
                }),
            )],
            files: self.contents.with_value(|contents| {
                contents.iter().map(|(path, content)| (format!("{DATA_DIR}/{path}"), content.clone())).collect()
            }),
            folder: None,
        }
    }

    /// The flags as they are set, with what a page sets itself.
    pub(super) fn invocation(&self) -> Invocation {
        let mut invocation = self.options.get_untracked();
        invocation.config_file = Some(CONFIG_FILE.to_owned());
        invocation.set = vec![("data_dir".to_owned(), DATA_DIR.to_owned())];
        invocation
    }

    /// Asks the worker for something small and hands its outcome over; `Err` if the worker broke.
    pub(super) fn ask(&self, task: Task, then: impl Fn(Result<(Done, Vec<(String, Blob)>), String>) + 'static) {
        self.engine().begin(task, self.supplies(), move |heard| match heard {
            Heard::Done(done, files) => then(Ok((*done, files))),
            Heard::Lost(why) => then(Err(why)),
            Heard::Progress(_) | Heard::Question(_) | Heard::NeverBegun => {}
        });
    }

    /// Tests the connection step by step, and asks for the endpoints if it works.
    pub(super) fn test_connection(self) {
        if self.checking.get_untracked() {
            return;
        }
        self.checking.set(true);
        self.checks.set(None);
        let tested = (self.draft.get_untracked(), self.values());
        self.ask(Task::CheckConnection(Box::new(self.invocation())), move |outcome| {
            self.checking.set(false);
            // What was found says nothing of a connection that was changed meanwhile.
            if tested != (self.draft.get_untracked(), self.values()) {
                return;
            }
            let checks = match outcome {
                Ok((Done::Connection(checks), _)) => checks,
                Ok(_) => Vec::new(),
                Err(why) => vec![Check {
                    what: "The page works".to_owned(),
                    mark: Mark::Bad,
                    seen: why,
                    fix: Some("load the page again".to_owned()),
                }],
            };
            let works = checks.iter().all(|check| check.mark != Mark::Bad);
            self.checks.set(Some(checks));
            if works {
                self.look_up_endpoints();
            }
        });
    }

    /// Asks for the API's endpoints, then looks at the chosen files once more.
    pub(super) fn look_up_endpoints(self) {
        self.ask(Task::Endpoints(Box::new(self.invocation())), move |outcome| {
            self.endpoints.set(Some(match outcome {
                Ok((Done::Endpoints(endpoints), _)) => endpoints,
                Ok(_) => Err("the worker answered something else".to_owned()),
                Err(why) => Err(why),
            }));
            self.survey_files();
        });
    }
}
