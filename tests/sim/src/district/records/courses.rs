//! Grading periods, sessions, courses, offerings and sections.

use std::io;

use super::super::names::{COURSES, Course, OFFERED};
use super::super::plan::{SCHOOL_YEAR, Term, district_id, district_number_id, school_id, section_id};
use super::super::sink::Referred;
use super::organizations::{PERIODS, of_school, of_school_year, period_name};
use super::{Line, Writer};

/// The name and descriptor of each grading period, two in a term.
pub(super) const GRADING_PERIODS: [&str; 4] =
    ["First Nine Weeks", "Second Nine Weeks", "Third Nine Weeks", "Fourth Nine Weeks"];

pub(super) fn write(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    grading_periods(writer)?;
    sessions(writer)?;
    courses(writer)?;
    course_offerings(writer)?;
    sections(writer)
}

fn grading_periods(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("gradingPeriods")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        for (number, name) in GRADING_PERIODS.into_iter().enumerate() {
            let days = &writer.plan.terms[number / 2].days;
            let middle = days.len() / 2;
            let days = if number % 2 == 0 { &days[..middle] } else { &days[middle..] };
            let (begin, end) = (days[0].clone(), days[days.len() - 1].clone());
            let length = days.len();
            writer.record(Referred::Yes, |line| {
                line.descriptor("gradingPeriodDescriptor", "GradingPeriod", name).text("gradingPeriodName", name);
                of_school(line, school);
                of_school_year(line);
                line.text("beginDate", begin)
                    .text("endDate", end)
                    .value("periodSequence", number + 1)
                    .value("totalInstructionalDays", length);
            })?;
        }
    }
    Ok(())
}

fn sessions(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("sessions")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        for (number, term) in writer.plan.terms.iter().enumerate() {
            let text = writer.line.record(|line| {
                line.text("sessionName", term.session);
                of_school(line, school);
                of_school_year(line);
                line.text("beginDate", &term.begin)
                    .text("endDate", &term.end)
                    .descriptor("termDescriptor", "Term", term.code)
                    .value("totalInstructionalDays", term.days.len())
                    .list("gradingPeriods", &GRADING_PERIODS[number * 2..][..2], |line, name| {
                        of_grading_period(line, school, name);
                    });
            });
            writer.sink.record(text, Referred::Yes)?;
        }
    }
    Ok(())
}

fn courses(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("courses")? {
        return Ok(());
    }
    for district in 0..writer.plan.districts {
        for (number, course) in COURSES.iter().enumerate() {
            let referred = if number < OFFERED { Referred::Yes } else { Referred::No };
            writer.record(referred, |line| {
                line.text("courseCode", course.code)
                    .object("educationOrganizationReference", |line| {
                        line.value("educationOrganizationId", district_number_id(district));
                    })
                    .text("courseTitle", course.title)
                    .text(
                        "courseDescription",
                        format_args!("{}: a course of two terms with weekly assignments.", course.title),
                    )
                    .descriptor("academicSubjectDescriptor", "AcademicSubject", course.subject)
                    .value("numberOfParts", 2)
                    .decimal("maximumAvailableCredits", 1.5)
                    .text("dateCourseAdopted", "2019-07-01")
                    .list("identificationCodes", [()], |line, ()| {
                        line.descriptor(
                            "courseIdentificationSystemDescriptor",
                            "CourseIdentificationSystem",
                            "LEA course code",
                        )
                        .text("identificationCode", course.code);
                    });
            })?;
        }
    }
    Ok(())
}

fn course_offerings(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("courseOfferings")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        for term in &writer.plan.terms {
            for course in &COURSES[..OFFERED] {
                let text = writer.line.record(|line| {
                    line.text("localCourseCode", course.code).object("courseReference", |line| {
                        line.text("courseCode", course.code).value("educationOrganizationId", district_id(school));
                    });
                    of_school(line, school);
                    line.object("sessionReference", |line| session_key(line, school, term))
                        .text("localCourseTitle", course.title)
                        .value("instructionalTimePlanned", 4500);
                });
                writer.sink.record(text, Referred::Yes)?;
            }
        }
    }
    Ok(())
}

fn sections(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("sections")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        for (number, term) in writer.plan.terms.iter().enumerate() {
            for (place, course) in COURSES[..OFFERED].iter().enumerate() {
                for section in 0..writer.plan.sections_per_offering(school) {
                    let period = (place as u64 + section) % (PERIODS - 1);
                    let text = writer.line.record(|line| {
                        line.text("sectionIdentifier", section_id(school, course.code, term, section))
                            .object("courseOfferingReference", |line| {
                                line.text("localCourseCode", course.code);
                                session_key(line, school, term);
                            })
                            .text("sectionName", format_args!("{} {}", course.title, section + 1))
                            .value("sequenceOfCourse", number + 1)
                            .decimal("availableCredits", 0.5)
                            .value("officialAttendancePeriod", false)
                            .list("classPeriods", [()], |line, ()| {
                                line.object("classPeriodReference", |line| {
                                    line.text("classPeriodName", period_name(period))
                                        .value("schoolId", school_id(school));
                                });
                            });
                    });
                    writer.sink.record(text, Referred::Yes)?;
                }
            }
        }
    }
    Ok(())
}

/// The natural key of a session, without braces.
pub(super) fn session_key(line: &mut Line, school: u64, term: &Term) {
    line.value("schoolId", school_id(school)).value("schoolYear", SCHOOL_YEAR).text("sessionName", term.session);
}

/// The natural key of a section, without braces.
pub(super) fn section_key(line: &mut Line, school: u64, term: &Term, course: &Course, section: u64) {
    line.text("localCourseCode", course.code);
    session_key(line, school, term);
    line.text("sectionIdentifier", section_id(school, course.code, term, section));
}

pub(super) fn of_grading_period(line: &mut Line, school: u64, name: &str) {
    line.object("gradingPeriodReference", |line| {
        line.descriptor("gradingPeriodDescriptor", "GradingPeriod", name)
            .text("gradingPeriodName", name)
            .value("schoolId", school_id(school))
            .value("schoolYear", SCHOOL_YEAR);
    });
}
