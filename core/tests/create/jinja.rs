//! Renders templates as earthmover 0.4.10 does: macros before the text, white space folded, every scalar of the row a text,
//! and `fromjson` besides what Jinja brings along.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use minijinja::value::{Object, Serde};
use minijinja::{Environment, Error, ErrorKind, State, Value};
use serde_json::Map;

const MACROS: &str = "{% macro descriptor_namespace() -%} uri://ed-fi.org {%- endmacro %}";

/// The line that a row gives.
pub(crate) fn render(template: &str, row: &Map<String, serde_json::Value>) -> String {
    let mut environment = Environment::new();
    environment.add_function("fromjson", from_json);
    environment
        .add_function("joiner", |text: String| Value::from_object(Joiner { text, used: AtomicBool::new(false) }));
    let folded = template.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = format!("{MACROS}{folded}");
    let mut context = row.clone();
    context.insert("__row_data__".to_owned(), row.clone().into());
    environment.render_str(&text, Value::from(Serde(&context))).unwrap_or_else(|error| panic!("{error:#}: {text}"))
}

fn from_json(text: &str) -> Result<Value, Error> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    Ok(Value::from(Serde(value)))
}

/// Jinja's `joiner`: nothing at the first call, its text at every further one.
#[derive(Debug)]
struct Joiner {
    text: String,
    used: AtomicBool,
}

impl Object for Joiner {
    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        let text = if self.used.swap(true, Ordering::Relaxed) { self.text.as_str() } else { "" };
        Ok(Value::from(text))
    }
}
