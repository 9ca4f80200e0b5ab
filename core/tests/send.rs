//! `send` against the simulated API, as far as its own unit tests do not go.

mod support;

use lightbeam_core::exit::Exit;
use lightbeam_core::invocation::Command;
use lightbeam_sim::Settings;

use self::support::Stage;

#[test]
fn what_was_sent_is_there() {
    let stage = Stage::new(Settings::default());
    let student = r#"{"studentUniqueId":"1","firstName":"Ada","lastSurname":"Lee","birthDate":"2010-01-01"}"#;
    stage.put("data/students.jsonl", &[student, "{}"]);
    let ran = stage.run(Command::Send, |_| {});
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [2, 0, 1]));
    assert_eq!(stage.held("students"), 1);
    assert_eq!(stage.requests(), ["POST /data/v3/ed-fi/students", "POST /data/v3/ed-fi/students"]);
}
