//! How numbers, durations and lists are put into words, and how lines are kept within a width.

use std::time::Duration;

/// `1234567` as `1,234,567`.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 record`, `2 records`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// A duration in its two largest units: `2 h 5 min`, `1 min 10 s`, `45 s`; below ten seconds with one decimal where it has a fraction.
pub(super) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) if s < 10 && time.subsec_nanos() > 0 => format!("{} s", tenths(time.as_secs_f64())),
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{} h {m} min", number(h)),
    }
}

/// Records a second: whole, or with one decimal below ten.
pub(super) fn rate(per_second: f64) -> String {
    if per_second < 10.0 { format!("{}/s", tenths(per_second)) } else { format!("{}/s", number(whole(per_second))) }
}

/// A finite, non-negative number with one decimal.
fn tenths(value: f64) -> String {
    let tenths = whole(value * 10.0);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A finite, non-negative number without its fraction.
pub(super) fn whole(value: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let whole = value.round() as u64;
    whole
}

/// The columns that a text takes on a terminal, never too few: every character that may be wide counts as two.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}

/// Puts a text on lines of at most `width` columns, each behind `indent` blanks. Words longer than a line are broken.
pub(super) fn wrap(text: &str, indent: usize, width: usize) -> Vec<String> {
    let room = width.saturating_sub(indent).max(10);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = columns(word);
        if used > 0 && used + 1 + length > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let mut buffer = [0; 4];
            let c_columns = columns(c.encode_utf8(&mut buffer));
            if used + c_columns > room {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += c_columns;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines.iter().map(|line| format!("{:indent$}{line}", "")).collect()
}

/// A table with right-aligned numbers. The first column gives way where it would not fit; where that is not enough, each
/// row becomes a list.
pub(super) fn table(header: &[&str], rows: &[(String, Vec<u64>)], width: usize) -> Vec<String> {
    let cells: Vec<Vec<String>> = rows.iter().map(|(_, row)| row.iter().map(|n| number(*n)).collect()).collect();
    let column = |at: usize| cells.iter().map(|row| row[at].len()).max().unwrap_or(0).max(header[at + 1].len());
    let widths: Vec<usize> = (0..header.len() - 1).map(column).collect();
    let numbers: usize = widths.iter().map(|column| column + 2).sum();
    if numbers + 10 > width {
        let list = |(name, row): &(String, Vec<u64>)| {
            let told = row.iter().zip(&header[1..]).filter(|(n, _)| **n > 0);
            let told: Vec<String> = told.map(|(n, what)| format!("{} {what}", number(*n))).collect();
            wrap(&format!("{name}: {}", told.join(", ")), 0, width)
        };
        return rows.iter().flat_map(list).collect();
    }
    let names = rows.iter().map(|(name, _)| columns(name)).max().unwrap_or(0).max(columns(header[0]));
    let names = names.min(width.saturating_sub(numbers).max(10));

    let line = |name: &str, cells: &mut dyn Iterator<Item = &str>| {
        let name = fitted(name, names);
        let mut line = format!("{name}{:pad$}", "", pad = names - columns(&name));
        for (cell, column) in cells.zip(&widths) {
            line = format!("{line}  {cell:>column$}");
        }
        line
    };
    let mut lines = vec![line(header[0], &mut header[1..].iter().copied())];
    for ((name, _), row) in rows.iter().zip(&cells) {
        lines.push(line(name, &mut row.iter().map(String::as_str)));
    }
    lines
}

/// The text, cut to so many columns with `...` at its end where it is longer.
pub(super) fn fitted(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        let mut buffer = [0; 4];
        if columns(&cut) + columns(c.encode_utf8(&mut buffer)) + 3 > room {
            break;
        }
        cut.push(c);
    }
    cut + "..."
}
