//! The table that `count` prints, read back.

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRow {
    /// The endpoint.
    pub endpoint: String,
    /// Its number of records, or why they could not be counted.
    pub records: Result<u64, String>,
}

/// Reads the table, whatever stands between its columns: the head tells.
pub fn read(table: &str) -> Vec<CountRow> {
    let mut lines = table.lines();
    let head = lines.next().unwrap_or_default();
    let separator = head.strip_prefix("Records").and_then(|rest| rest.strip_suffix("Endpoint")).unwrap_or("\t");
    let row = |line: &str| {
        // The first column is a number, or words that hold no separator.
        let (records, endpoint) = line.split_once(separator).unwrap_or((line, ""));
        CountRow { endpoint: endpoint.to_owned(), records: records.parse().map_err(|_| records.to_owned()) }
    };
    lines.filter(|line| !line.is_empty()).map(row).collect()
}

/// The sum of all rows that could be counted.
pub fn total(rows: &[CountRow]) -> u64 {
    rows.iter().filter_map(|row| row.records.as_ref().ok()).sum()
}

/// The table with tabs between its columns, as it is pasted into a spreadsheet.
pub fn to_tsv(rows: &[CountRow]) -> String {
    let mut text = "Records\tEndpoint\n".to_owned();
    for row in rows {
        match &row.records {
            Ok(records) => text.push_str(&records.to_string()),
            Err(why) => text.push_str(&why.replace('\t', " ")),
        }
        text.push('\t');
        text.push_str(&row.endpoint);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(endpoint: &str, records: Result<u64, &str>) -> CountRow {
        CountRow { endpoint: endpoint.to_owned(), records: records.map_err(str::to_owned) }
    }

    #[test]
    fn any_separator_is_found_in_the_head() {
        let expected = [row("students", Ok(12)), row("staffs", Err("error (403): no")), row("tpdm/x", Ok(0))];
        for separator in ["\t", ",", ";", " | ", "records"] {
            let table = format!(
                "Records{separator}Endpoint\n12{separator}students\nerror (403): no{separator}staffs\n0{separator}tpdm/x\n"
            );
            assert_eq!(read(&table), expected, "{separator:?}");
        }
        assert_eq!(total(&expected), 12);
        assert_eq!(read(&to_tsv(&expected)), expected);
    }

    #[test]
    fn a_table_without_rows_is_empty() {
        assert_eq!(read(""), []);
        assert_eq!(read("Records\tEndpoint\n"), []);
        assert_eq!(total(&[]), 0);
    }
}
