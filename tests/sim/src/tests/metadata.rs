use super::*;
use crate::Mode;

fn discover(client: &mut Client, path: &str) -> Value {
    let got = client.send(Request::get(path), "");
    assert_eq!(got.status, 200, "{path}");
    let text = got.text();
    serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).unwrap()
}

/// Follows an address of the API's own.
fn follow(client: &mut Client, address: &Value) -> Got {
    let path = address.as_str().unwrap().strip_prefix("http://sim.test").unwrap();
    client.send(Request::get(path), "")
}

#[test]
fn every_generation_leads_to_its_documents() {
    for shape in [Shape::V5, Shape::V7, Shape::V8] {
        let mut client =
            Client::without_token(Settings { shape, base_path: "/v/api".to_owned(), ..Settings::default() });
        let root = discover(&mut client, "/v/api/");
        let urls = &root["urls"];
        assert_eq!(root.get("apiMode").is_some(), shape == Shape::V5);
        assert_eq!(urls["dataManagementApi"].as_str().unwrap().ends_with("/data/v3/"), shape != Shape::V8);
        let got = follow(&mut client, &urls["dependencies"]);
        assert!(got.json().as_array().unwrap().iter().any(|entry| entry["resource"] == "/ed-fi/students"));
        let list = follow(&mut client, &urls["openApiMetadata"]).json();
        for name in ["Resources", "Descriptors"] {
            let entry = list.as_array().unwrap().iter().find(|entry| entry["name"] == name).unwrap().clone();
            let got = follow(&mut client, &entry["endpointUri"]);
            assert_eq!(got.status, 200);
            let document = got.json();
            let (address, token) = if shape == Shape::V5 {
                let host = document["host"].as_str().unwrap();
                let scheme = document["schemes"][0].as_str().unwrap();
                let address = format!("{scheme}://{host}{}", document["basePath"].as_str().unwrap());
                (address, document["securityDefinitions"].clone())
            } else {
                let address = document["servers"][0]["url"].as_str().unwrap().to_owned();
                (address, document["components"]["securitySchemes"].clone())
            };
            let data = urls["dataManagementApi"].as_str().unwrap();
            assert_eq!(address.trim_end_matches('/'), data.trim_end_matches('/'));
            let oauth = urls["oauth"].as_str().unwrap();
            assert!(token.to_string().contains(oauth), "{token} tells {oauth}");

            let tag = got.header("etag").to_owned();
            let path = entry["endpointUri"].as_str().unwrap().strip_prefix("http://sim.test").unwrap();
            let got = client.send(Request::get(path).header("if-none-match", tag), "");
            assert_eq!((got.status, got.text()), (304, ""));
        }
    }
}

#[test]
fn generation_3_has_a_mark_and_no_addresses() {
    let mut client = Client::without_token(Settings { shape: Shape::V3, ..Settings::default() });
    assert!(client.send(Request::get("/"), "").body.starts_with(b"\xef\xbb\xbf"));
    let root = discover(&mut client, "/");
    assert_eq!((root.get("urls"), &root["apiMode"]), (None, &json!("Shared Instance")));
}

#[test]
fn year_specific_discovery_tells_the_current_year() {
    let mut client = Client::without_token(Settings { mode: Mode::YearSpecific, year: 2031, ..legacy() });
    let urls = discover(&mut client, "/")["urls"].clone();
    assert_eq!(urls["dataManagementApi"], "http://sim.test/data/v3/2025/");
    assert_eq!(urls["dependencies"], "http://sim.test/metadata/data/v3/2025/dependencies");
    assert_eq!(client.send(Request::get("/data/v3/2025/ed-fi/students"), "").status, 404);
    assert_eq!(client.send(Request::get("/data/v3/2031/ed-fi/students"), "").status, 401);

    client.state.change(|settings| settings.mode = Mode::InstanceYearSpecific);
    let urls = discover(&mut client, "/")["urls"].clone();
    assert_eq!(urls["oauth"], "http://sim.test/{instance}/oauth/token");
    assert_eq!(urls["dataManagementApi"], "http://sim.test/data/v3/{instance}/2025/");
}

#[test]
fn tenant_and_context_are_placeholders_until_given() {
    let mut client = Client::without_token(Settings {
        tenant: Some("north".to_owned()),
        context: Some("2026".to_owned()),
        ..Settings::default()
    });
    let data = |client: &mut Client, path| discover(client, path)["urls"]["dataManagementApi"].clone();
    assert_eq!(data(&mut client, "/"), "http://sim.test/{tenantIdentifier}/{schoolYearFromRoute}/data/v3/");
    assert_eq!(data(&mut client, "/north"), "http://sim.test/north/{schoolYearFromRoute}/data/v3/");
    assert_eq!(data(&mut client, "/north/2026"), "http://sim.test/north/2026/data/v3/");
    let urls = discover(&mut client, "/north/2026")["urls"].clone();
    assert_eq!(follow(&mut client, &urls["dependencies"]).status, 200);
    assert_eq!(client.send(Request::get("/south/2026"), "").status, 404);
}

#[test]
fn told_addresses_can_be_others() {
    let mut client = Client::without_token(Settings {
        public_url: Some("https://api.example/".to_owned()),
        token_url: Some("https://login.example/connect/token".to_owned()),
        ..Settings::default()
    });
    let urls = discover(&mut client, "/")["urls"].clone();
    assert_eq!(urls["dataManagementApi"], "https://api.example/data/v3/");
    assert_eq!(urls["oauth"], "https://login.example/connect/token");
}
