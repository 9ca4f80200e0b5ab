//! Text from the API is hostile where it becomes terminal output.

/// The text on one line, without characters that move the cursor, change colours or turn the reading direction.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            '\u{2028}' | '\u{2029}' => space(&mut plain),
            '\u{1b}' => {}
            c if c.is_control() => space(&mut plain),
            c => plain.push(c),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn space(text: &mut String) {
    if !text.ends_with(' ') {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_escape_sequence_acts() {
        assert_eq!(plain("a\r\n\tb\u{1b}[2J\u{9b}31m \u{202e}c\n"), "a b[2J 31m c");
        assert_eq!(plain("Grüße, 日本"), "Grüße, 日本");
    }
}
