//! Which descriptor a property means: role names stand before the descriptor's own (`entryGradeLevelDescriptor`).

use crate::model::Endpoint;

/// The names of an API's descriptors as their values hold them, such as `GradeLevelDescriptor`.
#[derive(Debug, Default)]
pub(super) struct Descriptors {
    names: Vec<String>,
}

impl Descriptors {
    /// The descriptors that the API's documents have, by the schemas of their bodies (`edFi_gradeLevelDescriptor`).
    pub(super) fn of(endpoints: &[Endpoint]) -> Self {
        let schemas = endpoints.iter().filter_map(|endpoint| endpoint.described.as_ref());
        Self::named(schemas.map(|described| described.resource.schema.as_str()))
    }

    fn named<'a>(schemas: impl Iterator<Item = &'a str>) -> Self {
        let own_name = |schema: &'a str| schema.rsplit('_').next().unwrap_or(schema);
        let descriptors = schemas.map(own_name).filter(|name| ends_with(name, "Descriptor"));
        Self { names: descriptors.map(capitalised).collect() }
    }

    /// The descriptor that a property of this name holds: the longest one that the name ends with, one that begins
    /// with a word of the name before one that does not. `None` where the documents have no such descriptor.
    pub(super) fn meant_by(&self, property: &str) -> Option<&str> {
        let begins_a_word = |name: &str| {
            let role = property.len() - name.len();
            role == 0 || property[role..].starts_with(|first: char| first.is_ascii_uppercase())
        };
        let candidates = self.names.iter().filter(|name| ends_with(property, name));
        candidates.max_by_key(|name| (begins_a_word(name), name.len())).map(String::as_str)
    }
}

/// With a capital first letter, as descriptor values name their type.
pub(super) fn capitalised(name: &str) -> String {
    let mut rest = name.chars();
    rest.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(rest).collect()
}

fn ends_with(text: &str, ending: &str) -> bool {
    text.len()
        .checked_sub(ending.len())
        .and_then(|at| text.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_named_properties_mean_the_descriptor_behind_the_role() {
        let schemas = [
            "edFi_gradeLevelDescriptor",
            "EdFi_LevelDescriptor",
            "tpdm_genderDescriptor",
            "edFi_student",
            "edFi_ageDescriptor",
            "edFi_languageDescriptor",
            "edFi_courseGPAApplicabilityDescriptor",
        ];
        let descriptors = Descriptors::named(schemas.into_iter());
        for (property, meant) in [
            ("gradeLevelDescriptor", Some("GradeLevelDescriptor")),
            ("entryGradeLevelDescriptor", Some("GradeLevelDescriptor")),
            ("levelDescriptor", Some("LevelDescriptor")),
            ("administrationLanguageDescriptor", Some("LanguageDescriptor")),
            ("CourseGpaApplicabilityDescriptor", Some("CourseGPAApplicabilityDescriptor")),
            ("genderDescriptor", Some("GenderDescriptor")),
            ("villageDescriptor", Some("AgeDescriptor")),
            ("colourDescriptor", None),
            ("descriptor", None),
            ("übergradeleveldescriptor", Some("GradeLevelDescriptor")),
        ] {
            assert_eq!(descriptors.meant_by(property), meant, "{property}");
        }
    }
}
