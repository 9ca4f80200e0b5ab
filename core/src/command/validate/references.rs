//! Method `references`: what a record refers to stands in a local file or at the API.
//!
//! What a reference can point to is known from the API's documents. The natural keys of all local records that can be
//! meant are read first, selected or not ([`index`]); what is not among them is asked from the API, each record once
//! ([`remote`]). A reference is wrong only if every resource that it can mean was looked through: where the API does
//! not say, it counts as neither right nor wrong, and the user is told.

mod answers;
mod index;
mod remote;
mod selector;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use self::answers::Verdict;
use self::index::Index;
use self::remote::Remote;
use self::selector::Selector;
use super::record::{Object, Record};
use super::sites::Sites;
use crate::command::NotBegun;
use crate::command::session::Session;
use crate::data::EndpointFiles;
use crate::event::{Cause, EndpointId, Finding};
use crate::host::Host;
use crate::model::{Described, Endpoint, KeyHash, Property, ReferenceTarget, SchemaId, capitalised, entity};
use crate::notice::Notice;
use crate::side_by_side;
use crate::sort;

/// The name of this method.
pub(super) const METHOD: &str = "references";

const ENDING: &str = "reference";

/// The local records that references can point to.
pub(super) struct References<'a, H: Host> {
    session: &'a Session<'a, H>,
    /// Where the records of each endpoint refer to others.
    sites: HashMap<EndpointId, Sites<Rc<Meaning>>>,
    index: Index,
    /// `None` where only local files are looked through.
    remote: Option<Remote<'a, H>>,
    /// References that could not be checked, by what they refer to.
    unchecked: RefCell<BTreeMap<Rc<str>, u64>>,
    is_stopped: Cell<bool>,
}

/// What a reference can mean.
#[derive(Debug)]
struct Meaning {
    /// What it refers to, as the API names it: `School`.
    entity: Rc<str>,
    /// The resources, together where the same values in the same order make their key.
    targets: Vec<Alike>,
    /// Whether these are all: of some, the API's documents do not tell the whole natural key.
    is_whole: bool,
    /// Endpoints whose records the API may hold and not show, as positions: see [`may_be_hidden`].
    hidden: RefCell<Vec<usize>>,
}

/// Resources whose key is made of the same properties of the reference.
#[derive(Debug)]
struct Alike {
    properties: Vec<String>,
    /// Positions among the API's endpoints, those that are filled last first: of education organisations, schools are
    /// the most, and the most referred to.
    endpoints: Vec<usize>,
}

/// References of one record that stand in no local file, to be looked up at the API.
#[derive(Debug)]
pub(super) struct LookUps(Vec<LookUp>);

#[derive(Debug)]
struct LookUp {
    meaning: Rc<Meaning>,
    place: String,
    keys: Vec<Key>,
}

/// The key that a reference gives, for each group of its targets.
type Key = (Vec<String>, KeyHash);

impl<'a, H: Host> References<'a, H> {
    /// Reads the natural keys of the local records.
    pub(super) async fn prepare(session: &'a Session<'a, H>, data: &[EndpointFiles]) -> Result<Self, NotBegun> {
        let options = &session.config.validate.references;
        let selector = Selector::new(options);
        selector.notices(&session.endpoints).into_iter().for_each(|notice| session.notice(notice));
        let mut sites = HashMap::new();
        let mut undescribed = Vec::new();
        for of in data {
            let endpoint = session.endpoints.get(&of.endpoint);
            match endpoint.and_then(|endpoint| Some((endpoint, endpoint.described.as_ref()?))) {
                Some((endpoint, described)) => {
                    sites.insert(of.endpoint.clone(), meanings(session, endpoint, described, &selector));
                }
                None => undescribed.push(of.endpoint.to_string()),
            }
        }
        if !undescribed.is_empty() {
            let names = undescribed.join(", ");
            let text = format!("references are not checked in {names}: the API's documents do not describe it");
            session.notice(Notice::warning(text));
        }
        let meanings: Vec<&Rc<Meaning>> = sites.values().flat_map(Sites::all).collect();
        let mut targets = BTreeSet::new();
        targets.extend(meanings.iter().flat_map(|meaning| meaning.endpoints()));
        let index = Index::read(session, &targets).await?;
        // Whose students are at hand, refers to those: one that neither they nor the API have is missing.
        for meaning in &meanings {
            meaning.hidden.borrow_mut().retain(|at| !index.has_files(*at));
        }
        if !options.remote {
            let lacks = |meaning: &&&Rc<Meaning>| !meaning.endpoints().any(|at| index.has_files(at));
            let known = |meaning: &&&Rc<Meaning>| meaning.endpoints().next().is_some();
            let mut without: BTreeSet<&str> = BTreeSet::new();
            without.extend(meanings.iter().filter(known).filter(lacks).map(|meaning| &*meaning.entity));
            if !without.is_empty() {
                let names = without.into_iter().collect::<Vec<_>>().join(", ");
                session.notice(
                    Notice::warning(format!(
                        "validate.references.remote is false and no local file holds {names}: each reference to one is \
                         told as missing"
                    ))
                    .with_hint(
                        "fetch them into data_dir, or leave these references out by validate.references.selector",
                    ),
                );
            }
        }
        let remote = options.remote.then(|| Remote::new(session));
        Ok(Self { session, sites, index, remote, unchecked: RefCell::default(), is_stopped: Cell::new(false) })
    }

    /// Adds what is known to be wrong with the references of a record; gives those back that the API must be asked
    /// for.
    pub(super) fn check(&self, record: &Record<'_>, found: &mut Vec<Finding>) -> Option<LookUps> {
        let mut open = Vec::new();
        self.sites.get(&record.endpoint.id)?.visit(record.tree, &mut |meaning, path, value| {
            // That it is an object, and has all its parts, is for the schema to say.
            let Some(reference) = value.as_object() else { return };
            if meaning.targets.is_empty() {
                self.leave_unchecked(meaning);
                return;
            }
            let keys: Option<Vec<Key>> = meaning.targets.iter().map(|alike| alike.key(reference)).collect();
            let Some(keys) = keys else { return };
            if self.is_local(meaning, &keys) {
                return;
            }
            let verdict = match &self.remote {
                None => Some(Verdict::Absent),
                Some(remote) => known(remote, meaning, &keys),
            };
            match verdict {
                Some(verdict) => self.judged(meaning, verdict, &path.to_string(), found),
                None => open.push(LookUp { meaning: meaning.clone(), place: path.to_string(), keys }),
            }
        });
        (!open.is_empty()).then_some(LookUps(open))
    }

    /// Asks the API for references of one record. Those of up to a thousand records are asked for at the same time.
    pub(super) async fn look_up(&self, look_ups: LookUps) -> Vec<Finding> {
        let verdicts = side_by_side::outputs(look_ups.0.iter().map(|look_up| self.ask(look_up)), None).await;
        let mut found = Vec::new();
        if !self.is_stopped.get() {
            for (look_up, verdict) in look_ups.0.iter().zip(verdicts) {
                self.judged(&look_up.meaning, verdict, &look_up.place, &mut found);
            }
        }
        found
    }

    /// Nothing is asked any more; of what is under way, nothing is said.
    pub(super) fn stop(&self) {
        self.is_stopped.set(true);
    }

    /// The last word: which references could not be checked.
    pub(super) fn finish(&self) {
        let unchecked = self.unchecked.borrow();
        if unchecked.is_empty() || self.session.is_ending() {
            return;
        }
        let counts: Vec<String> = unchecked.iter().map(|(entity, count)| format!("{count} to {entity}")).collect();
        self.session.notice(
            Notice::warning(format!("references that could not be checked: {}", counts.join(", "))).with_hint(
                "they stand in no local file, and the API did not say whether it holds what they refer to: it may \
                     not show it to these credentials, as students before they are enrolled",
            ),
        );
    }

    fn is_local(&self, meaning: &Meaning, keys: &[Key]) -> bool {
        let mut targets = meaning.targets.iter().zip(keys);
        targets.any(|(alike, (_, hash))| alike.endpoints.iter().any(|at| self.index.holds(*at, hash.folded)))
    }

    /// Asks for the resources that a reference can mean, one after the other until one has it.
    async fn ask(&self, look_up: &LookUp) -> Verdict {
        let Some(remote) = &self.remote else { return Verdict::Absent };
        let mut verdict = Verdict::Absent;
        for (alike, (values, hash)) in look_up.meaning.targets.iter().zip(&look_up.keys) {
            for at in &alike.endpoints {
                if self.is_stopped.get() {
                    return Verdict::Unknown;
                }
                match look_up.meaning.verdict(*at, remote.look_up(*at, values, *hash).await) {
                    Verdict::Found => return Verdict::Found,
                    Verdict::Absent => {}
                    Verdict::Unknown => verdict = Verdict::Unknown,
                }
            }
        }
        verdict
    }

    fn judged(&self, meaning: &Meaning, verdict: Verdict, place: &str, found: &mut Vec<Finding>) {
        let is_whole = || meaning.is_whole && meaning.endpoints().all(|at| self.index.is_whole(at));
        match verdict {
            Verdict::Found => {}
            // What a file that cannot be read holds is not known.
            Verdict::Absent if is_whole() => {
                let message = format!("The referenced '{}' item does not exist (at {place})", meaning.entity);
                let finding = Finding { method: METHOD, message, cause: Cause::MissingParent };
                if !found.contains(&finding) {
                    found.push(finding);
                }
            }
            Verdict::Absent | Verdict::Unknown => self.leave_unchecked(meaning),
        }
    }

    fn leave_unchecked(&self, meaning: &Meaning) {
        *self.unchecked.borrow_mut().entry(meaning.entity.clone()).or_default() += 1;
    }
}

/// What is known of a reference without asking; `None` where it must be asked for.
fn known<H: Host>(remote: &Remote<'_, H>, meaning: &Meaning, keys: &[Key]) -> Option<Verdict> {
    let mut verdict = Some(Verdict::Absent);
    for (alike, (_, hash)) in meaning.targets.iter().zip(keys) {
        for at in &alike.endpoints {
            match remote.known(*at, *hash).map(|verdict| meaning.verdict(*at, verdict)) {
                Some(Verdict::Found) => return Some(Verdict::Found),
                Some(Verdict::Absent) => {}
                Some(Verdict::Unknown) => verdict = verdict.map(|_| Verdict::Unknown),
                None => verdict = None,
            }
        }
    }
    verdict
}

impl Meaning {
    fn endpoints(&self) -> impl Iterator<Item = usize> {
        self.targets.iter().flat_map(|alike| alike.endpoints.iter().copied())
    }

    /// What an answer of an endpoint means.
    fn verdict(&self, endpoint: usize, answer: Verdict) -> Verdict {
        match answer {
            Verdict::Absent if self.hidden.borrow().contains(&endpoint) => Verdict::Unknown,
            answer => answer,
        }
    }
}

/// Whether an API that shows no record of `target` may hold it all the same, when `referring` is sent.
///
/// Students, staffs and contacts may be created by whoever may not read them: an ODS/API shows them only to those to
/// whom other records relate them, such as their enrolment. A dependency list tells such endpoints by a second, later
/// order, at which they can be updated. What is sent up to then is what relates them, and is accepted without.
fn may_be_hidden(target: &Endpoint, referring: &Endpoint) -> bool {
    target.update_order.is_some_and(|update_order| referring.order <= update_order)
}

impl Alike {
    /// The key that a reference gives; `None` where it lacks a part.
    fn key(&self, reference: &Object<'_>) -> Option<Key> {
        let value = |property: &String| Some(reference.get(property)?.scalar()?.into_owned());
        let values: Vec<String> = self.properties.iter().map(value).collect::<Option<_>>()?;
        let hash = KeyHash::of_values(&values);
        Some((values, hash))
    }
}

/// Where the records of an endpoint refer to others, as far as the user wants it checked.
fn meanings<H: Host>(
    session: &Session<'_, H>,
    endpoint: &Endpoint,
    described: &Described,
    selector: &Selector,
) -> Sites<Rc<Meaning>> {
    let mut known: HashMap<SchemaId, Rc<Meaning>> = HashMap::new();
    Sites::of(described, &mut |spot, property: &Property| {
        let schema = property.shape.object().filter(|_| property.is_reference())?;
        if !selector.wants(&endpoint.id, spot.names) {
            return None;
        }
        let meaning =
            known.entry(schema).or_insert_with(|| Rc::new(meaning(session, endpoint, described, schema, property)));
        Some(meaning.clone())
    })
}

fn meaning<H: Host>(
    session: &Session<'_, H>,
    referring: &Endpoint,
    described: &Described,
    schema: SchemaId,
    property: &Property,
) -> Meaning {
    let schema = described.schemas.get(schema);
    let entity = if schema.name.is_empty() {
        let name = property.name.strip_suffix("Reference").unwrap_or(&property.name);
        capitalised(name)
    } else {
        entity(&schema.name, ENDING)
    };
    let mut targets: Vec<Alike> = Vec::new();
    for ReferenceTarget { endpoint, properties } in session.endpoints.targets(schema) {
        match targets.iter_mut().find(|alike| alike.properties == properties) {
            Some(alike) => alike.endpoints.push(endpoint),
            None => targets.push(Alike { properties, endpoints: vec![endpoint] }),
        }
    }
    for alike in &mut targets {
        sort::by(&mut alike.endpoints, |one, other| other.cmp(one));
    }
    let is_hidden = |at: &usize| may_be_hidden(&session.endpoints.all()[*at], referring);
    let hidden = targets.iter().flat_map(|alike| alike.endpoints.iter().copied()).filter(is_hidden).collect();
    Meaning {
        entity: entity.into(),
        targets,
        is_whole: session.endpoints.knows_all_targets(schema),
        hidden: RefCell::new(hidden),
    }
}
