//! Decimal numbers in texts.

/// The number that a text is, if it is finite: digits with or without a point, a sign and an exponent, and nothing else.
///
/// The last bit may differ from what `str::parse` gives, which has 10 kB of tables that no one of those who call this
/// needs, and a page would have to download.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let begins_well = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.' && !fraction.is_empty());
    // JSON knows neither leading zeros nor a point without digits on both sides.
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    };
    let ends_well = digits_end(exponent);
    let number = format!("{sign}{whole}.{fraction}0e{exponent}");
    (begins_well && ends_well).then(|| serde_json::from_slice(number.as_bytes()).ok()).flatten()
}

/// The JSON parser passes over blanks behind a number.
fn digits_end(exponent: &str) -> bool {
    exponent.ends_with(|c: char| c.is_ascii_digit())
}

/// A finite number as people write it: the shortest text that reads back as the same number, 1.0 as 1, and never with an
/// exponent.
///
/// What `Display` of a float makes of it (but for the last of 16 or 17 digits), out of what the JSON writer has anyway.
pub(crate) fn shown(number: f64) -> String {
    let written = serde_json::Number::from_f64(number).map(|number| number.to_string()).unwrap_or_default();
    let (sign, unsigned) = written.strip_prefix('-').map_or(("", &*written), |rest| ("-", rest));
    let (digits, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut point = i32::try_from(whole.len()).unwrap_or_default() + exponent.parse::<i32>().unwrap_or_default();
    let mut shown = [whole, fraction.trim_end_matches('0')].concat();
    while point < 1 {
        shown.insert(0, '0');
        point += 1;
    }
    let point = usize::try_from(point).unwrap_or_default();
    while shown.len() < point {
        shown.push('0');
    }
    if shown.len() > point {
        shown.insert(point, '.');
    }
    shown.insert_str(0, sign);
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read() {
        for (text, number) in [
            ("0", 0.0),
            ("-0", 0.0),
            ("007", 7.0),
            ("+1.50", 1.5),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("-12.5E-1", -1.25),
            ("2e+2", 200.0),
            ("255901.0", 255_901.0),
            ("0.1", 0.1),
        ] {
            assert_eq!(parse(text), Some(number), "{text}");
        }
        for text in [
            "", ".", "-", "+-1", "1 ", "1e5 ", "1e5\n", "1e", "1e5.0", "inf", "NaN", "1.2.3", "0x10", "1_000", "1e400",
            "e5", ".e5",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_shown_as_people_write_them() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-12.5, "-12.5"),
            (0.1, "0.1"),
            (99_999_999_999.0, "99999999999"),
            (1e16, "10000000000000000"),
            (1e20, "100000000000000000000"),
            (1.5e300, &format!("15{}", "0".repeat(299))),
            (0.000_001, "0.000001"),
            (-1.25e-9, "-0.00000000125"),
        ] {
            assert_eq!(shown(number), text);
        }
        // Two texts of 17 digits are as near: either reads as the same number.
        let number = 2_043_299_379_286_954.3;
        assert_eq!(shown(number).parse(), Ok(number));
    }

    proptest! {
        #[test]
        fn it_reads_as_the_same_number_and_is_what_rust_shows_of_usual_ones(
            number in any::<f64>().prop_filter("finite", |number| number.is_finite()),
            usual in -1_000_000_000_i32..1_000_000_000,
            places in 0..10,
        ) {
            let text = shown(number);
            let read: f64 = text.parse().unwrap();
            prop_assert_eq!(read.to_bits(), number.to_bits(), "{}", text);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte)), "{}", text);
            let number = f64::from(usual) / 10_f64.powi(places);
            prop_assert_eq!(shown(number), number.to_string());
        }

        #[test]
        fn it_is_what_rust_reads(text in r"[+-]?[0-9]{0,12}(\.[0-9]{0,6})?([eE][+-]?[0-9]{1,2})?") {
            let (ours, rusts) = (parse(&text), text.parse::<f64>().ok());
            prop_assert_eq!(ours.is_some(), rusts.is_some(), "{}", text);
            if let (Some(ours), Some(rusts)) = (ours, rusts) {
                prop_assert!((ours - rusts).abs() <= rusts.abs() * 1e-15, "{}: {} {}", text, ours, rusts);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in r"\PC{0,12}|[0-9.eE+-]{0,12}") {
            let number = parse(&text);
            prop_assert!(number.is_none_or(|number| text.parse::<f64>().is_ok_and(|rusts| rusts.is_finite() && number.is_finite())));
        }
    }
}
