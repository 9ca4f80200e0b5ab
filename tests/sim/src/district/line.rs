//! One record being written as one line of JSON.
//!
//! Written by hand instead of through a tree of values: a million records take seconds.

use std::fmt::{self, Display, Write};

/// A line of JSON under construction; its memory is used again for the next.
#[derive(Debug, Default)]
pub(super) struct Line(String);

impl Line {
    /// Starts over and writes one record.
    pub(super) fn record(&mut self, members: impl FnOnce(&mut Self)) -> &[u8] {
        self.0.clear();
        self.braced(members);
        self.0.as_bytes()
    }

    pub(super) fn text(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.name(name);
        self.0.push('"');
        put(&mut Escaped(&mut self.0), value);
        self.0.push('"');
        self
    }

    /// A number or a truth value.
    pub(super) fn value(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.name(name);
        put(&mut self.0, value);
        self
    }

    /// A number that always shows a fraction: `1.0`.
    pub(super) fn decimal(&mut self, name: &str, value: f64) -> &mut Self {
        self.value(name, format_args!("{value:?}"))
    }

    /// A descriptor value of the built-in model: `("termDescriptor", "Term", "Fall Semester")`.
    pub(super) fn descriptor(&mut self, name: &str, kind: &str, code: &str) -> &mut Self {
        self.text(name, format_args!("uri://ed-fi.org/{kind}Descriptor#{code}"))
    }

    pub(super) fn object(&mut self, name: &str, members: impl FnOnce(&mut Self)) -> &mut Self {
        self.name(name);
        self.braced(members);
        self
    }

    /// A list of objects, one for each item.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut members: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.name(name);
        self.0.push('[');
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.0.push(',');
            }
            self.braced(|line| members(line, item));
        }
        self.0.push(']');
        self
    }

    fn braced(&mut self, members: impl FnOnce(&mut Self)) {
        self.0.push('{');
        members(self);
        self.0.push('}');
    }

    fn name(&mut self, name: &str) {
        if !self.0.ends_with('{') {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }
}

fn put(target: &mut impl Write, value: impl Display) {
    write!(target, "{value}").expect("writing to a String cannot fail");
}

/// Writes text as the inside of a JSON string.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match letter {
                '"' | '\\' => {
                    self.0.push('\\');
                    self.0.push(letter);
                }
                '\0'..='\x1f' => write!(self.0, "\\u{:04x}", u32::from(letter))?,
                _ => self.0.push(letter),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_line_is_json_whatever_is_in_it() {
        let mut line = Line::default();
        for _ in 0..2 {
            let text = line.record(|line| {
                line.text("a", "x\"y\\z\n{")
                    .decimal("b", 1.5)
                    .decimal("g", 2.0)
                    .list("c", 0..2, |line, i| {
                        line.value("d", i);
                    })
                    .object("e", |line| {
                        line.descriptor("f", "Term", "Fall Semester");
                    });
            });
            assert_eq!(
                serde_json::from_slice::<Value>(text).unwrap(),
                json!({
                    "a": "x\"y\\z\n{", "b": 1.5, "g": 2.0, "c": [{"d": 0}, {"d": 1}],
                    "e": {"f": "uri://ed-fi.org/TermDescriptor#Fall Semester"},
                })
            );
        }
    }
}
