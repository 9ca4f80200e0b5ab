//! The engine of lightbeam.
