//! The simulated Ed-Fi API.
