//! What a job came to: a table on the terminal, and its part of docs/performance.md.

use std::path::Path;

use super::series::Series;
use crate::failure::{Failure, Result};
use crate::{project, say};

/// What was measured of one kind of work.
#[derive(Debug)]
pub(super) struct Job {
    /// The word that chooses it.
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) series: Vec<Series>,
    pub(super) goals: Vec<Goal>,
    /// What else a reader should know.
    pub(super) notes: Vec<String>,
}

/// What is wanted of a job.
#[derive(Debug)]
pub(super) struct Goal {
    /// Such as "launcher, times the Python tool's records a second".
    pub(super) what: String,
    /// `None` where it could not be measured.
    pub(super) seen: Option<f64>,
    pub(super) wanted: Wanted,
}

/// The bound of a goal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn line(&self) -> String {
        let (bound, is_met) = match self.wanted {
            Wanted::AtLeast(bound) => (format!("at least {bound}"), self.seen.map(|seen| seen >= bound)),
            Wanted::AtMost(bound) => (format!("at most {bound}"), self.seen.map(|seen| seen <= bound)),
        };
        let seen = self.seen.map_or_else(|| "not measured".to_owned(), |seen| format!("**{}**", figure(seen)));
        let verdict = match is_met {
            Some(true) => "met",
            Some(false) => "missed",
            None => "open",
        };
        format!("{}: {seen} (goal: {bound}; {verdict})", self.what)
    }
}

/// Three digits that count.
fn figure(number: f64) -> String {
    let digits = [10.0, 100.0].into_iter().filter(|bound| number < *bound).count();
    format!("{number:.digits$}")
}

impl Job {
    /// A series by its tool.
    pub(super) fn of(&self, tool: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.tool == tool)
    }

    /// How many times as many records a second one tool works on as another.
    pub(super) fn ratio(&self, one: &str, other: &str) -> Option<f64> {
        Some(self.of(one)?.rates()?.0 / self.of(other)?.rates()?.0)
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let head = ["tool", "records", "records/s (range)", "seconds (range)", "processor, µs a record", "memory, MB"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(self.series.iter().map(|series| {
            let unknown = || "–".to_owned();
            vec![
                series.tool.to_owned(),
                say::count(series.records),
                series.rates().filter(|_| series.records > 1).map_or_else(unknown, |(median, least, most)| {
                    format!("{} ({}–{})", count(median), count(least), count(most))
                }),
                series.times().map_or_else(unknown, |(median, least, most)| {
                    let seconds = |time: std::time::Duration| figure(time.as_secs_f64());
                    format!("{} ({}–{})", seconds(median), seconds(least), seconds(most))
                }),
                series.processor_of_a_record().filter(|_| series.records > 1).map_or_else(unknown, figure),
                series.memory().map_or_else(unknown, |bytes| format!("{:.0}", bytes as f64 / 1e6)),
            ]
        }));
        rows
    }

    /// Prints it.
    pub(super) fn tell(&self) {
        say::result(format!("\n{}\n\n{}\n", self.title, say::table(&self.rows())));
        for goal in &self.goals {
            say::result(goal.line().replace("**", ""));
        }
        for note in &self.notes {
            say::result(note);
        }
    }

    fn markdown(&self) -> String {
        let rows = self.rows();
        let line = |row: &[String]| format!("| {} |\n", row.join(" | "));
        let mut text = format!("### {}\n\n{}|---|---:|---:|---:|---:|---:|\n", self.title, line(&rows[0]));
        rows[1..].iter().for_each(|row| text += &line(row));
        text += "\n";
        self.goals.iter().for_each(|goal| text += &format!("- {}\n", goal.line()));
        self.notes.iter().for_each(|note| text += &format!("- {note}\n"));
        text
    }

    /// Puts it in the place that the document has for it.
    pub(super) fn write(&self, document: &Path) -> Result<()> {
        let text = project::read(document)?;
        let written = replaced(&text, self.name, &self.markdown()).ok_or_else(|| {
            Failure::new(format!("{} has no place for `{}`", project::shown(document), self.name)).hint(format!(
                "add the lines {} and {}",
                begin(self.name),
                end(self.name)
            ))
        })?;
        project::write(document, &written)
    }
}

fn count(number: f64) -> String {
    // Rates are far below what a u64 holds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate, rounded")]
    say::count(number.round() as u64)
}

fn begin(name: &str) -> String {
    format!("<!-- measured: {name} -->")
}

fn end(name: &str) -> String {
    format!("<!-- end of {name} -->")
}

fn replaced(text: &str, name: &str, part: &str) -> Option<String> {
    let (before, rest) = text.split_once(&begin(name))?;
    let (_, after) = rest.split_once(&end(name))?;
    Some(format!("{before}{}\n\n{part}\n{}{after}", begin(name), end(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_document_is_replaced_and_nothing_else() {
        let text = "a\n<!-- measured: send -->\nold\n<!-- end of send -->\nb\n";
        let new = replaced(text, "send", "new").unwrap();
        assert_eq!(new, "a\n<!-- measured: send -->\n\nnew\n<!-- end of send -->\nb\n");
        assert_eq!(replaced(&new, "send", "new").unwrap(), new);
        assert_eq!(replaced(text, "fetch", "new"), None);
    }

    #[test]
    fn goals_say_whether_they_are_met() {
        let goal = |seen, wanted| Goal { what: "ours".into(), seen, wanted }.line();
        assert_eq!(goal(Some(4.126), Wanted::AtLeast(4.0)), "ours: **4.13** (goal: at least 4; met)");
        assert_eq!(goal(Some(31.24), Wanted::AtMost(30.0)), "ours: **31.2** (goal: at most 30; missed)");
        assert_eq!(goal(None, Wanted::AtMost(30.0)), "ours: not measured (goal: at most 30; open)");
    }
}
