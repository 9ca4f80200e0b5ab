/// A record as a command line that sends it, with the token left to whoever runs it.
pub fn curl(data_url: &str, resource: &str, namespace: &str, record: &str) -> String {
    // Endpoints of the main namespace are told without it.
    let path = if resource.contains('/') { resource.to_owned() } else { format!("{namespace}/{resource}") };
    let url = format!("{}/{path}", data_url.trim_end_matches('/'));
    format!(
        "curl -X POST {} \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -H 'Content-Type: application/json' \\\n  --data-binary {}",
        quoted(&url),
        quoted(record.trim())
    )
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
