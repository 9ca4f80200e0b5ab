//! What can be told of an API before a command is run: which endpoints it has, and whether it can be used at all.
//! Nothing is changed but the cache of the API's documents.

use super::connect::{NotBegun, endpoints as find_endpoints, front_end, open_storage, verified_all_the_same};
use crate::api::page::total_count;
use crate::api::problem::plain;
use crate::api::{self, Api};
use crate::config::{self, Config};
use crate::event::{EndpointId, Event, Listener};
use crate::host::{Host, Response};
use crate::invocation::Invocation;
use crate::model::Endpoints;
use crate::notice::{Notice, Severity};
use crate::state::Target;

mod records;

/// One step of a test of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub step: Step,
    /// How it is.
    pub outcome: Outcome,
    /// What was seen, one sentence without secrets; empty where nothing was tried.
    pub seen: String,
    /// What to do about it.
    pub fix: Option<String>,
}

/// What a step of a test looks at. The order is that of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The configuration can be read.
    Configuration,
    /// The API answers, and tells what it is.
    Discovery,
    /// Its dependency list and its documents can be read.
    Documents,
    /// The credentials get a token.
    Token,
    /// Records may be read.
    Records,
    /// The API tells how many records there are.
    TotalCount,
}

impl Step {
    /// All steps, in their order.
    pub const ALL: [Self; 6] =
        [Self::Configuration, Self::Discovery, Self::Documents, Self::Token, Self::Records, Self::TotalCount];

    /// The step as a sentence that is true when all is well.
    pub fn title(self) -> &'static str {
        match self {
            Self::Configuration => "The configuration can be read",
            Self::Discovery => "The API answers",
            Self::Documents => "The API's documents can be read",
            Self::Token => "The credentials get a token",
            Self::Records => "Records may be read",
            Self::TotalCount => "The API tells how many records there are",
        }
    }
}

/// How a step of a test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// As it should be.
    Good,
    /// It works, but not as well as it could.
    Fair,
    /// It does not work.
    Bad,
    /// Not tried, because a step before it failed.
    Untried,
}

/// The endpoints of the API in dependency order, from its dependency list and its documents. No token is needed, and
/// documents that the cache holds are not asked for.
///
/// Of the invocation, only what configures counts. The error says what could not be had and what to do.
pub async fn endpoints<H: Host>(
    invocation: &Invocation,
    host: &H,
    listener: &dyn Listener,
) -> Result<Vec<EndpointId>, Notice> {
    let tell = |notice: Notice| listener.hear(&Event::Notice(notice));
    let loaded = config::load(invocation, host).await.map_err(|error| NotBegun::config(error).notice)?;
    loaded.notices.into_iter().for_each(&tell);
    let config = loaded.config;
    let found = api::discover(host, &config, listener).await.map_err(|error| error.notice())?;
    found.notices.iter().cloned().for_each(&tell);
    let api = Api::new(host, &config, found, listener, front_end(host));
    let endpoints = known(&api, &config, invocation, host, &tell).await?;
    Ok(endpoints.ids())
}

/// Finds out step by step whether the API can be used: one [`Check`] for each [`Step`], in their order. Nothing is
/// tried after a step that failed.
///
/// Of the invocation, only what configures counts. Repeats and waits on the way are told to `listener`.
pub async fn check<H: Host>(invocation: &Invocation, host: &H, listener: &dyn Listener) -> Vec<Check> {
    let mut steps = Steps::default();
    // Whether a step failed is in the steps.
    let _ = walk(invocation, host, listener, &mut steps).await;
    steps.whole()
}

/// A step failed.
struct Failed;

/// The steps so far.
#[derive(Default)]
struct Steps(Vec<Check>);

impl Steps {
    fn good(&mut self, step: Step, seen: String) {
        self.0.push(Check { step, outcome: Outcome::Good, seen, fix: None });
    }

    fn fair(&mut self, step: Step, seen: String, fix: Option<String>) {
        self.0.push(Check { step, outcome: Outcome::Fair, seen, fix });
    }

    fn failed(&mut self, step: Step, notice: Notice) -> Failed {
        self.0.push(Check { step, outcome: Outcome::Bad, seen: notice.text, fix: notice.hint });
        Failed
    }

    /// Good, unless something is to be known about it.
    fn told(&mut self, step: Step, seen: String, notices: Vec<Notice>) {
        let mut notices: Vec<Notice> =
            notices.into_iter().filter(|notice| notice.severity >= Severity::Warning).collect();
        if notices.is_empty() {
            return self.good(step, seen);
        }
        let fix = notices.iter_mut().find_map(|notice| notice.hint.take());
        let texts: Vec<String> = notices.into_iter().map(|notice| notice.text).collect();
        self.fair(step, format!("{seen}; but {}", texts.join("; ")), fix);
    }

    fn whole(mut self) -> Vec<Check> {
        for step in Step::ALL.into_iter().skip(self.0.len()) {
            self.0.push(Check { step, outcome: Outcome::Untried, seen: String::new(), fix: None });
        }
        self.0
    }
}

async fn walk<H: Host>(
    invocation: &Invocation,
    host: &H,
    listener: &dyn Listener,
    steps: &mut Steps,
) -> Result<(), Failed> {
    let loaded = config::load(invocation, host)
        .await
        .map_err(|error| steps.failed(Step::Configuration, NotBegun::config(error).notice))?;
    let config = loaded.config;
    steps.told(Step::Configuration, format!("{} is understood", config.file), loaded.notices);

    let found =
        api::discover(host, &config, listener).await.map_err(|error| steps.failed(Step::Discovery, error.notice()))?;
    let mut notices = found.notices.clone();
    notices.extend(verified_all_the_same(host, &config, &found));
    steps.told(Step::Discovery, description(&found), notices);

    let api = Api::new(host, &config, found, listener, front_end(host));
    let heard = std::cell::RefCell::new(Vec::new());
    let tell = |notice: Notice| heard.borrow_mut().push(notice);
    let endpoints =
        known(&api, &config, invocation, host, &tell).await.map_err(|notice| steps.failed(Step::Documents, notice))?;
    steps.told(Step::Documents, numbers(&endpoints), heard.take());

    config.credentials().map_err(|error| steps.failed(Step::Token, NotBegun::config(error).notice))?;
    api.sign_in().await.map_err(|error| steps.failed(Step::Token, error.notice()))?;
    steps.good(Step::Token, format!("{} gave a token", api.target().oauth_url));

    let (endpoint, answer) = records::read(&api, &endpoints, &config, steps).await?;
    counted(&endpoint, &answer, steps);
    Ok(())
}

/// The endpoints, from the cache or the API.
async fn known<H: Host>(
    api: &Api<'_, H>,
    config: &Config,
    invocation: &Invocation,
    host: &H,
    tell: &impl Fn(Notice),
) -> Result<Endpoints, Notice> {
    // Without a cache the documents can be read all the same.
    let storage = match config.state_dir {
        Some(_) => match open_storage(config, host, tell).await {
            Ok(storage) => storage,
            Err(error) => {
                tell(Notice { severity: Severity::Warning, ..error.notice });
                None
            }
        },
        None => None,
    };
    let target = Target::new(&api.target().data_url);
    find_endpoints(api, storage.as_ref(), &target, invocation, tell).await.map_err(|error| error.notice)
}

/// What the API says it is.
fn description(found: &api::Target) -> String {
    let version =
        found.version.as_deref().map_or_else(String::new, |version| format!("version {}, ", plain(version, 40)));
    let mode = found.mode.map_or_else(String::new, |mode| format!("mode {}, ", mode.name()));
    format!("{version}{mode}data root {}", found.data_url)
}

fn numbers(endpoints: &Endpoints) -> String {
    let all = endpoints.all().len();
    let described = endpoints.all().iter().filter(|endpoint| endpoint.described.is_some()).count();
    if described == all {
        format!("{all} endpoints")
    } else {
        format!("{all} endpoints, of which {described} are described")
    }
}

fn counted(endpoint: &EndpointId, answer: &Response, steps: &mut Steps) {
    match total_count(answer) {
        Some(1) => steps.good(Step::TotalCount, format!("there is 1 record of {endpoint}")),
        Some(count) => steps.good(Step::TotalCount, format!("there are {count} records of {endpoint}")),
        None => steps.fair(
            Step::TotalCount,
            "the answer has no Total-Count that can be read here; counting means reading all records".to_owned(),
            Some("nothing has to be done, but count and fetch take longer".to_owned()),
        ),
    }
}
