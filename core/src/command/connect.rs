//! From a configuration to a session: the API is found, its documents are read, its state is opened and locked.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::session::{Session, release};
use crate::api::documents::{Cache, Document, fetch_cached, get_dependencies, get_document_urls};
use crate::api::{self, Api, FrontEnd, Unreachable};
use crate::config::{Config, ConfigError, Method, Selection};
use crate::event::{Event, Listener};
use crate::exit::Exit;
use crate::host::{Clock, FileError, Host, HostKind, Lock, LockRefused, Storage, StorageError, Takeover, TlsSupport};
use crate::invocation::{Command, Invocation};
use crate::model::{self, Dependencies, Endpoints};
use crate::notice::Notice;
use crate::state::Target;

/// The run could not begin its work.
#[derive(Debug)]
pub(crate) struct NotBegun {
    /// Why, and what to do.
    pub(crate) notice: Notice,
    /// The exit code.
    pub(crate) exit: Exit,
}

impl NotBegun {
    fn with(exit: Exit, text: String, hint: Option<String>) -> Self {
        let mut notice = Notice::error(text);
        notice.hint = hint;
        Self { notice, exit }
    }

    pub(crate) fn failed(notice: Notice) -> Self {
        Self { notice, exit: Exit::Failed }
    }

    pub(crate) fn config(error: ConfigError) -> Self {
        Self::with(Exit::Usage, error.message, error.hint)
    }

    /// A folder or file that the configuration names cannot be used.
    pub(crate) fn file(error: FileError) -> Self {
        Self::with(Exit::Usage, error.to_string(), error.hint)
    }

    fn storage(error: StorageError) -> Self {
        let text = format!("the state folder cannot be used: {}", error.detail);
        let hint = error.hint.or_else(|| {
            Some("set state_dir to a folder that can be written, or to nothing to go without state".to_owned())
        });
        Self::with(Exit::Usage, text, hint)
    }

    fn unreachable(error: Unreachable) -> Self {
        Self::with(Exit::Unreachable, error.message, error.hint)
    }
}

/// The version of the compact form of API documents in the cache.
const DOCUMENT_FORMAT: u32 = 5;

/// A lock that is free is had within this time; longer, and the user is told what is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Finds the API and prepares everything that commands share.
pub(crate) async fn connect<'a, H: Host>(
    invocation: &'a Invocation,
    config: &'a Config,
    host: &'a H,
    listener: &'a dyn Listener,
    run_id: &Rc<str>,
) -> Result<Session<'a, H>, NotBegun> {
    let selection =
        Selection::parse(invocation.selector.as_deref(), invocation.exclude.as_deref()).map_err(NotBegun::config)?;
    let signs_in = signs_in(invocation, config);
    if signs_in {
        config.credentials().map_err(NotBegun::config)?;
    }
    let tell = |notice: Notice| listener.hear(&Event::Notice(notice));
    let storage = open_storage(config, host, &tell).await?;
    let found = api::discover(host, config, listener)
        .await
        .map_err(|error| NotBegun { notice: error.notice(), exit: error.exit() })?;
    found.notices.iter().cloned().for_each(&tell);
    verified_all_the_same(host, config, &found).into_iter().for_each(&tell);
    listener.hear(&Event::Connected { data_url: found.data_url.to_string(), version: found.version.clone() });
    let target = Target::new(&found.data_url);
    let lock = match &storage {
        Some(storage) if changes_state(invocation) => {
            Some(take_lock(invocation, host, storage, &target, run_id, &tell).await?)
        }
        _ => None,
    };
    let api = Api::new(host, config, found, listener, front_end(host));
    let prepared = async {
        if signs_in {
            api.sign_in().await.map_err(NotBegun::unreachable)?;
        }
        let endpoints = endpoints(&api, storage.as_ref(), &target, invocation, &tell).await?;
        let selected = selection.apply(&endpoints.ids(), &config.namespace).map_err(NotBegun::config)?;
        selected.notices.into_iter().for_each(&tell);
        Ok((endpoints, selected.endpoints))
    };
    match beside_lock(prepared, lock.as_ref()).await {
        Ok((endpoints, selected)) => Ok(Session::new(super::session::Parts {
            host,
            config,
            invocation,
            listener,
            api,
            endpoints,
            selected,
            target,
            storage,
            lock,
        })),
        Err(error) => {
            if let Some(lock) = &lock {
                release(lock, &tell).await;
            }
            Err(error)
        }
    }
}

/// How requests are made from this host, where the user set nothing.
pub(super) fn front_end<H: Host>(host: &H) -> FrontEnd {
    match host.kind() {
        HostKind::Process => FrontEnd::PROCESS,
        HostKind::Page => FrontEnd::PAGE,
    }
}

/// That certificates are verified although the user does not want that, where the host cannot do without.
pub(super) fn verified_all_the_same<H: Host>(host: &H, config: &Config, found: &api::Target) -> Option<Notice> {
    let is_in_vain =
        found.data_url.is_https() && !config.connection.verify_ssl && host.tls() == TlsSupport::AlwaysVerifies;
    is_in_vain.then(|| {
        Notice::warning("connection.verify_ssl is false, but certificates are verified all the same here")
            .with_hint("the API needs a certificate of a public authority, or plain http on this machine")
    })
}

/// Whether the run changes what is remembered of the target, so that no other may do so meanwhile.
fn changes_state(invocation: &Invocation) -> bool {
    let changing = [Command::Send, Command::ValidateSend, Command::Delete, Command::Truncate];
    !invocation.dry_run && changing.contains(&invocation.command)
}

/// Whether the run asks the API for more than its documents, which need no token.
fn signs_in(invocation: &Invocation, config: &Config) -> bool {
    let methods = &config.validate.methods;
    match invocation.command {
        Command::Create => false,
        Command::Validate => {
            methods.contains(&Method::Descriptors)
                || (methods.contains(&Method::References) && config.validate.references.remote)
        }
        _ => true,
    }
}

/// Prepares while the lock gives signs of life: documents of a slow API take longer than a lock is believed without.
async fn beside_lock<T>(
    work: impl Future<Output = Result<T, NotBegun>>,
    lock: Option<&impl Lock>,
) -> Result<T, NotBegun> {
    let Some(lock) = lock else { return work.await };
    match select(pin!(work), pin!(lock.keep())).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right((error, _)) => Err(NotBegun::with(Exit::Failed, error.detail, error.hint)),
    }
}

pub(super) async fn open_storage<H: Host>(
    config: &Config,
    host: &H,
    tell: &impl Fn(Notice),
) -> Result<Option<H::Storage>, NotBegun> {
    let Some(state_dir) = &config.state_dir else {
        tell(Notice::warning("state_dir is empty: nothing is remembered, and every record is sent on each run"));
        return Ok(None);
    };
    let opened = host.open_storage(state_dir).await.map_err(NotBegun::storage)?;
    if let Some(notice) = opened.notice {
        tell(Notice::info(notice));
    }
    let names = opened.storage.list("").await.map_err(NotBegun::storage)?;
    if names.iter().any(|name| name.strip_suffix(".dat").is_some_and(|stem| !stem.contains('/'))) {
        tell(
            Notice::info("the state folder holds .dat files of the Python tool; they are neither read nor changed")
                .with_hint("records that only the Python tool has sent are sent once more, which changes nothing"),
        );
    }
    Ok(Some(opened.storage))
}

async fn take_lock<H: Host>(
    invocation: &Invocation,
    host: &H,
    storage: &H::Storage,
    target: &Target,
    run_id: &Rc<str>,
    tell: &impl Fn(Notice),
) -> Result<<H::Storage as Storage>::Lock, NotBegun> {
    let takeover = if invocation.force_unlock { Takeover::AtOnce } else { Takeover::WhenDead };
    let name = target.lock();
    let locking = pin!(storage.lock(&name, run_id, takeover));
    let patience = pin!(host.clock().sleep(LOCK_PATIENCE));
    let outcome = match select(locking, patience).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(((), locking)) => {
            if takeover == Takeover::WhenDead {
                tell(Notice::info(
                    "this target is locked by another run; watching for 15 seconds whether that is alive",
                ));
            }
            locking.await
        }
    };
    match outcome {
        Ok(acquired) => {
            if let Some(run) = acquired.taken_over_from {
                let why = match takeover {
                    Takeover::WhenDead => "which gave no sign of life",
                    Takeover::AtOnce => "as --force-unlock asks",
                };
                tell(
                    Notice::warning(format!("took the lock of this target over from run {run}, {why}"))
                        .with_hint("what that run had sent is remembered up to its last second"),
                );
            }
            Ok(acquired.lock)
        }
        Err(LockRefused::Held { run_id }) => {
            Err(NotBegun::failed(Notice::error(format!("run {run_id} is at work on this target")).with_hint(
                "wait until it has ended; if it is certain that it does not run any more, add --force-unlock",
            )))
        }
        Err(LockRefused::Storage(error)) => Err(NotBegun::storage(error)),
    }
}

/// The API's endpoints, from its dependency list and its documents; at least one of the two must be had.
pub(super) async fn endpoints<H: Host>(
    api: &Api<'_, H>,
    storage: Option<&H::Storage>,
    target: &Target,
    invocation: &Invocation,
    tell: &impl Fn(Notice),
) -> Result<Endpoints, NotBegun> {
    let prefix = target.cache_prefix();
    let cache = Cache::new(storage, &prefix);
    if invocation.wipe
        && let Err(error) = cache.wipe().await
    {
        tell(Notice::warning(format!("the cache could not be dropped: {error}")));
    }
    let dependencies = match get_dependencies(api).await.map_err(NotBegun::unreachable)? {
        Some(bytes) => Dependencies::parse(&bytes).map_err(|error| {
            let hint = Some("check edfi_api.dependencies_url".to_owned());
            NotBegun::unreachable(Unreachable {
                message: format!("what the API gives as its dependency list {error}"),
                hint,
            })
        })?,
        None => Dependencies::default(),
    };
    let documents = documents(api, cache, tell).await;
    let endpoints = Endpoints::new(&dependencies, documents);
    if endpoints.all().is_empty() {
        return Err(NotBegun::unreachable(Unreachable {
            message: "neither the dependency list nor the API's documents name an endpoint".to_owned(),
            hint: Some(
                "check edfi_api.base_url, edfi_api.dependencies_url and edfi_api.open_api_metadata_url".to_owned(),
            ),
        }));
    }
    Ok(endpoints)
}

/// What can be had of the two API documents; what cannot is told, and done without.
async fn documents<H: Host>(
    api: &Api<'_, H>,
    cache: Cache<'_, H::Storage>,
    tell: &impl Fn(Notice),
) -> Vec<model::Document> {
    let without = |error: Unreachable| {
        let mut notice = Notice::warning(error.message);
        notice.hint = error.hint;
        tell(notice);
    };
    let (resources, descriptors) = match get_document_urls(api, cache).await {
        Ok(Some(urls)) => urls,
        Ok(None) => return Vec::new(),
        Err(error) => {
            without(error);
            return Vec::new();
        }
    };
    let mut documents = Vec::new();
    for (name, title, url) in [
        ("resources", "The resources' API document", &resources),
        ("descriptors", "The descriptors' API document", &descriptors),
    ] {
        let document = Document { name, title, url, format: DOCUMENT_FORMAT };
        match fetch_cached(api, cache, &document, model::Document::parse).await {
            Ok(document) => documents.extend(document),
            Err(error) => without(error),
        }
    }
    documents
}
