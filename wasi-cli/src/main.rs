//! The component.
mod args;
mod terminal;

fn main() {}
