use serde::{Deserialize, Serialize};

use super::naming::plain_namespace;

/// The schemas that the bodies of a document's resources are made of, each once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schemas {
    list: Vec<Schema>,
}

/// Which of a document's [`Schemas`] is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaId(u32);

/// An object: its properties in the document's order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// Its name in the document, such as `edFi_studentReference`; empty where it is written in place.
    #[serde(rename = "n", default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its properties.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
    /// Whether the document forbids properties that it does not name.
    #[serde(rename = "c", default, skip_serializing_if = "is_default")]
    pub closed: bool,
}

/// One property of an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own")]
pub struct Property {
    /// Its name, such as `studentReference`.
    #[serde(rename = "n")]
    pub name: String,
    /// What its value must be.
    #[serde(rename = "s")]
    pub shape: Shape,
    /// Whether it must be there.
    #[serde(rename = "r", default, skip_serializing_if = "is_default")]
    pub required: bool,
    /// Whether it may be null (`nullable`, `x-nullable`).
    #[serde(rename = "u", default, skip_serializing_if = "is_default")]
    pub nullable: bool,
    /// Whether it is marked as part of the natural key (`x-Ed-Fi-isIdentity`).
    #[serde(rename = "i", default, skip_serializing_if = "is_default")]
    pub identity: bool,
    /// Whether it is marked as deprecated (`x-Ed-Fi-isDeprecated`).
    #[serde(rename = "d", default, skip_serializing_if = "is_default")]
    pub deprecated: bool,
}

impl Property {
    /// Whether it holds a descriptor value: a text under a name that ends in `Descriptor`.
    pub fn is_descriptor(&self) -> bool {
        self.name.ends_with("Descriptor") && matches!(self.shape, Shape::Text(_))
    }

    /// Whether it points to another resource: an object under a name that ends in `Reference`.
    pub fn is_reference(&self) -> bool {
        self.name.ends_with("Reference") && matches!(self.shape, Shape::Object(_))
    }
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// A text.
    #[serde(rename = "t")]
    Text(TextRule),
    /// A number without a fraction.
    #[serde(rename = "i")]
    Integer(IntegerRule),
    /// A number.
    #[serde(rename = "n")]
    Number(Bounds),
    /// `true` or `false`.
    #[serde(rename = "b")]
    Boolean,
    /// An object.
    #[serde(rename = "o")]
    Object(SchemaId),
    /// A list.
    #[serde(rename = "a")]
    Array(Box<ArrayRule>),
    /// Anything: the document does not say, or says what makes no sense.
    #[serde(rename = "x")]
    Any,
}

impl Shape {
    /// The schema of the object that it is, or that its elements are.
    pub fn object(&self) -> Option<SchemaId> {
        match self {
            Self::Object(id) => Some(*id),
            Self::Array(array) => array.items.object(),
            _ => None,
        }
    }
}

/// What a text must be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRule {
    /// The fewest characters (Unicode scalar values).
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub min_length: Option<u32>,
    /// The most characters (Unicode scalar values).
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub max_length: Option<u32>,
    /// Its form.
    #[serde(rename = "f", default, skip_serializing_if = "is_default")]
    pub format: Option<TextFormat>,
    /// The only texts allowed; empty: any.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// The form of a text. Others that a document may name say nothing about what an API accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextFormat {
    /// `2026-08-31`.
    #[serde(rename = "d")]
    Date,
    /// `2026-08-31T08:15:00Z`.
    #[serde(rename = "dt")]
    DateTime,
    /// `08:15:00`.
    #[serde(rename = "t")]
    Time,
}

/// What a number without a fraction must be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "FlatIntegerRule", into = "FlatIntegerRule")]
pub struct IntegerRule {
    /// The bits that it must fit in.
    pub width: Option<IntegerWidth>,
    /// Its bounds.
    pub bounds: Bounds,
}

/// An [`IntegerRule`] as it is written. What `#[serde(flatten)]` reads goes through machinery that nothing else needs.
#[derive(Serialize, Deserialize)]
struct FlatIntegerRule {
    #[serde(rename = "w", default, skip_serializing_if = "is_default")]
    width: Option<IntegerWidth>,
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    minimum: Option<f64>,
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    maximum: Option<f64>,
    #[serde(rename = "em", default, skip_serializing_if = "is_default")]
    exclusive_minimum: bool,
    #[serde(rename = "ex", default, skip_serializing_if = "is_default")]
    exclusive_maximum: bool,
}

impl From<FlatIntegerRule> for IntegerRule {
    fn from(flat: FlatIntegerRule) -> Self {
        let FlatIntegerRule { width, minimum, maximum, exclusive_minimum, exclusive_maximum } = flat;
        Self { width, bounds: Bounds { minimum, maximum, exclusive_minimum, exclusive_maximum } }
    }
}

impl From<IntegerRule> for FlatIntegerRule {
    fn from(IntegerRule { width, bounds }: IntegerRule) -> Self {
        let Bounds { minimum, maximum, exclusive_minimum, exclusive_maximum } = bounds;
        Self { width, minimum, maximum, exclusive_minimum, exclusive_maximum }
    }
}

/// The bits of an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntegerWidth {
    /// `int32`.
    #[serde(rename = "4")]
    Int32,
    /// `int64`.
    #[serde(rename = "8")]
    Int64,
}

/// The bounds of a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// The least value.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub minimum: Option<f64>,
    /// The greatest value.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub maximum: Option<f64>,
    /// Whether the value must be greater than the least one.
    #[serde(rename = "em", default, skip_serializing_if = "is_default")]
    pub exclusive_minimum: bool,
    /// Whether the value must be less than the greatest one.
    #[serde(rename = "ex", default, skip_serializing_if = "is_default")]
    pub exclusive_maximum: bool,
}

/// What a list must be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArrayRule {
    /// What each element must be.
    #[serde(rename = "s")]
    pub items: Shape,
    /// The fewest elements.
    #[serde(rename = "m", default, skip_serializing_if = "is_default")]
    pub min_items: Option<u32>,
    /// The most elements.
    #[serde(rename = "x", default, skip_serializing_if = "is_default")]
    pub max_items: Option<u32>,
}

impl SchemaId {
    /// Its position in [`Schemas::all`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Schemas {
    /// The schema of this id, which must be one of these schemas.
    pub fn get(&self, id: SchemaId) -> &Schema {
        &self.list[id.0 as usize]
    }

    /// All schemas.
    pub fn all(&self) -> &[Schema] {
        &self.list
    }

    /// Adds a schema.
    pub fn add(&mut self, schema: Schema) -> SchemaId {
        let id = SchemaId(u32::try_from(self.list.len()).expect("a document of 64 MiB has fewer schemas"));
        self.list.push(schema);
        id
    }

    /// Replaces a schema, which must be one of these.
    pub(super) fn set(&mut self, id: SchemaId, schema: Schema) {
        self.list[id.0 as usize] = schema;
    }

    /// Whether every id that these schemas hold, and `others`, is one of them: a damaged cache may say otherwise.
    pub(super) fn hold(&self, mut others: impl Iterator<Item = SchemaId>) -> bool {
        let known = |id: SchemaId| (id.0 as usize) < self.list.len();
        let mut properties = self.list.iter().flat_map(|schema| &schema.properties);
        others.all(known) && properties.all(|property| property.shape.object().is_none_or(known))
    }
}

impl Schema {
    /// Its namespace, as [`plain_namespace`] has it. Schemas that only hold those of extensions together, or stand in
    /// place, have none of their own: they belong to the one around them.
    pub(crate) fn namespace(&self) -> Option<String> {
        self.name.split_once('_').map(|(namespace, _)| plain_namespace(namespace))
    }

    /// The property of this name, exactly.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
