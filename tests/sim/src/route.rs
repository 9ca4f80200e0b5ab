//! Which part of the API a path means, in each generation and mode.

use crate::settings::{Mode, Settings, Shape};

/// A part of the API.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// The root; with how many of tenant and context the path fills in.
    Discovery(usize),
    Token,
    TokenInfo,
    Metadata(Metadata),
    ChangeVersions,
    Data(Collection<'a>),
    Unknown,
}

/// A metadata document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Metadata {
    /// The list of OpenAPI documents.
    List,
    /// The addresses of the metadata (generation 8).
    Index,
    Resources,
    Descriptors,
    Dependencies,
}

/// A collection, or something in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Collection<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) part: Part<'a>,
}

/// What of a collection is meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Whole,
    Item(&'a str),
    Deletes,
    KeyChanges,
    Partitions,
}

impl<'a> Route<'a> {
    pub(crate) fn of(path: &'a str, settings: &Settings) -> Self {
        let Some(path) = path.strip_prefix(settings.base_path.trim_end_matches('/')) else {
            return Self::Unknown;
        };
        let path = path.strip_suffix('/').unwrap_or(path);
        let Some(path) = path.strip_prefix('/') else {
            return if path.is_empty() { Self::Discovery(0) } else { Self::Unknown };
        };
        let segments: Vec<&str> = path.split('/').collect();
        if segments.contains(&"") {
            // A doubled slash is another address.
            return Self::Unknown;
        }
        let year = settings.year.to_string();
        match settings.shape {
            Shape::V3 | Shape::V5 => suite3(&segments, settings, &year),
            Shape::V7 | Shape::V8 => {
                let prefix: Vec<&str> =
                    [&settings.tenant, &settings.context].into_iter().filter_map(Option::as_deref).collect();
                let filled = prefix.iter().zip(&segments).take_while(|(own, given)| own == given).count();
                let rest = &segments[filled..];
                if settings.shape == Shape::V7 {
                    generation7(rest, filled, filled == prefix.len())
                } else {
                    generation8(rest, filled, filled == prefix.len())
                }
            }
        }
    }
}

fn suite3<'a>(segments: &[&'a str], settings: &Settings, year: &str) -> Route<'a> {
    let instance = settings.instance.as_str();
    let with_year: Vec<&str> = match settings.mode {
        Mode::Sandbox | Mode::SharedInstance | Mode::DistrictSpecific => vec![],
        Mode::YearSpecific => vec![year],
        Mode::InstanceYearSpecific => vec![instance, year],
    };
    let needs_instance = settings.mode == Mode::InstanceYearSpecific;
    match segments {
        ["oauth", "token"] if !needs_instance => Route::Token,
        [given, "oauth", "token"] if needs_instance && *given == instance => Route::Token,
        ["metadata", rest @ ..] => {
            if *rest == with_year[..] || rest.is_empty() {
                return Route::Metadata(Metadata::List);
            }
            let ["data", "v3", rest @ ..] = rest else {
                return Route::Unknown;
            };
            documents(after(rest, &with_year).unwrap_or(rest))
        }
        [area, "v1", rest @ ..] if area.eq_ignore_ascii_case("changequeries") => {
            let rest = after(rest, &with_year).unwrap_or_default();
            change_versions(rest)
        }
        ["data", "v3", rest @ ..] => after(rest, &with_year).map_or(Route::Unknown, collection),
        _ => Route::Unknown,
    }
}

/// What follows a prefix.
fn after<'s, 'a>(segments: &'s [&'a str], prefix: &[&str]) -> Option<&'s [&'a str]> {
    let (start, rest) = segments.split_at_checked(prefix.len())?;
    (start == prefix).then_some(rest)
}

fn generation7<'a>(rest: &[&'a str], filled: usize, is_complete: bool) -> Route<'a> {
    match rest {
        [] => Route::Discovery(filled),
        ["oauth", "token"] => Route::Token,
        ["oauth", "token_info"] => Route::TokenInfo,
        ["metadata"] => Route::Metadata(Metadata::List),
        ["metadata", "data", "v3", rest @ ..] => documents(rest),
        [area, "v1", rest @ ..] if is_complete && area.eq_ignore_ascii_case("changequeries") => change_versions(rest),
        ["data", "v3", rest @ ..] if is_complete => collection(rest),
        _ => Route::Unknown,
    }
}

fn generation8<'a>(rest: &[&'a str], filled: usize, is_complete: bool) -> Route<'a> {
    match rest {
        [] => Route::Discovery(filled),
        ["oauth" | "connect", "token"] => Route::Token,
        ["oauth", "token_info"] => Route::TokenInfo,
        ["metadata"] => Route::Metadata(Metadata::Index),
        ["metadata", "dependencies"] => Route::Metadata(Metadata::Dependencies),
        ["metadata", "specifications"] => Route::Metadata(Metadata::List),
        ["metadata", "specifications", "resources-spec.json"] => Route::Metadata(Metadata::Resources),
        ["metadata", "specifications", "descriptors-spec.json"] => Route::Metadata(Metadata::Descriptors),
        [area, "v1", rest @ ..] if is_complete && area.eq_ignore_ascii_case("changequeries") => change_versions(rest),
        ["data", rest @ ..] if is_complete => collection(rest),
        _ => Route::Unknown,
    }
}

fn documents<'a>(rest: &[&'a str]) -> Route<'a> {
    Route::Metadata(match rest {
        ["dependencies"] => Metadata::Dependencies,
        ["resources", "swagger.json"] => Metadata::Resources,
        ["descriptors", "swagger.json"] => Metadata::Descriptors,
        _ => return Route::Unknown,
    })
}

fn change_versions<'a>(rest: &[&'a str]) -> Route<'a> {
    match rest {
        [name] if name.eq_ignore_ascii_case("availablechangeversions") => Route::ChangeVersions,
        _ => Route::Unknown,
    }
}

fn collection<'a>(rest: &[&'a str]) -> Route<'a> {
    let (namespace, name, part) = match rest {
        [namespace, name] => (namespace, name, Part::Whole),
        [namespace, name, part] => {
            let part = match part.to_ascii_lowercase().as_str() {
                "deletes" => Part::Deletes,
                "keychanges" => Part::KeyChanges,
                "partitions" => Part::Partitions,
                _ => Part::Item(part),
            };
            (namespace, name, part)
        }
        _ => return Route::Unknown,
    };
    Route::Data(Collection { namespace, name, part })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn students<'a>() -> Route<'a> {
        Route::Data(Collection { namespace: "ed-fi", name: "students", part: Part::Whole })
    }

    #[test]
    fn year_and_instance_stand_after_the_version_in_suite_3() {
        let mut settings = Settings { shape: Shape::V5, mode: Mode::YearSpecific, ..Settings::default() };
        assert_eq!(Route::of("/data/v3/2026/ed-fi/students", &settings), students());
        assert_eq!(Route::of("/data/v3/2025/ed-fi/students", &settings), Route::Unknown);
        assert_eq!(
            Route::of("/metadata/data/v3/2026/dependencies", &settings),
            Route::Metadata(Metadata::Dependencies)
        );
        settings.mode = Mode::InstanceYearSpecific;
        assert_eq!(Route::of("/data/v3/district-1/2026/ed-fi/students", &settings), students());
        assert_eq!(Route::of("/district-1/oauth/token", &settings), Route::Token);
        assert_eq!(Route::of("/oauth/token", &settings), Route::Unknown);
    }

    #[test]
    fn tenant_and_context_stand_first_in_generation_7() {
        let settings = Settings {
            tenant: Some("north".to_owned()),
            context: Some("2026".to_owned()),
            base_path: "/v7.3/api".to_owned(),
            ..Settings::default()
        };
        assert_eq!(Route::of("/v7.3/api/", &settings), Route::Discovery(0));
        assert_eq!(Route::of("/v7.3/api", &settings), Route::Discovery(0));
        assert_eq!(Route::of("/v7.3/api/north/2026", &settings), Route::Discovery(2));
        assert_eq!(Route::of("/v7.3/api/north/2026/data/v3/ed-fi/students", &settings), students());
        assert_eq!(Route::of("/v7.3/api/data/v3/ed-fi/students", &settings), Route::Unknown);
        assert_eq!(Route::of("/v7.3/api/south/2026", &settings), Route::Unknown);
        assert_eq!(Route::of("/north/2026", &settings), Route::Unknown);
    }

    #[test]
    fn generation_8_has_no_v3() {
        let settings = Settings { shape: Shape::V8, ..Settings::default() };
        assert_eq!(Route::of("/data/ed-fi/students", &settings), students());
        assert_eq!(Route::of("/data//ed-fi/students", &settings), Route::Unknown);
        assert_eq!(Route::of("/metadata/specifications", &settings), Route::Metadata(Metadata::List));
    }
}
