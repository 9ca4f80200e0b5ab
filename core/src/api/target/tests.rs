use bytes::Bytes;
use http::HeaderMap;

use super::*;
use crate::api::discovery;
use crate::config::Mode;
use crate::host::Response;

const YEAR: i16 = 2026;

fn document(base: &str, json: &str) -> Result<Discovered, Unreachable> {
    let body = Bytes::copy_from_slice(json.as_bytes());
    discovery::read(&Response { status: 200, headers: HeaderMap::new(), body, truncated: false }, base.parse().unwrap())
}

/// Only a base URL.
fn api(base: &str) -> EdFiApi {
    EdFiApi {
        base_url: base.to_owned(),
        oauth_url: None,
        dependencies_url: None,
        open_api_metadata_url: None,
        data_url: None,
        ..crate::api::tests::config().edfi_api
    }
}

/// Data root, token, dependencies, documents.
fn shown(target: &Target) -> [String; 4] {
    let documents = match &target.documents {
        DocumentUrls::Listed(list) => list.expose(),
        other => format!("{other:?}"),
    };
    let dependencies = target.dependencies_url.as_ref().map(Url::expose).unwrap_or_default();
    [target.data_url.expose(), target.oauth_url.expose(), dependencies, documents]
}

/// The discovery document of an ODS/API 5.x or 6.x with this end of its routes.
fn ods5(origin: &str, api_mode: &str, front: &str, end: &str) -> String {
    format!(
        r#"{{"version":"5.3","suite":"3","apiMode":"{api_mode}","dataModels":[],"urls":{{
            "dependencies":"{origin}/metadata/data/v3{end}/dependencies",
            "openApiMetadata":"{origin}/metadata{end}/",
            "oauth":"{origin}{front}/oauth/token",
            "dataManagementApi":"{origin}/data/v3{end}/",
            "xsdMetadata":"{origin}/metadata/xsd"}}}}"#
    )
}

#[test]
fn every_mode_and_generation() {
    let base = "https://api.example.org/v";
    let year = |api: EdFiApi| EdFiApi { year: Some("2027".to_owned()), ..api };
    let instance = |api: EdFiApi| EdFiApi { instance_code: Some("abc".to_owned()), ..api };
    let tenant = |api: EdFiApi| EdFiApi { tenant: Some("north".to_owned()), ..api };
    let moded = |mode: Mode, api: EdFiApi| EdFiApi { mode: Some(mode), ..api };
    let plain = ["/data/v3", "/oauth/token", "/metadata/data/v3/dependencies", "/metadata/"];
    let by_year = ["/data/v3/2027", "/oauth/token", "/metadata/data/v3/2027/dependencies", "/metadata/2027/"];
    let this_year = ["/data/v3/2026", "/oauth/token", "/metadata/data/v3/2026/dependencies", "/metadata/2026/"];
    let by_instance =
        ["/data/v3/abc/2027", "/abc/oauth/token", "/metadata/data/v3/abc/2027/dependencies", "/metadata/abc/2027/"];
    let v3 = |mode: &str| format!("\u{feff}{{\"Version\":\"3.1.1\",\"ApiMode\":\"{mode}\",\"dataModels\":[]}}");
    let v7 = |front: &str| {
        format!(
            r#"{{"version":"7.3","dataModels":[],"urls":{{
                "dependencies":"{base}{front}/metadata/data/v3/dependencies",
                "openApiMetadata":"{base}{front}/metadata/",
                "oauth":"{base}{front}/oauth/token",
                "dataManagementApi":"{base}{front}/data/v3/"}}}}"#
        )
    };
    let v8 = format!(
        r#"{{"version":"8.0","applicationName":"Ed-Fi API","dataModels":[],"urls":{{
            "dependencies":"{base}/metadata/dependencies","openApiMetadata":"{base}/metadata/specifications",
            "oauth":"https://id.example.org/connect/token","dataManagementApi":"{base}/data"}}}}"#
    );
    for (name, api, document_text, expected) in [
        ("3.x, sandbox, no urls", api(base), v3("Sandbox"), plain),
        ("3.x, year specific", year(api(base)), v3("Year Specific"), by_year),
        ("5.x, sandbox", api(base), ods5(base, "Sandbox", "", ""), plain),
        ("5.x, shared", api(base), ods5(base, "Shared Instance", "", ""), plain),
        ("5.x, district", api(base), ods5(base, "District Specific", "", ""), plain),
        ("5.x, year specific, another year", year(api(base)), ods5(base, "Year Specific", "", "/2025"), by_year),
        ("5.x, year specific, no year told", api(base), ods5(base, "Year Specific", "", "/2025"), this_year),
        (
            "5.x, year specific, mode told",
            moded(Mode::YearSpecific, year(api(base))),
            ods5(base, "", "", "/2026"),
            by_year,
        ),
        (
            "5.x, year, mode shared told",
            moded(Mode::SharedInstance, api(base)),
            ods5(base, "Year Specific", "", ""),
            plain,
        ),
        (
            "5.x, instance and year",
            year(instance(api(base))),
            ods5(base, "Instance Year Specific", "/{instance}", "/{instance}/2025"),
            by_instance,
        ),
        (
            "5.x, inner http",
            api("https://api.example.org/v"),
            ods5("http://api.example.org:80/v", "Sandbox", "", ""),
            plain,
        ),
        ("7.x, no mode", api(base), v7(""), plain),
        (
            "7.x, tenant and context",
            year(tenant(api(base))),
            v7("/{tenantIdentifier}/{schoolYearFromRoute}"),
            [
                "/north/2027/data/v3",
                "/north/2027/oauth/token",
                "/north/2027/metadata/data/v3/dependencies",
                "/north/2027/metadata/",
            ],
        ),
        (
            "7.x, filled by its route",
            api("https://api.example.org/v/north/2027"),
            v7("/north/2027"),
            [
                "/north/2027/data/v3",
                "/north/2027/oauth/token",
                "/north/2027/metadata/data/v3/dependencies",
                "/north/2027/metadata/",
            ],
        ),
        (
            "8",
            api(base),
            v8,
            ["/data", "https://id.example.org/connect/token", "/metadata/dependencies", "/metadata/specifications"],
        ),
    ] {
        let found = document(&api.base_url, &document_text);
        let target = Target::new(&api, Some(found), YEAR).unwrap();
        let whole = |path: &str| if path.contains("://") { path.to_owned() } else { format!("{base}{path}") };
        assert_eq!(shown(&target), expected.map(whole), "{name}");
    }
}

#[test]
fn data_url_is_taken_as_written() {
    let api = EdFiApi {
        data_url: Some("https://api.example.org/{tenantIdentifier}/records/2020/".to_owned()),
        tenant: Some("north".to_owned()),
        mode: Some(Mode::YearSpecific),
        ..crate::api::tests::config().edfi_api
    };
    let target = Target::new(&api, None, YEAR).unwrap();
    assert_eq!(target.data_url.expose(), "https://api.example.org/north/records/2020");
    let id = EndpointId::new("ed-fi", "students");
    assert_eq!(target.endpoint_url(&id).expose(), "https://api.example.org/north/records/2020/ed-fi/students");
    assert_eq!(target.record_url(&id, "a/b").path(), "/north/records/2020/ed-fi/students/a%2Fb");
}

#[test]
fn discovery_is_asked_only_for_what_is_missing() {
    let full = crate::api::tests::config().edfi_api;
    assert!(!needs_discovery(&full));
    let swagger = Some("https://h/x".to_owned());
    let both = EdFiApi {
        open_api_metadata_url: None,
        resources_swagger_url: swagger.clone(),
        descriptors_swagger_url: swagger,
        ..full.clone()
    };
    assert!(!needs_discovery(&both));
    assert!(matches!(Target::new(&both, None, YEAR).unwrap().documents, DocumentUrls::Known { .. }));
    assert!(needs_discovery(&EdFiApi { descriptors_swagger_url: None, ..both }));
    assert!(needs_discovery(&EdFiApi { data_url: None, ..full.clone() }));
    assert!(needs_discovery(&EdFiApi { oauth_url: None, ..full.clone() }));
    assert!(needs_discovery(&EdFiApi { dependencies_url: None, ..full }));
}

#[test]
fn without_a_discovery_document() {
    let gone = || Err(Unreachable { message: "The API's root answers 404".to_owned(), hint: None });
    let told = EdFiApi {
        data_url: None,
        mode: Some(Mode::YearSpecific),
        open_api_metadata_url: None,
        ..crate::api::tests::config().edfi_api
    };
    let target = Target::new(&told, Some(gone()), YEAR).unwrap();
    assert_eq!(target.data_url.expose(), "http://localhost:8000/data/v3/2026");
    assert_eq!(target.documents, DocumentUrls::Unknown);
    assert!(target.notices[0].text.contains("/data/v3"));
    for api in [
        EdFiApi { mode: None, ..told.clone() },
        EdFiApi { oauth_url: None, ..told.clone() },
        EdFiApi { dependencies_url: None, ..told.clone() },
    ] {
        let Err(ConnectError::Unreachable(error)) = Target::new(&api, Some(gone()), YEAR) else { panic!() };
        assert!(error.hint.unwrap().contains("edfi_api.dependencies_url"));
    }
}

#[test]
fn tokens_are_not_asked_for_at_just_any_host() {
    let urls = |oauth: &str| format!(r#"{{"urls":{{"oauth":"{oauth}"}}}}"#);
    for (base, oauth, is_used) in [
        ("https://h/api", "https://other/token", true),
        ("https://h/api", "http://other/token", false),
        ("http://h/api", "https://other/token", false),
        ("http://localhost:8000", "https://other/token", true),
        ("http://localhost:8000", "http://other/token", false),
        ("http://localhost:8000", "http://127.0.0.1:9000/token", true),
        ("http://h/api", "http://h:81/token", true),
        ("https://h/api", "https://me@h/token", false),
    ] {
        let target = Target::new(&api(base), Some(document(base, &urls(oauth))), YEAR);
        assert_eq!(target.is_ok(), is_used, "{base} {oauth} {target:?}");
        if let Err(ConnectError::Config(error)) = target
            && !oauth.contains('@')
        {
            assert!(error.hint.unwrap().contains("edfi_api.oauth_url"));
        }
    }
    let none = Target::new(&api("https://h"), Some(document("https://h", r#"{"urls":{}}"#)), YEAR);
    assert!(
        matches!(none, Err(ConnectError::Config(error)) if error.hint.as_deref() == Some("set edfi_api.oauth_url"))
    );
}

#[test]
fn a_data_root_is_not_lowered() {
    let text = r#"{"urls":{"oauth":"https://h/token","dataManagementApi":"http://inner/data/v3/"}}"#;
    let target = Target::new(&api("https://h/api"), Some(document("https://h/api", text)), YEAR);
    assert!(matches!(target, Err(ConnectError::Config(error)) if error.hint.as_deref().unwrap().contains("data_url")));
}

#[test]
fn clear_text_is_warned_of_once() {
    let notices =
        |base: &str| Target::new(&api(base), Some(document(base, r#"{"version":"3"}"#)), YEAR).unwrap().notices;
    let warnings = |base: &str| notices(base).iter().filter(|n| n.severity == crate::notice::Severity::Warning).count();
    assert_eq!(warnings("http://api.example.org"), 1);
    assert_eq!(warnings("https://api.example.org"), 0);
    assert_eq!(warnings("http://127.0.0.1:8000"), 0);
}

#[test]
fn an_https_redirect_raises_the_base() {
    let target =
        Target::new(&api("http://h/api"), Some(document("https://h/api/", r#"{"version":"3"}"#)), YEAR).unwrap();
    assert_eq!(target.oauth_url.expose(), "https://h/api/oauth/token");
}
