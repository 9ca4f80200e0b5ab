//! `fetch` against the simulated API.
#![allow(clippy::unwrap_used, reason = "a whole file of tests")]

mod records;
mod support;

use std::collections::BTreeSet;

use lightbeam_core::exit::Exit;
use lightbeam_core::host::memory::Reply;
use lightbeam_core::host::{Clock as _, Host as _};
use lightbeam_core::invocation::{Command, FailOn, Invocation};
use lightbeam_sim::builtin::{self, Style};
use lightbeam_sim::{Forbidden, Operation, Settings, Shape};
use serde_json::{Value, json};

use self::records::{answers, load, load_students};
use self::support::{Ran, Stage};

/// Fetches students.
fn fetch(stage: &Stage, change: impl FnOnce(&mut Invocation)) -> Ran {
    stage.run(Command::Fetch, |invocation| {
        invocation.selector = Some("students".to_owned());
        change(invocation);
    })
}

/// The numbers of the students in a file, in its order.
fn numbers(stage: &Stage, path: &str) -> Vec<usize> {
    let text = stage.text(path).unwrap_or_else(|| panic!("{path} is not there"));
    let number = |line: &str| serde_json::from_str::<Value>(line).ok()?["studentUniqueId"].as_str()?.parse().ok();
    text.lines().map(|line| number(line).expect("a student")).collect()
}

fn up_to(count: usize) -> Vec<usize> {
    (1..=count).collect()
}

fn with_pages_of(stage: &Stage, size: u32) {
    stage.configure(&format!("fetch: {{page_size: {size}}}\n"));
}

/// Requests for pages: neither counts nor partitions.
fn pages(stage: &Stage) -> Vec<String> {
    let is_page = |request: &String| !request.contains("totalCount") && !request.contains("/partitions");
    stage.requests().into_iter().filter(is_page).collect()
}

fn swagger2(shape: Shape) -> Stage {
    Stage::with(Settings { shape, ..Settings::default() }, builtin::documents(Style::Swagger2))
}

#[test]
fn by_offset_where_there_are_no_tokens() {
    let stage = swagger2(Shape::V5);
    load_students(&stage, 53);
    with_pages_of(&stage, 10);
    let ran = fetch(&stage, |_| {});
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [53, 0, 0]), "{:?}", ran.notices);
    assert_eq!(ran.results["resources"]["students"]["successes"], json!([{ "status_code": 200, "count": 53 }]));
    assert_eq!(numbers(&stage, "data/students.jsonl"), up_to(53));
    let expected: Vec<String> =
        (0..6).map(|page| format!("GET /data/v3/ed-fi/students?limit=10&offset={}", page * 10)).collect();
    assert_eq!(pages(&stage).into_iter().collect::<BTreeSet<_>>(), expected.into_iter().collect());
}

#[test]
fn by_token_where_pages_show_one() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 53);
    with_pages_of(&stage, 20);
    let ran = fetch(&stage, |_| {});
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [53, 0, 0]), "{:?}", ran.notices);
    assert_eq!(numbers(&stage, "data/students.jsonl"), up_to(53));
    let pages = pages(&stage);
    assert_eq!(pages.len(), 3, "{pages:?}");
    assert!(pages[1].contains("pageToken=") && pages[1].ends_with("&pageSize=20"), "{pages:?}");
}

#[test]
fn by_partitions_side_by_side_where_the_documents_name_them() {
    for shape in [Shape::V7, Shape::V8] {
        let stage = Stage::new(Settings { shape, page_limit: 5, ..Settings::default() });
        load_students(&stage, 130);
        with_pages_of(&stage, 5);
        let ran = fetch(&stage, |_| {});
        assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [130, 0, 0]), "{:?}", ran.notices);
        assert_eq!(numbers(&stage, "data/students.jsonl"), up_to(130), "partition after partition");
        assert!(stage.requests().iter().any(|request| request.contains("/partitions?number=200")));
        for request in pages(&stage) {
            assert!(request.contains("pageToken="), "{request}");
            for other in ["limit=", "offset=", "totalCount="] {
                assert!(!request.contains(other), "never mixed: {request}");
            }
        }
        assert!(stage.host.http().most_in_flight() >= 4, "the pool is used");
    }
}

/// A browser reads no header of an API that exposes none: neither the count nor a token.
#[test]
fn headers_that_cannot_be_read_mean_offsets_until_there_is_no_more() {
    for count in [0, 1, 9, 10, 11, 20, 47, 130] {
        for shape in [Shape::V7, Shape::V8] {
            let stage = Stage::new(Settings { shape, total_count: false, page_tokens: false, ..Settings::default() });
            if count > 0 {
                load_students(&stage, count);
            }
            with_pages_of(&stage, 10);
            let ran = fetch(&stage, |_| {});
            assert_eq!(ran.counts("students"), [count as u64, 0, 0], "{:?}", ran.notices);
            if count > 0 {
                assert_eq!(numbers(&stage, "data/students.jsonl"), up_to(count));
            }
            assert!(pages(&stage).iter().all(|request| request.contains("offset=")));
        }
    }
}

#[test]
fn tokens_that_cannot_be_read_though_there_are_partitions_mean_offsets() {
    let stage = Stage::new(Settings { page_tokens: false, page_limit: 5, ..Settings::default() });
    load_students(&stage, 60);
    with_pages_of(&stage, 5);
    let ran = fetch(&stage, |_| {});
    assert_eq!(ran.counts("students"), [60, 0, 0]);
    assert_eq!(numbers(&stage, "data/students.jsonl"), up_to(60));
}

#[test]
fn an_unknown_count_and_tokens() {
    let stage = Stage::new(Settings { total_count: false, ..Settings::default() });
    load_students(&stage, 40);
    with_pages_of(&stage, 10);
    let ran = fetch(&stage, |_| {});
    assert_eq!(ran.counts("students"), [40, 0, 0]);
    assert_eq!(numbers(&stage, "data/students.jsonl"), up_to(40));
    assert_eq!(pages(&stage).len(), 5, "until an empty page");
}

#[test]
fn partitions_that_are_refused_are_done_without() {
    let stage = Stage::new(Settings { page_limit: 5, ..Settings::default() });
    load_students(&stage, 60);
    for body in ["", "{}", r#"{"pageTokens":[]}"#, r#"{"pageTokens":["a","a"]}"#] {
        let status = if body.is_empty() { 404 } else { 200 };
        stage.api.borrow_mut().change(|settings| settings.rules = vec![answers("/partitions", status, body)]);
        with_pages_of(&stage, 5);
        let ran = fetch(&stage, |_| {});
        assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [60, 0, 0]));
        assert_eq!(numbers(&stage, "data/students.jsonl"), up_to(60));
    }
}

#[test]
fn a_page_size_above_the_maximum_is_lowered_with_one_notice() {
    // Of the documents.
    let stage = Stage::new(Settings::default());
    load_students(&stage, 30);
    with_pages_of(&stage, 5000);
    let ran = stage.run(Command::Fetch, |_| {});
    let told = "the API gives at most 500 records a page, so fetch.page_size 5000 is lowered to that";
    assert_eq!(ran.notices.iter().filter(|notice| notice.contains(told)).count(), 1, "{:?}", ran.notices);
    assert_eq!(ran.counts("students"), [30, 0, 0]);
    // Of the API, which refuses the size.
    // ODS/API 5.x does not say what would be right, so usual sizes are tried.
    for (shape, style, page_limit, learnt) in
        [(Shape::V7, Style::OpenApi3, 7, 7), (Shape::V5, Style::Swagger2, 30, 25), (Shape::V5, Style::Swagger2, 8, 6)]
    {
        let settings = Settings { shape, page_limit, ..Settings::default() };
        let stage = Stage::with(settings, builtin::documents(style));
        load_students(&stage, 50);
        let ran = stage.run(Command::Fetch, |_| {});
        let told = format!("the API gives at most {learnt} records a page, so fetch.page_size 100 is lowered to that");
        assert_eq!(ran.notices.iter().filter(|notice| notice.contains(&told)).count(), 1, "{:?}", ran.notices);
        assert_eq!((ran.exit, numbers(&stage, "data/students.jsonl")), (Exit::Done, up_to(50)));
    }
}

/// A refusal may speak of limits and mean something else.
#[test]
fn one_endpoint_that_refuses_every_page_size_does_not_shrink_the_pages_of_others() {
    let stage = Stage::new(Settings { page_limit: 10, ..Settings::default() });
    load_students(&stage, 60);
    with_pages_of(&stage, 10);
    // The other endpoint asks for its partitions before its first page, so the refusals come first. The count succeeds, the pages do not.
    let rule = answers("schoolYearTypes?limit=0", 200, "[]");
    let refusal = answers("/schoolYearTypes", 400, r#"{"message":"The limit of your contract is reached."}"#);
    stage.api.borrow_mut().change(|settings| settings.rules = vec![rule, refusal]);
    let ran = stage.run(Command::Fetch, |invocation| invocation.selector = Some("students,schoolYearTypes".into()));
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [60, 0, 0]));
    assert!(
        pages(&stage).iter().any(|request| request.contains("schoolYearTypes?limit=1&")),
        "smaller ones were tried"
    );
    let pages = pages(&stage);
    let of_others: Vec<&String> = pages.iter().filter(|request| request.contains("students")).collect();
    assert!(!of_others.is_empty() && of_others.iter().all(|request| request.ends_with("pageSize=10")), "{of_others:?}");
    assert!(!ran.told("is lowered to that"), "{:?}", ran.notices);
}

/// A server that gives fewer records than it is asked for, and no error: nothing may be passed over.
#[test]
fn pages_shorter_than_asked_for_lose_nothing() {
    for total_count in [true, false] {
        let stage = swagger2(Shape::V5);
        load_students(&stage, 50);
        let texts = all_texts(&stage);
        with_pages_of(&stage, 20);
        let capped = move |request: &str| {
            let offset: usize = parameter(request, "offset").parse().unwrap();
            format!("[{}]", texts[offset.min(50)..(offset + 7).min(50)].join(","))
        };
        serve_pages(&stage, capped, total_count.then_some(50), None);
        let ran = fetch(&stage, |_| {});
        assert_eq!((ran.counts("students"), numbers(&stage, "data/students.jsonl")), ([50, 0, 0], up_to(50)));
    }
}

#[test]
fn each_record_keeps_its_own_text() {
    // The order of keys, forms of numbers, escapes and blanks are the API's; line breaks between tokens alone go.
    let first =
        r#"{"id":"1","studentUniqueId":"1","b":1.50,"a":-0.0e+00,"t":"\u00fc\/ü\n","n":12345678901234567890123}"#;
    let second = "{ \"id\" : \"2\" ,\r\n  \"x\" : [ 1 ,\n 2 ] ,\"empty\":{\n} }";
    let body = format!("[\n  {first},\n  {second}\n]\n");
    let stage = swagger2(Shape::V5);
    serve_pages(&stage, move |_| body.clone(), Some(2), None);
    let ran = fetch(&stage, |_| {});
    assert_eq!(ran.counts("students"), [2, 0, 0]);
    let expected = format!("{first}\n{}\n", second.replace(['\r', '\n'], ""));
    assert_eq!(stage.text("data/students.jsonl").unwrap(), expected);
}

/// No key appears or vanishes that is not named: the first record of a page says nothing about the others.
#[test]
fn keys_are_filtered_record_by_record() {
    let stage = Stage::new(Settings { links: Some(false), ..Settings::default() });
    load_students(&stage, 2);
    let more =
        r#"{"studentUniqueId":"3","firstName":"Bo","lastSurname":"Ek","birthDate":"2011-01-01","middleName":"X"}"#;
    load(&stage, "students", &[more]);
    fetch(&stage, |invocation| invocation.drop_keys = Some("id,_*".to_owned()));
    let expected = [records::student(1), records::student(2), more.to_owned()].join("\n") + "\n";
    assert_eq!(stage.text("data/students.jsonl").unwrap(), expected);
    fetch(&stage, |invocation| invocation.keep_keys = Some("studentUniqueId, MIDDLE*".to_owned()));
    let expected =
        "{\"studentUniqueId\":\"1\"}\n{\"studentUniqueId\":\"2\"}\n{\"studentUniqueId\":\"3\",\"middleName\":\"X\"}\n";
    assert_eq!(stage.text("data/students.jsonl").unwrap(), expected);
}

#[test]
fn a_query_goes_with_every_request() {
    let stage = Stage::new(Settings { page_limit: 5, ..Settings::default() });
    load_students(&stage, 60);
    with_pages_of(&stage, 5);
    let ran = stage.run(Command::Fetch, |invocation| {
        invocation.selector = Some("students,schools".to_owned());
        invocation.query = Some(r#"{"firstName": "Ada"}"#.to_owned());
    });
    assert_eq!((ran.exit, ran.counts("students"), ran.counts("schools")), (Exit::Done, [60, 0, 0], [0, 0, 0]));
    assert!(stage.requests().iter().all(|request| request.contains("students") && request.contains("firstName=Ada")));
    assert!(ran.told("ed-fi/schools is skipped: it has no query parameter firstName"), "{:?}", ran.notices);
    for shape in [Shape::V5, Shape::V7, Shape::V8] {
        let stage = Stage::new(Settings { shape, page_limit: 5, ..Settings::default() });
        load_students(&stage, 40);
        with_pages_of(&stage, 5);
        let versions = |least: u64, most: u64| json!({ "minChangeVersion": least, "maxChangeVersion": most });
        let all = fetch(&stage, |invocation| invocation.query = Some(versions(0, 1_000_000).to_string()));
        assert_eq!((all.exit, numbers(&stage, "data/students.jsonl")), (Exit::Done, up_to(40)), "{shape:?}");
        let none = fetch(&stage, |invocation| invocation.query = Some(versions(1_000_000, 1_000_001).to_string()));
        assert_eq!((none.counts("students"), stage.text("data/students.jsonl").as_deref()), ([0, 0, 0], Some("")));
    }
}

#[test]
fn endpoints_that_may_not_be_read_are_told_and_the_rest_is_fetched() {
    let forbidden = Forbidden { path: "/ed-fi/staffs".to_owned(), operations: vec![Operation::Read] };
    let stage = Stage::new(Settings { forbidden: vec![forbidden], ..Settings::default() });
    load_students(&stage, 3);
    let ran = stage.run(Command::Fetch, |invocation| {
        invocation.selector = Some("staffs,students".to_owned());
        invocation.fail_on = FailOn::Any;
    });
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Done, [3, 0, 0]));
    assert!(ran.told("ed-fi/staffs may not be read with these credentials: The API client's assigned claim set"));
    assert!(ran.results["resources"]["staffs"].is_object());
    assert_eq!(stage.text("data/staffs.jsonl"), None);
}

/// A page that fails ends its endpoint after the repeats that are allowed: nothing of it appears, and what the API said
/// is told.
#[test]
fn a_failing_page_leaves_nothing_of_its_endpoint_and_ends() {
    let old = (swagger2(Shape::V5), "students?limit=10&offset=20");
    for (stage, place) in [old, (Stage::new(Settings::default()), "students?pageToken=")] {
        load_students(&stage, 30);
        stage.put("data/students.jsonl", &["{\"older\":1}"]);
        let rule = answers(place, 500, r#"{"detail":"The database is on fire.","correlationId":"c-1"}"#);
        stage.api.borrow_mut().change(|settings| settings.rules = vec![rule]);
        with_pages_of(&stage, 10);
        let ran = stage.run(Command::Fetch, |invocation| invocation.selector = Some("students,schoolYearTypes".into()));
        assert_eq!(
            (ran.exit, ran.counts("students"), ran.counts("schoolYearTypes")),
            (Exit::Done, [30, 0, 30], [60, 0, 0])
        );
        let failure = &ran.results["resources"]["students"]["failures"][0];
        assert_eq!(failure["message"], "The database is on fire.");
        assert_eq!((&failure["status_code"], &failure["count"]), (&json!(500), &json!(30)));
        assert_eq!(ran.results["resources"]["students"].get("successes"), None);
        assert_eq!(stage.text("data/students.jsonl").unwrap(), "{\"older\":1}\n", "an older file stays as it was");
        assert!(pages(&stage).iter().filter(|request| request.contains(place)).count() <= 2 * 3);
        let ran = fetch(&stage, |invocation| invocation.fail_on = FailOn::Any);
        assert_eq!(ran.exit, Exit::Failed);
    }
}

#[test]
fn answers_that_are_no_lists_fail_with_a_plain_word() {
    for body in ["<html>Sign in</html>", "{\"a\":1}", "[{\"a\":1}", "[1]"] {
        let stage = swagger2(Shape::V5);
        load_students(&stage, 3);
        let rule = answers("offset=0", 200, body);
        stage.api.borrow_mut().change(|settings| settings.rules = vec![rule]);
        let ran = fetch(&stage, |_| {});
        assert_eq!((ran.exit, ran.counts("students")), (Exit::Failed, [3, 0, 3]));
        let message = ran.results["resources"]["students"]["failures"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("the answer is no JSON list of records"), "{message}");
    }
}

/// An API whose paging is broken must not be read for ever.
#[test]
fn a_page_that_comes_again_and_again_ends_with_an_error() {
    let page = "[{\"id\":\"1\",\"studentUniqueId\":\"1\"},{\"id\":\"2\",\"studentUniqueId\":\"2\"}]";
    for (total, token) in [(Some(50), None), (None, None), (None, Some("same")), (Some(9), Some("same"))] {
        let stage = swagger2(Shape::V5);
        with_pages_of(&stage, 2);
        serve_pages(
            &stage,
            move |_| page.to_owned(),
            total,
            token.map(|token| Box::new(move || token.to_owned()) as _),
        );
        let ran = fetch(&stage, |_| {});
        assert_eq!(ran.exit, Exit::Failed, "{total:?} {token:?}");
        let message = ran.results["resources"]["students"]["failures"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("the same page again"), "{message}");
        assert_eq!(stage.text("data/students.jsonl"), None);
    }
    // Tokens that are always new lead to the same page all the same.
    let stage = swagger2(Shape::V5);
    with_pages_of(&stage, 2);
    let count = std::cell::Cell::new(0);
    let new = move || {
        count.set(count.get() + 1);
        format!("t{}", count.get())
    };
    serve_pages(&stage, move |_| page.to_owned(), Some(50), Some(Box::new(new)));
    let ran = fetch(&stage, |_| {});
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Failed, [50, 0, 50]));
}

/// An API that ignores `offset` and whose pages take turns: no two neighbours are alike, and yet there is no end.
#[test]
fn pages_that_take_turns_end_with_an_error() {
    // Where there are as many as counted, nothing leads further; so the count is exceeded, or there is none.
    for total in [None, Some(5)] {
        let stage = swagger2(Shape::V5);
        with_pages_of(&stage, 2);
        let asked = std::cell::Cell::new(0);
        let turns = move |_: &str| {
            asked.set(asked.get() + 1);
            assert!(asked.get() < 1000, "it never ends");
            let first = 2 * (asked.get() % 2);
            format!("[{{\"id\":\"{first}\"}},{{\"id\":\"{}\"}}]", first + 1)
        };
        serve_pages(&stage, turns, total, None);
        let ran = fetch(&stage, |_| {});
        assert_eq!(ran.exit, Exit::Failed, "{total:?}");
        let message = ran.results["resources"]["students"]["failures"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("the same page again"), "{message}");
        assert_eq!(stage.text("data/students.jsonl"), None);
    }
}

/// With offsets, whatever is added or removed meanwhile shifts what comes after it.
#[test]
fn a_record_that_comes_twice_is_written_once_and_told() {
    let stage = swagger2(Shape::V5);
    load_students(&stage, 30);
    let mut texts = all_texts(&stage);
    // One is added at the front between the first page and the second.
    texts.insert(10, texts[9].clone());
    with_pages_of(&stage, 10);
    let shifted = move |request: &str| {
        let offset: usize = parameter(request, "offset").parse().unwrap();
        format!("[{}]", texts[offset.min(31)..(offset + 10).min(31)].join(","))
    };
    serve_pages(&stage, shifted, Some(30), None);
    let ran = fetch(&stage, |_| {});
    assert_eq!((ran.exit, numbers(&stage, "data/students.jsonl")), (Exit::Done, up_to(29)));
    assert!(ran.told("1 came twice and were written once"), "{:?}", ran.notices);
}

#[test]
fn a_count_that_does_not_hold_is_told() {
    for (counted, again) in [(20, 20), (35, 30), (5, 5)] {
        let stage = swagger2(Shape::V5);
        load_students(&stage, 30);
        let texts = all_texts(&stage);
        with_pages_of(&stage, 10);
        let given = move |request: &str| {
            let offset: usize = parameter(request, "offset").parse().unwrap();
            format!("[{}]", texts[offset.min(30)..(offset + 10).min(30)].join(","))
        };
        let counts = std::cell::RefCell::new(vec![again, counted]);
        serve_counted(&stage, given, move || counts.borrow_mut().pop(), None);
        let ran = fetch(&stage, |_| {});
        let written = numbers(&stage, "data/students.jsonl");
        assert_eq!(written, up_to(written.len()));
        let differs = written.len() as u64 != counted;
        assert_eq!(ran.told("the API counted"), differs, "{counted}: {} {:?}", written.len(), ran.notices);
        // What was added meanwhile is had too, as far as full pages show it.
        assert_eq!(written.len(), if counted == 20 { 20 } else { 30 });
    }
}

/// What was counted and did not come is not delivered: an older file stays, and nobody takes part of the records for all
/// of them.
#[test]
fn fewer_records_than_the_api_counts_are_a_failure() {
    // Pages that are empty at once, for all ways of paging; and pages that end in the middle.
    for (shape, style, count, given) in [
        (Shape::V5, Style::Swagger2, 100, 0),
        (Shape::V7, Style::OpenApi3, 20, 0),
        (Shape::V5, Style::Swagger2, 100, 37),
    ] {
        let stage = Stage::with(Settings { shape, ..Settings::default() }, builtin::documents(style));
        load_students(&stage, given.max(1));
        let texts = all_texts(&stage);
        stage.put("data/students.jsonl", &["{\"older\":1}"]);
        with_pages_of(&stage, 10);
        let body = move |request: &str| {
            let offset: usize = parameter(request, "offset").parse().unwrap();
            format!("[{}]", texts[offset.min(given)..(offset + 10).min(given)].join(","))
        };
        serve_pages(&stage, body, Some(count), None);
        let ran = fetch(&stage, |_| {});
        assert_eq!((ran.exit, ran.counts("students")), (Exit::Failed, [count, 0, count]), "{:?}", ran.notices);
        let message = ran.results["resources"]["students"]["failures"][0]["message"].as_str().unwrap().to_owned();
        assert_eq!(message, format!("the API counts {count} records, but only {given} of them came on its pages"));
        assert_eq!(stage.text("data/students.jsonl").unwrap(), "{\"older\":1}\n", "an older file stays as it was");
    }
}

/// A token that gets lost on the way looks like the end of a partition.
#[test]
fn a_token_that_is_lost_in_the_middle_of_a_partition_is_a_failure() {
    let stage = Stage::new(Settings { page_limit: 5, ..Settings::default() });
    load_students(&stage, 130);
    with_pages_of(&stage, 5);
    let api = stage.api.clone();
    let seen = std::rc::Rc::new(std::cell::Cell::new(0));
    let (count, clock) = (seen.clone(), stage.host.clock().clone());
    stage.intercept(move |request| {
        if !request.url.query().unwrap_or_default().contains("pageToken=") {
            return None;
        }
        count.set(count.get() + 1);
        let mut reply = support::reply(&mut api.borrow_mut(), request, support::milliseconds(clock.now()));
        if count.get() == 7
            && let Some(Ok(response)) = &mut reply.answer
        {
            response.headers.remove("next-page-token").expect("every page shows one");
        }
        Some(reply)
    });
    let ran = fetch(&stage, |_| {});
    assert!(seen.get() > 7, "{}", seen.get());
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Failed, [130, 0, 130]), "{:?}", ran.notices);
    assert_eq!(stage.text("data/students.jsonl"), None);
}

#[test]
fn output_goes_where_it_is_wanted_and_replaces_what_is_there() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 2);
    stage.configure("fetch: {output_dir: out/deep/}\n");
    let ran = stage.run(Command::Fetch, |invocation| invocation.selector = Some("students,candidates".to_owned()));
    assert!(!ran.told("replaced"), "{:?}", ran.notices);
    assert_eq!(numbers(&stage, "out/deep/students.jsonl"), up_to(2));
    // No record: no file, but an older one must not look as if its records were still there.
    assert_eq!(stage.text("out/deep/tpdm/candidates.jsonl"), None);
    stage.put("out/deep/tpdm/candidates.jsonl", &["{}"]);
    let ran = stage.run(Command::Fetch, |invocation| invocation.selector = Some("students,candidates".to_owned()));
    assert!(ran.told("out/deep/students.jsonl was there already, and is replaced"), "{:?}", ran.notices);
    assert!(ran.told("out/deep/tpdm/candidates.jsonl was there already, and is replaced"), "{:?}", ran.notices);
    assert_eq!(stage.text("out/deep/tpdm/candidates.jsonl").as_deref(), Some(""));
}

#[test]
fn other_files_of_the_endpoint_beside_the_output_are_told() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 2);
    stage.put("data/Students.json", &["{}"]);
    stage.put("data/students/more.jsonl", &["{}"]);
    let ran = fetch(&stage, |_| {});
    let told = "beside data/students.jsonl there is data/Students.json, data/students/more.jsonl: send would read all";
    assert!(ran.told(told), "{:?}", ran.notices);
}

/// Such as one that another program has open: the others are delivered all the same.
#[test]
fn a_file_that_cannot_be_written_is_its_endpoints_failure() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 20);
    stage.put("data/students.jsonl/inside.jsonl", &["{}"]);
    let both = |invocation: &mut Invocation| invocation.selector = Some("students,schoolYearTypes".into());
    let ran = stage.run(Command::Fetch, both);
    assert_eq!(
        (ran.exit, ran.counts("students"), ran.counts("schoolYearTypes")),
        (Exit::Failed, [20, 0, 20], [60, 0, 0]),
        "{:?}",
        ran.notices
    );
    assert!(ran.told("the records of ed-fi/students could not be written: "), "{:?}", ran.notices);
    let failure = &ran.results["resources"]["students"]["failures"][0];
    assert!(failure["message"].as_str().unwrap().starts_with("the file could not be written: "), "{failure}");
    assert_eq!(stage.text("data/schoolYearTypes.jsonl").unwrap().lines().count(), 60);
}

#[test]
fn without_room_one_message_ends_the_run() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 20);
    stage.host.files().fill();
    let ran = stage.run(Command::Fetch, |invocation| {
        invocation.selector = Some("students,schoolYearTypes".into());
        invocation.results_file = None;
    });
    assert_eq!(ran.exit, Exit::Failed);
    let told = ran.notices.iter().filter(|notice| notice.contains("fetched records cannot be written")).count();
    assert_eq!(told, 1, "{:?}", ran.notices);
    assert_eq!((stage.text("data/students.jsonl"), stage.text("data/schoolYearTypes.jsonl")), (None, None));
}

#[test]
fn stopped_at_any_moment_only_whole_files_are_there() {
    let loaded = Stage::new(Settings { page_limit: 5, ..Settings::default() });
    load_students(&loaded, 60);
    with_pages_of(&loaded, 5);
    let mut in_the_middle = 0;
    for asked in 0..60 {
        let stage = loaded.restarted();
        stage.host.operator().stop_after(asked);
        stage.host.files().remove("data/students.jsonl");
        stage.host.files().remove("data/schoolYearTypes.jsonl");
        let ran = stage.run(Command::Fetch, |invocation| invocation.selector = Some("students,schoolYearTypes".into()));
        for (path, whole) in [("data/students.jsonl", 60), ("data/schoolYearTypes.jsonl", 60)] {
            let text = stage.text(path);
            if let Some(text) = &text {
                assert_eq!(text.lines().count(), whole);
            }
            assert!(text.is_none() || asked > 0, "nothing is written when nothing may be begun");
        }
        if ran.exit == Exit::Done {
            assert_eq!(ran.counts("students"), [60, 0, 0]);
        } else {
            assert_eq!((ran.exit, &ran.results["completed"]), (Exit::Failed, &json!(false)));
            in_the_middle += usize::from(!pages(&stage).is_empty());
        }
        assert!(asked > 0 || ran.exit == Exit::Failed);
    }
    assert!(in_the_middle > 0, "some of them stop when pages are had already");
}

#[test]
fn an_api_that_dies_leaves_no_half_file() {
    let stage = Stage::new(Settings { page_limit: 5, ..Settings::default() });
    load_students(&stage, 60);
    with_pages_of(&stage, 5);
    let mut rule = answers("pageToken=", 200, "");
    rule.first = 4;
    rule.action = lightbeam_sim::Action::Kill;
    stage.api.borrow_mut().change(|settings| settings.rules = vec![rule]);
    let ran = fetch(&stage, |_| {});
    assert_eq!((ran.exit, ran.counts("students")), (Exit::Failed, [60, 0, 60]));
    assert_eq!(stage.text("data/students.jsonl"), None);
    let failure = &ran.results["resources"]["students"]["failures"][0];
    assert_eq!(failure["status_code"], Value::Null);
    assert!(failure["message"].as_str().unwrap().starts_with("No answer after 3 attempts"), "{failure}");
}

/// What was fetched can be sent into another API as it is.
#[test]
fn the_round_trip_gives_the_same_content() {
    let school = r#"{"schoolId":7,"nameOfInstitution":"Lakeside","educationOrganizationCategories":[{"educationOrganizationCategoryDescriptor":"uri://ed-fi.org/EducationOrganizationCategoryDescriptor#School"}],"gradeLevels":[{"gradeLevelDescriptor":"uri://ed-fi.org/GradeLevelDescriptor#Ninth grade"}]}"#;
    let period = r#"{"gradingPeriodDescriptor":"uri://ed-fi.org/GradingPeriodDescriptor#First Nine Weeks","gradingPeriodName":"P1","schoolReference":{"schoolId":7},"schoolYearTypeReference":{"schoolYear":2026},"beginDate":"2025-08-20","endDate":"2025-10-20","totalInstructionalDays":40}"#;
    let session = r#"{"sessionName":"Fall","schoolReference":{"schoolId":7},"schoolYearTypeReference":{"schoolYear":2026},"beginDate":"2025-08-20","endDate":"2025-12-20","termDescriptor":"uri://ed-fi.org/TermDescriptor#Fall Semester","totalInstructionalDays":80,"gradingPeriods":[{"gradingPeriodReference":{"gradingPeriodDescriptor":"uri://ed-fi.org/GradingPeriodDescriptor#First Nine Weeks","gradingPeriodName":"P1","schoolId":7,"schoolYear":2026}}]}"#;
    for (shape, style) in [(Shape::V5, Style::Swagger2), (Shape::V7, Style::OpenApi3), (Shape::V8, Style::OpenApi3)] {
        let settings = Settings { shape, links: Some(true), check_descriptors: false, ..Settings::default() };
        let one = Stage::with(settings.clone(), builtin::documents(style));
        load_students(&one, 30);
        load(&one, "schools", &[school]);
        load(&one, "gradingPeriods", &[period]);
        load(&one, "sessions", &[session]);
        let ran = one.run(Command::Fetch, |invocation| {
            invocation.drop_keys = Some("id,_etag,_lastModifiedDate,link".to_owned());
            invocation.exclude = Some("*Descriptors,schoolYearTypes".to_owned());
        });
        assert_eq!(ran.exit, Exit::Done);
        one.run(Command::Fetch, |invocation| invocation.set = vec![("fetch.output_dir".into(), "whole".into())]);
        assert_eq!(one.text("whole/sessions.jsonl").unwrap().matches("\"link\"").count(), 3, "there were some to drop");
        assert!(!one.text("data/sessions.jsonl").unwrap().contains("link"));

        let other = Stage::with(settings, builtin::documents(style));
        let mut sent = 0;
        for path in one.host.files().paths() {
            if path.starts_with("data/") {
                other.host.files().put(&path, one.host.files().get(&path).unwrap());
                sent += 1;
            }
        }
        assert_eq!(sent, 4);
        let ran = other.run(Command::Send, |_| {});
        assert_eq!((ran.exit, &ran.results["total_records_failed"]), (Exit::Done, &json!(0)), "{:?}", ran.notices);
        for name in ["students", "schools", "gradingPeriods", "sessions"] {
            let content = |stage: &Stage| {
                let api = stage.api.borrow();
                let records = api.records("ed-fi", name).unwrap();
                records.into_iter().map(|record| Value::Object(record.body)).collect::<Vec<_>>()
            };
            assert_eq!(content(&one), content(&other), "{name}");
        }
    }
}

#[test]
fn an_empty_output_dir_is_as_if_absent() {
    let stage = Stage::new(Settings::default());
    load_students(&stage, 2);
    stage.configure("fetch: {output_dir: \"\"}\n");
    let ran = fetch(&stage, |_| {});
    assert_eq!((ran.exit, numbers(&stage, "data/students.jsonl")), (Exit::Done, up_to(2)));
}

/// All records of students as the API writes them.
fn all_texts(stage: &Stage) -> Vec<String> {
    fetch(stage, |invocation| invocation.set = vec![("fetch.output_dir".to_owned(), "all".to_owned())]);
    let texts = stage.text("all/students.jsonl").expect("there are some").lines().map(str::to_owned).collect();
    stage.host.files().remove("all/students.jsonl");
    texts
}

fn parameter<'r>(request: &'r str, name: &str) -> &'r str {
    let pairs = request.split(['?', '&']).filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next().unwrap_or("0")
}

/// Answers every request for students with what `body` gives for it, in place of the API.
fn serve_pages(
    stage: &Stage,
    body: impl Fn(&str) -> String + 'static,
    total: Option<u64>,
    token: Option<Box<dyn Fn() -> String>>,
) {
    serve_counted(stage, body, move || total, token);
}

/// The same with a count that may be another one each time.
fn serve_counted(
    stage: &Stage,
    body: impl Fn(&str) -> String + 'static,
    total: impl Fn() -> Option<u64> + 'static,
    token: Option<Box<dyn Fn() -> String>>,
) {
    stage.intercept(move |request| {
        if !request.url.path().ends_with("/students") {
            return None;
        }
        let query = request.url.query().unwrap_or_default().to_owned();
        let is_count = query.contains("totalCount");
        let text = if is_count { "[]".to_owned() } else { body(&query) };
        let mut headers = http::HeaderMap::new();
        if is_count && let Some(total) = total() {
            headers.insert("total-count", total.into());
        }
        if let (false, Some(token)) = (is_count, &token) {
            headers.insert("next-page-token", token().parse().expect("tokens are visible ASCII"));
        }
        let response = lightbeam_core::host::Response { status: 200, headers, body: text.into(), truncated: false };
        Some(Reply::now(Ok(response)))
    });
}
