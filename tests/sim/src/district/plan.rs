//! The arithmetic of a district: how many of everything, and who belongs where.
//!
//! Everything is a function of a number, nothing is remembered, so memory does not grow with the district.

use jiff::civil::{Date, Weekday, date};
use jiff::{Span, ToSpan};

use super::names::{COURSES, Course, OFFERED};

/// The school year of all records, named after the year in which it ends.
pub(super) const SCHOOL_YEAR: u32 = 2025;

/// Courses that a student takes in one term.
pub(super) const COURSES_PER_TERM: u64 = 4;

const STUDENTS_PER_SCHOOL: u64 = 500;
const STUDENTS_PER_SECTION: u64 = 25;
const STUDENTS_PER_STAFF: u64 = 20;
const SCHOOLS_PER_DISTRICT: u64 = 10;

/// One of the two terms.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) session: &'static str,
    pub(super) code: &'static str,
    pub(super) short: &'static str,
    pub(super) begin: String,
    pub(super) end: String,
    /// The weekdays of the term.
    pub(super) days: Vec<String>,
}

/// A district of a given number of students.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) students: u64,
    pub(super) schools: u64,
    pub(super) districts: u64,
    pub(super) centers: u64,
    pub(super) terms: [Term; 2],
}

impl Plan {
    pub(super) fn new(students: u64) -> Self {
        let schools = students.div_ceil(STUDENTS_PER_SCHOOL).max(2);
        let districts = schools.div_ceil(SCHOOLS_PER_DISTRICT);
        Self {
            students,
            schools,
            districts,
            centers: districts.div_ceil(10),
            terms: [
                term("2024-2025 Fall Semester", "Fall Semester", "FA", date(2024, 8, 19), 126),
                term("2024-2025 Spring Semester", "Spring Semester", "SP", date(2025, 1, 6), 144),
            ],
        }
    }

    pub(super) fn school_of(&self, student: u64) -> u64 {
        student % self.schools
    }

    /// The number of a student within the school.
    pub(super) fn place_of(&self, student: u64) -> u64 {
        student / self.schools
    }

    pub(super) fn students_in(&self, school: u64) -> u64 {
        self.students / self.schools + u64::from(school < self.students % self.schools)
    }

    pub(super) fn staff_in(&self, school: u64) -> u64 {
        2 + self.students_in(school) / STUDENTS_PER_STAFF
    }

    pub(super) fn sections_per_offering(&self, school: u64) -> u64 {
        let takers = self.students_in(school) * COURSES_PER_TERM / OFFERED as u64;
        takers.div_ceil(STUDENTS_PER_SECTION).max(1)
    }

    /// The courses of a student: four different ones of the ten on offer.
    pub(super) fn courses_of(&self, student: u64) -> impl Iterator<Item = &'static Course> + use<> {
        let first = self.place_of(student);
        (0..COURSES_PER_TERM).map(move |i| offered(first + i * 3))
    }

    /// The section of a course that a student sits in.
    pub(super) fn section_of(&self, student: u64) -> u64 {
        self.place_of(student) % self.sections_per_offering(self.school_of(student))
    }
}

fn offered(number: u64) -> &'static Course {
    let place = usize::try_from(number % OFFERED as u64).expect("smaller than the catalogue");
    &COURSES[place]
}

/// Whether a student is registered but goes to no school yet, so that nothing refers to the student.
pub(super) fn is_only_registered(student: u64) -> bool {
    student % 40 == 39
}

/// How many contacts a student has.
pub(super) fn contacts_of(student: u64) -> u64 {
    match student {
        _ if is_only_registered(student) => 0,
        _ if student.is_multiple_of(3) => 2,
        _ => 1,
    }
}

pub(super) const STATE_AGENCY_ID: u64 = 90;

pub(super) fn center_id(center: u64) -> u64 {
    9000 + center
}

pub(super) fn district_id(school: u64) -> u64 {
    district_number_id(school / SCHOOLS_PER_DISTRICT)
}

pub(super) fn district_number_id(district: u64) -> u64 {
    100_000 + district
}

pub(super) fn school_id(school: u64) -> u64 {
    district_id(school) * 1000 + 1 + school % SCHOOLS_PER_DISTRICT
}

pub(super) fn student_id(student: u64) -> String {
    format!("{:08}", 10_000_000 + student)
}

pub(super) fn staff_id(school: u64, staff: u64) -> String {
    format!("T{}-{staff:03}", school_id(school))
}

pub(super) fn contact_id(student: u64, contact: u64) -> String {
    format!("C{:08}-{}", 10_000_000 + student, contact + 1)
}

pub(super) fn section_id(school: u64, course: &str, term: &Term, section: u64) -> String {
    format!("{}-{course}-{}-{:02}", school_id(school), term.short, section + 1)
}

fn term(session: &'static str, code: &'static str, short: &'static str, begin: Date, length: i64) -> Term {
    let end = later(begin, length.days());
    let days = begin
        .series(1.day())
        .take_while(|day| *day <= end)
        .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
        .map(|day| day.to_string())
        .collect();
    Term { session, code, short, begin: begin.to_string(), end: end.to_string(), days }
}

fn later(day: Date, span: Span) -> Date {
    day.checked_add(span).expect("within the years that dates can name")
}
