//! What comes of it: attendance and grades.

use std::io;

use super::super::plan::student_id;
use super::super::sink::Referred;
use super::courses::{GRADING_PERIODS, of_grading_period, section_key, session_key};
use super::enrollment::{enrolled, of_student};
use super::organizations::of_school;
use super::{Writer, clock, part_of};

/// Attendance events of a student, in as many stretches of the first term.
const EVENTS: u64 = 6;

/// The files of the endpoint with the most records.
const ATTENDANCE_FILES: u64 = 4;

pub(super) fn write(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    attendance(writer)?;
    grades(writer)
}

fn attendance(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    for part in 0..ATTENDANCE_FILES {
        if !writer.part("studentSchoolAttendanceEvents", part)? {
            continue;
        }
        for student in enrolled(part_of(writer.plan.students, part, ATTENDANCE_FILES)) {
            let school = writer.plan.school_of(student);
            for event in 0..EVENTS {
                let mut random = writer.random(student * EVENTS + event);
                let term = &writer.plan.terms[0];
                // One event in each stretch of days, so that no two fall on the same day.
                let stretch = term.days.len() as u64 / EVENTS;
                let day = usize::try_from(event * stretch + random.below(stretch)).expect("a day of the term");
                let text = writer.line.record(|line| {
                    let category = random.pick(&["Excused Absence", "Unexcused Absence", "Tardy"]);
                    line.descriptor("attendanceEventCategoryDescriptor", "AttendanceEventCategory", category)
                        .text("eventDate", &term.days[day]);
                    of_school(line, school);
                    line.object("sessionReference", |line| {
                        session_key(line, school, term);
                    });
                    of_student(line, student);
                    line.text("attendanceEventReason", format_args!("{category}, noted by the office"));
                    if category == "Tardy" {
                        line.decimal("eventDuration", 0.1).text("arrivalTime", clock(10 + random.below(50)));
                    } else {
                        line.decimal("eventDuration", 1.0).value("schoolAttendanceDuration", 385);
                    }
                });
                writer.sink.record(text, Referred::No)?;
            }
        }
    }
    Ok(())
}

fn grades(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("grades")? {
        return Ok(());
    }
    for student in enrolled(0..writer.plan.students) {
        let school = writer.plan.school_of(student);
        let section = writer.plan.section_of(student);
        let mut random = writer.random(student);
        let term = &writer.plan.terms[0];
        for course in writer.plan.courses_of(student) {
            let points = 55 + random.below(46);
            let text = writer.line.record(|line| {
                line.descriptor("gradeTypeDescriptor", "GradeType", "Grading Period");
                of_grading_period(line, school, GRADING_PERIODS[0]);
                line.object("studentSectionAssociationReference", |line| {
                    line.text("beginDate", &term.begin);
                    section_key(line, school, term, course, section);
                    line.text("studentUniqueId", student_id(student));
                })
                .value("currentGradeIndicator", false)
                .text("letterGradeEarned", letter(points))
                .value("numericGradeEarned", points)
                .text("diagnosticStatement", format_args!("{points} of 100 points"));
            });
            writer.sink.record(text, Referred::No)?;
        }
    }
    Ok(())
}

fn letter(points: u64) -> &'static str {
    match points {
        90.. => "A",
        80.. => "B",
        70.. => "C",
        60.. => "D",
        _ => "F",
    }
}
