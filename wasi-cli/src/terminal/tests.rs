use std::cell::Cell;

use lightbeam_core::config::LogLevel;
use lightbeam_core::event::{Cause, EndpointId, Failure, Outcome, RecordEvent, Started};
use lightbeam_core::invocation::Command;
use lightbeam_core::notice::Notice;
use lightbeam_core::report::Ended;

use super::*;

#[derive(Debug, Default)]
struct Watch(Cell<u64>);

impl Now for &Watch {
    fn wall(&self) -> Timestamp {
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + Duration::from_millis(self.0.get())
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.get())
    }
}

fn terminal<'a>(watch: &'a Watch, options: &TerminalOptions, is_terminal: bool) -> Terminal<Vec<u8>, &'a Watch> {
    let surroundings = Surroundings { is_terminal, no_color: false, columns: 80 };
    Terminal::new(options, surroundings, None, watch, Vec::new())
}

fn written<N>(terminal: &Terminal<Vec<u8>, N>) -> String {
    String::from_utf8(terminal.told.borrow().out.clone()).unwrap()
}

fn started() -> Event {
    Event::Started(Started {
        command: Command::Send,
        run_id: "r1".into(),
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        working_dir: ".".to_owned(),
        config_file: "lightbeam.yaml".to_owned(),
        data_dir: "data".to_owned(),
        api_url: "https://api.example.org".to_owned(),
        namespace: "ed-fi".to_owned(),
        namespace_overrides: None,
        log_level: LogLevel::Info,
    })
}

#[test]
fn the_configured_log_level_counts_once_it_is_known() {
    let told = |level: LogLevel, options: &TerminalOptions| {
        let watch = Watch::default();
        let terminal = terminal(&watch, options, false);
        let Event::Started(started) = started() else { unreachable!("it is that event") };
        terminal.hear(&Event::Started(Started { log_level: level, ..started }));
        terminal.hear(&Event::Notice(Notice::info("good to know")));
        written(&terminal).contains("good to know")
    };
    let plain = TerminalOptions::default();
    assert!(told(LogLevel::Info, &plain));
    assert!(!told(LogLevel::Warning, &plain));
    let flagged = TerminalOptions { log_level: Some("info".to_owned()), ..TerminalOptions::default() };
    assert!(told(LogLevel::Warning, &flagged), "the flag wins");
}

fn refusal() -> Event {
    Event::Record(RecordEvent {
        endpoint: EndpointId::new("ed-fi", "students"),
        file: "data/students.jsonl".into(),
        line: Some(3),
        outcome: Outcome::Failed(Failure {
            status: Some(400),
            messages: vec!["bad \u{1b}[2J date".to_owned()],
            problem_type: None,
            correlation_id: None,
            cause: Cause::InvalidValue,
        }),
        repeats: 0,
    })
}

fn closing() -> Closing {
    Closing {
        at: "2026-03-01T12:00:05Z".parse().unwrap(),
        ended: Ended::Completed,
        results_file: None,
        failed_dir: None,
        sent_since: None,
        width: 80,
    }
}

#[test]
fn log_lines_go_out_as_they_come() {
    let watch = Watch::default();
    let terminal = terminal(&watch, &TerminalOptions::default(), false);
    terminal.hear(&started());
    terminal.hear(&Event::Notice(Notice::warning("no state_dir").with_hint("set state_dir")));
    terminal.hear(&refusal());
    terminal.hear(&Event::Notice(Notice::debug("not told")));
    assert_eq!(
        written(&terminal),
        "2026-03-01 12:00:00.000 lightbeam INFO    send with lightbeam.yaml, run r1\n\
         2026-03-01 12:00:00.000 lightbeam WARNING no state_dir\n\
         hint: set state_dir\n\
         2026-03-01 12:00:00.000 lightbeam WARNING ed-fi/students: data/students.jsonl:3: 400 bad [2J date\n"
    );
}

#[test]
fn a_terminal_shows_the_status_line_between_log_lines() {
    let watch = Watch::default();
    let terminal = terminal(&watch, &TerminalOptions::default(), true);
    terminal.hear(&started());
    watch.0.set(200);
    terminal.tick();
    terminal.hear(&Event::Notice(Notice::info("hello")));
    let text = written(&terminal);
    assert!(text.contains("\r\x1b[Ksend:"), "{text:?}");
    assert!(text.contains("\r\x1b[K2026-03-01 12:00:00.200 lightbeam INFO    hello\n"), "{text:?}");
    terminal.close(&closing());
    assert!(!written(&terminal).ends_with("send:"));
}

/// Else the person could not read what is asked, nor see what they type.
#[test]
fn nothing_is_written_over_an_open_question() {
    let watch = Watch::default();
    let floor = Floor::default();
    let terminal = terminal(&watch, &TerminalOptions::default(), true).sharing(floor.clone());
    terminal.hear(&started());
    watch.0.set(200);
    terminal.tick();
    let before = written(&terminal);
    assert!(before.contains("\r\x1b[Ksend:"), "{before:?}");

    let asking = floor.ask();
    assert_eq!(asking.room(), "\r\x1b[K", "the status line gives way");
    for time in [300, 400, 60_000] {
        watch.0.set(time);
        terminal.tick();
    }
    terminal.hear(&Event::Notice(Notice::info("meanwhile")));
    assert_eq!(written(&terminal), before);

    drop(asking);
    watch.0.set(60_100);
    terminal.tick();
    let after = written(&terminal)[before.len()..].to_owned();
    assert!(after.starts_with("2026-03-01 12:01:00.000 lightbeam INFO    meanwhile\n\r\x1b[Ksend:"), "{after:?}");
    drop(floor.ask());
    assert_eq!(floor.ask().room(), "", "what gave way is not erased again");
}

#[test]
fn without_a_terminal_progress_comes_every_ten_seconds() {
    let watch = Watch::default();
    let terminal = terminal(&watch, &TerminalOptions::default(), false);
    terminal.hear(&started());
    watch.0.set(9_999);
    terminal.tick();
    assert!(!written(&terminal).contains("send:"));
    watch.0.set(10_000);
    terminal.tick();
    assert!(written(&terminal).contains("2026-03-01 12:00:10.000 lightbeam INFO    send:"), "{}", written(&terminal));
}

#[test]
fn quiet_tells_warnings_and_errors_alone() {
    let watch = Watch::default();
    let quiet = TerminalOptions { quiet: true, ..TerminalOptions::default() };
    let terminal = terminal(&watch, &quiet, true);
    terminal.hear(&started());
    watch.0.set(60_000);
    terminal.tick();
    terminal.hear(&refusal());
    terminal.close(&closing());
    let text = written(&terminal);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("WARNING"));
}

#[test]
fn every_json_line_is_json() {
    let watch = Watch::default();
    let json = TerminalOptions { log_format: LogFormat::Json, ..TerminalOptions::default() };
    let terminal = terminal(&watch, &json, true);
    terminal.hear(&started());
    terminal.hear(&refusal());
    watch.0.set(20_000);
    terminal.tick();
    terminal.close(&closing());
    let text = written(&terminal);
    let events: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect(line)["event"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(events, ["started", "record_failed", "progress", "summary"]);
}

#[test]
fn a_run_that_did_not_begin_has_no_summary() {
    let watch = Watch::default();
    let terminal = terminal(&watch, &TerminalOptions::default(), false);
    terminal.close(&closing());
    assert_eq!(written(&terminal), "");
}
