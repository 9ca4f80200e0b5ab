//! What was not granted cannot be reached by the component, whatever it tries.

use std::sync::Arc;

use lightbeam::component::Component;
use lightbeam::grants::{Grants, grants};
use lightbeam::http::{Hosts, client};
use lightbeam::orders::Orders;
use lightbeam::sandbox;
use lightbeam_core::api::NamedHosts;
use lightbeam_core::host::Timestamp;
use lightbeam_core::invocation::Invocation;
use lightbeam_sim::Settings;

use crate::place::{Place, SECRET, end};

/// A place, and what a run there is granted. Paths are absolute: this process is somewhere else.
fn place_and_grants() -> (Place, Grants) {
    let place = Place::with_students(Settings::default(), 3);
    let shown = |name: &str| place.path(name).display().to_string();
    let yaml = std::fs::read_to_string(place.path("lightbeam.yaml")).unwrap();
    let yaml = yaml.replace("./data", &shown("data")).replace("./state", &shown("state"));
    std::fs::write(place.path("lightbeam.yaml"), yaml).unwrap();
    let invocation = Invocation { config_file: Some(shown("lightbeam.yaml")), ..Invocation::default() };
    let granted = grants(&invocation, &|name| (name == SECRET.0).then(|| SECRET.1.to_owned())).unwrap();
    (place, granted)
}

/// Runs a command with these grants; gives its exit code, and the hosts that were refused.
fn run(place: &Place, command: &str, grants: &Grants, more: &[&str]) -> (u8, Vec<String>) {
    let component = Component::of_this_program().unwrap_or_else(|error| panic!("{error}"));
    let config = place.path("lightbeam.yaml").display().to_string();
    let words: Vec<String> = [command, "-c", &config].iter().chain(more).map(|word| (*word).to_owned()).collect();
    let named = grants.api.clone().map(|api| NamedHosts::new(api, Timestamp::now()));
    let hosts = Arc::new(Hosts::new(grants.hosts.iter().map(String::as_str), named));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = client(true, None, true).unwrap();
    let run = sandbox::run(&component, &words, grants, Orders::new(false), client, hosts.clone());
    (runtime.block_on(run).unwrap(), hosts.all_refused())
}

#[test]
fn with_everything_that_is_needed_it_works() {
    let (place, grants) = place_and_grants();
    assert_eq!(run(&place, "send", &grants, &[]), (0, Vec::new()));
    assert_eq!(place.requests("POST").len(), 3);
}

#[test]
fn a_folder_that_may_be_read_cannot_be_written_to() {
    let (place, mut grants) = place_and_grants();
    let data = place.path("data").display().to_string();
    assert!(grants.folders.iter().any(|folder| folder.path == data && !folder.writable));
    let before = std::fs::read(place.path("data/students.jsonl")).unwrap();
    // A fetch writes there; it was granted what a send is.
    assert_ne!(run(&place, "fetch", &grants, &["-s", "students,schools"]).0, 0);
    assert_eq!(std::fs::read(place.path("data/students.jsonl")).unwrap(), before);
    assert_eq!(std::fs::read_dir(place.path("data")).unwrap().count(), 1);

    for folder in grants.folders.iter_mut().filter(|folder| folder.path == data) {
        folder.writable = true;
    }
    assert_eq!(run(&place, "fetch", &grants, &["-s", "schools"]).0, 0);
}

#[test]
fn a_folder_that_is_not_granted_is_not_there() {
    let (place, mut grants) = place_and_grants();
    // That of the configuration holds the data folder, too.
    grants.folders.retain(|folder| folder.path == place.path("state").display().to_string());
    assert_eq!(run(&place, "send", &grants, &[]).0, 2);
    assert!(place.api.log().is_empty());
}

#[test]
fn a_variable_that_is_not_granted_has_no_value() {
    let (place, mut grants) = place_and_grants();
    grants.variables.retain(|(name, _)| name != SECRET.0);
    assert_eq!(run(&place, "send", &grants, &[]).0, 4);
    assert!(place.requests("POST").is_empty());
}

#[test]
fn a_host_that_is_not_granted_is_not_called() {
    let (place, mut grants) = place_and_grants();
    let hosts = std::mem::take(&mut grants.hosts);
    grants.api = None;
    assert_eq!(run(&place, "send", &grants, &[]), (4, hosts));
    assert!(place.api.log().is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_leads_nowhere_outside() {
    let place = Place::with_students(Settings::default(), 3);
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("schools.jsonl");
    std::fs::write(&secret, "{\"schoolId\": 1}\n").unwrap();
    std::os::unix::fs::symlink(&secret, place.path("data/schools.jsonl")).unwrap();
    let (exit, said) = end(&place.run(&["send"]));
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("./data/schools.jsonl: not permitted"), "{said}");
    assert!(place.requests("POST").is_empty(), "nothing is begun with files that are not all there");
}
