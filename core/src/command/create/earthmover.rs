//! The project file of earthmover, which turns tables into the records that the templates describe.

/// The name of the project file that is made.
pub(super) const FILE: &str = "earthmover.yml";
/// The project file that earthmover prefers, where there is one.
pub(super) const PREFERRED_FILE: &str = "earthmover.yaml";
/// The macro that the templates call.
const MACRO: &str = "descriptor_namespace";

/// The path of a template.
pub(super) fn template_path(name: &str) -> String {
    format!("templates/{name}.jsont")
}

/// A whole project with a source and a destination for each of these names.
pub(super) fn project(names: &[String], data_dir: &str) -> String {
    let first = names.first().map_or("NAME", String::as_str);
    format!(
        "# Made by lightbeam create. Name your files below sources, then:\n\
         #   earthmover run\n\
         #   lightbeam validate\n\
         version: 2\n\
         \n\
         config:\n{}{}\n\
         sources:\n{}\n\
         # Where a source needs changes first, make them here, and let its destination begin with $transformations.NAME:\n\
         # transformations:\n\
         #   {first}:\n\
         #     source: $sources.{first}\n\
         #     operations:\n\
         #       - operation: rename_columns\n\
         #         columns:\n\
         #           old_name: new_name\n\
         \n\
         destinations:\n{}",
        output_dir(data_dir),
        macros(),
        sources(names),
        destinations(names),
    )
}

/// What is missing in a project that is there.
pub(super) struct Missing {
    /// The names that have no destination.
    pub(super) destinations: Vec<String>,
    /// Whether the macro is missing.
    pub(super) macros: bool,
}

impl Missing {
    /// Looks for the names' destinations in the text of a project. The text is a template too, and need not be YAML
    /// before it is rendered, so it is read line by line; what loops would make is not seen.
    pub(super) fn find(text: &str, names: &[String]) -> Self {
        let mut inside = false;
        let mut known = Vec::new();
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let Some((key, _)) = trimmed.split_once(':') else { continue };
            let key = key.trim_end().trim_matches(['"', '\'']);
            if line.starts_with([' ', '\t']) {
                if inside {
                    known.push(key);
                }
            } else {
                inside = key == "destinations";
            }
        }
        let destinations = names.iter().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        Self { destinations, macros: !text.contains(MACRO) }
    }

    /// Whether nothing is missing.
    pub(super) fn is_empty(&self) -> bool {
        self.destinations.is_empty() && !self.macros
    }

    /// What to add, as YAML.
    pub(super) fn addition(&self) -> String {
        let mut text = String::new();
        if self.macros {
            text += &format!("config:\n{}", macros());
        }
        if !self.destinations.is_empty() {
            let names = &self.destinations;
            text += &format!("sources:\n{}destinations:\n{}", sources(names), destinations(names));
        }
        text
    }
}

/// earthmover writes where lightbeam reads.
fn output_dir(data_dir: &str) -> String {
    // Anything else could mean something to YAML, Jinja or the parameters of earthmover.
    let plain = |c: char| c.is_alphanumeric() || "/\\._-~: ".contains(c);
    if !data_dir.is_empty() && data_dir.chars().all(plain) {
        format!("  output_dir: '{data_dir}'\n")
    } else {
        "  # The data_dir of lightbeam:\n  output_dir: ./\n".to_owned()
    }
}

fn macros() -> String {
    format!("  macros: >\n    {{% macro {MACRO}() -%}}\n      uri://ed-fi.org\n    {{%- endmacro %}}\n")
}

fn sources(names: &[String]) -> String {
    let source = |name: &String| format!("  {}:\n    file: ./sources/{name}.csv\n    header_rows: 1\n", key(name));
    names.iter().map(source).collect()
}

fn destinations(names: &[String]) -> String {
    let destination = |name: &String| {
        format!(
            "  {}:\n    source: $sources.{name}\n    template: ./{}\n    extension: jsonl\n    linearize: True\n",
            key(name),
            template_path(name)
        )
    };
    names.iter().map(destination).collect()
}

/// A name as a key: what YAML could take for something else than text is quoted.
fn key(name: &str) -> String {
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !words.contains(&name.to_ascii_lowercase().as_str());
    if plain { name.to_owned() } else { format!("'{name}'") }
}

#[cfg(test)]
mod tests {
    use serde_yaml::Value;

    use super::*;

    fn names() -> Vec<String> {
        ["students", "tpdm/candidates", "616263", "no"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_project_is_yaml_with_all_that_earthmover_asks_for() {
        let project: Value = serde_yaml::from_str(&project(&names(), "./it's")).unwrap();
        assert_eq!(project["version"], 2);
        assert_eq!(project["config"]["output_dir"], "./");
        assert!(project["config"]["macros"].as_str().unwrap().contains("{% macro descriptor_namespace() -%}"));
        for name in names() {
            let (source, destination) = (&project["sources"][&*name], &project["destinations"][&*name]);
            assert_eq!(source["file"], format!("./sources/{name}.csv"));
            assert_eq!(destination["source"], format!("$sources.{name}"));
            assert_eq!(destination["template"], format!("./templates/{name}.jsont"));
            assert_eq!((&destination["extension"], &destination["linearize"]), (&"jsonl".into(), &true.into()));
        }
    }

    #[test]
    fn records_are_written_where_they_are_read() {
        for (data_dir, written) in
            [("data/in", "data/in"), ("C:\\Data in", "C:\\Data in"), ("${HOME}", "./"), ("", "./")]
        {
            let project: Value = serde_yaml::from_str(&project(&names(), data_dir)).unwrap();
            assert_eq!(project["config"]["output_dir"], written);
        }
    }

    #[test]
    fn what_a_project_lacks_is_found_and_can_be_added() {
        let text = "version: 2\nsources:\n  schools:\n    file: a.csv\ndestinations:\n  # schools:\n  \"students\" :\n    \
                    source: $sources.students\nno: 1\n";
        let missing = Missing::find(text, &names());
        assert_eq!(missing.destinations, ["tpdm/candidates", "616263", "no"]);
        assert!(missing.macros && !missing.is_empty());
        let addition: Value = serde_yaml::from_str(&missing.addition()).unwrap();
        assert_eq!(addition["destinations"].as_mapping().unwrap().len(), 3);
        assert!(addition["config"]["macros"].is_string());
        assert!(Missing::find(&project(&names(), "data"), &names()).is_empty());
    }
}
