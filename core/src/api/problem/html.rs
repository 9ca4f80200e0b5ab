//! The readable text of an HTML error page: what a proxy or an application server says when the API does not.

/// How much of a page is looked at, in bytes.
const PAGE_BYTES: usize = 64 * 1024;

/// Whether a body is HTML (or XML), by its content type or by its look.
pub(super) fn is_html(content_type: Option<&str>, text: &str) -> bool {
    let told = content_type.is_some_and(|told| {
        let told = told.to_ascii_lowercase();
        told.contains("html") || told.contains("xml")
    });
    let start = text.get(..15).unwrap_or(text).to_ascii_lowercase();
    told || ["<!doctype", "<html", "<head", "<body", "<?xml", "<h1"].iter().any(|tag| start.starts_with(tag))
}

/// The text of a page without tags, comments, scripts and styles. The title stands first, unless the text has it too.
pub(super) fn readable(page: &str) -> String {
    let mut rest = page.get(..page.floor_char_boundary(PAGE_BYTES)).unwrap_or(page);
    let mut title = String::new();
    let mut text = String::new();
    let mut in_title = false;
    while let Some(c) = rest.chars().next() {
        let part = if in_title { &mut title } else { &mut text };
        match c {
            '<' if rest.starts_with("<!--") => rest = after(rest, "-->"),
            '<' if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) => {
                let tag = tag_name(rest);
                rest = after(rest, ">");
                part.push(' ');
                match tag.as_str() {
                    "script" => rest = after(after(rest, "</script"), ">"),
                    "style" => rest = after(after(rest, "</style"), ">"),
                    "title" => in_title = true,
                    "/title" => in_title = false,
                    _ => {}
                }
            }
            '&' => {
                let (c, length) = entity(rest).unwrap_or(('&', 1));
                part.push(c);
                rest = &rest[length..];
            }
            c => {
                part.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.contains(&title) { text } else { format!("{title} {text}") }
}

/// `script` of `<Script src=…>`, `/title` of `</title>`.
fn tag_name(tag: &str) -> String {
    let body = &tag[1..];
    let end = body[1..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(body.len(), |end| end + 1);
    body[..end].to_ascii_lowercase()
}

/// What follows the first `end`, looked for without regard to case; nothing if it never comes.
fn after<'a>(text: &'a str, end: &str) -> &'a str {
    let found = text.as_bytes().windows(end.len()).position(|window| window.eq_ignore_ascii_case(end.as_bytes()));
    found.map_or("", |at| &text[at + end.len()..])
}

/// The character of the entity at the start of `text`, and the entity's length in bytes.
fn entity(text: &str) -> Option<(char, usize)> {
    let window = text.get(..text.floor_char_boundary(12))?;
    let end = window.find(';')?;
    let name = &window[1..end];
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "copy" => '©',
        "reg" => '®',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "middot" => '·',
        "bull" => '•',
        "laquo" => '«',
        "raquo" => '»',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, end + 1))
}
