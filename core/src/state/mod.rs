//! What was sent before: one append-only log per endpoint of a target, and the rules that decide what is sent again.
