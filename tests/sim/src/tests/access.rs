use super::*;
use crate::{Cors, Forbidden, Operation, RateLimit, RetryAfter};

#[test]
fn data_needs_a_live_token() {
    let mut client = Client::new(Settings::default());
    assert_eq!(client.get("/ed-fi/students").status, 200);
    client.now += 1_800_000;
    let got = client.get("/ed-fi/students");
    assert_eq!((got.status, &got.json()["type"]), (401, &json!("urn:ed-fi:api:security:authentication")));
    client.token = client.ask_token().json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client.get("/ed-fi/students").status, 200);
    client.state.revoke_tokens();
    assert_eq!(client.get("/ed-fi/students").status, 401);

    let mut client = Client::without_token(legacy());
    for authorization in ["", "Basic abc", "Bearer", "Bearer nonsense"] {
        let mut request = Request::get("/data/v3/ed-fi/students");
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        let got = client.send(request, "");
        assert_eq!((got.status, got.text()), (401, ""), "{authorization}");
    }
}

#[test]
fn forbidden_endpoints_and_operations() {
    let mut client = Client::new(Settings {
        forbidden: vec![
            Forbidden { path: "/ed-fi/staffs".to_owned(), operations: vec![] },
            Forbidden { path: "/ed-fi/students".to_owned(), operations: vec![Operation::Update, Operation::Delete] },
        ],
        ..Settings::default()
    });
    assert_eq!(client.get("/ed-fi/staffs").status, 403);
    let staff = json!({ "staffUniqueId": "1", "firstName": "A", "lastSurname": "B" });
    assert_eq!(client.post("/ed-fi/staffs", &staff).status, 403);
    let path = client.student("1");
    let got = client.post("/ed-fi/students", &student("1"));
    assert_eq!(got.status, 403);
    assert!(got.json()["errors"][0].as_str().unwrap().contains("odsapi/actions/update"));
    assert_eq!(client.delete(&path).status, 403);
    assert_eq!(client.get(&path).status, 200);
}

#[test]
fn people_are_updated_only_after_an_association() {
    let mut client = Client::new(Settings { relationships: true, ..Settings::default() });
    client.student("1");
    client.school(7);
    let got = client.post("/ed-fi/students", &student("1"));
    assert_eq!(got.status, 403);
    assert!(got.json()["detail"].as_str().unwrap().contains("'StudentSchoolAssociation'"));
    let grade = client.descriptor("gradeLevel", "Ninth grade");
    client.create(
        "/ed-fi/studentSchoolAssociations",
        &json!({
            "entryDate": "2025-08-15", "studentReference": { "studentUniqueId": "1" },
            "schoolReference": { "schoolId": 7 }, "entryGradeLevelDescriptor": grade,
        }),
    );
    assert_eq!(client.post("/ed-fi/students", &student("1")).status, 200);
}

#[test]
fn requests_beyond_the_rate_get_429() {
    for (retry_after, header) in [
        (RetryAfter::None, ""),
        (RetryAfter::Seconds(2), "2"),
        (RetryAfter::Milliseconds(60_000), "60000"),
        (RetryAfter::Date(10), "Thu, 09 Oct 2025 08:53:30 GMT"),
    ] {
        let mut client =
            Client::new(Settings { rate_limit: Some(RateLimit { per_second: 2, retry_after }), ..Settings::default() });
        let statuses = [(); 3].map(|()| client.get("/ed-fi/students").status);
        assert_eq!(statuses, [200, 200, 429]);
        assert_eq!(client.get("/ed-fi/students").header("retry-after"), header);
        assert_eq!(client.ask_token().status, 200, "tokens are not limited");
        client.now += 1000;
        assert_eq!(client.get("/ed-fi/students").status, 200);
    }
}

#[test]
fn any_origin_may_read_everything_unless_switched() {
    let origin = [("origin", "https://page.example")];
    let mut client = Client::new(Settings::default());
    for path in ["/ed-fi/students", "/ed-fi/pupils"] {
        let got = client.call(Method::GET, path, "", &origin);
        assert_eq!(got.header("access-control-allow-origin"), "*");
        assert_eq!(got.header("access-control-expose-headers"), "*");
    }
    assert_eq!(client.get("/ed-fi/students").header("access-control-allow-origin"), "");
    let preflight = |client: &mut Client, origin: &str| {
        client.send(
            Request::options("/data/v3/ed-fi/students")
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,content-type"),
            "",
        )
    };
    let got = preflight(&mut client, "https://page.example");
    assert_eq!(got.status, 204);
    assert_eq!(got.header("access-control-allow-methods"), "POST");
    assert_eq!(got.header("access-control-allow-headers"), "authorization,content-type");
    assert_eq!(got.header("access-control-allow-origin"), "*");

    client.state.change(|settings| settings.cors = Some(Cors::Off));
    assert_eq!(client.call(Method::GET, "/ed-fi/students", "", &origin).header("access-control-allow-origin"), "");
    let got = preflight(&mut client, "https://page.example");
    assert_eq!(got.status, 401, "a request like any other");

    client.state.change(|settings| settings.cors = Some(Cors::One("https://one.example".to_owned())));
    assert_eq!(client.call(Method::GET, "/ed-fi/students", "", &origin).header("access-control-allow-origin"), "");
    let got = preflight(&mut client, "https://one.example");
    assert_eq!(got.header("access-control-allow-origin"), "https://one.example");
    assert_eq!(preflight(&mut client, "https://page.example").header("access-control-allow-methods"), "");
    let got = client.call(Method::GET, "/ed-fi/students", "", &[("origin", "https://one.example")]);
    assert_eq!(got.header("access-control-expose-headers"), "", "generation 8 exposes nothing");
}
