//! The exact words of errors and notices.

use super::*;
use crate::config::flags_without_use;
use crate::invocation::{Command, FailOn};

#[test]
fn values_that_do_not_fit() {
    for (yaml, expected) in [
        ("a: b\nedfi_api:\n  version: 2\n", "lightbeam.yaml:3:3: edfi_api.version 2 is not supported"),
        ("edfi_api:\n  version: v5.3\n", "lightbeam.yaml:2:3: edfi_api.version must be 3, not \"v5.3\""),
        (
            "edfi_api: {mode: years}",
            "lightbeam.yaml:1:12: edfi_api.mode must be one of shared_instance, sandbox, district_specific, year_specific, instance_year_specific, not \"years\"",
        ),
        (
            "edfi_api:\n  mode: instance_year_specific",
            "lightbeam.yaml:2:3: edfi_api.mode instance_year_specific needs edfi_api.instance_code",
        ),
        (
            "edfi_api:\n  base_url: localhost/api",
            "lightbeam.yaml:2:3: edfi_api.base_url must be an absolute http or https URL, not what is written there",
        ),
        ("edfi_api:\n  base_url: ''", "lightbeam.yaml:2:3: edfi_api.base_url is empty"),
        (
            "edfi_api:\n  year: 20/21",
            "lightbeam.yaml:2:3: edfi_api.year must be a name that can stand in a URL, without slashes and blanks, not \"20/21\"",
        ),
        (
            "edfi_api:\n  client_secret: [a]",
            "lightbeam.yaml:2:3: edfi_api.client_secret must be a single value, not a list",
        ),
        (
            "edfi_api:\n  client_secret: a\n  client_secret_file: b",
            "lightbeam.yaml:2:3: edfi_api.client_secret and client_secret_file are both given",
        ),
        ("connection: 8", "lightbeam.yaml:1:1: connection must be a section, not a single value"),
        ("connection: [8]", "lightbeam.yaml:1:1: connection must be a section, not a list"),
        (
            "connection:\n  pool_size: 0",
            "lightbeam.yaml:2:3: connection.pool_size must be a whole number of at least 1, not \"0\"",
        ),
        (
            "connection:\n  pool_size: many",
            "lightbeam.yaml:2:3: connection.pool_size must be a whole number of at least 1, not \"many\"",
        ),
        (
            "connection:\n  timeout: 0",
            "lightbeam.yaml:2:3: connection.timeout must be a number of seconds above 0, at most a year, not \"0\"",
        ),
        (
            "connection:\n  timeout: .inf",
            "lightbeam.yaml:2:3: connection.timeout must be a number of seconds above 0, at most a year, not \".inf\"",
        ),
        (
            "connection:\n  num_retries: -1",
            "lightbeam.yaml:2:3: connection.num_retries must be a whole number of at least 0, not \"-1\"",
        ),
        (
            "connection:\n  backoff_factor: -1",
            "lightbeam.yaml:2:3: connection.backoff_factor must be a number of at least 0, not \"-1\"",
        ),
        (
            "connection:\n  retry_statuses:\n  - 429\n  - 5000",
            "lightbeam.yaml:4:5: connection.retry_statuses must be a list of HTTP statuses (100 to 599), not \"5000\"",
        ),
        (
            "connection:\n  retry_statuses: [429, [500]]",
            "lightbeam.yaml:2:3: connection.retry_statuses: each item must be a single value, not a list",
        ),
        (
            "connection:\n  max_retry_wait: -5",
            "lightbeam.yaml:2:3: connection.max_retry_wait must be a number of seconds from 0 to a year, not \"-5\"",
        ),
        (
            "connection:\n  verify_ssl: maybe",
            "lightbeam.yaml:2:3: connection.verify_ssl must be true or false, not \"maybe\"",
        ),
        (
            "fetch:\n  page_size: 0",
            "lightbeam.yaml:2:3: fetch.page_size must be a whole number of at least 1, not \"0\"",
        ),
        (
            "validate:\n  methods: [shema]",
            "lightbeam.yaml:2:13: validate.methods must be one of schema, descriptors, uniqueness, references, not \"shema\"",
        ),
        (
            "validate:\n  references:\n    selector: [schoolReference]",
            "lightbeam.yaml:3:16: validate.references.selector must be a list of endpoint.referenceName, such as studentSchoolAssociations.schoolReference, not \"schoolReference\"",
        ),
        (
            "validate:\n  references:\n    behavior: both",
            "lightbeam.yaml:3:5: validate.references.behavior must be one of exclude, include, not \"both\"",
        ),
        (
            "log_level: LOUD",
            "lightbeam.yaml:1:1: log_level must be one of DEBUG, INFO, WARN, WARNING, ERROR, CRITICAL, not \"LOUD\"",
        ),
        ("verbose: perhaps", "lightbeam.yaml:1:1: verbose must be true or false"),
        (
            "namespace: a b",
            "lightbeam.yaml:1:1: namespace must be a name that can stand in a URL, without slashes and blanks, not what is written there",
        ),
        ("namespace_overrides: [tpdm]", "lightbeam.yaml:1:1: namespace_overrides must be a section of namespaces"),
        ("data_dir: {a: b}", "lightbeam.yaml:1:1: data_dir must be a single value, not a section"),
    ] {
        assert_eq!(refused(yaml).0, expected);
    }
    assert_eq!(refused("validate:\n  methods: [shema]").1, "did you mean schema?");
    assert_eq!(refused("edfi_api: {mode: years}").1, "");
    assert_eq!(refused("edfi_api: {mode: year-specific}").1, "did you mean year_specific?");
}

#[test]
fn texts_that_are_no_yaml() {
    for (yaml, expected) in [
        ("a: b\nc: d: e\n", "lightbeam.yaml:2:5: there is a colon where none can be"),
        ("edfi_api:\n  mode: x\n client_id: y\n", "lightbeam.yaml:3:2: this does not fit what stands above it"),
        ("edfi_api:\n\tmode: x\n", "lightbeam.yaml:2:1: this character cannot begin a value"),
        ("a: [1, 2\nb: c\n", "lightbeam.yaml:1:4: the list that begins here with [ is not closed"),
        ("a: \"open\nb: c\n", "lightbeam.yaml:1:4: the quote that begins here is not closed"),
        ("data_dir: \"C:\\data\"\n", "lightbeam.yaml:1:14: there is a backslash in double quotes that means nothing"),
        ("validate:\n  methods: *\n", "lightbeam.yaml:2:12: * and & mean something else in YAML"),
        ("a: *name\n", "lightbeam.yaml:1:4: * and & mean something else in YAML"),
        ("a: @x\n", "lightbeam.yaml:1:4: this character cannot begin a value"),
        ("a: b\nclient_secret s3cret\nc: d\n", "lightbeam.yaml:2:1: there is a line without a colon"),
        ("a: !secret x\n", "lightbeam.yaml:1:4: values with a tag (an exclamation mark in front) are not used here"),
        ("{a: b}: c\n", "lightbeam.yaml:1:1: a key must be a single word"),
        ("a: b\n---\nc: d\n", "lightbeam.yaml: there is more than one document in the file"),
        ("a: b\n<<: c\n", "lightbeam.yaml:1:1: << must be followed by a mapping"),
        ("a: b\nd: \u{1}\n", "lightbeam.yaml:2:4: there is a control character here"),
        ("just text\n", "lightbeam.yaml: the file holds no keys, so it is no configuration"),
        ("- a\n- b\n", "lightbeam.yaml: the file holds no keys, so it is no configuration"),
        ("", "lightbeam.yaml: the file is empty"),
        ("# nothing\n", "lightbeam.yaml: the file is empty"),
        ("---\n", "lightbeam.yaml: the file is empty"),
    ] {
        assert_eq!(refused(yaml).0, expected, "{yaml}");
    }
}

#[test]
fn unknown_keys_are_warnings_with_the_nearest_known_one() {
    let loaded = loaded("edfi_api:\n  cleint_id: x\nbase_url: y\ncolour: red\nconection:\n  timeout: 5\n").unwrap();
    assert_eq!(
        told(&loaded),
        [
            (
                "lightbeam.yaml:2:3: unknown key edfi_api.cleint_id; it is ignored",
                "the nearest known key is edfi_api.client_id"
            ),
            ("lightbeam.yaml:3:1: unknown key base_url; it is ignored", "the nearest known key is edfi_api.base_url"),
            ("lightbeam.yaml:4:1: unknown key colour; it is ignored", ""),
            ("lightbeam.yaml:5:1: unknown key conection; it is ignored", "the nearest known key is connection"),
        ]
    );
}

#[test]
fn names_without_a_value() {
    let loaded = loaded("edfi_api:\n  client_id: ${NO_ID} $ALSO_NOT\nconnection:\n  retry_statuses: [429]\nvalidate:\n  references:\n    selector:\n      - a.${REF}\n").unwrap();
    assert_eq!(
        told(&loaded),
        [
            (
                "lightbeam.yaml:2:3: edfi_api.client_id: ${NO_ID} has no value and is left as it stands",
                "set the environment variable NO_ID (in a sandbox, grant it with --env NO_ID), or give it with --params"
            ),
            (
                "lightbeam.yaml:8:9: validate.references.selector: ${REF} has no value and is left as it stands",
                "set the environment variable REF (in a sandbox, grant it with --env REF), or give it with --params"
            ),
        ]
    );
    assert_eq!(loaded.config.edfi_api.client_id.expose(), "${NO_ID} $ALSO_NOT");
    // A URL with such a name is no URL.
    let error = refused("edfi_api:\n  base_url: https://${HOST}/api\n").0;
    assert_eq!(
        error,
        "lightbeam.yaml:2:3: edfi_api.base_url must be an absolute http or https URL, not ${HOST}, which has no value"
    );
}

#[test]
fn keys_that_are_set() {
    let host = host("edfi_api:\n  year: 2020\n");
    let loaded = load_on(
        &host,
        &set(&[
            ("conection.timeout", "5"),
            ("edfi_api_year", "2021"),
            ("edfi_api.client_secret", "s3cret"),
            ("zzz", "1"),
        ]),
    )
    .unwrap();
    assert_eq!(
        told(&loaded),
        [
            ("--set conection.timeout: no such key; it is ignored", "the nearest known key is connection.timeout"),
            (
                "--set: edfi_api_year is an old name that will go away; the key is edfi_api.year now",
                "write year in the section edfi_api"
            ),
            (
                "--set edfi_api.client_secret: command lines stay visible in process lists and shell histories",
                "use an environment variable, as in client_secret: ${NAME}, or client_secret_file"
            ),
            ("--set zzz: no such key; it is ignored", ""),
        ]
    );
    assert_eq!(loaded.config.edfi_api.year.as_deref(), Some("2021"));
    for (key, value, expected) in [
        (
            "connection.pool_size",
            "lots",
            "--set: connection.pool_size must be a whole number of at least 1, not \"lots\"",
        ),
        ("connection", "5", "--set connection: this is a section, not a key"),
        ("namespace_overrides", "a", "--set namespace_overrides: name the namespace too"),
    ] {
        assert_eq!(load_on(&host, &set(&[(key, value)])).unwrap_err().message, expected);
    }
}

#[test]
fn a_secret_on_the_command_line_is_told() {
    let host = host("edfi_api:\n  client_id: ${ID}\n  client_secret: ${SECRET}\n");
    let invocation = Invocation { params: Some(r#"{"ID": "me", "SECRET": "s3cret"}"#.to_owned()), ..invocation() };
    let loaded = load_on(&host, &invocation).unwrap();
    assert_eq!(
        told(&loaded),
        [(
            "--params: edfi_api.client_secret comes from it (${SECRET}), and command lines stay visible in process lists and shell histories",
            "give the secret by an environment variable or by client_secret_file"
        )]
    );
}

#[test]
fn flags_that_do_nothing_are_told() {
    let invocation = Invocation {
        command: Command::Count,
        keep_keys: Some("id".to_owned()),
        query: Some("{}".to_owned()),
        force: true,
        dry_run: true,
        fail_on: FailOn::Any,
        ..Invocation::default()
    };
    let notices: Vec<_> =
        flags_without_use(&invocation).into_iter().map(|notice| (notice.text, notice.hint.unwrap())).collect();
    let expected = [
        ("--keep-keys has no effect on count", "it is for fetch"),
        ("--force has no effect on count", "it is for send, validate+send, delete, create"),
        ("--dry-run has no effect on count", "it is for send, validate+send, delete, truncate, create"),
    ];
    assert_eq!(notices, expected.map(|(text, hint)| (text.to_owned(), hint.to_owned())));
    let invocation =
        Invocation { command: Command::Create, force: true, fail_on: FailOn::Never, ..Invocation::default() };
    assert_eq!(flags_without_use(&invocation).len(), 1);
}

#[test]
fn flags_that_contradict_are_refused() {
    let host = host("data_dir: data\n");
    let refused = |invocation: Invocation| load_on(&host, &invocation).unwrap_err().message;
    for command in [Command::Delete, Command::Truncate] {
        assert_eq!(
            refused(Invocation { command, query: Some("{}".to_owned()), ..invocation() }),
            format!("--query cannot be used with {}: it would not limit what is removed", command.name())
        );
    }
    assert_eq!(
        refused(Invocation { failed_dir: Some("./data/../data/failed".to_owned()), ..invocation() }),
        "--failed-dir ./data/../data/failed lies in data_dir (data), so its files would be taken for data"
    );
    let unused = Invocation { command: Command::Count, failed_dir: Some("data".to_owned()), ..invocation() };
    assert_eq!(load_on(&host, &unused).unwrap().notices.len(), 1);
    let beside = Invocation { failed_dir: Some("failed".to_owned()), ..invocation() };
    assert!(load_on(&host, &beside).is_ok());
    assert_eq!(
        refused(Invocation { older_than: Some("soon".to_owned()), ..invocation() }),
        "--older-than: \"soon\" is not a time"
    );
}
