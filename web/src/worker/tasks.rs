//! The tasks that ask the API something, but are no command.

use std::collections::BTreeMap;
use std::rc::Rc;

use lightbeam_core::event::Event;
use lightbeam_core::host::Host;
use lightbeam_core::invocation::Invocation;
use lightbeam_core::probe;

use crate::host::{BrowserHost, ChosenFiles, PageOperator};
use crate::protocol::{Check, EndpointName, Secretive};
use crate::tasks::connection;

/// Neither task asks anything of a person.
fn host(files: ChosenFiles, variables: BTreeMap<String, Secretive>, invocation: &Invocation) -> BrowserHost {
    BrowserHost::new(files, variables, Rc::new(PageOperator::new(|_| {}))).for_command(invocation.command)
}

/// Finds out step by step whether the API can be used from this page.
pub(super) async fn check_connection(
    invocation: &Invocation,
    files: ChosenFiles,
    variables: BTreeMap<String, Secretive>,
) -> Vec<Check> {
    let host = host(files, variables, invocation);
    let steps = probe::check(invocation, &host, &|_: &Event| {}).await;
    connection::arrange(steps, |aspect| host.http().known(aspect), host.http().advisor())
}

/// The API's endpoints, or one sentence on why they could not be had.
pub(super) async fn endpoints(
    invocation: &Invocation,
    files: ChosenFiles,
    variables: BTreeMap<String, Secretive>,
) -> Result<Vec<EndpointName>, String> {
    let host = host(files, variables, invocation);
    let found = probe::endpoints(invocation, &host, &|_: &Event| {}).await;
    let name = |id: lightbeam_core::event::EndpointId| EndpointName {
        namespace: id.namespace.to_string(),
        name: id.name.to_string(),
    };
    found.map(|ids| ids.into_iter().map(name).collect()).map_err(|notice| match notice.hint {
        Some(hint) => format!("{}; {hint}", notice.text),
        None => notice.text,
    })
}
