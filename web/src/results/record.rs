use serde::de::IgnoredAny;

/// A line of a record as readable text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine {
    /// The text, indented.
    pub text: String,
    /// Whether the message is about what stands here.
    pub marked: bool,
}

/// The path that a message names: `… (at $.a[0].b)`, `$.a[0].b: …`, or `a[0].b is …` as the checks here say it. It may
/// be none, as when a sentence begins with another word.
pub fn named_path(message: &str) -> Option<String> {
    let path = match message.rsplit_once(" (at ") {
        Some((_, rest)) => rest.strip_suffix(')')?,
        None => message.split([' ', ':']).next()?,
    };
    let is_path = !path.is_empty() && path.chars().all(|c| c.is_alphanumeric() || "$._[]'-".contains(c));
    let begins = path.starts_with(|first: char| first == '$' || first.is_lowercase());
    let root = if path.starts_with('$') { "" } else { "$." };
    (is_path && begins).then(|| format!("{root}{path}"))
}

/// A record, one value a line, members in the order written and every value as written; `None` if it is not JSON.
/// Lines of the value at `path`, as the API writes paths, are marked; where nothing stands there, those of what it
/// should stand in, but never all.
pub fn readable(text: &str, path: Option<&str>) -> Option<Vec<RecordLine>> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut wanted = path.map(normal);
    loop {
        let lines = printed(text, wanted.clone());
        wanted = wanted.as_deref().and_then(outer);
        if wanted.is_none() || lines.iter().any(|line| line.marked) {
            return Some(lines);
        }
    }
}

/// The path of what a path is in.
fn outer(path: &str) -> Option<String> {
    let outer = &path[..path.rfind(['.', '['])?];
    (outer != "$").then(|| outer.to_owned())
}

fn printed(text: &str, wanted: Option<String>) -> Vec<RecordLine> {
    let mut printer = Printer { lines: Vec::new(), text: String::new(), levels: Vec::new(), wanted, marked: false };
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let token = match first {
            '"' => &rest[..string_end(rest)],
            '{' | '}' | '[' | ']' | ',' | ':' => &rest[..1],
            _ => &rest[..rest.find([',', '}', ']', ' ', '\t', '\r', '\n']).unwrap_or(rest.len())],
        };
        rest = rest[token.len()..].trim_start();
        printer.token(token, rest);
    }
    printer.end_line();
    printer.lines
}

/// Paths are compared without regard to case and to how members are written: `$['a']` is `$.a`.
fn normal(path: &str) -> String {
    path.to_lowercase().replace("['", ".").replace("']", "").trim_end_matches('.').to_owned()
}

/// The length of the string that a text begins with, quotes included.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

struct Printer {
    lines: Vec<RecordLine>,
    text: String,
    levels: Vec<Level>,
    wanted: Option<String>,
    /// Whether the line at hand belongs to what is wanted.
    marked: bool,
}

enum Level {
    Object { key: String },
    Array { at: usize },
}

impl Printer {
    fn token(&mut self, token: &str, rest: &str) {
        match token {
            "{" | "[" => {
                self.begin_value();
                self.text.push_str(token);
                let close = if token == "{" { '}' } else { ']' };
                let level = if token == "{" { Level::Object { key: String::new() } } else { Level::Array { at: 0 } };
                self.levels.push(level);
                if !rest.starts_with(close) {
                    self.end_line();
                }
            }
            "}" | "]" => {
                let open = if token == "}" { '{' } else { '[' };
                let is_empty = self.text.ends_with(open);
                if !is_empty {
                    self.end_line();
                }
                self.levels.pop();
                self.begin_value();
                self.text.push_str(token);
            }
            "," => {
                self.text.push(',');
                self.end_line();
                if let Some(Level::Array { at }) = self.levels.last_mut() {
                    *at += 1;
                }
            }
            ":" => self.text.push_str(": "),
            _ => {
                if let Some(Level::Object { key }) = self.levels.last_mut()
                    && rest.starts_with(':')
                {
                    token.trim_matches('"').clone_into(key);
                }
                self.begin_value();
                self.text.push_str(token);
            }
        }
    }

    /// What stands next is at the path of the open levels.
    fn begin_value(&mut self) {
        if self.text.is_empty() {
            self.text = "  ".repeat(self.levels.len());
        }
        if let Some(wanted) = &self.wanted {
            let path = self.path();
            let below = |path: &str| {
                path.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            self.marked |= wanted.as_str() != "$" && below(&path);
        }
    }

    fn path(&self) -> String {
        let mut path = "$".to_owned();
        for level in &self.levels {
            match level {
                Level::Object { key } => path.push_str(&format!(".{}", key.to_lowercase())),
                Level::Array { at } => path.push_str(&format!("[{at}]")),
            }
        }
        path
    }

    fn end_line(&mut self) {
        if !self.text.is_empty() {
            self.lines
                .push(RecordLine { text: std::mem::take(&mut self.text), marked: std::mem::take(&mut self.marked) });
        }
    }
}
