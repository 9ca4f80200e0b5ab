//! Assessments, their parts, and results.

use std::io;

use super::super::names::GRADE_LEVEL;
use super::super::plan::{STATE_AGENCY_ID, student_id};
use super::super::sink::Referred;
use super::enrollment::{enrolled, of_student};
use super::organizations::of_school_year;
use super::{Line, Writer, part_of};

const NAMESPACE: &str = "uri://ed-fi.org/Assessment/Assessment.xml";

const ASSESSMENTS: [(&str, &str, &str); 4] = [
    ("MATH-2025", "State Mathematics Assessment", "Mathematics"),
    ("ELA-2025", "State English Language Arts Assessment", "English Language Arts"),
    ("SCI-2025", "State Science Assessment", "Science"),
    ("SOC-2025", "State Social Studies Assessment", "Social Studies"),
];

/// The parts of an assessment on each of three levels. The first level comes first and whole: a part and the part
/// above it stand so far apart that they are not under way together when records are sent side by side.
const PARTS: [u64; 3] = [50, 50, 12];

const RESULT_FILES: u64 = 2;

/// Assessments that a student takes.
const TAKEN: usize = 2;

pub(super) fn write(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    assessments(writer)?;
    objective_assessments(writer)?;
    results(writer)
}

fn assessments(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("assessments")? {
        return Ok(());
    }
    for (identifier, title, subject) in ASSESSMENTS {
        writer.record(Referred::Yes, |line| {
            line.text("assessmentIdentifier", identifier)
                .text("namespace", NAMESPACE)
                .text("assessmentTitle", title)
                .value("assessmentVersion", 2025)
                .decimal("maxRawScore", 100.0)
                .text("revisionDate", "2024-05-31")
                .value("adaptiveAssessment", false)
                .object("educationOrganizationReference", |line| {
                    line.value("educationOrganizationId", STATE_AGENCY_ID);
                })
                .list("academicSubjects", [subject], |line, subject| {
                    line.descriptor("academicSubjectDescriptor", "AcademicSubject", subject);
                })
                .list("assessedGradeLevels", GRADE_LEVEL, |line, level| {
                    line.descriptor("gradeLevelDescriptor", "GradeLevel", level);
                })
                .list("scores", [()], |line, ()| {
                    line.descriptor("assessmentReportingMethodDescriptor", "AssessmentReportingMethod", "Raw score")
                        .text("maximumScore", "100")
                        .text("minimumScore", "0")
                        .descriptor("resultDatatypeTypeDescriptor", "ResultDatatypeType", "Integer");
                });
        })?;
    }
    Ok(())
}

fn objective_assessments(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("objectiveAssessments")? {
        return Ok(());
    }
    for (level, parts) in PARTS.into_iter().enumerate() {
        let has_parts = |part: u64| PARTS.get(level + 1).is_some_and(|below| part < *below);
        for (identifier, _, subject) in ASSESSMENTS {
            for part in 0..parts {
                // Results refer to the first part of the first level, parts to the one above them.
                let referred = if has_parts(part) { Referred::Yes } else { Referred::No };
                writer.record(referred, |line| {
                    line.text("identificationCode", part_code(level, part)).object("assessmentReference", |line| {
                        assessment_key(line, identifier);
                    });
                    if level > 0 {
                        line.object("parentObjectiveAssessmentReference", |line| {
                            assessment_key(line, identifier);
                            line.text("identificationCode", part_code(level - 1, part));
                        });
                    }
                    line.descriptor("academicSubjectDescriptor", "AcademicSubject", subject)
                        .text("description", format_args!("Objective {} on level {}", part + 1, level + 1))
                        .decimal("maxRawScore", 10.0)
                        .decimal("percentOfAssessment", 2.0);
                })?;
            }
        }
    }
    Ok(())
}

fn results(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    for file in 0..RESULT_FILES {
        if !writer.part("studentAssessments", file)? {
            continue;
        }
        for student in enrolled(part_of(writer.plan.students, file, RESULT_FILES)) {
            let school = writer.plan.school_of(student);
            let mut random = writer.random(student);
            let first = random.index(ASSESSMENTS.len());
            let level = GRADE_LEVEL[random.index(GRADE_LEVEL.len())];
            for number in 0..TAKEN {
                let (identifier, ..) = ASSESSMENTS[(first + number) % ASSESSMENTS.len()];
                let day = 1 + random.below(28);
                let minutes = 60 + random.below(60);
                let score = random.below(101);
                writer.record(Referred::No, |line| {
                    line.text("studentAssessmentIdentifier", format_args!("{}-{identifier}", student_id(student)))
                        .object("assessmentReference", |line| {
                            assessment_key(line, identifier);
                        });
                    of_student(line, student);
                    line.object("reportedSchoolReference", |line| {
                        line.value("schoolId", super::super::plan::school_id(school));
                    });
                    of_school_year(line);
                    line.text("administrationDate", format_args!("2025-04-{day:02}T14:30:00Z"))
                        .value("assessedMinutes", minutes)
                        .descriptor("whenAssessedGradeLevelDescriptor", "GradeLevel", level);
                    scores(line, score);
                    line.list("studentObjectiveAssessments", [()], |line, ()| {
                        line.object("objectiveAssessmentReference", |line| {
                            assessment_key(line, identifier);
                            line.text("identificationCode", part_code(0, 0));
                        });
                        scores(line, score / 10);
                    });
                })?;
            }
        }
    }
    Ok(())
}

fn scores(line: &mut Line, score: u64) {
    line.list("scoreResults", [()], |line, ()| {
        line.descriptor("assessmentReportingMethodDescriptor", "AssessmentReportingMethod", "Raw score")
            .descriptor("resultDatatypeTypeDescriptor", "ResultDatatypeType", "Integer")
            .text("result", score);
    });
}

fn part_code(level: usize, part: u64) -> String {
    format!("L{}-{:02}", level + 1, part + 1)
}

/// The natural key of an assessment, without braces.
fn assessment_key(line: &mut Line, identifier: &str) {
    line.text("assessmentIdentifier", identifier).text("namespace", NAMESPACE);
}
