//! What axe-core has to say of the page as it stands, in both themes and at two widths.

use serde_json::{Value, json};

use crate::person::Person;

/// The variable that names the file of axe-core.
const AXE: &str = "LIGHTBEAM_AXE";

/// What is checked.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// The width, in pixels, at which nothing may have to be scrolled sideways (WCAG 1.4.10).
const NARROW: u32 = 320;

/// The width of a usual window, in pixels.
const WIDE: u32 = 1280;

/// Widths and themes that everything is looked at in, and whether only what depends on both is.
const VIEWS: [(u32, &str, bool); 4] =
    [(WIDE, "light", false), (WIDE, "dark", true), (NARROW, "light", true), (NARROW, "dark", false)];

/// The rules that depend on both.
const OF_LOOKS: [&str; 2] = ["color-contrast", "target-size"];

/// Looks at the page again and again, and remembers what it finds.
pub(crate) struct Inspector {
    axe: String,
    looked_at: Vec<String>,
    found: Vec<String>,
}

impl Inspector {
    pub(crate) fn new() -> Self {
        let file = std::env::var_os(AXE).unwrap_or_else(|| {
            panic!("{AXE} must name the file of axe-core: `cargo xtask test --only journeys` sets it")
        });
        let axe = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self { axe, looked_at: Vec::new(), found: Vec::new() }
    }

    /// Looks at what is shown now, in all views; `what` is its name.
    pub(crate) fn looks_at(&mut self, person: &Person, what: &str) {
        if person.asks("typeof window.axe") == json!("undefined") {
            person.must(person.browser.execute(&self.axe, Vec::new()));
        }
        for (width, theme, only_looks) in VIEWS {
            set_view(person, width, theme);
            self.found.extend(
                violations(person, only_looks).into_iter().map(|found| format!("{what}, {width} px, {theme}: {found}")),
            );
            if width == NARROW {
                self.found
                    .extend(overflow(person).into_iter().map(|found| format!("{what}, {width} px, {theme}: {found}")));
            }
        }
        set_view(person, VIEWS[0].0, VIEWS[0].1);
        self.looked_at.push(what.to_owned());
    }

    /// Fails with everything that was found.
    pub(crate) fn finishes(self) {
        assert!(!self.looked_at.is_empty());
        assert!(self.found.is_empty(), "{} findings:\n{}", self.found.len(), self.found.join("\n"));
    }
}

fn set_view(person: &Person, width: u32, theme: &str) {
    let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
    person.must(person.browser.devtools("Emulation.setDeviceMetricsOverride", metrics));
    let features = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
    person.must(person.browser.devtools("Emulation.setEmulatedMedia", features));
}

fn violations(person: &Person, only_looks: bool) -> Vec<String> {
    let what =
        if only_looks { json!({"type": "rule", "values": OF_LOOKS}) } else { json!({"type": "tag", "values": TAGS}) };
    let script = "const [runOnly, tell] = arguments;
        axe.run(document, { runOnly, resultTypes: ['violations'] })
          .then(({ violations, passes }) => tell({ violations, passes: passes.length }), (error) => tell({ failure: String(error) }));";
    let answer = person.must(person.browser.execute_async(script, vec![what]));
    let Some(violations) = answer["violations"].as_array() else { panic!("axe-core failed: {answer}") };
    assert!(
        answer["passes"].as_u64() > Some(if only_looks { 0 } else { 10 }),
        "axe-core found nothing to look at: {answer}"
    );
    let node = |node: &Value| {
        format!(
            "{} ({})",
            node["html"].as_str().unwrap_or_default(),
            node["failureSummary"].as_str().unwrap_or_default().replace('\n', " ")
        )
    };
    let text = |violation: &Value| {
        let nodes: Vec<_> = violation["nodes"].as_array().into_iter().flatten().map(node).collect();
        format!("{}: {}\n    {}", violation["id"], violation["help"], nodes.join("\n    "))
    };
    violations.iter().map(text).collect()
}

/// Whether the page has to be scrolled sideways, and which elements reach out of it.
fn overflow(person: &Person) -> Option<String> {
    let found = person.asks(
        "(() => {
           const width = document.documentElement.clientWidth;
           if (document.documentElement.scrollWidth <= width) return null;
           const wide = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > width + 1);
           return `${document.documentElement.scrollWidth} px wide: ` + wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120)).join(' | ');
         })()",
    );
    found.as_str().map(str::to_owned)
}
