//! The data model as data, and the reader of its text form (described at the top of `model.txt`).

use std::collections::BTreeMap;

/// A whole data model.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) descriptors: Vec<Descriptor>,
    pub(super) abstracts: Vec<Abstract>,
    pub(super) resources: Vec<Resource>,
}

/// A descriptor resource and the values it is delivered with.
#[derive(Debug)]
pub(super) struct Descriptor {
    pub(super) name: String,
    pub(super) codes: Vec<String>,
}

/// An entity that can be referred to and has no endpoint of its own.
#[derive(Debug)]
pub(super) struct Abstract {
    pub(super) name: String,
    key: Property,
}

/// A resource with an endpoint.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) namespace: String,
    pub(super) endpoint: String,
    pub(super) name: String,
    pub(super) listed: Listed,
    pub(super) properties: Vec<Property>,
}

/// How a resource stands in the dependency list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Listed {
    Never,
    Once(u32),
    Twice { create: u32, update: u32 },
}

/// A property of a resource or of something nested in it.
#[derive(Debug, Clone)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) key: bool,
    pub(super) required: bool,
    pub(super) kind: Kind,
}

/// What a property holds.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text(u32),
    Int,
    Long,
    Double,
    Bool,
    Date,
    DateTime,
    Time,
    Descriptor(String),
    List(Vec<Property>),
    Object(Vec<Property>),
    Reference {
        target: String,
        /// Names of query parameters that differ from the member of the reference.
        roles: BTreeMap<String, String>,
    },
}

impl Resource {
    /// `/ed-fi/students`
    pub(super) fn path(&self) -> String {
        format!("/{}/{}", self.namespace, self.endpoint)
    }
}

impl Model {
    /// Reads the text form.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut model = Self { descriptors: Vec::new(), abstracts: Vec::new(), resources: Vec::new() };
        let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
        while let Some(line) = lines.next() {
            let fault = || format!("cannot read '{line}'");
            let (word, rest) = line.split_once(' ').ok_or_else(fault)?;
            match word {
                "descriptor" => {
                    let (name, codes) = rest.split_once(' ').ok_or_else(fault)?;
                    model.descriptors.push(Descriptor {
                        name: name.to_owned(),
                        codes: codes.split(" | ").map(str::to_owned).collect(),
                    });
                }
                "abstract" => {
                    let [name, key, kind] = words(rest).ok_or_else(fault)?;
                    model.abstracts.push(Abstract {
                        name: name.to_owned(),
                        key: property(&format!("{key} *! {kind}"), Vec::new())?,
                    });
                }
                "resource" => {
                    let [namespace, endpoint, name, order] = words(rest).ok_or_else(fault)?;
                    model.resources.push(Resource {
                        namespace: namespace.to_owned(),
                        endpoint: endpoint.to_owned(),
                        name: name.to_owned(),
                        listed: listed(order).ok_or_else(fault)?,
                        properties: properties(&mut lines, 4)?,
                    });
                }
                _ => return Err(fault()),
            }
        }
        for resource in &model.resources {
            model.check(&resource.properties)?;
        }
        Ok(model)
    }

    /// Whether everything that the properties name is in the model.
    fn check(&self, properties: &[Property]) -> Result<(), String> {
        for Property { name, kind, .. } in properties {
            let known = match kind {
                Kind::List(nested) | Kind::Object(nested) => {
                    self.check(nested)?;
                    true
                }
                Kind::Descriptor(descriptor) => self.descriptors.iter().any(|known| known.name == *descriptor),
                Kind::Reference { target, .. } => {
                    self.abstracts.iter().any(|known| known.name == *target)
                        || self.resources.iter().any(|known| known.name == *target)
                }
                _ => true,
            };
            if !known {
                return Err(format!("'{name}' names something that the model does not have"));
            }
        }
        Ok(())
    }

    /// The natural key of an entity in flat names, as query parameters and references use them.
    ///
    /// Members of the same name that come over several references are one (key unification).
    pub(super) fn key(&self, name: &str) -> BTreeMap<String, Kind> {
        if let Some(entity) = self.abstracts.iter().find(|entity| entity.name == name) {
            return BTreeMap::from([(entity.key.name.clone(), entity.key.kind.clone())]);
        }
        let resource = self
            .resources
            .iter()
            .find(|resource| resource.name == name)
            .expect("parse has checked that every reference has its target");
        let mut key = BTreeMap::new();
        for property in resource.properties.iter().filter(|property| property.key) {
            match &property.kind {
                Kind::Reference { target, roles } => {
                    for (member, kind) in self.key(target) {
                        key.insert(roles.get(&member).cloned().unwrap_or(member), kind);
                    }
                }
                kind => {
                    key.insert(property.name.clone(), kind.clone());
                }
            }
        }
        key
    }
}

fn words<const N: usize>(text: &str) -> Option<[&str; N]> {
    text.split_whitespace().collect::<Vec<_>>().try_into().ok()
}

fn listed(text: &str) -> Option<Listed> {
    Some(match text.split_once('+') {
        _ if text == "-" => Listed::Never,
        None => Listed::Once(text.parse().ok()?),
        Some((create, update)) => Listed::Twice { create: create.parse().ok()?, update: update.parse().ok()? },
    })
}

/// The properties that stand at this indentation, each with those that stand below it.
fn properties<'a>(
    lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>,
    indentation: usize,
) -> Result<Vec<Property>, String> {
    let mut found = Vec::new();
    while let Some(line) = lines.next_if(|line| indented(line) == indentation) {
        let nested = properties(lines, indentation + 4)?;
        found.push(property(line, nested)?);
    }
    Ok(found)
}

fn indented(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn property(line: &str, nested: Vec<Property>) -> Result<Property, String> {
    let fault = || format!("cannot read the property '{}'", line.trim());
    let mut parts = line.trim().splitn(3, ' ');
    let (Some(name), Some(marks), Some(kind)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(fault());
    };
    Ok(Property {
        name: name.to_owned(),
        key: marks.contains('*'),
        required: marks.contains('!'),
        kind: self::kind(kind, nested).ok_or_else(fault)?,
    })
}

fn kind(text: &str, nested: Vec<Property>) -> Option<Kind> {
    let argument = |start: &str| text.strip_prefix(start)?.strip_suffix(')');
    if let Some(length) = argument("text(") {
        return Some(Kind::Text(length.parse().ok()?));
    }
    if let Some(name) = argument("descriptor(") {
        return Some(Kind::Descriptor(name.to_owned()));
    }
    if let Some(reference) = text.strip_prefix("-> ") {
        let mut parts = reference.split(' ');
        let target = parts.next()?.to_owned();
        let roles = parts
            .map(|role| {
                let (member, parameter) = role.split_once('=')?;
                Some((member.to_owned(), parameter.to_owned()))
            })
            .collect::<Option<_>>()?;
        return Some(Kind::Reference { target, roles });
    }
    Some(match text {
        "int" => Kind::Int,
        "long" => Kind::Long,
        "double" => Kind::Double,
        "bool" => Kind::Bool,
        "date" => Kind::Date,
        "datetime" => Kind::DateTime,
        "time" => Kind::Time,
        "list" => Kind::List(nested),
        "object" => Kind::Object(nested),
        _ => return None,
    })
}
