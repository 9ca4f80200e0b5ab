//! Text of others, made fit to be shown.

/// The text on one line: runs of white space become one blank, the ends are trimmed, and characters that steer a
/// terminal or the direction of writing are dropped. Past `limit` characters it is cut and ends in `…`.
///
/// ```
/// use lightbeam_core::api::problem::plain;
/// assert_eq!(plain("Validation failed.\n\tName \u{1b}[31mis required.", 80), "Validation failed. Name [31mis required.");
/// assert_eq!(plain("abcdef", 3), "abc…");
/// ```
pub fn plain(text: &str, limit: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut blank = false;
    for c in text.chars() {
        if c.is_whitespace() {
            blank = length > 0;
            continue;
        }
        if c.is_control() || is_format_control(c) {
            continue;
        }
        let needed = if blank { 2 } else { 1 };
        if length + needed > limit {
            line.push('…');
            break;
        }
        if blank {
            line.push(' ');
        }
        line.push(c);
        length += needed;
        blank = false;
    }
    line
}

/// Invisible characters that change the direction of writing, or are byte order marks.
fn is_format_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}
