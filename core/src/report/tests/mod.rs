//! Tests over events: what a run tells, and what the folds make of it.

mod counting;
mod exit_codes;
mod golden;
mod people;

use std::rc::Rc;

use super::*;
use crate::event::{Cause, EndpointId, Event, Failure, Finding, Outcome, RecordEvent, Skip, Started};
use crate::host::Timestamp;
use crate::invocation::Command;

const STUDENTS: (&str, &str) = ("ed-fi", "students");
const SCHOOLS: (&str, &str) = ("ed-fi", "schools");

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn started(command: Command) -> Event {
    Event::Started(Started {
        command,
        run_id: Rc::from("run-1"),
        at: at("2026-01-01T00:00:00Z"),
        working_dir: "/home/ann".into(),
        config_file: "/home/ann/lightbeam.yaml".into(),
        data_dir: "data/".into(),
        api_url: "https://api.example.org".into(),
        namespace: "ed-fi".into(),
        log_level: crate::config::LogLevel::Info,
        namespace_overrides: None,
    })
}

fn id((namespace, name): (&str, &str)) -> EndpointId {
    EndpointId::new(namespace, name)
}

fn begun(endpoint: (&str, &str)) -> Event {
    Event::EndpointStarted { endpoint: id(endpoint), url: String::new() }
}

fn record(endpoint: (&str, &str), line: u64, outcome: Outcome) -> Event {
    let file = Rc::from(format!("data/{}.jsonl", endpoint.1));
    Event::Record(RecordEvent { endpoint: id(endpoint), file, line: Some(line), outcome, repeats: 0 })
}

fn accepted(endpoint: (&str, &str), line: u64, status: u16) -> Event {
    record(endpoint, line, Outcome::Succeeded { status })
}

fn skipped(endpoint: (&str, &str), line: u64, skip: Skip) -> Event {
    record(endpoint, line, Outcome::Skipped(skip))
}

fn failed(endpoint: (&str, &str), line: u64, status: Option<u16>, cause: Cause, messages: &[&str]) -> Event {
    record(endpoint, line, Outcome::Failed(failure(status, cause, messages)))
}

fn failure(status: Option<u16>, cause: Cause, messages: &[&str]) -> Failure {
    let messages = messages.iter().map(|&message| message.to_owned()).collect();
    Failure { status, messages, problem_type: None, correlation_id: None, cause }
}

fn results(events: &[Event]) -> Results {
    let mut results = Results::new();
    for event in events {
        results.observe(event);
    }
    results
}
