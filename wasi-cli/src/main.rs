//! The component.

fn main() {}
