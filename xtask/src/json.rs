//! Reading JSON: just enough for results files, which our own component writes.

/// A JSON value. Members keep their order; a number is its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value of a whole document; `None` if it is not JSON.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let value = reader.value(0)?;
        reader.skip_space();
        reader.rest.is_empty().then_some(value)
    }

    /// A member of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// The members of an object; none of anything else.
    pub(crate) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// A whole number from 0 on.
    pub(crate) fn count(&self) -> Option<u64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }
}

/// Deeper nesting is refused before it becomes a stack overflow.
const DEEPEST: usize = 100;

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// Takes this text, with white space before it, if it comes next.
    fn takes(&mut self, text: &str) -> bool {
        self.skip_space();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        if self.takes("{") {
            return self.object(depth);
        }
        if self.takes("[") {
            return self.list(depth);
        }
        if self.takes("\"") {
            return self.text().map(Json::Text);
        }
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
            if self.takes(word) {
                return Some(value);
            }
        }
        let end = self
            .rest
            .find(|letter: char| !(letter.is_ascii_digit() || "+-.eE".contains(letter)))
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        number.parse::<f64>().ok()?;
        self.rest = rest;
        Some(Json::Number(number.to_owned()))
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        let mut members = Vec::new();
        if self.takes("}") {
            return Some(Json::Object(members));
        }
        loop {
            if !self.takes("\"") {
                return None;
            }
            let name = self.text()?;
            if !self.takes(":") {
                return None;
            }
            members.push((name, self.value(depth + 1)?));
            if self.takes("}") {
                return Some(Json::Object(members));
            }
            if !self.takes(",") {
                return None;
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Json> {
        let mut values = Vec::new();
        if self.takes("]") {
            return Some(Json::List(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            if self.takes("]") {
                return Some(Json::List(values));
            }
            if !self.takes(",") {
                return None;
            }
        }
    }

    /// What stands up to the closing quotation mark.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut letters = self.rest.chars();
        loop {
            match letters.next()? {
                '"' => break,
                '\\' => text.push(match letters.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'u' => escaped(&mut letters)?,
                    other => other,
                }),
                other => text.push(other),
            }
        }
        self.rest = letters.as_str();
        Some(text)
    }
}

/// The letter behind `\u`, which takes two such units outside of the basic plane.
fn escaped(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let unit = |letters: &mut std::str::Chars<'_>| {
        let digits = letters.as_str().get(..4)?;
        *letters = letters.as_str().get(4..)?.chars();
        u16::from_str_radix(digits, 16).ok()
    };
    let first = unit(letters)?;
    let mut units = vec![first];
    if (0xd800..0xdc00).contains(&first) {
        *letters = letters.as_str().strip_prefix("\\u")?.chars();
        units.push(unit(letters)?);
    }
    char::decode_utf16(units).next()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read() {
        let text = r#" {"a": [1, -2.5e3, true, null], "b": {"c": "x\n\"\u00e9\ud83d\ude00"}, "d": []} "#;
        let read = Json::read(text).unwrap();
        assert_eq!(read.get("b").unwrap().get("c"), Some(&Json::Text("x\n\"é😀".into())));
        let Some(Json::List(list)) = read.get("a") else { panic!("{read:?}") };
        assert_eq!(list[0].count(), Some(1));
        assert_eq!(list[1].count(), None);
        let names: Vec<_> = read.members().iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b", "d"]);
    }

    #[test]
    fn what_is_not_json_is_not_read() {
        for text in ["", "{", "[1,]", "{\"a\" 1}", "{a: 1}", "1 2", "\"x", "nul", "\"\\ud83d\"", "\"\\u00"] {
            assert_eq!(Json::read(text), None, "{text}");
        }
        assert_eq!(Json::read(&"[".repeat(100_000)), None);
    }
}
