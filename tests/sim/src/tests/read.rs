use super::*;

fn ids(got: &Got) -> Vec<String> {
    assert_eq!(got.status, 200, "{}", got.text());
    let page = got.json();
    let items = page.as_array().unwrap();
    items.iter().map(|item| item["studentUniqueId"].as_str().unwrap().to_owned()).collect()
}

fn with_students(settings: Settings, count: usize) -> Client {
    let mut client = Client::new(settings);
    for i in 1..=count {
        client.student(&i.to_string());
    }
    client
}

#[test]
fn an_item_has_what_the_api_adds() {
    let mut client = Client::new(Settings::default());
    let school = client.school(7);
    let path = client.class_period(7, "01");
    let got = client.get(&path);
    let item = got.json();
    assert_eq!(item["id"], path.rsplit('/').next().unwrap());
    assert_eq!(format!("\"{}\"", item["_etag"].as_str().unwrap()), got.header("etag"));
    assert_eq!(item["_lastModifiedDate"], "2025-10-09T08:53:20Z");
    assert_eq!(item["schoolReference"]["link"], json!({ "rel": "School", "href": school }));
    let tag = got.header("etag").to_owned();
    let got = client.call(Method::GET, &path, "", &[("if-none-match", &tag)]);
    assert_eq!((got.status, got.text()), (304, ""));
    client.state.change(|settings| settings.links = Some(false));
    assert_eq!(client.get(&path).json()["schoolReference"], json!({ "schoolId": 7 }));

    let mut client = Client::new(legacy());
    let path = client.student("1");
    assert_eq!(client.get(&path).json().get("_lastModifiedDate"), None);
}

#[test]
fn what_is_read_can_be_posted_back_without_the_id() {
    let mut client = Client::new(Settings::default());
    client.school(7);
    let path = client.class_period(7, "01");
    let mut item = client.get(&path).json();
    assert_eq!(client.post("/ed-fi/classPeriods", &item).status, 400);
    item.as_object_mut().unwrap().remove("id");
    assert_eq!(client.post("/ed-fi/classPeriods", &item).status, 200);
}

#[test]
fn numbers_keep_their_text_without_links() {
    let mut client = Client::new(Settings { links: Some(false), ..Settings::default() });
    let body = r#"{"staffUniqueId":"1", "firstName":"A","lastSurname":"B","yearsOfPriorProfessionalExperience":1.50}"#;
    assert_eq!(client.call(Method::POST, "/ed-fi/staffs", body, &[]).status, 201);
    let got = client.get("/ed-fi/staffs");
    assert!(got.text().contains(":1.50"), "{}", got.text());
    assert_eq!(got.json()[0]["staffUniqueId"], "1");
}

#[test]
fn queries_go_by_flat_names() {
    let mut client = with_students(Settings::default(), 3);
    assert_eq!(ids(&client.get("/ed-fi/students?studentUniqueId=2")), ["2"]);
    assert_eq!(ids(&client.get("/ed-fi/students?STUDENTUNIQUEID=2&firstName=Ada")), ["2"]);
    assert!(ids(&client.get("/ed-fi/students?studentUniqueId=2&firstName=Grace")).is_empty());
    assert!(ids(&client.get("/ed-fi/students?studentUniqueId=9")).is_empty());
    assert_eq!(ids(&client.get("/ed-fi/students?color=red")).len(), 3, "unknown parameters are ignored");
    client.state.change(|settings| settings.strict_queries = true);
    assert_eq!(client.get("/ed-fi/students?color=red").status, 400);

    client.school(7);
    client.school(8);
    client.class_period(7, "01");
    client.class_period(8, "01");
    assert_eq!(client.get("/ed-fi/classPeriods?schoolId=8").json().as_array().unwrap().len(), 1);
    let years = client.get("/ed-fi/schoolYearTypes?limit=500").json();
    assert_eq!(years.as_array().unwrap().len(), 60);
    assert_eq!((&years[0]["schoolYear"], &years[59]["schoolYear"]), (&json!(1991), &json!(2050)));
}

#[test]
fn pages_by_offset() {
    let mut client = with_students(Settings { page_limit: 40, ..Settings::default() }, 60);
    assert_eq!(ids(&client.get("/ed-fi/students")).len(), 25);
    let got = client.get("/ed-fi/students?limit=40&offset=30&totalCount=true");
    assert_eq!((ids(&got).len(), got.header("total-count")), (30, "60"));
    assert_eq!(ids(&got)[0], "31");
    let got = client.get("/ed-fi/students?limit=0&totalCount=true");
    assert_eq!((got.text(), got.header("total-count"), got.header("next-page-token")), ("[]", "60", ""));
    assert_eq!(client.get("/ed-fi/students?offset=60").text(), "[]");
    for wrong in ["limit=41", "limit=-1", "limit=x", "offset=-1", "totalCount=maybe"] {
        let got = client.get(&format!("/ed-fi/students?{wrong}"));
        assert_eq!(got.status, 400, "{wrong}");
        assert!(got.json()["type"].as_str().unwrap().ends_with("parameter-validation-failed"), "{wrong}");
    }
}

#[test]
fn pages_by_token_give_every_record_once() {
    let mut client = with_students(Settings::default(), 60);
    let mut seen = Vec::new();
    let mut got = client.get("/ed-fi/students?limit=7");
    loop {
        seen.extend(ids(&got));
        let token = got.header("next-page-token").to_owned();
        if token.is_empty() {
            break;
        }
        got = client.get(&format!("/ed-fi/students?pageToken={token}&pageSize=20"));
    }
    let all: Vec<String> = (1..=60).map(|i| i.to_string()).collect();
    assert_eq!(seen, all);
    assert_eq!(got.text(), "[]", "the last page is empty");

    let token = client.get("/ed-fi/students?limit=7").header("next-page-token").to_owned();
    for wrong in ["offset=1", "limit=5", "totalCount=true"] {
        assert_eq!(client.get(&format!("/ed-fi/students?pageToken={token}&{wrong}")).status, 400, "{wrong}");
    }
    assert_eq!(client.get("/ed-fi/students?pageSize=5").status, 400);
    assert_eq!(client.get("/ed-fi/students?pageToken=nonsense").status, 400);

    let mut client = with_students(legacy(), 30);
    let got = client.get("/ed-fi/students?pageToken=nonsense&pageSize=5");
    assert_eq!((ids(&got)[0].as_str(), got.header("next-page-token")), ("1", ""), "5.x knows no tokens");
    assert_eq!(client.get("/ed-fi/students/partitions").status, 404);
}

#[test]
fn headers_of_paging_can_be_left_out() {
    let mut client = with_students(Settings { page_tokens: false, page_limit: 5, ..Settings::default() }, 30);
    let got = client.get("/ed-fi/students?limit=5&totalCount=true");
    assert_eq!((ids(&got).len(), got.header("total-count"), got.header("next-page-token")), (5, "30", ""));
    let tokens = client.get("/ed-fi/students/partitions").json();
    let token = tokens["pageTokens"][1].as_str().unwrap();
    let got = client.get(&format!("/ed-fi/students?pageToken={token}&pageSize=5"));
    assert_eq!((ids(&got)[0].as_str(), got.header("next-page-token")), ("26", ""));
    client.state.change(|settings| settings.total_count = false);
    assert_eq!(client.get("/ed-fi/students?limit=0&totalCount=true").header("total-count"), "");
}

#[test]
fn partitions_share_the_records_out() {
    let mut client = with_students(Settings { page_limit: 2, ..Settings::default() }, 25);
    let tokens = client.get("/ed-fi/students/partitions?number=10").json();
    let tokens = tokens["pageTokens"].as_array().unwrap().clone();
    assert_eq!(tokens.len(), 3, "a partition has at least five full pages");
    let mut seen = Vec::new();
    for token in tokens {
        let mut token = token.as_str().unwrap().to_owned();
        while !token.is_empty() {
            let got = client.get(&format!("/ed-fi/students?pageToken={token}&pageSize=2"));
            seen.extend(ids(&got));
            token = got.header("next-page-token").to_owned();
        }
    }
    seen.sort_by_key(|id| id.parse::<u32>().unwrap());
    let all: Vec<String> = (1..=25).map(|i| i.to_string()).collect();
    assert_eq!(seen, all);
    assert_eq!(client.get("/ed-fi/students/partitions?number=201").status, 400);
    assert_eq!(client.get("/ed-fi/staffs/partitions").json(), json!({ "pageTokens": [] }));
}

#[test]
fn change_versions_limit_what_is_read() {
    let mut client = with_students(Settings::default(), 3);
    let versions = client.send(
        Request::get("/changeQueries/v1/AvailableChangeVersions")
            .header("authorization", format!("Bearer {}", client.token)),
        "",
    );
    let newest = versions.json()["newestChangeVersion"].as_u64().unwrap();
    client.student("4");
    let later = format!("/ed-fi/students?minChangeVersion={}", newest + 1);
    assert_eq!(ids(&client.get(&later)), ["4"]);
    let before = format!("/ed-fi/students?maxChangeVersion={newest}");
    let got = client.get(&before);
    assert_eq!(ids(&got).len(), 3);
    assert_ne!(got.header("next-page-token"), "");

    let mut client = with_students(Settings { shape: Shape::V8, ..Settings::default() }, 3);
    let got = client.get("/ed-fi/students?maxChangeVersion=1000");
    assert_eq!((ids(&got).len(), got.header("next-page-token")), (3, ""), "generation 8 gives no token here");
}
