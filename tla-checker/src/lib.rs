//! An explicit-state model checker for TLA+.

pub mod explore;
pub mod failure;
pub mod observer;
pub mod outcome;
pub mod space;
pub mod value;
