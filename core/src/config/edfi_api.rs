//! The section `edfi_api`: URLs, mode, credentials.

use crate::notice::Notice;
use crate::secret::Secret;

use super::assemble::{path, segment};
use super::keys::MODES;
use super::read::Reader;
use super::scalar;
use super::{ConfigError, EdFiApi, Mode, parse_url};

/// Reads the section `edfi_api`, and where the secret stands if it stands in a file: place and path.
pub(super) fn edfi_api(
    reader: Reader<'_>,
    home: Option<&str>,
    notices: &mut Vec<Notice>,
) -> Result<(EdFiApi, Option<(String, String)>), ConfigError> {
    version(reader)?;
    if let Some(found) = reader.raw("edfi_api.base_url")?
        && found.trimmed().is_empty()
    {
        let source = if found.text.names.is_empty() { String::new() } else { format!(": {}", found.shown()) };
        return Err(ConfigError {
            message: format!("{}: edfi_api.base_url is empty{source}", found.place),
            hint: Some("write the URL of the API, such as https://api.example.org/v7.2/api".to_owned()),
        });
    }
    let plain = |key| Ok::<_, ConfigError>(reader.text(key)?.map(|found| found.trimmed().to_owned()));
    let secret = reader.text("edfi_api.client_secret")?;
    let secret_path = path(reader, "edfi_api.client_secret_file", home)?;
    let secret_file = match (&secret, secret_path) {
        (Some(secret), Some(_)) => {
            return Err(ConfigError {
                message: format!("{}: edfi_api.client_secret and client_secret_file are both given", secret.place),
                hint: Some("remove one of them".to_owned()),
            });
        }
        (None, Some(path)) => {
            let place = reader.entry("edfi_api.client_secret_file").map(|entry| entry.place.shown(reader.file));
            Some((place.unwrap_or_default(), path))
        }
        (_, None) => None,
    };
    if let Some(found) = secret.as_ref().filter(|found| found.text.from_params) {
        notices.push(
            Notice::warning(format!(
                "--params: edfi_api.client_secret comes from it ({}), and command lines stay visible in process lists and shell histories",
                found.text.names.join(", ")
            ))
            .with_hint("give the secret by an environment variable or by client_secret_file"),
        );
    }
    let api = EdFiApi {
        base_url: url(reader, "edfi_api.base_url")?.unwrap_or_else(|| "https://localhost/api".to_owned()),
        oauth_url: url(reader, "edfi_api.oauth_url")?,
        dependencies_url: url(reader, "edfi_api.dependencies_url")?,
        open_api_metadata_url: url(reader, "edfi_api.open_api_metadata_url")?,
        descriptors_swagger_url: url(reader, "edfi_api.descriptors_swagger_url")?,
        resources_swagger_url: url(reader, "edfi_api.resources_swagger_url")?,
        data_url: url(reader, "edfi_api.data_url")?,
        tenant: plain("edfi_api.tenant")?,
        mode: reader.choice("edfi_api.mode", MODES)?.and_then(mode),
        year: match reader.word("edfi_api.year")? {
            Some(found) => Some(without_fraction(segment(&found)?)),
            None => None,
        },
        instance_code: match reader.word("edfi_api.instance_code")? {
            Some(found) => Some(segment(&found)?),
            None => None,
        },
        client_id: Secret::new(plain("edfi_api.client_id")?.unwrap_or_default()),
        client_secret: Secret::new(secret.map(|found| found.trimmed().to_owned()).unwrap_or_default()),
    };
    if api.mode == Some(Mode::InstanceYearSpecific) && api.instance_code.is_none() && api.data_url.is_none() {
        let place = reader.entry("edfi_api.mode").map(|entry| entry.place.shown(reader.file)).unwrap_or_default();
        return Err(ConfigError {
            message: format!("{place}: edfi_api.mode instance_year_specific needs edfi_api.instance_code"),
            hint: Some("add instance_code to the section edfi_api".to_owned()),
        });
    }
    Ok((api, secret_file))
}

fn mode(name: &str) -> Option<Mode> {
    match name {
        "shared_instance" => Some(Mode::SharedInstance),
        "sandbox" => Some(Mode::Sandbox),
        "district_specific" => Some(Mode::DistrictSpecific),
        "year_specific" => Some(Mode::YearSpecific),
        "instance_year_specific" => Some(Mode::InstanceYearSpecific),
        _ => None,
    }
}

fn version(reader: Reader<'_>) -> Result<(), ConfigError> {
    let Some(found) = reader.word("edfi_api.version")? else { return Ok(()) };
    match scalar::whole(found.trimmed()) {
        Some(3) => Ok(()),
        Some(2) if found.text.names.is_empty() => Err(ConfigError {
            message: format!("{}: edfi_api.version 2 is not supported", found.place),
            hint: Some("write version: 3, or remove the key".to_owned()),
        }),
        _ => {
            let refused = found.refuse("3");
            let hint = "it is the version of the data API, not of the ODS; write version: 3, or remove the key";
            Err(ConfigError { hint: refused.hint.or_else(|| Some(hint.to_owned())), ..refused })
        }
    }
}

/// A URL as written, checked: placeholders in braces may stand in it and are filled later.
fn url(reader: Reader<'_>, key: &'static str) -> Result<Option<String>, ConfigError> {
    let Some(found) = reader.text(key)? else { return Ok(None) };
    if parse_url(key, &without_placeholders(found.trimmed())).is_ok() {
        return Ok(Some(found.trimmed().to_owned()));
    }
    let refused = found.refuse("an absolute http or https URL");
    Err(ConfigError {
        hint: refused.hint.or_else(|| Some("write it in full, such as https://api.example.org/v7.2/api".to_owned())),
        ..refused
    })
}

/// The text with every `{…}` replaced by a letter.
pub(super) fn without_placeholders(url: &str) -> String {
    let mut filled = String::with_capacity(url.len());
    let mut rest = url;
    // `${NAME}` without a value is no placeholder: it must not pass for one.
    while let Some((before, after)) = rest.split_once('{').filter(|(before, _)| !before.ends_with('$')) {
        let Some((_, after)) = after.split_once('}') else { break };
        filled.push_str(before);
        filled.push('x');
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// A year that was written as a number with a fraction, without it.
fn without_fraction(year: String) -> String {
    year.strip_suffix(".0").map(str::to_owned).unwrap_or(year)
}
