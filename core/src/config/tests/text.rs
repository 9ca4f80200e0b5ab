//! What stands in the file, and how it is read.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::config::yaml;
use crate::config::{Behavior, Method, Mode};

#[test]
fn scalars_are_what_their_key_wants() {
    for yes in ["true", "True", "yes", "on", "y", "t", "\"true\"", "'Yes'", "1"] {
        assert!(loaded(&format!("force_delete: {yes}")).unwrap().config.force_delete, "{yes}");
    }
    for no in ["false", "no", "off", "n", "\"false\"", "0", "''"] {
        assert!(!loaded(&format!("force_delete: {no}")).unwrap().config.force_delete, "{no}");
    }
    for eight in ["8", "\"8\"", "8.0", " 8 # or so", "|\n    8"] {
        let config = loaded(&format!("connection:\n  pool_size: {eight}\n")).unwrap().config;
        assert_eq!(config.connection.pool_size, Some(8), "{eight}");
    }
    for three in ["3", "\"3\"", "3.0"] {
        loaded(&format!("edfi_api:\n  version: {three}\n")).unwrap();
    }
    let config =
        loaded("connection:\n  timeout: 0.5\n  max_retry_wait: 0\n  retry_statuses: 429,500\n").unwrap().config;
    assert_eq!(config.connection.timeout, Duration::from_millis(500));
    assert_eq!(config.connection.max_retry_wait, Duration::ZERO);
    assert_eq!(config.connection.retry_statuses, [429, 500]);
}

#[test]
fn texts_keep_the_form_they_were_written_in() {
    // YAML would make numbers, booleans and nothing of these.
    for text in
        ["0123", "12e45", "1e3", "0x1F", "1_000", "true", "on", "123456789012345678901234567890", "1.50", ".5", "+7"]
    {
        let config = loaded(&format!("edfi_api: {{client_id: {text}, client_secret: {text}}}")).unwrap().config;
        let (id, secret) = config.credentials().unwrap();
        assert_eq!((id.expose().as_str(), secret.expose().as_str()), (text, text));
    }
    for (year, expected) in [("2021", "2021"), ("\"2021\"", "2021"), ("2021.0", "2021"), ("'2021-22'", "2021-22")] {
        let config = loaded(&format!("edfi_api:\n  year: {year}\n")).unwrap().config;
        assert_eq!(config.edfi_api.year.as_deref(), Some(expected));
    }
}

#[test]
fn separators() {
    for (written, expected) in [
        (",", ","),
        ("  ,  # a comma", ","),
        ("\\,", ","),
        ("'\\,'", ","),
        ("\\t", "\t"),
        ("\"\\t\"", "\t"),
        ("';'", ";"),
        ("' '", " "),
        ("\"\"", "\t"),
        ("\"|\"", "|"),
    ] {
        let config = loaded(&format!("count:\n  separator: {written}\nnamespace: x\n")).unwrap().config;
        assert_eq!((config.count_separator.as_str(), config.namespace.as_str()), (expected, "x"), "{written}");
    }
}

#[test]
fn methods() {
    let all = [Method::Schema, Method::Descriptors, Method::Uniqueness, Method::References];
    for (written, expected) in [
        ("\"*\"", &all[..]),
        ("all", &all[..]),
        ("ALL", &all[..]),
        ("[references, schema]", &[Method::Schema, Method::References][..]),
        ("schema", &[Method::Schema][..]),
        ("\n  - schema # a comment\n  - descriptors\n  - schema", &[Method::Schema, Method::Descriptors][..]),
        ("[]", &[][..]),
        ("['*']", &all[..]),
    ] {
        assert_eq!(
            loaded(&format!("validate:\n  methods: {written}\n")).unwrap().config.validate.methods,
            expected,
            "{written}"
        );
    }
}

#[test]
fn references_and_overrides() {
    let config = loaded(
        "namespace_overrides:\n  tpdm: [candidates, surveys]\n  other.ns:\nvalidate:\n  references:\n    selector:\n      - studentSchoolAssociations.schoolReference\n    behavior: Include\n    remote: no\n    max_failures: '10'\n",
    )
    .unwrap()
    .config;
    assert_eq!(
        config.namespace_overrides,
        Some(vec![
            ("tpdm".to_owned(), vec!["candidates".to_owned(), "surveys".to_owned()]),
            ("other.ns".to_owned(), vec![])
        ])
    );
    let references = config.validate.references;
    assert_eq!(references.selector, [("studentSchoolAssociations".to_owned(), "schoolReference".to_owned())]);
    assert_eq!((references.behavior, references.remote, references.max_failures), (Behavior::Include, false, Some(10)));
    assert_eq!(loaded("namespace_overrides:").unwrap().config.namespace_overrides, None);
    assert_eq!(loaded("namespace_overrides: {}").unwrap().config.namespace_overrides, Some(vec![]));
}

#[test]
fn values_of_variables_and_parameters() {
    let host = host(
        "data_dir: ${DATA_DIR}/x\nedfi_api:\n  base_url: $URL\n  mode: ${MODE}\n  client_id: ${ID}\n  client_secret: a$b\nconnection:\n  pool_size: ${POOL}\n  retry_statuses: ['${ONE}', 500]\n",
    )
    .with_variable("DATA_DIR", "/data")
    .with_variable("URL", "https://api.example.org/")
    .with_variable("MODE", "")
    .with_variable("ID", "from the environment")
    .with_variable("ONE", "429");
    let invocation = Invocation { params: Some(r#"{"ID": 123, "POOL": 4}"#.to_owned()), ..invocation() };
    let loaded = load_on(&host, &invocation).unwrap();
    assert!(loaded.notices.is_empty(), "{:?}", loaded.notices);
    let config = loaded.config;
    assert_eq!(config.data_dir, "/data/x");
    assert_eq!((config.edfi_api.mode, config.edfi_api.base_url.as_str()), (None, "https://api.example.org/"));
    assert_eq!(config.credentials().unwrap().0.expose(), "123");
    assert_eq!(config.credentials().unwrap().1.expose(), "a$b");
    assert_eq!((config.connection.pool_size, config.connection.retry_statuses), (Some(4), vec![429, 500]));
}

#[test]
fn substituted_text_is_no_yaml() {
    let host = host("edfi_api:\n  client_id: ${ID}\n  client_secret: x\n")
        .with_variable("ID", "a: b\n# c\nforce_delete: true");
    let config = load_on(&host, &invocation()).unwrap().config;
    assert_eq!(config.credentials().unwrap().0.expose(), "a: b\n# c\nforce_delete: true");
    assert!(!config.force_delete);
}

#[test]
fn single_keys_are_set() {
    let host = host("connection:\n  timeout: 5\nlog_level: DEBUG\n");
    let loaded = load_on(
        &host,
        &set(&[
            ("edfi_api.client_id", "123"),
            ("edfi_api.mode", "Sandbox"),
            ("connection.timeout", "7"),
            ("connection.retry_statuses", "429, 503"),
            ("namespace_overrides.my.ns", "a,b"),
            ("data_dir", "~/data"),
            ("force_delete", "n"),
            ("state_dir", ""),
            ("count.separator", ","),
        ]),
    )
    .unwrap();
    let config = loaded.config;
    assert_eq!(config.edfi_api.client_id.expose(), "123");
    assert_eq!(config.edfi_api.mode, Some(Mode::Sandbox));
    assert_eq!(config.connection.timeout, Duration::from_secs(7));
    assert_eq!(config.connection.retry_statuses, [429, 503]);
    assert_eq!(config.namespace_overrides, Some(vec![("my.ns".to_owned(), vec!["a".to_owned(), "b".to_owned()])]));
    assert_eq!(
        (config.data_dir.as_str(), config.state_dir, config.count_separator.as_str()),
        ("/home/ana/data", None, ",")
    );
}

#[test]
fn anchors_and_merge_keys() {
    let config = loaded(
        "connection: &fast\n  pool_size: 20\n  timeout: 5\nfetch:\n  page_size: 7\nx: &x {a: b}\ncount: *x\nvalidate:\n  <<: *x\n  max_failures: 3\n",
    )
    .unwrap()
    .config;
    assert_eq!((config.connection.pool_size, config.validate.max_failures), (Some(20), Some(3)));
}

#[test]
fn places_survive_comments_lists_block_scalars_and_foreign_letters() {
    let yaml = "\u{feff}# Präfix é\r\ndata_dir: |-\r\n  colon: inside\r\n  # not a comment\r\nnamespace_overrides:\r\n  ü: [é, ß]\r\nvalidate:\r\n  # é\r\n  methods:\r\n  - schema\r\n\r\n  - 'é'\r\n";
    assert_eq!(
        refused(yaml).0,
        "lightbeam.yaml:12:5: validate.methods must be one of schema, descriptors, uniqueness, references, not \"é\""
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in r"(\PC|[\n\t :\-\[\]{},#&*!|>'%@\\]|<<|\x22){0,80}") {
        let _ = yaml::parse(&text);
        let _ = loaded(&text);
    }

    #[test]
    fn texts_in_quotes_come_back_whole(text in r"[^\x00-\x1f\x7f-\x9f\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}$]{1,30}") {
        prop_assume!(!text.trim().is_empty());
        let yaml = format!("edfi_api:\n  client_id: '{}'\n", text.replace('\'', "''"));
        let config = loaded(&yaml).unwrap().config;
        prop_assert_eq!(config.edfi_api.client_id.expose(), text.trim());
    }

    #[test]
    fn every_key_is_found_where_it_stands(before in 0_usize..5, indent in 1_usize..6, quoted: bool) {
        let key = if quoted { "'nonsuch'" } else { "nonsuch" };
        let yaml = format!("{}connection:\n{:indent$}timeout: 5\n{:indent$}{key}: x\n", "# ü\n".repeat(before), "", "");
        let loaded = loaded(&yaml).unwrap();
        prop_assert_eq!(
            loaded.notices[0].text.clone(),
            format!("lightbeam.yaml:{}:{}: unknown key connection.nonsuch; it is ignored", before + 3, indent + 1)
        );
    }
}

#[test]
fn aliases_cannot_grow_without_bound() {
    let mut yaml = "a0: &a0 [x]\n".to_owned();
    for level in 1..10 {
        let items = vec![format!("*a{}", level - 1); 10].join(",");
        yaml = format!("{yaml}a{level}: &a{level} [{items}]\n");
    }
    assert_eq!(refused(&yaml).0, "lightbeam.yaml: aliases (*) are used too often");
}
