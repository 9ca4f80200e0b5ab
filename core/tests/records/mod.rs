//! Records that the simulated API holds before a run.
#![allow(dead_code, reason = "not every test file needs all of it")]

use std::collections::BTreeMap;

use lightbeam_core::exit::Exit;
use lightbeam_core::host::Host as _;
use lightbeam_core::invocation::Command;
use lightbeam_sim::{Action, Rule};

use crate::support::Stage;

/// A student whose number is part of all that tells it apart.
pub(crate) fn student(number: usize) -> String {
    format!(
        r#"{{"studentUniqueId":"{number}","firstName":"Ada","lastSurname":"Lee {number}","birthDate":"2010-01-01"}}"#
    )
}

/// Sends lines of an endpoint to the API, and forgets them.
pub(crate) fn load(stage: &Stage, endpoint: &str, lines: &[&str]) {
    let path = format!("seed/{endpoint}.jsonl");
    stage.put(&path, lines);
    let ran = stage.run(Command::Send, |invocation| {
        invocation.set = vec![("data_dir".to_owned(), "seed".to_owned()), ("state_dir".to_owned(), String::new())];
    });
    assert_eq!((ran.exit, ran.counts(endpoint)[2]), (Exit::Done, 0), "{}", ran.results["resources"]);
    stage.host.files().remove(&path);
    stage.host.files().remove("results.json");
}

pub(crate) fn load_students(stage: &Stage, count: usize) {
    let lines: Vec<String> = (1..=count).map(student).collect();
    load(stage, "students", &lines.iter().map(String::as_str).collect::<Vec<_>>());
}

/// A rule that answers GETs whose path and query hold this.
pub(crate) fn answers(path: &str, status: u16, body: &str) -> Rule {
    Rule {
        method: Some("GET".to_owned()),
        path: Some(path.to_owned()),
        body: None,
        first: 1,
        last: None,
        action: Action::Answer { status, headers: BTreeMap::new(), body: body.to_owned() },
    }
}
