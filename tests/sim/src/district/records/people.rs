//! Students, staff, contacts and candidates.

use std::io;

use super::super::names::{CITY, FIRST, LAST, RACE, SEX, STATE, STREET};
use super::super::plan::{contact_id, contacts_of, is_only_registered, staff_id, student_id};
use super::super::random::Random;
use super::super::sink::Referred;
use super::{Line, Writer};

pub(super) fn write(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    students(writer)?;
    staffs(writer)?;
    contacts(writer)?;
    candidates(writer)
}

fn students(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("students")? {
        return Ok(());
    }
    for student in 0..writer.plan.students {
        let mut random = writer.random(student);
        let referred = if is_only_registered(student) { Referred::No } else { Referred::Yes };
        writer.record(referred, |line| {
            let first = random.pick(&FIRST);
            let last = random.pick(&LAST);
            line.text("studentUniqueId", student_id(student))
                .text("firstName", first)
                .text("middleName", random.pick(&FIRST))
                .text("lastSurname", last)
                .text("preferredFirstName", first)
                .text("birthDate", birth_date(&mut random, 2006))
                .text("birthCity", random.pick(&CITY))
                .descriptor("birthSexDescriptor", "Sex", random.pick(&SEX))
                .descriptor("birthStateAbbreviationDescriptor", "StateAbbreviation", random.pick(&STATE))
                .value("multipleBirthStatus", random.one_in(40));
            if random.one_in(3) {
                line.list("otherNames", [()], |line, ()| {
                    line.descriptor("otherNameTypeDescriptor", "OtherNameType", "Nickname")
                        .text("firstName", random.pick(&FIRST))
                        .text("lastSurname", last);
                });
            }
        })?;
    }
    Ok(())
}

fn staffs(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("staffs")? {
        return Ok(());
    }
    for school in 0..writer.plan.schools {
        for staff in 0..writer.plan.staff_in(school) {
            let mut random = writer.random(school << 16 | staff);
            writer.record(Referred::Yes, |line| {
                let id = staff_id(school, staff);
                line.text("firstName", random.pick(&FIRST))
                    .text("lastSurname", random.pick(&LAST))
                    .text("birthDate", birth_date(&mut random, 1960 + staff % 35))
                    .descriptor("sexDescriptor", "Sex", random.pick(&SEX))
                    .value("highlyQualifiedTeacher", !random.one_in(4))
                    .decimal("yearsOfPriorProfessionalExperience", half(random.below(40)))
                    .list("electronicMails", [()], |line, ()| {
                        line.descriptor("electronicMailTypeDescriptor", "ElectronicMailType", "Work")
                            .text("electronicMailAddress", format_args!("{id}@staff.example"))
                            .value("primaryEmailAddressIndicator", true);
                    })
                    .text("staffUniqueId", &id);
                race(line, &mut random);
            })?;
        }
    }
    Ok(())
}

fn contacts(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("contacts")? {
        return Ok(());
    }
    for student in 0..writer.plan.students {
        for contact in 0..contacts_of(student) {
            let mut random = writer.random(student * 2 + contact);
            writer.record(Referred::Yes, |line| {
                let id = contact_id(student, contact);
                line.text("contactUniqueId", &id)
                    .text("firstName", random.pick(&FIRST))
                    .text("lastSurname", random.pick(&LAST))
                    .descriptor("sexDescriptor", "Sex", random.pick(&SEX));
                address(line, &mut random);
                line.list("electronicMails", [()], |line, ()| {
                    line.descriptor("electronicMailTypeDescriptor", "ElectronicMailType", "Home/Personal")
                        .text("electronicMailAddress", format_args!("{id}@contact.example"));
                });
            })?;
        }
    }
    Ok(())
}

fn candidates(writer: &mut Writer<'_, '_>) -> io::Result<()> {
    if !writer.endpoint("candidates")? {
        return Ok(());
    }
    for candidate in 0..=writer.plan.students / 200 {
        let mut random = writer.random(candidate);
        writer.record(Referred::No, |line| {
            line.text("candidateIdentifier", format_args!("CAND-{:05}", candidate + 1))
                .text("firstName", random.pick(&FIRST))
                .text("lastSurname", random.pick(&LAST))
                .text("birthDate", birth_date(&mut random, 1998))
                .descriptor("sexDescriptor", "Sex", random.pick(&SEX))
                .value("economicDisadvantaged", random.one_in(3))
                .list("telephones", [()], |line, ()| {
                    line.text("telephoneNumber", format_args!("555-{:04}", random.below(10_000)))
                        .value("textMessageCapabilityIndicator", true);
                });
        })?;
    }
    Ok(())
}

pub(super) fn address(line: &mut Line, random: &mut Random) {
    line.list("addresses", [()], |line, ()| {
        line.descriptor("addressTypeDescriptor", "AddressType", "Home")
            .descriptor("stateAbbreviationDescriptor", "StateAbbreviation", random.pick(&STATE))
            .text("city", random.pick(&CITY))
            .text("postalCode", format_args!("{:05}", 43000 + random.below(900)))
            .text("streetNumberName", format_args!("{} {}", 1 + random.below(9999), random.pick(&STREET)));
    });
}

pub(super) fn race(line: &mut Line, random: &mut Random) {
    line.list("races", [random.pick(&RACE)], |line, race| {
        line.descriptor("raceDescriptor", "Race", race);
    });
}

/// A day in one of the four years from this one.
fn birth_date(random: &mut Random, year: u64) -> String {
    format!("{}-{:02}-{:02}", year + random.below(4), 1 + random.below(12), 1 + random.below(28))
}

/// So many halves.
fn half(halves: u64) -> f64 {
    halves as f64 / 2.0
}
