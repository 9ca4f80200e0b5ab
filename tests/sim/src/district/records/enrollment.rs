//! Who is where: associations of staff and students, attendance and grades.

use std::io;

use super::super::names::{COURSES, GRADE_LEVEL, OFFERED, PROGRAMS, SEX};
use super::super::plan::{
    SCHOOL_YEAR, contact_id, contacts_of, district_id, is_only_registered, school_id, staff_id, student_id,
};
use super::super::sink::Referred;
use super::courses::section_key;
use super::organizations::{CALENDAR, of_school, of_school_year};
use super::people::{address, race};
use super::{Line, Writer};

pub(super) fn write(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    staff_school(writer)?;
    staff_section(writer)?;
    student_school(writer)?;
    student_education_organization(writer)?;
    student_contact(writer)?;
    student_section(writer)?;
    student_program(writer)
}

fn staff_school(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("staffSchoolAssociations")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        for staff in 0..writer.plan.staff_in(school) {
            let mut random = writer.random(school << 16 | staff);
            writer.record(Referred::No, |line| {
                line.descriptor("programAssignmentDescriptor", "ProgramAssignment", "Regular Education");
                of_school(line, school);
                of_staff(line, school, staff);
                of_school_year(line);
                of_calendar(line, school);
                let course = &COURSES[random.index(OFFERED)];
                line.list("academicSubjects", [course.subject], |line, subject| {
                    line.descriptor("academicSubjectDescriptor", "AcademicSubject", subject);
                });
            })?;
        }
    }
    Ok(())
}

fn staff_section(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("staffSectionAssociations")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        let mut number = 0;
        for term in &writer.plan.terms {
            for course in &COURSES[..OFFERED] {
                for section in 0..writer.plan.sections_per_offering(school) {
                    let staff = number % writer.plan.staff_in(school);
                    number += 1;
                    let text = writer.line.record(|line| {
                        line.text("beginDate", &term.begin).object("sectionReference", |line| {
                            section_key(line, school, term, course, section);
                        });
                        of_staff(line, school, staff);
                        line.descriptor("classroomPositionDescriptor", "ClassroomPosition", "Teacher of Record")
                            .text("endDate", &term.end)
                            .value("highlyQualifiedTeacher", true)
                            .decimal("percentageContribution", 1.0)
                            .value("teacherStudentDataLinkExclusion", false);
                    });
                    writer.sink.record(text, Referred::No)?;
                }
            }
        }
    }
    Ok(())
}

fn student_school(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("studentSchoolAssociations")? {
        return Ok(());
    }
    for student in enrolled(0..writer.plan.students) {
        let school = writer.plan.school_of(student);
        let level = usize::try_from(writer.plan.place_of(student) % 4).expect("smaller than 4");
        let entry = writer.plan.terms[0].begin.clone();
        let next = (school + 1) % writer.plan.schools;
        writer.record(Referred::No, |line| {
            line.text("entryDate", entry);
            of_school(line, school);
            of_student(line, student);
            line.descriptor("entryGradeLevelDescriptor", "GradeLevel", GRADE_LEVEL[level]);
            of_calendar(line, school);
            of_school_year(line);
            line.object("classOfSchoolYearTypeReference", |line| {
                line.value("schoolYear", SCHOOL_YEAR as usize + 3 - level);
            });
            if student.is_multiple_of(25) {
                line.object("nextYearSchoolReference", |line| {
                    line.value("schoolId", school_id(next));
                });
            }
            line.value("primarySchool", true)
                .value("repeatGradeIndicator", student % 33 == 5)
                .decimal("fullTimeEquivalency", 1.0);
        })?;
    }
    Ok(())
}

fn student_education_organization(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("studentEducationOrganizationAssociations")? {
        return Ok(());
    }
    for student in enrolled(0..writer.plan.students) {
        let mut random = writer.random(student);
        let school = writer.plan.school_of(student);
        writer.record(Referred::No, |line| {
            // Most belong to the district, some to the school itself: both are education organisations.
            let organization = match student % 4 {
                0 => school_id(school),
                _ => district_id(school),
            };
            line.object("educationOrganizationReference", |line| {
                line.value("educationOrganizationId", organization);
            });
            of_student(line, student);
            line.value("hispanicLatinoEthnicity", random.one_in(4))
                .text("loginId", format_args!("s{}", student_id(student)))
                .descriptor("sexDescriptor", "Sex", random.pick(&SEX));
            address(line, &mut random);
            line.list("electronicMails", [()], |line, ()| {
                line.descriptor("electronicMailTypeDescriptor", "ElectronicMailType", "Organization")
                    .text("electronicMailAddress", format_args!("{}@student.example", student_id(student)));
            });
            race(line, &mut random);
        })?;
    }
    Ok(())
}

fn student_contact(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("studentContactAssociations")? {
        return Ok(());
    }
    for student in 0..writer.plan.students {
        for contact in 0..contacts_of(student) {
            let mut random = writer.random(student * 2 + contact);
            writer.record(Referred::No, |line| {
                line.object("contactReference", |line| {
                    line.text("contactUniqueId", contact_id(student, contact));
                });
                of_student(line, student);
                let relation = random.pick(&["Mother", "Father", "Guardian", "Grandparent"]);
                line.descriptor("relationDescriptor", "Relation", relation)
                    .value("primaryContactStatus", contact == 0)
                    .value("livesWith", !random.one_in(5))
                    .value("emergencyContactStatus", true)
                    .value("contactPriority", contact + 1)
                    .text("contactRestrictions", "none");
            })?;
        }
    }
    Ok(())
}

fn student_section(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("studentSectionAssociations")? {
        return Ok(());
    }
    for student in enrolled(0..writer.plan.students) {
        let school = writer.plan.school_of(student);
        let section = writer.plan.section_of(student);
        for (number, term) in writer.plan.terms.iter().enumerate() {
            // The first term is graded, so grades refer to its sections.
            let referred = if number == 0 { Referred::Yes } else { Referred::No };
            for course in writer.plan.courses_of(student) {
                let text = writer.line.record(|line| {
                    line.text("beginDate", &term.begin).object("sectionReference", |line| {
                        section_key(line, school, term, course, section);
                    });
                    of_student(line, student);
                    line.text("endDate", &term.end)
                        .value("homeroomIndicator", false)
                        .text("repeatIdentifier", "Not repeated");
                });
                writer.sink.record(text, referred)?;
            }
        }
    }
    Ok(())
}

fn student_program(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("studentProgramAssociations")? {
        return Ok(());
    }
    for student in enrolled(0..writer.plan.students).filter(|student| student % 5 == 1) {
        let school = writer.plan.school_of(student);
        let mut random = writer.random(student);
        let begin = writer.plan.terms[0].begin.clone();
        writer.record(Referred::No, |line| {
            let (name, kind) = PROGRAMS[random.index(PROGRAMS.len())];
            line.text("beginDate", &begin)
                .object("educationOrganizationReference", |line| {
                    line.value("educationOrganizationId", school_id(school));
                })
                .object("programReference", |line| {
                    line.value("educationOrganizationId", district_id(school)).text("programName", name).descriptor(
                        "programTypeDescriptor",
                        "ProgramType",
                        kind,
                    );
                });
            of_student(line, student);
            line.value("servedOutsideOfRegularSession", random.one_in(6)).object("participationStatus", |line| {
                line.text("designatedBy", "School").text("statusBeginDate", &begin);
            });
        })?;
    }
    Ok(())
}

/// The students of a range who go to school.
pub(super) fn enrolled(students: std::ops::Range<u64>) -> impl Iterator<Item = u64> {
    students.filter(|student| !is_only_registered(*student))
}

pub(super) fn of_student(line: &mut Line, student: u64) {
    line.object("studentReference", |line| {
        line.text("studentUniqueId", student_id(student));
    });
}

fn of_staff(line: &mut Line, school: u64, staff: u64) {
    line.object("staffReference", |line| {
        line.text("staffUniqueId", staff_id(school, staff));
    });
}

fn of_calendar(line: &mut Line, school: u64) {
    line.object("calendarReference", |line| {
        line.text("calendarCode", CALENDAR).value("schoolId", school_id(school)).value("schoolYear", SCHOOL_YEAR);
    });
}
