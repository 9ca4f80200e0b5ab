//! Method `descriptors`: every descriptor value is one that the API, or a local file, holds.
//!
//! A value is right if a local file of the descriptor's endpoint holds it, selected or not, or the API does. The API
//! is asked for the values of a descriptor when the first value comes that no local file holds; they are all read
//! then, so there is one reading a descriptor and none a record. Values of an earlier run are used for what they
//! hold; before they are taken as a sign that a value does not exist, they are read once anew, for it may have been
//! added since. Where they cannot be read, a value that no local file holds is not judged.
//!
//! A value that is right but for case is no finding: an API on SQL Server takes it, as versions before 7 do on any
//! database, and the published sample data has such values. An API on `PostgreSQL` may refuse it, so the user is
//! told.

mod cache;
mod remote;
mod values;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::rc::Rc;

use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, Shared};

use self::remote::{Known, Unread};
use self::values::{Values, nearest};
use super::local::{all_files, each_record};
use super::path::Path;
use super::record::{Record, Value};
use super::sites::{Sites, visit_named};
use crate::api::problem::plain;
use crate::command::NotBegun;
use crate::command::session::Session;
use crate::data::EndpointFiles;
use crate::event::{Cause, EndpointId, Finding};
use crate::host::Host;
use crate::model::{DescriptorTypes, Endpoint, KeyPart, NaturalKey, capitalised, plain_namespace};
use crate::notice::Notice;
use crate::side_by_side;
use crate::sort;

/// The name of this method.
pub(super) const METHOD: &str = "descriptors";

/// What is shown of a wrong value, in characters; APIs allow 306.
const SHOWN: usize = 306;
/// How many values are looked at in search of suggestions, over all wrong values of a run.
const SUGGESTION_EFFORT: usize = 5_000_000;
/// Wrong values of which it is remembered what was suggested.
const MOST_SUGGESTIONS: usize = 10_000;

/// The descriptor values that are known.
pub(super) struct Descriptors<'a, H: Host> {
    session: &'a Session<'a, H>,
    types: DescriptorTypes,
    /// The values of each descriptor endpoint, by its position among the endpoints.
    sources: HashMap<usize, Source<'a>>,
    /// Where the records of each endpoint hold values; `None` where nothing describes them.
    sites: HashMap<EndpointId, Option<Sites<Rc<Wanted>>>>,
    suggestions: RefCell<Suggestions>,
    /// Values about which nothing can be said, as the API could not be asked.
    unjudged: Cell<u64>,
    /// Values that are right but for case: how many, and the first of them with the right one.
    but_for_case: RefCell<(u64, Option<[Box<str>; 2]>)>,
}

/// The values of one endpoint.
struct Source<'a> {
    local: Option<Values>,
    /// What the API holds, by an earlier run perhaps.
    remote: OnceCell<Shared<LocalBoxFuture<'a, Held>>>,
    /// What it holds now, where an earlier run knew less.
    anew: OnceCell<Shared<LocalBoxFuture<'a, Held>>>,
}

/// The values that the API holds, or held within the last hour.
type Held = Rc<Result<Known, Unread>>;

/// What stands at a place.
#[derive(Debug)]
struct Wanted {
    /// The descriptor, or those of the same name in several namespaces; empty if the API has none whose name the
    /// property's ends in. Then a value of any is right.
    of: Vec<usize>,
    /// Its name, or else the property's.
    name: Rc<str>,
}

/// Values of one record that no local file holds, to be looked up at the API.
#[derive(Debug)]
pub(super) struct OpenValues(Vec<Open>);

#[derive(Debug)]
struct Open {
    wanted: Rc<Wanted>,
    value: String,
    place: String,
}

#[derive(Default)]
struct Suggestions {
    known: HashMap<(Vec<usize>, String), Option<Box<str>>>,
    effort: usize,
}

/// What is known of a value.
enum Judgement {
    Right,
    Wrong,
    /// The API could not be asked.
    Open,
}

impl<'a, H: Host> Descriptors<'a, H> {
    /// Reads the values of the local files.
    pub(super) async fn prepare(session: &'a Session<'a, H>, data: &[EndpointFiles]) -> Result<Self, NotBegun> {
        let types = DescriptorTypes::new(&session.endpoints);
        let mut sources: HashMap<usize, Source<'a>> = HashMap::new();
        for of in types.all() {
            sources.insert(of.endpoint, Source { local: None, remote: OnceCell::new(), anew: OnceCell::new() });
        }
        for of in all_files(session).await? {
            let at = session.endpoints.position(&of.endpoint);
            if let Some(source) = at.and_then(|at| sources.get_mut(&at)) {
                source.local = Some(local_values(session, &of.files).await);
            }
        }
        let mut sites = HashMap::new();
        for of in data {
            let described = session.endpoints.get(&of.endpoint).and_then(|endpoint| endpoint.described.as_ref());
            let described = described.map(|described| {
                Sites::of(described, &mut |spot, property| {
                    property.is_descriptor().then(|| Rc::new(Wanted::new(&types, &property.name, spot.namespace)))
                })
            });
            sites.insert(of.endpoint.clone(), described);
        }
        let (suggestions, but_for_case, unjudged) = (RefCell::default(), RefCell::default(), Cell::new(0));
        Ok(Self { session, types, sources, sites, suggestions, unjudged, but_for_case })
    }

    /// Adds what is known to be wrong with the descriptor values of a record; gives those back that the API must be
    /// asked for.
    pub(super) fn check(&self, record: &Record<'_>, found: &mut Vec<Finding>) -> Option<OpenValues> {
        let mut open = Vec::new();
        let mut see = |wanted: &Rc<Wanted>, path: &Path<'_>, value: &Value<'_>| {
            // That it is a text, or there at all, is for the schema to say.
            let Some(value) = value.as_text() else { return };
            if self.is_known(value, self.local_of(&wanted.of)) {
                return;
            }
            match self.held_already(&wanted.of) {
                Some(held) if !is_outdated(&held) || holds(&held, value) => {
                    self.judged(wanted, value, path, &held, found);
                }
                _ => {
                    open.push(Open { wanted: wanted.clone(), value: value.to_owned(), place: path.to_string() });
                }
            }
        };
        if let Some(Some(sites)) = self.sites.get(&record.endpoint.id) {
            sites.visit(record.tree, &mut see);
        } else {
            let namespace = plain_namespace(&record.endpoint.id.namespace);
            visit_named(record.tree, &|name| name.ends_with("Descriptor"), &mut |name, path, value| {
                see(&Rc::new(Wanted::new(&self.types, name, &namespace)), path, value);
            });
        }
        (!open.is_empty()).then_some(OpenValues(open))
    }

    /// Asks the API for values. Each descriptor is read once, however many records wait for it.
    pub(super) async fn look_up(&self, open: OpenValues) -> Vec<Finding> {
        let mut wanted: BTreeSet<&[usize]> = BTreeSet::new();
        wanted.extend(open.0.iter().map(|open| &*open.wanted.of));
        let wanted: Vec<&[usize]> = wanted.into_iter().collect();
        let asking = wanted.iter().map(|of| side_by_side::outputs(self.sources_of(of).map(|at| self.ask(at)), None));
        let held = side_by_side::outputs(asking, None).await;
        let mut found = Vec::new();
        for Open { wanted: of, value, place } in &open.0 {
            let at = wanted.binary_search(&&*of.of).expect("it was collected from these");
            let held = &held[at];
            if is_outdated(held) && !holds(held, value) {
                let held = side_by_side::outputs(self.sources_of(&of.of).map(|at| self.ask_anew(at)), None).await;
                self.judged(of, value, place, &held, &mut found);
            } else {
                self.judged(of, value, place, held, &mut found);
            }
        }
        found
    }

    /// The last word: which values could not be checked.
    pub(super) fn finish(&self) {
        if let (count, Some([value, known])) = &*self.but_for_case.borrow() {
            let text = format!("{count} descriptor values are right but for case, such as '{value}' for '{known}'");
            self.session.notice(Notice::warning(text).with_hint("an API on PostgreSQL may refuse them"));
        }
        self.tell_unread();
    }

    fn tell_unread(&self) {
        let mut unread: Vec<(String, String)> = Vec::new();
        for (at, source) in &self.sources {
            let last = source.anew.get().or(source.remote.get());
            if let Some(held) = last.and_then(Shared::peek)
                && let Err(why) = &**held
                && *why != Unread::Ending
            {
                unread.push((self.session.endpoints.all()[*at].id.name.to_string(), why.to_string()));
            }
        }
        sort::by(&mut unread, Ord::cmp);
        let values = self.unjudged.get();
        let Some((_, why)) = unread.first() else {
            if values > 0 && self.types.all().is_empty() {
                let text = format!("{values} descriptor values were not checked: the API names no descriptors");
                self.session.notice(Notice::warning(text));
            }
            return;
        };
        let same = unread.iter().all(|(_, other)| other == why);
        let told = |(name, why): &(String, String)| if same { name.clone() } else { format!("{name} ({why})") };
        let names: Vec<String> = unread.iter().map(told).collect();
        let why = if same { format!(": {why}") } else { String::new() };
        let text = format!("the values of {} could not be read from the API{why}", names.join(", "));
        self.session.notice(Notice::warning(text).with_hint(format!(
            "they were checked against local files only, and {values} values not at all; ask the API's administrator \
             for leave to read them, or fetch them with other credentials into data_dir"
        )));
    }

    /// The endpoints of descriptors; of all where none are given.
    fn sources_of(&self, of: &[usize]) -> impl Iterator<Item = usize> + Clone {
        let all = if of.is_empty() { self.types.all() } else { &[] };
        let these = of.iter().map(|of| self.types.get(*of));
        these.chain(all).map(|of| of.endpoint)
    }

    fn local_of(&self, of: &[usize]) -> impl Iterator<Item = &Values> + Clone {
        self.sources_of(of).filter_map(|at| self.sources[&at].local.as_ref())
    }

    /// Whether a value is right by what is known, but for case perhaps, which is noted.
    fn is_known<'v>(&self, value: &str, known: impl Iterator<Item = &'v Values> + Clone) -> bool {
        if known.clone().any(|values| values.contains(value)) {
            return true;
        }
        let Some(known) = known.into_iter().find_map(|values| values.but_for_case(value)) else { return false };
        let (count, first) = &mut *self.but_for_case.borrow_mut();
        *count += 1;
        first.get_or_insert_with(|| [plain(value, SHOWN).into(), known.into()]);
        true
    }

    async fn ask(&self, at: usize) -> Held {
        let session = self.session;
        let read = || {
            let endpoint: &'a Endpoint = &session.endpoints.all()[at];
            async move { Rc::new(remote::values(session, endpoint).await) }.boxed_local().shared()
        };
        self.sources[&at].remote.get_or_init(read).clone().await
    }

    /// What the API holds, not as an earlier run knew it.
    async fn ask_anew(&self, at: usize) -> Held {
        let held = self.ask(at).await;
        if !is_outdated(std::slice::from_ref(&held)) {
            return held;
        }
        let session = self.session;
        let read = || {
            let endpoint: &'a Endpoint = &session.endpoints.all()[at];
            async move { Rc::new(remote::values_anew(session, endpoint).await) }.boxed_local().shared()
        };
        self.sources[&at].anew.get_or_init(read).clone().await
    }

    /// What the API holds of a descriptor, as far as it has been asked.
    fn held_already(&self, of: &[usize]) -> Option<Vec<Held>> {
        let held = |at: usize| {
            let source = &self.sources[&at];
            let anew = source.anew.get().and_then(|anew| anew.peek()).filter(|anew| anew.is_ok());
            anew.or_else(|| source.remote.get()?.peek()).cloned()
        };
        self.sources_of(of).map(held).collect()
    }

    fn judge(&self, value: &str, held: &[Held]) -> Judgement {
        if self.is_known(value, values_of(held)) {
            return Judgement::Right;
        }
        // A local file may hold some values of a namespace and not others, so it says nothing of those that it lacks.
        let is_whole = !held.is_empty() && values_of(held).count() == held.len();
        if is_whole || !value.contains('#') { Judgement::Wrong } else { Judgement::Open }
    }

    fn judged(&self, wanted: &Wanted, value: &str, place: &dyn Display, held: &[Held], found: &mut Vec<Finding>) {
        match self.judge(value, held) {
            Judgement::Right => {}
            Judgement::Open => self.unjudged.set(self.unjudged.get() + 1),
            Judgement::Wrong => {
                let nearest = self.suggestion(&wanted.of, value, held);
                let suggestion = nearest.map(|nearest| format!("; did you mean '{nearest}'?")).unwrap_or_default();
                let (name, shown) = (&wanted.name, plain(value, SHOWN));
                let (message, cause) = if value.contains('#') {
                    (format!("{name} value '{shown}' does not exist{suggestion}"), Cause::UnknownDescriptor)
                } else {
                    let text = format!("{name} value '{shown}' is not of the form namespace#codeValue{suggestion}");
                    (text, Cause::InvalidValue)
                };
                let finding = Finding { method: METHOD, message: format!("{message} (at {place})"), cause };
                if !found.contains(&finding) {
                    found.push(finding);
                }
            }
        }
    }

    fn suggestion(&self, of: &[usize], value: &str, held: &[Held]) -> Option<Box<str>> {
        let mut suggestions = self.suggestions.borrow_mut();
        let key = (of.to_vec(), value.to_owned());
        if let Some(known) = suggestions.known.get(&key) {
            return known.clone();
        }
        if suggestions.effort >= SUGGESTION_EFFORT {
            return None;
        }
        let known = || self.local_of(of).chain(values_of(held));
        suggestions.effort += known().map(Values::len).sum::<usize>() + 1;
        let found: Option<Box<str>> = nearest(value, known().flat_map(Values::iter)).map(Into::into);
        if suggestions.known.len() < MOST_SUGGESTIONS {
            suggestions.known.insert(key, found.clone());
        }
        found
    }
}

fn values_of(held: &[Held]) -> impl Iterator<Item = &Values> + Clone {
    held.iter().filter_map(|held| Some(&(**held).as_ref().ok()?.values))
}

/// Whether something is as an earlier run knew it.
fn is_outdated(held: &[Held]) -> bool {
    held.iter().any(|held| held.as_ref().as_ref().is_ok_and(|known| known.is_kept))
}

/// Whether a value is among these, but for case perhaps.
fn holds(held: &[Held], value: &str) -> bool {
    values_of(held).any(|values| values.contains(value) || values.but_for_case(value).is_some())
}

impl Wanted {
    fn new(types: &DescriptorTypes, property: &str, namespace: &str) -> Self {
        let of = types.of(property, namespace);
        let name = of.first().map_or_else(|| capitalised(property).into(), |of| types.get(*of).name.clone());
        Self { of, name }
    }
}

/// The values that local files of a descriptor endpoint hold.
async fn local_values<H: Host>(session: &Session<'_, H>, files: &[Rc<str>]) -> Values {
    let part = |name: &str| KeyPart { name: name.to_owned(), paths: vec![vec![name.to_owned()]] };
    let key = NaturalKey { parts: vec![part("namespace"), part("codeValue")], complete: true };
    let mut values = Values::default();
    each_record(session, files, |record| {
        if let Some([namespace, code_value]) = key.values(record).as_deref() {
            values.insert(namespace, code_value);
        }
    })
    .await;
    values
}
