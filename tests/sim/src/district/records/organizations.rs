//! Education organisations, school years, calendars and class periods.

use std::io;

use super::super::names::{CITY, GRADE_LEVEL, PROGRAMS, STREET};
use super::super::plan::{SCHOOL_YEAR, STATE_AGENCY_ID, center_id, district_id, district_number_id, school_id};
use super::super::sink::Referred;
use super::{Line, Writer, clock};

pub(super) const CALENDAR: &str = "2024-2025";

/// Class periods of a school; nothing meets in the last one.
pub(super) const PERIODS: u64 = 7;

pub(super) fn write(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    school_years(writer)?;
    state_agency(writer)?;
    service_centers(writer)?;
    local_agencies(writer)?;
    schools(writer)?;
    calendars(writer)?;
    class_periods(writer)?;
    programs(writer)
}

fn school_years(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("schoolYearTypes")? {
        return Ok(());
    }
    for year in SCHOOL_YEAR - 1..=SCHOOL_YEAR + 1 {
        writer.record(Referred::Yes, |line| {
            line.value("schoolYear", year)
                .value("currentSchoolYear", year == SCHOOL_YEAR)
                .text("schoolYearDescription", format_args!("{}-{year}", year - 1));
        })?;
    }
    Ok(())
}

fn state_agency(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("stateEducationAgencies")? {
        return Ok(());
    }
    writer.record(Referred::Yes, |line| {
        line.value("stateEducationAgencyId", STATE_AGENCY_ID)
            .text("nameOfInstitution", "State Department of Education")
            .text("webSite", "https://sea.example");
        category(line, "categories", "State Education Agency");
    })
}

fn service_centers(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("educationServiceCenters")? {
        return Ok(());
    }
    for center in 0..writer.plan.centers {
        writer.record(Referred::Yes, |line| {
            line.value("educationServiceCenterId", center_id(center))
                .text("nameOfInstitution", format_args!("Region {} Service Center", center + 1))
                .object("stateEducationAgencyReference", |line| {
                    line.value("stateEducationAgencyId", STATE_AGENCY_ID);
                });
            category(line, "categories", "Education Service Center");
        })?;
    }
    Ok(())
}

fn local_agencies(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("localEducationAgencies")? {
        return Ok(());
    }
    for district in 0..writer.plan.districts {
        let mut random = writer.random(district);
        writer.record(Referred::Yes, |line| {
            line.value("localEducationAgencyId", district_number_id(district))
                .text("nameOfInstitution", format_args!("{} District {}", random.pick(&CITY), district + 1))
                .text("shortNameOfInstitution", format_args!("D{}", district + 1))
                .text("webSite", format_args!("https://district-{}.example", district + 1))
                .descriptor(
                    "localEducationAgencyCategoryDescriptor",
                    "LocalEducationAgencyCategory",
                    if random.one_in(10) { "Charter" } else { "Independent" },
                )
                .object("educationServiceCenterReference", |line| {
                    line.value("educationServiceCenterId", center_id(district / 10));
                })
                .object("stateEducationAgencyReference", |line| {
                    line.value("stateEducationAgencyId", STATE_AGENCY_ID);
                });
            category(line, "categories", "Local Education Agency");
        })?;
    }
    Ok(())
}

fn schools(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("schools")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        let mut random = writer.random(school);
        writer.record(Referred::Yes, |line| {
            let city = random.pick(&CITY);
            line.value("schoolId", school_id(school))
                .text("nameOfInstitution", format_args!("{city} High School {}", school + 1))
                .text("shortNameOfInstitution", format_args!("HS{}", school + 1))
                .object("localEducationAgencyReference", |line| {
                    line.value("localEducationAgencyId", district_id(school));
                })
                .list("addresses", [()], |line, ()| {
                    line.descriptor("addressTypeDescriptor", "AddressType", "Physical")
                        .descriptor("stateAbbreviationDescriptor", "StateAbbreviation", "OH")
                        .text("city", city)
                        .text("postalCode", format_args!("{:05}", 43000 + random.below(900)))
                        .text("streetNumberName", format_args!("{} {}", 1 + random.below(999), random.pick(&STREET)));
                });
            category(line, "educationOrganizationCategories", "School");
            line.list("gradeLevels", GRADE_LEVEL, |line, level| {
                line.descriptor("gradeLevelDescriptor", "GradeLevel", level);
            });
        })?;
    }
    Ok(())
}

fn calendars(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("calendars")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        writer.record(Referred::Yes, |line| {
            line.text("calendarCode", CALENDAR);
            of_school(line, school);
            of_school_year(line);
            line.descriptor("calendarTypeDescriptor", "CalendarType", "Instructional");
        })?;
    }
    Ok(())
}

fn class_periods(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("classPeriods")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        for period in 0..PERIODS {
            let is_last = period == PERIODS - 1;
            let referred = if is_last { Referred::No } else { Referred::Yes };
            writer.record(referred, |line| {
                line.text("classPeriodName", period_name(period));
                of_school(line, school);
                line.value("officialAttendancePeriod", period == 1).list("meetingTimes", [()], |line, ()| {
                    line.text("startTime", clock(period * 55)).text("endTime", clock(period * 55 + 50));
                });
            })?;
        }
    }
    Ok(())
}

fn programs(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("programs")? {
        return Ok(());
    }
    for district in 0..writer.plan.districts {
        for (number, (name, kind)) in PROGRAMS.iter().enumerate() {
            writer.record(Referred::Yes, |line| {
                line.text("programName", name)
                    .descriptor("programTypeDescriptor", "ProgramType", kind)
                    .object("educationOrganizationReference", |line| {
                        line.value("educationOrganizationId", district_number_id(district));
                    })
                    .text("programId", format_args!("P{}", number + 1));
            })?;
        }
    }
    Ok(())
}

fn category(line: &mut Line, list: &str, category: &str) {
    line.list(list, [()], |line, ()| {
        line.descriptor("educationOrganizationCategoryDescriptor", "EducationOrganizationCategory", category);
    });
}

pub(super) fn period_name(period: u64) -> String {
    format!("Period {:02}", period + 1)
}

pub(super) fn of_school(line: &mut Line, school: u64) {
    line.object("schoolReference", |line| {
        line.value("schoolId", school_id(school));
    });
}

pub(super) fn of_school_year(line: &mut Line) {
    line.object("schoolYearTypeReference", |line| {
        line.value("schoolYear", SCHOOL_YEAR);
    });
}
