//! An explicit-state model checker for TLA+.

pub mod value;
