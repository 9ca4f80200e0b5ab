//! Where in a record something stands.

use std::fmt;

/// A place in a record, as `studentReference.studentUniqueId` or `addresses[].city`: elements of a list are not told
/// apart, so that the same fault of many records reads the same. Costs nothing before it is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'p> {
    /// The record.
    Record,
    /// A property of the object at the outer path.
    Property(&'p Path<'p>, &'p str),
    /// An element of the list at the outer path.
    Element(&'p Path<'p>),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record => Ok(()),
            Self::Property(Self::Record, name) => f.write_str(name),
            Self::Property(outer, name) => write!(f, "{outer}.{name}"),
            Self::Element(outer) => write!(f, "{outer}[]"),
        }
    }
}
