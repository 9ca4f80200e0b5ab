use std::collections::BTreeMap;

use lightbeam_core::sort;

use super::RunResults;

/// What somebody looks for; what is empty asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The name of an endpoint.
    pub resource: String,
    /// A status or a method, as [`RunResults::kinds`] names them.
    pub kind: String,
    /// The position of a cause.
    pub cause: Option<usize>,
    /// A part of the message or of the file's name, in any case.
    pub text: String,
}

impl RunResults {
    /// What failures can be told apart by: `status 409`, `no status`, `check: schema`; sorted.
    pub fn kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> =
            self.failures.iter().map(|failure| kind(failure.status, failure.method.as_deref())).collect();
        sort::by(&mut kinds, Ord::cmp);
        kinds.dedup();
        kinds
    }

    /// What a failure is told apart by.
    pub fn kind_of(&self, at: usize) -> String {
        let failure = &self.failures[at];
        kind(failure.status, failure.method.as_deref())
    }

    /// The positions of the failures that a filter lets through.
    pub fn matching(&self, filter: &Filter) -> Vec<usize> {
        let text = filter.text.trim().to_lowercase();
        let cause = filter.cause.and_then(|at| self.causes.get(at));
        let fits = |at: &usize| {
            let failure = &self.failures[*at];
            (filter.resource.is_empty() || self.resource_of(failure) == filter.resource)
                && (filter.kind.is_empty() || self.kind_of(*at) == filter.kind)
                && cause.is_none_or(|cause| self.is_of(failure, cause))
                && (text.is_empty()
                    || failure.message.to_lowercase().contains(&text)
                    || failure.file.to_lowercase().contains(&text))
        };
        (0..self.failures.len()).filter(fits).collect()
    }
}

fn kind(status: Option<u16>, method: Option<&str>) -> String {
    match (status, method) {
        (_, Some(method)) => format!("check: {method}"),
        (Some(status), None) => format!("status {status}"),
        (None, None) => "no status".to_owned(),
    }
}

/// The lines of failures by file, sorted, each once.
pub fn lines_of(results: &RunResults, failures: &[usize]) -> Vec<(String, Vec<u64>)> {
    let mut files: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for at in failures {
        let failure = &results.failures[*at];
        if !failure.file.is_empty() && !failure.lines.is_empty() {
            files.entry(&failure.file).or_default().extend(&failure.lines);
        }
    }
    let sorted = files.into_iter().map(|(file, mut lines)| {
        sort::by(&mut lines, Ord::cmp);
        lines.dedup();
        (file.to_owned(), lines)
    });
    sorted.collect()
}
