//! How the documents of an API spell the names of what they describe.

/// A namespace as it can be compared: `ed-fi` stands as `edFi` (v8: `EdFi`) before the names of its schemas.
pub(crate) fn plain_namespace(namespace: &str) -> String {
    namespace.replace(['-', '_'], "").to_ascii_lowercase()
}

/// What a schema is of: `edFi_schoolReference` (v8: `EdFi_School_Reference`) with the ending `reference` is `School`.
pub(crate) fn entity(schema: &str, ending: &str) -> String {
    let cut = schema
        .len()
        .checked_sub(ending.len())
        .filter(|cut| schema.is_char_boundary(*cut) && schema[*cut..].eq_ignore_ascii_case(ending));
    let rest = cut.map_or(schema, |cut| &schema[..cut]).trim_end_matches('_');
    capitalised(rest.rsplit('_').next().unwrap_or(rest))
}

/// `termDescriptor` → `TermDescriptor`.
pub(crate) fn capitalised(name: &str) -> String {
    let mut name = name.to_owned();
    // Names in documents are ASCII: the tables for any other letter would be 10 kB of the page.
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_named_as_the_api_names_them() {
        assert_eq!(entity("edFi_schoolReference", "reference"), "School");
        assert_eq!(entity("EdFi_School_Reference", "reference"), "School");
        assert_eq!(entity("tpdm_candidate", "reference"), "Candidate");
        assert_eq!(entity("edFi_termDescriptor", ""), "TermDescriptor");
        assert_eq!(entity("", "reference"), "");
        assert_eq!(capitalised(""), "");
    }
}
