use proptest::prelude::*;

use super::*;

fn route(mode: Option<Mode>) -> Route {
    Route {
        mode,
        tenant: Some("north".to_owned()),
        instance_code: Some("abc".to_owned()),
        year: "2027".to_owned(),
        is_year_given: true,
    }
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

#[test]
fn data_roots_of_every_mode() {
    use Mode::{DistrictSpecific, InstanceYearSpecific, Sandbox, SharedInstance, YearSpecific};
    for (mode, root, expected) in [
        // Without a mode: unchanged, but a trailing year gives way.
        (None, "https://h/api/data/v3/", "https://h/api/data/v3"),
        (None, "https://h/api/data/v3/2026/", "https://h/api/data/v3/2027"),
        (None, "https://h/data", "https://h/data"),
        (None, "https://h/2026/data/v3/", "https://h/2026/data/v3"),
        (None, "https://h/{tenantIdentifier}/{schoolYearFromRoute}/data/v3/", "https://h/north/2027/data/v3"),
        (None, "https://h/%7BtenantIdentifier%7D/data/v3", "https://h/north/data/v3"),
        (None, "https://h/data/v3/{instance}/2026", "https://h/data/v3/abc/2027"),
        // With one: cut and add.
        (Some(SharedInstance), "https://h/data/v3/2026/", "https://h/data/v3"),
        (Some(Sandbox), "https://h/v5.3/api/data/v3/", "https://h/v5.3/api/data/v3"),
        (Some(DistrictSpecific), "https://h/data/v3/{districtId}/", "https://h/data/v3"),
        (Some(YearSpecific), "https://h/data/v3/", "https://h/data/v3/2027"),
        (Some(YearSpecific), "https://h/data/v3/2026", "https://h/data/v3/2027"),
        (Some(YearSpecific), "https://h/data/v3/{year}", "https://h/data/v3/2027"),
        (Some(YearSpecific), "https://h/{tenantIdentifier}/data/v3/2026", "https://h/north/data/v3/2027"),
        (Some(InstanceYearSpecific), "https://h/data/v3", "https://h/data/v3/abc/2027"),
        (Some(InstanceYearSpecific), "https://h/data/v3/{instance}/2026/", "https://h/data/v3/abc/2027"),
        (Some(InstanceYearSpecific), "https://h/data/v3/abc/2026", "https://h/data/v3/abc/2027"),
        // The year stands in front already, so it is not added behind.
        (Some(YearSpecific), "https://h/{schoolYearFromRoute}/data/v3/", "https://h/2027/data/v3"),
    ] {
        assert_eq!(route(mode).data_root("it", root).unwrap(), expected, "{mode:?} {root}");
    }
}

#[test]
fn the_current_year_replaces_nothing_that_no_mode_asks_for() {
    let route = Route { is_year_given: false, ..route(None) };
    assert_eq!(route.data_root("it", "https://h/data/v3/2026/").unwrap(), "https://h/data/v3/2026");
    let text = "https://h/metadata/2026/";
    assert_eq!(route.with_own_year(text, Some("2026"), &url("https://h")), text);
}

#[test]
fn placeholders_are_filled_or_named() {
    let full = route(None);
    assert_eq!(
        full.fill("it", "https://h/{tenantIdentifier}/{schoolYearFromRoute:range(2020,2030)}/{instance}/x").unwrap(),
        "https://h/north/2027/abc/x"
    );
    let odd = Route { tenant: Some("a b/c".to_owned()), ..route(None) };
    assert_eq!(odd.fill("it", "https://h/{tenant}/x").unwrap(), "https://h/a%20b%2Fc/x");
    let bare = Route { tenant: None, instance_code: None, ..route(None) };
    for (text, key) in [
        ("https://h/{tenantIdentifier}/x", "edfi_api.tenant"),
        ("https://h/{instance}/x", "edfi_api.instance_code"),
        ("https://h/{districtId}/x", "edfi_api.data_url"),
    ] {
        let error = bare.fill("the discovered oauth URL", text).unwrap_err();
        assert!(format!("{error} {}", error.hint.as_deref().unwrap()).contains(key), "{error:?}");
        assert!(error.message.contains("the discovered oauth URL"), "{error}");
    }
    let error =
        Route { mode: Some(Mode::InstanceYearSpecific), ..bare }.data_root("it", "https://h/data/v3").unwrap_err();
    assert!(error.message.contains("edfi_api.instance_code"));
}

#[test]
fn a_server_s_own_year_gives_way_but_not_in_the_base() {
    let base = url("https://h/2026/api");
    for (text, expected) in [
        ("https://h/2026/api/metadata/2026/", "https://h/2026/api/metadata/2027/"),
        (
            "https://h/2026/api/metadata/data/v3/2026/dependencies",
            "https://h/2026/api/metadata/data/v3/2027/dependencies",
        ),
        ("https://h/2026/api/oauth/token", "https://h/2026/api/oauth/token"),
        ("https://inner:5449/metadata/2026", "https://inner:5449/metadata/2027"),
        ("https://h/2026/api/2025", "https://h/2026/api/2025"),
    ] {
        assert_eq!(route(None).with_own_year(text, Some("2026"), &base), expected);
    }
}

#[test]
fn protection_is_raised_on_the_own_host_and_never_lowered() {
    for (found, base, expected) in [
        ("http://h/a?b=1", "https://h/api", "https://h/a?b=1"),
        ("http://H:80/a", "https://h:8443/api", "https://h:8443/a"),
        ("http://h:443/a", "https://h/api", "https://h/a"),
        ("http://h:5449/a", "https://h/api", "https://h:5449/a"),
        ("http://other/a", "https://h/api", "http://other/a"),
        ("http://h/a", "http://h/api", "http://h/a"),
        ("https://h/a", "http://h/api", "https://h/a"),
    ] {
        assert_eq!(raised(url(found), &url(base)).expose(), url(expected).expose(), "{found} {base}");
    }
    assert!(is_lower(&url("http://other/a"), &url("https://h")));
    assert!(!is_lower(&url("http://other/a"), &url("http://h")));
}

#[test]
fn locations_are_resolved() {
    let asked = url("https://h:8443/api/v1?x=1");
    for (location, expected) in [
        ("https://other/x", Some("https://other/x")),
        ("/x/y", Some("https://h:8443/x/y")),
        ("//other/x", Some("https://other/x")),
        ("x", Some("https://h:8443/api/x")),
        ("", None),
        ("ftp://h/x", None),
    ] {
        assert_eq!(resolve(&asked, location).map(|url| url.expose()).as_deref(), expected, "{location}");
    }
}

#[test]
fn credentials_and_queries_are_refused() {
    let plain = route(None);
    let error = configured("edfi_api.base_url", "https://me:pw@h/api", &plain).unwrap_err();
    assert!(error.message.contains("edfi_api.base_url") && !format!("{error:?}").contains("pw"), "{error:?}");
    assert!(configured("k", "https://h/a@b", &plain).is_ok(), "an @ in the path is no user part");
    assert!(configured_root("k", "https://h/api?x=1", &plain).is_err());
    assert!(configured("k", "https://h/swagger.json?version=2", &plain).is_ok());
}

#[test]
fn joining_makes_one_slash() {
    for (base, path) in [("https://h/a", "b"), ("https://h/a/", "b"), ("https://h/a//", "/b"), ("https://h/a", "//b")] {
        assert_eq!(join(base, path), "https://h/a/b");
    }
}

#[test]
fn modes_by_name() {
    assert_eq!(mode_named("Instance Year Specific"), Some(Mode::InstanceYearSpecific));
    assert_eq!(mode_named("year_specific"), Some(Mode::YearSpecific));
    assert_eq!(mode_named("Shared Instance"), Some(Mode::SharedInstance));
    assert_eq!(mode_named("District Specific"), Some(Mode::DistrictSpecific));
    assert_eq!(mode_named("SANDBOX"), Some(Mode::Sandbox));
    assert_eq!(mode_named("Other"), None);
}

proptest! {
    #[test]
    fn no_text_of_a_server_panics(text in ".{0,80}", year in "[0-9]{0,5}") {
        let route = route(Some(Mode::InstanceYearSpecific));
        let _ = route.data_root("it", &text);
        let _ = route.fill("it", &text);
        let _ = route.with_own_year(&text, Some(&year), &url("https://h/api"));
        let _ = resolve(&url("https://h/api"), &text);
        let _ = trailing_year(&text);
    }

    #[test]
    fn a_data_root_never_has_two_slashes(path in "[a-z0-9/{}]{0,30}") {
        if let Ok(root) = route(Some(Mode::YearSpecific)).data_root("it", &format!("https://h/{path}")) {
            prop_assert!(!root["https://".len()..].contains("//"), "{root}");
            prop_assert!(!root.ends_with('/'));
        }
    }
}
