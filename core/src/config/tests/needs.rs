//! What a sandbox is asked for.

use super::*;
use crate::config::{Needs, needs};
use crate::invocation::Command;

const YAML: &str = "\
state_dir: ~/.lightbeam/
data_dir: ${DATA_DIR}
edfi_api:
  base_url: https://${HOST}:8443/api
  oauth_url: http://127.0.0.1/token
  data_url: https://api.example.org/{tenantIdentifier}/data/v3
  client_id: $ID
  client_secret_file: conf/secret
";

fn needs_of(invocation: &Invocation) -> Needs {
    let variable = |name: &str| match name {
        "HOME" => Some("/home/ana".to_owned()),
        "DATA_DIR" => Some("/data".to_owned()),
        "HOST" => Some("API.example.org".to_owned()),
        _ => None,
    };
    needs(invocation, ("conf/lightbeam.yaml", YAML), "/home/me", &variable).unwrap()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn send_needs_its_data_its_state_and_its_hosts() {
    let needs = needs_of(&Invocation {
        results_file: Some("out/results.json".to_owned()),
        failed_dir: Some("failed".to_owned()),
        params: Some(r#"{"ID": 1}"#.to_owned()),
        ..Invocation::default()
    });
    assert_eq!(needs.read, texts(&["conf", "/data"]));
    assert_eq!(needs.write, texts(&["/home/ana/.lightbeam/", "out", "failed"]));
    assert_eq!(needs.hosts, texts(&["api.example.org:8443", "127.0.0.1", "api.example.org"]));
    assert_eq!(needs.env, texts(&["HOME", "USERPROFILE", "DATA_DIR", "HOST"]));
    assert_eq!((needs.api.base_url.as_str(), needs.verify_ssl), ("https://API.example.org:8443/api", true));
}

#[test]
fn other_commands_need_other_folders() {
    let of = |command| needs_of(&Invocation { command, results_file: Some("-".to_owned()), ..Invocation::default() });
    let fetch = of(Command::Fetch);
    assert_eq!((fetch.read, fetch.write), (texts(&["conf"]), texts(&["/home/ana/.lightbeam/", "/data"])));
    assert_eq!(of(Command::Create).write, texts(&["/home/ana/.lightbeam/", "."]));
    assert_eq!(of(Command::Count).write, texts(&["/home/ana/.lightbeam/"]));
    assert_eq!(of(Command::Count).read, texts(&["conf"]));
    assert_eq!(of(Command::Count).env, texts(&["HOME", "USERPROFILE", "DATA_DIR", "HOST", "ID"]));
}
