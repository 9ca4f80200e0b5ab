//! Runs scenarios on every host.
