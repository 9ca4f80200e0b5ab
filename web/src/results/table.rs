use super::RunResults;

/// The first line of the table.
pub const HEADER: &str = "endpoint,file,line,status,check,message,type,correlation_ids\r\n";

/// A line for each failed record of a failure; for records that stand on no line, one for all of them.
pub fn rows(results: &RunResults, at: usize) -> String {
    let failure = &results.failures[at];
    let before = format!("{},{},", cell(results.resource_of(failure)), cell(&failure.file));
    let after = [
        failure.status.map(|status| status.to_string()).unwrap_or_default(),
        cell(failure.method.as_deref().unwrap_or_default()),
        cell(&failure.message),
        cell(failure.problem_type.as_deref().unwrap_or_default()),
        cell(&failure.correlation_ids.join(" ")),
    ]
    .join(",");
    if failure.lines.is_empty() {
        return format!("{before},{after}\r\n");
    }
    failure.lines.iter().map(|line| format!("{before}{line},{after}\r\n")).collect()
}

/// A text as a cell (RFC 4180). Programs of tables take some texts for formulas, and what stands here is not ours: an
/// apostrophe keeps them texts.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
