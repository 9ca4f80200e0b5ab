use super::send::goal;
use super::validate::measured;
use crate::bench::Bench;
use crate::bench::place::{LAUNCHER, PYTHON};
use crate::bench::report::{Job, Wanted};
use crate::failure::Result;

/// Of an enrolment the student and the school are looked for. The Python tool ends with an error of its own on local files
/// of kinds whose keys hold references (`'schoolId'` of calendars), so there are none of these, and what leads to them is
/// left out.
const ENROLMENTS: &str = "validate:\n  methods: [references]\n  references:\n    remote: false\n    behavior: exclude\n    \
     selector: [studentSchoolAssociations.calendarReference, studentSchoolAssociations.nextYearSchoolReference, \
     studentSchoolAssociations.schoolYearTypeReference, studentSchoolAssociations.classOfSchoolYearTypeReference, \
     schools.localEducationAgencyReference]\n";

const ALL: &str = "validate:\n  methods: [references]\n  references:\n    remote: false\n";

/// References against local files.
pub(super) fn references(bench: &Bench) -> Result<Job> {
    let series = measured(bench, &bench.enrolments(10_000)?, &[LAUNCHER, PYTHON], ENROLMENTS)?;
    let mut job = Job {
        name: "references",
        title: "Validate references, against local files".into(),
        series,
        goals: Vec::new(),
        notes: vec![
            "10,000 records are schools, students and enrolments: the Python tool ends with an error of its own on \
             other local files"
                .into(),
            "200,000 are a whole district, all of its references".into(),
        ],
    };
    job.goals = vec![goal(
        "launcher, times the Python tool's records a second",
        job.ratio(LAUNCHER, PYTHON),
        Wanted::AtLeast(50.0),
    )];
    job.series.extend(measured(bench, &bench.district(200_000)?, &[LAUNCHER], ALL)?);
    Ok(job)
}
