//! What the documentation shows works as written, and absent keys have the documented defaults.

use std::time::Duration;

use super::*;
use crate::config::{Behavior, LogLevel, Method, Mode};
use crate::host::Host as _;
use crate::notice::Severity;

const NESTED: &str = "\
state_dir: ~/.lightbeam/
data_dir: ./
namespace: ed-fi
edfi_api:
  base_url: https://api.schooldistrict.org/v5.3/api
  oauth_url: https://api.schooldistrict.org/v5.3/api/oauth/token
  dependencies_url: https://api.schooldistrict.org/v5.3/api/metadata/data/v3/2024/dependencies
  open_api_metadata_url: https://api.schooldistrict.org/v5.3/api/metadata/
  descriptors_swagger_url: https://api.schooldistrict.org/v5.3/api/metadata/data/v3/2024/descriptors/swagger.json
  resources_swagger_url: https://api.schooldistrict.org/v5.3/api/metadata/data/v3/2024/resources/swagger.json
  version: 3
  mode: year_specific
  year: 2021
  client_id: yourID
  client_secret: yourSecret
connection:
  pool_size: 8
  timeout: 60
  num_retries: 10
  backoff_factor: 1.5
  retry_statuses: [429, 500, 502, 503, 504]
  verify_ssl: True
count:
  separator: ,
fetch:
  page_size: 100
force_delete: True
log_level: INFO
show_stacktrace: True
";

const FLAT: &str = "\
verbose: True
state_dir: ~/.lighbeam/
data_dir: ./
edfi_api_base_url: https://api.schooldistrict.org/v5.3/api/
edfi_api_version: 3
edfi_api_mode: year_specific
edfi_api_year: 2021
edfi_api_client_id: yourID
edfi_api_client_secret: yourSecret
connection_pool_size: 8
connection_timeout: 60
num_retries: 10
backoff_factor: 1.5
retry_statuses: [429, 500, 502, 503, 504]
verbose: True
show_stacktrace: True
";

#[test]
fn the_nested_sample() {
    let loaded = loaded(NESTED).unwrap();
    assert_eq!(
        told(&loaded),
        [("lightbeam.yaml:24:3: separator: , is not valid YAML; it is read as a comma", "write separator: \",\"")]
    );
    let config = loaded.config;
    assert_eq!(config.state_dir.as_deref(), Some("/home/ana/.lightbeam/"));
    assert_eq!(config.edfi_api.mode, Some(Mode::YearSpecific));
    assert_eq!(config.edfi_api.year.as_deref(), Some("2021"));
    assert_eq!(
        config.edfi_api.open_api_metadata_url.as_deref(),
        Some("https://api.schooldistrict.org/v5.3/api/metadata/")
    );
    assert_eq!(config.connection.retry_statuses, [429, 500, 502, 503, 504]);
    assert_eq!(config.connection.pool_size, Some(8));
    assert_eq!(config.count_separator, ",");
    assert!(config.force_delete && config.show_stacktrace);
    let (id, secret) = config.credentials().unwrap();
    assert_eq!((id.expose().as_str(), secret.expose().as_str()), ("yourID", "yourSecret"));
}

#[test]
fn the_flat_sample_of_2022() {
    let loaded = loaded(FLAT).unwrap();
    let notices = told(&loaded);
    assert_eq!(
        notices[0],
        ("lightbeam.yaml:15:1: verbose stands twice, first in line 1; the last one counts", "remove one of them")
    );
    assert_eq!(
        notices[1],
        (
            "lightbeam.yaml:4:1: edfi_api_base_url is an old name that will go away; the key is edfi_api.base_url now",
            "write base_url in the section edfi_api"
        )
    );
    // The repeated key, and one for each of the twelve old ones.
    assert_eq!(notices.len(), 13);
    assert!(loaded.notices.iter().all(|notice| notice.severity == Severity::Warning));
    let config = loaded.config;
    assert_eq!(config.edfi_api.base_url, "https://api.schooldistrict.org/v5.3/api/");
    assert_eq!(config.edfi_api.mode, Some(Mode::YearSpecific));
    assert_eq!(config.connection.num_retries, 10);
    assert_eq!(config.connection.retry_statuses, [429, 500, 502, 503, 504]);
    assert_eq!(config.log_level, LogLevel::Debug);
    assert!(config.credentials().is_ok());
}

#[test]
fn old_keys_give_way_to_new_ones() {
    let loaded = loaded("edfi_api_year: 2020\nverbose: no\nedfi_api:\n  year: 2024\n").unwrap();
    assert_eq!(
        told(&loaded),
        [
            (
                "lightbeam.yaml:1:1: edfi_api_year is the old name of edfi_api.year, which is given too; edfi_api_year is ignored",
                "remove edfi_api_year"
            ),
            (
                "lightbeam.yaml:2:1: verbose is an old name that will go away; the key is log_level now",
                "write log_level: DEBUG or log_level: INFO"
            ),
        ]
    );
    assert_eq!(loaded.config.edfi_api.year.as_deref(), Some("2024"));
    assert_eq!(loaded.config.log_level, LogLevel::Info);
}

#[test]
fn defaults() {
    let loaded = loaded("edfi_api:\n").unwrap();
    assert!(loaded.notices.is_empty());
    let config = loaded.config;
    assert_eq!(config.file, "lightbeam.yaml");
    assert_eq!(config.state_dir.as_deref(), Some("/home/ana/.lightbeam/"));
    assert_eq!(config.data_dir, "./");
    assert_eq!(config.namespace, "ed-fi");
    assert_eq!(config.namespace_overrides, None);
    assert_eq!(config.edfi_api.base_url, "https://localhost/api");
    assert_eq!((config.edfi_api.mode, config.edfi_api.year.as_deref()), (None, None));
    assert_eq!(config.connection.pool_size, None);
    assert_eq!(config.connection.timeout, Duration::from_mins(1));
    assert_eq!(config.connection.num_retries, 10);
    assert!((config.connection.backoff_factor - 1.5).abs() < f64::EPSILON);
    assert_eq!(config.connection.retry_statuses, [429, 500, 501, 502, 503, 504]);
    assert!(config.connection.verify_ssl);
    assert_eq!(config.connection.max_retry_wait, Duration::from_secs(30));
    assert_eq!(config.count_separator, "\t");
    assert_eq!((config.fetch.page_size, config.fetch.output_dir), (100, None));
    assert_eq!(config.validate.methods, [Method::Schema, Method::Descriptors, Method::Uniqueness]);
    assert_eq!(config.validate.max_failures, None);
    assert_eq!(config.validate.references.behavior, Behavior::Exclude);
    assert!(config.validate.references.remote && config.validate.references.selector.is_empty());
    assert!(!config.force_delete && !config.show_stacktrace);
    assert_eq!(config.log_level, LogLevel::Info);
}

#[test]
fn every_key_is_known_and_null_means_absent() {
    use std::fmt::Write as _;
    // Each key with null, in the nested form.
    for key in crate::config::KEYS {
        let mut yaml = String::new();
        for (depth, part) in key.path.split('.').enumerate() {
            write!(yaml, "{:indent$}{part}:", "", indent = depth * 2).unwrap();
            yaml.push_str(if key.path.ends_with(part) { " null\n" } else { "\n" });
        }
        let loaded = loaded(&yaml).unwrap_or_else(|error| panic!("{yaml}: {error}"));
        assert!(loaded.notices.is_empty(), "{yaml}: {:?}", loaded.notices);
    }
}

#[test]
fn files_are_found() {
    let host = MemoryHost::new().with_variable("HOME", "/home/ana");
    let error = load_on(&host, &Invocation::default()).unwrap_err();
    assert_eq!(error.message, "there is no configuration: neither ./lightbeam.yaml nor ./lightbeam.yml exists");
    host.files().put("./lightbeam.yml", b"data_dir: a".to_vec());
    let loaded = load_on(&host, &Invocation::default()).unwrap();
    assert_eq!(told(&loaded), [("the configuration is ./lightbeam.yml", "")]);
    assert_eq!((loaded.config.file.as_str(), loaded.config.data_dir.as_str()), ("./lightbeam.yml", "a"));
    host.files().put("./lightbeam.yaml", b"data_dir: b".to_vec());
    assert_eq!(load_on(&host, &Invocation::default()).unwrap().config.data_dir, "b");
    let missing = Invocation { config_file: Some("conf/my.yaml".to_owned()), ..Invocation::default() };
    let error = load_on(&host, &missing).unwrap_err();
    assert!(error.message.starts_with("cannot read conf/my.yaml: "), "{error}");
}

#[test]
fn the_state_folder() {
    for (yaml, expected) in [
        ("state_dir: ''", None),
        ("state_dir:", None),
        ("state_dir: null", Some("/home/ana/.lightbeam/")),
        ("state_dir: ~", Some("/home/ana/.lightbeam/")),
        ("state_dir: ./state", Some("./state")),
        ("state_dir: ~/s", Some("/home/ana/s")),
    ] {
        assert_eq!(loaded(yaml).unwrap().config.state_dir.as_deref(), expected, "{yaml}");
    }
    let homeless = MemoryHost::new();
    homeless.files().put("lightbeam.yaml", b"namespace: ed-fi".to_vec());
    let loaded = load_on(&homeless, &invocation()).unwrap();
    // The host decides: it may have been granted that very folder.
    assert_eq!(loaded.config.state_dir.as_deref(), Some("~/.lightbeam/"));
    homeless.files().put("lightbeam.yaml", b"state_dir: ~/.lighbeam/".to_vec());
    let loaded = load_on(&homeless, &invocation()).unwrap();
    assert_eq!(loaded.config.state_dir.as_deref(), Some("./.lightbeam"));
    assert!(loaded.config.state_dir_fell_back);
    assert_eq!(
        told(&loaded),
        [(
            "no home folder is known, so state is kept in ./.lightbeam",
            "set HOME (in a sandbox, grant it with --env HOME), or set state_dir"
        )]
    );
    homeless.files().put("lightbeam.yaml", b"state_dir: s\ndata_dir: ~/d".to_vec());
    let error = load_on(&homeless, &invocation()).unwrap_err();
    assert_eq!(error.message, "lightbeam.yaml:2:1: data_dir begins with ~, and no home folder is known");
}

#[test]
fn the_secret_can_stand_in_a_file() {
    let host = host("edfi_api:\n  client_id: me\n  client_secret_file: ~/secret.txt\n");
    let error = load_on(&host, &invocation()).unwrap_err();
    assert!(error.message.starts_with("lightbeam.yaml:3:3: cannot read /home/ana/secret.txt: "), "{error}");
    host.files().put("/home/ana/secret.txt", b" s3cret\r\n".to_vec());
    let loaded = load_on(&host, &invocation()).unwrap();
    assert_eq!(loaded.config.credentials().unwrap().1.expose(), "s3cret");
    host.files().put("/home/ana/secret.txt", b"\n".to_vec());
    let error = load_on(&host, &invocation()).unwrap_err();
    assert_eq!(
        error.message,
        "lightbeam.yaml:3:3: /home/ana/secret.txt, named by edfi_api.client_secret_file, is empty"
    );
}

#[test]
fn credentials_are_asked_for_by_whoever_needs_them() {
    let config = loaded("edfi_api:\n  client_id: me\n").unwrap().config;
    let error = config.credentials().unwrap_err();
    assert_eq!(error.message, "lightbeam.yaml: edfi_api.client_secret is missing");
    assert_eq!(
        error.hint.as_deref(),
        Some("add client_secret: ${EDFI_API_CLIENT_SECRET} to the section edfi_api, and set that environment variable")
    );
}

#[test]
fn flags_in_the_configuration() {
    let host = host("log_level: error\n");
    let with = |change: fn(&mut Invocation)| {
        let mut invocation = invocation();
        change(&mut invocation);
        load_on(&host, &invocation)
    };
    assert_eq!(with(|_| ()).unwrap().config.log_level, LogLevel::Error);
    assert_eq!(with(|it| it.log_level = Some("warn".to_owned())).unwrap().config.log_level, LogLevel::Warning);
    let error = with(|it| it.log_level = Some("loud".to_owned())).unwrap_err();
    assert_eq!(error.message, "--log-level must be one of DEBUG, INFO, WARN, WARNING, ERROR, CRITICAL");
    assert!(
        with(|it| {
            it.command = crate::invocation::Command::Delete;
            it.yes = true;
        })
        .unwrap()
        .config
        .force_delete
    );
}
