//! Invented names. None is taken from a person; first and last names are combined by chance.

pub(super) const FIRST: [&str; 32] = [
    "Abena", "Alvar", "Amaya", "Bastian", "Brisa", "Calix", "Dagny", "Darian", "Eleni", "Emrys", "Farah", "Fenn",
    "Gwenna", "Halim", "Ilse", "Jorah", "Kaia", "Lazlo", "Maren", "Núria", "Odell", "Petra", "Quill", "Rhea", "Soren",
    "Tamsin", "Ulric", "Vesna", "Wren", "Xanthe", "Yusra", "Zoë",
];

pub(super) const LAST: [&str; 32] = [
    "Abernal",
    "Ashgrove",
    "Birchwell",
    "Brightwater",
    "Calderon-Voss",
    "Copperfell",
    "Dunmarsh",
    "Eastholm",
    "Fairlock",
    "Fernsby-Lund",
    "Garrowby",
    "Hollowell",
    "Ironquist",
    "Jessamy",
    "Kestrelle",
    "Larkspur",
    "Marchbank",
    "Nettlefield",
    "O'Tarrow",
    "Oakenhurst",
    "Pennywhist",
    "Quillmore",
    "Ravensdal",
    "Sagebrook",
    "Sørvik",
    "Thistledew",
    "Umberly",
    "Vantongeren",
    "Westerlake",
    "Yarrowby",
    "Zephyrine",
    "Zinnwald",
];

pub(super) const CITY: [&str; 12] = [
    "Alder Falls",
    "Birch Hollow",
    "Cedar Point",
    "Dry Creek",
    "Elm Crossing",
    "Fox Meadow",
    "Granite Bay",
    "Harrow Hill",
    "Iron Bend",
    "Juniper",
    "Kettle Lake",
    "Linden Grove",
];

pub(super) const STREET: [&str; 10] = [
    "Acorn Street",
    "Bramble Lane",
    "Clover Road",
    "Dogwood Avenue",
    "Ember Way",
    "Foxglove Court",
    "Gable Street",
    "Heather Lane",
    "Ivy Road",
    "Jasmine Avenue",
];

pub(super) const STATE: [&str; 4] = ["OH", "MI", "WI", "MN"];

pub(super) const SEX: [&str; 2] = ["Female", "Male"];

pub(super) const GRADE_LEVEL: [&str; 4] = ["Ninth grade", "Tenth grade", "Eleventh grade", "Twelfth grade"];

pub(super) const RACE: [&str; 5] = [
    "American Indian - Alaska Native",
    "Asian",
    "Black - African American",
    "Native Hawaiian - Pacific Islander",
    "White",
];

/// A course of the catalogue: its code, title and subject.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) code: &'static str,
    pub(super) title: &'static str,
    pub(super) subject: &'static str,
}

const fn course(code: &'static str, title: &'static str, subject: &'static str) -> Course {
    Course { code, title, subject }
}

/// The catalogue. Schools offer the first [`OFFERED`]; the others are on paper only.
pub(super) const COURSES: [Course; 12] = [
    course("ALG-1", "Algebra I", "Mathematics"),
    course("GEO-1", "Geometry", "Mathematics"),
    course("ELA-9", "English Language Arts 9", "English Language Arts"),
    course("ELA-10", "English Language Arts 10", "English Language Arts"),
    course("BIO-1", "Biology", "Science"),
    course("CHE-1", "Chemistry", "Science"),
    course("HIS-1", "World History", "Social Studies"),
    course("GOV-1", "Government", "Social Studies"),
    course("ART-1", "Art, Beginning", "Fine and Performing Arts"),
    course("PHE-1", "Physical Education", "Physical Education"),
    course("AST-1", "Astronomy", "Science"),
    course("MUS-1", "Music Theory", "Fine and Performing Arts"),
];

/// How many courses of the catalogue are offered.
pub(super) const OFFERED: usize = 10;

pub(super) const PROGRAMS: [(&str, &str); 3] =
    [("Athletics", "Athletics"), ("Gifted and Talented", "Gifted and Talented"), ("Bilingual Programme", "Bilingual")];
