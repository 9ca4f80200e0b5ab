//! No message holds a secret or the value of a variable or parameter, however broken the configuration is.

use proptest::prelude::*;

use super::*;
use crate::config::needs;
use crate::host::Host as _;

const SECRET: &str = "s3cretXYZ";

/// Configurations with the secret (or a reference to it) in every wrong place.
const BROKEN: &[&str] = &[
    "edfi_api:\n  client_secret: S3\n  mode: ${P}\n",
    "edfi_api:\n  client_secret: S3: x\n",
    "edfi_api:\n  client_secret S3\n  client_id: x\n",
    "edfi_api:\n  client_secret: [S3]\n",
    "edfi_api:\n  client_secret:\n    S3: x\n  mode: zzz\n",
    "edfi_api:\n  client_secret: !!int S3\n",
    "edfi_api:\n  client_secret: !!bool S3\n",
    "edfi_api:\n  client_secret: !S3 x\n",
    "edfi_api:\n  client_secret: \"S3\n",
    "edfi_api:\n  client_secret: @S3\n",
    "edfi_api:\n  client_secret: *S3\n",
    "edfi_api:\n  client_secret: S3\n  client_secret_file: x\n",
    "edfi_api:\n  mode: year_specific\n    client_secret S3\n",
    "edfi_api: client_secret S3\n",
    "edfi_api_client_secret: [S3]\n",
    "edfi_api_client_secret: S3\nedfi_api:\n  client_secret: S3\n",
    "client_secret S3",
    "edfi_api:\n  base_url: ${P}\n",
    "edfi_api:\n  base_url: https://me:S3@\n",
    "edfi_api:\n  oauth_url: ${P}/x y\n",
    "edfi_api:\n  version: ${P}\n",
    "edfi_api:\n  year: a/${P}\n",
    "edfi_api:\n  mode: ${V}\n",
    "connection:\n  pool_size: ${P}\n",
    "connection:\n  timeout: 1${V}\n",
    "connection:\n  retry_statuses: [500, '${P}']\n",
    "connection:\n  verify_ssl: $V\n",
    "validate:\n  methods: ['${P}']\n",
    "validate:\n  references:\n    selector: ['${P}']\n",
    "validate:\n  references:\n    behavior: ${P}\n",
    "log_level: ${P}\n",
    "verbose: ${P}\n",
    "namespace: ${P} x\n",
    "namespace_overrides: ${P}\n",
    "edfi_api:\n  client_secret: ${P}\n  client_secret_file: ${V}\n",
    "edfi_api:\n  client_id: a\n  client_secret: S3${NO}\n  mode: zzz",
];

/// All that a run tells about a configuration.
fn everything_said(yaml: &str, invocation: &Invocation) -> String {
    let variable = |name: &str| (name == "V").then(|| SECRET.to_owned());
    let host = host(yaml).with_variable("V", SECRET);
    host.files().put(SECRET, SECRET.as_bytes().to_vec());
    let needs = needs(invocation, ("lightbeam.yaml", yaml), "/home/me", &variable).map(|needs| needs.env);
    match load_on(&host, invocation) {
        Ok(loaded) => {
            let debug = format!("{:?} {:?}", loaded.config.edfi_api.client_secret, loaded.config.credentials());
            format!("{:?} {debug} {needs:?}", loaded.notices)
        }
        Err(error) => format!("{error} {error:?} {needs:?}"),
    }
}

#[test]
fn broken_configurations_tell_no_secret() {
    for yaml in BROKEN {
        let yaml = yaml.replace("S3", SECRET);
        let params = Some(format!(r#"{{"P": "{SECRET}"}}"#));
        let said = everything_said(&yaml, &Invocation { params, ..invocation() });
        // A key is a key: what stands where keys stand is told.
        let as_key = yaml.contains(&format!("{SECRET}: x\n")) || yaml.contains(&format!("!{SECRET}"));
        assert!(as_key || !said.contains(SECRET), "{yaml}\n{said}");
    }
}

#[test]
fn broken_flags_tell_no_secret() {
    let yaml = "edfi_api:\n  client_id: ${P}\n";
    for params in [
        SECRET.to_owned(),
        format!("{{P: {SECRET}}}"),
        format!(r#"{{"P": "{SECRET}"#),
        format!(r#"{{"P": ["{SECRET}"]}}"#),
        format!(r#"["{SECRET}"]"#),
        format!(r#""{SECRET}""#),
    ] {
        let said = everything_said(yaml, &Invocation { params: Some(params.clone()), ..invocation() });
        assert!(said.contains("--params"), "{said}");
        assert!(!said.contains(SECRET), "{params}\n{said}");
    }
    let said = everything_said(yaml, &set(&[("edfi_api.client_secret", SECRET), ("edfi_api.clientsecret", SECRET)]));
    assert!(!said.contains(SECRET), "{said}");
}

proptest! {
    /// Cuts and repeats characters of a good configuration: whatever comes out, the secret stays where it is.
    #[test]
    fn damaged_configurations_tell_no_secret(cut in 0_usize..160, length in 0_usize..4, insert in r#"[\n \t:\[\]{}"'&*!|>%@,#-]{0,3}"#) {
        let good = "data_dir: ./\nedfi_api:\n  base_url: https://api.example.org\n  client_id: me\n  client_secret: \"s3cretXYZ\"\n  mode: sandbox\nconnection:\n  timeout: ${P}\n";
        let cut = cut.min(good.len());
        let end = (cut + length).min(good.len());
        let yaml = format!("{}{insert}{}", &good[..cut], &good[end..]);
        let params = Some(r#"{"P": "p4ramXYZ"}"#.to_owned());
        let said = everything_said(&yaml, &Invocation { params, ..invocation() });
        // Where the damage turns the value into a key, or puts it under another key, it is no longer known as secret.
        let still_secret = yaml.contains("\n  client_secret: \"s3cretXYZ\"\n");
        prop_assert!(!said.contains("p4ramXYZ"), "{}\n{}", yaml, said);
        prop_assert!(!still_secret || !said.contains("s3cretXYZ"), "{}\n{}", yaml, said);
    }
}
