//! `count` against the simulated API.
#![allow(clippy::unwrap_used, reason = "a whole file of tests")]

mod records;
mod support;

use lightbeam_core::exit::Exit;
use lightbeam_core::host::Host as _;
use lightbeam_core::invocation::{Command, FailOn};
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Forbidden, Operation, Settings, Shape};

use self::records::{answers, load_students};
use self::support::{Ran, Stage};

fn table(ran: &Ran) -> &str {
    ran.report.stdout.as_deref().expect("the table goes to standard output")
}

/// Without a results file.
fn count(stage: &Stage, selector: &str) -> Ran {
    stage.run(Command::Count, |invocation| {
        invocation.results_file = None;
        invocation.selector = Some(selector.to_owned());
    })
}

fn forbidden(path: &str) -> Forbidden {
    Forbidden { path: path.to_owned(), operations: vec![Operation::Read] }
}

#[test]
fn rows_above_zero_on_standard_output_in_dependency_order() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 30);
    let ran = count(&stage, "students,schoolYearTypes,staffs");
    assert_eq!((ran.exit, table(&ran)), (Exit::Done, "Records\tEndpoint\n60\tschoolYearTypes\n30\tstudents\n"));
    let requests = stage.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.ends_with("?limit=0&totalCount=true")), "{requests:?}");
}

#[test]
fn with_a_results_file_all_rows_are_in_it_and_nowhere_else() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 3);
    stage.configure("count:\n  separator: \",\"\n");
    let ran = stage.run(Command::Count, |invocation| {
        invocation.selector = Some("students,schools".to_owned());
        invocation.results_file = Some("out/counts.csv".to_owned());
    });
    assert_eq!((ran.exit, ran.report.stdout), (Exit::Done, None));
    assert_eq!(stage.text("out/counts.csv").unwrap(), "Records,Endpoint\n3,students\n0,schools\n");
    let ran = stage.run(Command::Count, |invocation| {
        invocation.selector = Some("students,schools".to_owned());
        invocation.results_file = Some("-".to_owned());
    });
    assert_eq!(table(&ran), "Records,Endpoint\n3,students\n0,schools\n");
}

#[test]
fn an_endpoint_that_may_not_be_read_is_a_row_and_a_failure() {
    let stage = Stage::new(Settings { forbidden: vec![forbidden("/ed-fi/staffs")], ..Settings::default() });
    load_students(&stage, 1);
    let ran = count(&stage, "students,staffs");
    let error = "error (403): The API client's assigned claim set";
    let rows: Vec<&str> = table(&ran).lines().collect();
    assert!(rows[1].starts_with(error) && rows[1].ends_with("\tstaffs"), "{rows:?}");
    assert_eq!((rows.len(), rows[2], ran.exit), (3, "1\tstudents", Exit::Done));
    // Endpoints stand for records in the exit code.
    assert_eq!(count(&stage, "staffs").exit, Exit::Failed);
    let ran = stage.run(Command::Count, |invocation| {
        invocation.selector = Some("students,staffs".to_owned());
        invocation.fail_on = FailOn::Any;
    });
    assert_eq!(ran.exit, Exit::SomeFailed);
}

#[test]
fn whatever_an_error_says_stays_in_its_column_and_on_its_line() {
    let body = "{\"message\":\"one,\\r\\n\\ttwo \\u001b[31m, three\"}";
    let rule = answers("/students", 418, body);
    let stage = Stage::new(Settings { rules: vec![rule], ..Settings::default() });
    assert_eq!(table(&count(&stage, "students")), "Records\tEndpoint\nerror (418): one, two [31m, three\tstudents\n");
    stage.configure("count: {separator: ','}\n");
    assert_eq!(table(&count(&stage, "students")), "Records,Endpoint\nerror (418): one; two [31m; three,students\n");
}

#[test]
fn without_total_count_the_records_are_counted_by_paging() {
    for (settings, documents) in [
        (Settings { total_count: false, ..Settings::default() }, builtin::documents(Style::OpenApi3)),
        (
            Settings { total_count: false, page_tokens: false, ..Settings::default() },
            builtin::documents(Style::OpenApi3),
        ),
        (Settings { total_count: false, shape: Shape::V5, ..Settings::default() }, builtin::documents(Style::Swagger2)),
        (Settings { total_count: false, page_limit: 7, ..Settings::default() }, builtin::documents(Style::OpenApi3)),
    ] {
        let stage = Stage::with(settings.clone(), documents);
        load_students(&stage, 63);
        let ran = count(&stage, "students,schools");
        assert_eq!((ran.exit, table(&ran)), (Exit::Done, "Records\tEndpoint\n63\tstudents\n"), "{settings:?}");
        assert!(!ran.told("a page"), "the size of pages is not the user's concern here: {:?}", ran.notices);
    }
}

#[test]
fn an_api_that_takes_no_limit_of_zero_is_asked_for_one() {
    let rule = answers("limit=0", 400, r#"{"detail":"Limit must be 1 or more."}"#);
    let stage = Stage::new(Settings { rules: vec![rule], ..Settings::default() });
    load_students(&stage, 5);
    assert_eq!(table(&count(&stage, "students")), "Records\tEndpoint\n5\tstudents\n");
}

#[test]
fn a_query_goes_with_every_request_and_endpoints_without_its_parameters_are_left_out() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 5);
    let ran = stage.run(Command::Count, |invocation| {
        invocation.results_file = None;
        invocation.selector = Some("students,schools".to_owned());
        invocation.query = Some(r#"{"studentUniqueId": 3}"#.to_owned());
    });
    assert_eq!((ran.exit, table(&ran)), (Exit::Done, "Records\tEndpoint\n1\tstudents\n"));
    assert_eq!(stage.requests(), ["GET /data/v3/ed-fi/students?studentUniqueId=3&limit=0&totalCount=true"]);
    assert!(ran.told("ed-fi/schools is skipped: it has no query parameter studentUniqueId"), "{:?}", ran.notices);
    let ran = stage.run(Command::Count, |invocation| {
        invocation.selector = Some("students".to_owned());
        invocation.query = Some(r#"{"studentUniqeId": 3}"#.to_owned());
    });
    assert_eq!(ran.exit, Exit::AllSkipped);
    assert!(ran.told("the nearest that it has is studentUniqueId"), "{:?}", ran.notices);
    // Nothing typed wrongly is asked: the API would ignore it and count everything.
    assert!(stage.requests().is_empty());
}

#[test]
fn change_queries_and_endpoints_that_no_document_describes() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 5);
    let asked = |invocation: &mut lightbeam_core::invocation::Invocation| {
        invocation.results_file = None;
        invocation.selector = Some("students,schools".to_owned());
        invocation.query = Some(r#"{"minChangeVersion": 1000000}"#.to_owned());
    };
    let ran = stage.run(Command::Count, asked);
    assert_eq!(table(&ran), "Records\tEndpoint\n");
    assert!(!ran.told("query parameter"), "{:?}", ran.notices);

    let stage = Stage::new(Settings::default());
    load_students(&stage, 2);
    let rule = answers("swagger.json", 404, "");
    stage.api.borrow_mut().change(|settings| settings.rules = vec![rule]);
    let ran = stage.run(Command::Count, |invocation| {
        asked(invocation);
        invocation.wipe = true;
    });
    assert_eq!(stage.requests().len(), 2);
    let told = "the API's documents do not tell the query parameters of ed-fi/students and 1 more";
    assert_eq!(ran.notices.iter().filter(|notice| notice.contains(told)).count(), 1, "{:?}", ran.notices);
}

#[test]
fn a_run_that_is_stopped_gives_what_it_has_and_says_so() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 1);
    stage.host.operator().stop_after(0);
    let ran = stage.run(Command::Count, |invocation| invocation.results_file = Some("counts.txt".to_owned()));
    assert_eq!(ran.exit, Exit::Failed);
    assert_eq!(stage.text("counts.txt").unwrap(), "Records\tEndpoint\n");
    assert!(ran.told("so the table is incomplete"), "{:?}", ran.notices);
}

#[test]
fn namesakes_of_another_namespace_are_told_apart() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 1);
    let ran = stage.run(Command::Count, |invocation| invocation.results_file = Some("-".to_owned()));
    let names: Vec<&str> = table(&ran).lines().skip(1).filter_map(|row| row.split('\t').nth(1)).collect();
    let mut different = names.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), names.len(), "no two rows have one name");
    assert!(names.contains(&"students"));
}
