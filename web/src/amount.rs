//! Amounts as people read them.

/// A number with its noun: `1 record`, `2,000 records`.
pub fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// A number with commas between its thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds as people say them, no finer than they can be known: `40 seconds`, `7 minutes`, `2 hours 10 minutes`.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..100 => counted(seconds, "second"),
        100..5_400 => counted((seconds + 30) / 60, "minute"),
        _ => {
            let minutes = (seconds + 30) / 60;
            let rest = minutes % 60;
            let hours = counted(minutes / 60, "hour");
            if rest == 0 { hours } else { format!("{hours} {}", counted(rest, "minute")) }
        }
    }
}

/// Units of a size, each with the sizes that are rounded to less than a thousand of it.
const UNITS: [(&str, u64, u64); 4] = [
    ("kB", 1_000, 999_500),
    ("MB", 1_000_000, 999_500_000),
    ("GB", 1_000_000_000, 999_500_000_000),
    ("TB", 1_000_000_000_000, u64::MAX),
];

/// A size in bytes, as people read it: `1 byte`, `1.4 kB`, `23 MB`.
pub fn size(bytes: u64) -> String {
    if bytes < 1_000 {
        return counted(bytes, "byte");
    }
    let (name, unit, _) = UNITS.into_iter().find(|(_, _, below)| bytes < *below).unwrap_or(UNITS[3]);
    let tenths = bytes.saturating_add(unit / 20) / (unit / 10);
    if tenths < 100 {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", bytes.saturating_add(unit / 2) / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_two_digits_at_least_and_three_at_most() {
        for (bytes, shown) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (61_234_567, "61 MB"),
            (2_500_000_000, "2.5 GB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }

    #[test]
    fn numbers_and_times_in_words() {
        assert_eq!(counted(1, "record"), "1 record");
        assert_eq!(counted(1_234_567, "record"), "1,234,567 records");
        let said: Vec<String> = [0, 99, 100, 413, 5_400, 7_800].map(duration).into();
        assert_eq!(
            said,
            ["0 seconds", "99 seconds", "2 minutes", "7 minutes", "1 hour 30 minutes", "2 hours 10 minutes"]
        );
    }
}
